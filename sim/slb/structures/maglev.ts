/**
 * Maglev's lookup table: backends take turns, and each claims the next free position of its own permutation of the table.
 * Source: Eisenbud et al. 2016, Maglev: a fast and reliable software network load balancer, section 3.4. Products differ in the hash functions that make the
 * permutations, in the order of the backends and in how weights decide who takes a turn.
 */

/** The permutation of a backend: positions offset, offset + skip, offset + 2 skip ... modulo the size of the table. */
export interface Permutation {
  /** From 0 to size - 1. */
  readonly offset: number
  /** From 1 to size - 1. */
  readonly skip: number
}

/** The backend that claims the next position, after this number of claims; called once per position. */
export type Turns = (claimed: number) => number

/**
 * Turns in rounds over all backends.
 * @param takesTurn whether a backend claims a position in a round, from 1 on; in each round at least one must
 */
export function inRounds(backends: number, takesTurn: (backend: number, round: number) => boolean = () => true): Turns {
  let backend = -1
  let round = 1
  return () => {
    do {
      if (++backend === backends) {
        backend = 0
        round++
      }
    } while (!takesTurn(backend, round))
    return backend
  }
}

/**
 * The backend (its index in `permutations`) of each position; empty without backends.
 * @param size a prime number, so that a permutation reaches every position
 */
export function maglevTable(size: number, permutations: readonly Permutation[], turns: Turns = inRounds(permutations.length)): Int32Array {
  if (permutations.length === 0) return new Int32Array(0)
  const table = new Int32Array(size).fill(-1)
  const next = Int32Array.from(permutations, ({ offset }) => offset)
  for (let claimed = 0; claimed < size; claimed++) {
    const backend = turns(claimed)
    const { skip } = permutations[backend]
    let position = next[backend]
    while (table[position] !== -1) position = stepped(position, skip, size)
    table[position] = backend
    next[backend] = stepped(position, skip, size)
  }
  return table
}

const stepped = (position: number, skip: number, size: number): number => {
  const sum = position + skip
  return sum >= size ? sum - size : sum
}

/** Whether a table may have this size. */
export function isPrime(size: number): boolean {
  if (!Number.isInteger(size) || size < 2) return false
  for (let divisor = 2; divisor * divisor <= size; divisor++) if (size % divisor === 0) return false
  return true
}
