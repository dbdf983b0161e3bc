/** FNV-1a with 64 bits (Fowler, Noll, Vo), as in Traefik. Source: RFC 9923. The state is two words of 32 bits. */

const TWO_32 = 0x100000000
const OFFSET_HIGH = 0xcbf29ce4
const OFFSET_LOW = 0x84222325
/** The prime is 2^40 + 0x1b3. */
const PRIME_LOW = 0x1b3

/** A running hash: `start`, then `add` for each part of the text. */
export class Fnv1a {
  private high = OFFSET_HIGH
  private low = OFFSET_LOW

  start(): this {
    this.high = OFFSET_HIGH
    this.low = OFFSET_LOW
    return this
  }

  add(bytes: Uint8Array): this {
    let { high, low } = this
    for (let i = 0; i < bytes.length; i++) {
      const product = ((low ^ bytes[i]) >>> 0) * PRIME_LOW
      high = (Math.floor(product / TWO_32) + Math.imul(high, PRIME_LOW) + ((low ^ bytes[i]) << 8)) >>> 0
      low = product >>> 0
    }
    this.high = high
    this.low = low
    return this
  }

  /** The hash divided by 2^64, rounded to the nearest double as Go does. */
  get share(): number {
    return (this.high * TWO_32 + this.low) / (TWO_32 * TWO_32)
  }

  /** A whole number from 0 to 2^64 - 1. */
  get value(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low)
  }
}
