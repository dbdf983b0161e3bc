/**
 * Cilium's Maglev table: permutations by MurmurHash3 of the backend's text, in the order of these texts.
 * Source: github.com/cilium/cilium v1.20 pkg/maglev/maglev.go.
 */
import { bytesOf } from '../hashes/bytes.ts'
import { murmur3 } from '../hashes/murmur3.ts'
import { maglevTable, type Permutation, type Turns } from '../maglev.ts'

/** The first four bytes of Cilium's default seed. */
export const DEFAULT_SEED = 0x24b7ef82

/** A backend of a service. */
export interface MaglevBackend {
  /** What is hashed and sorted by, such as `[10.0.0.1:80/TCP,State:active]`. */
  readonly text: string
  readonly weight: number
}

function permutationOf(text: string, size: number, seed: number): Permutation {
  const [first, second] = murmur3(bytesOf(text), seed)
  return { offset: Number(first % BigInt(size)), skip: Number(second % BigInt(size - 1)) + 1 }
}

/**
 * Who claims a position: each in turn. With weights, one that has claimed its share is passed over in favour of the next one: its counter, which begins at
 * weight / backends and grows by the sum of weights at each claim, is above its weight times the claims so far.
 */
function turnsOf(weights: readonly number[]): Turns {
  const { length } = weights
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (Math.floor(sum / length) <= 1) return (claimed) => claimed % length
  const counters = Float64Array.from(weights, (weight) => weight / length)
  return (claimed) => {
    let backend = claimed % length
    while ((claimed + 1) * weights[backend] < Math.floor(counters[backend])) backend = (backend + 1) % length
    counters[backend] += sum
    return backend
  }
}

/** The backend (its index in the list) of each position of the table. */
export function ciliumTable(backends: readonly MaglevBackend[], size: number, seed: number): Int32Array {
  const order = backends.map((_, i) => i).sort((a, b) => compareTexts(backends[a].text, backends[b].text))
  const sorted = order.map((i) => backends[i])
  const permutations = sorted.map(({ text }) => permutationOf(text, size, seed))
  return maglevTable(size, permutations, turnsOf(sorted.map(({ weight }) => weight))).map((place) => order[place])
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
