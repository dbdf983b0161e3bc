/**
 * Randomness is handed in, from a stream with a name:
 * seedrandom's alea turns (seed, replication, purpose) into state, draws come from sfc32.
 */

export interface RandomStream {
  /** 53-bit uniform in [0, 1). */
  next(): number
  /** Whole number in [0, n), n at most 2^31. */
  int(n: number): number
}
