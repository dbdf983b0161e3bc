/** MT19937 (Matsumoto, Nishimura 1998): the generator that Envoy seeds with a request's hash to walk over its hosts. */

const SIZE = 624
const MIDDLE = 397

/** Unlike the streams of a run it belongs to a key: the same seed gives the same walk in every run. */
export class MersenneTwister {
  private readonly state = new Int32Array(SIZE)
  private at = SIZE

  /** @param seed of which the lower 32 bits count */
  constructor(seed: number) {
    this.state[0] = seed
    for (let i = 1; i < SIZE; i++) {
      const before = this.state[i - 1]
      this.state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i
    }
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    if (this.at === SIZE) this.twist()
    let word = this.state[this.at++]
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  private twist(): void {
    const { state } = this
    for (let i = 0; i < SIZE; i++) {
      const word = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff)
      state[i] = state[(i + MIDDLE) % SIZE] ^ (word >>> 1) ^ ((word & 1) === 1 ? 0x9908b0df : 0)
    }
    this.at = 0
  }
}
