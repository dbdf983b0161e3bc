/**
 * The round that all members share: pods in an order, bins by a search, new bins when no open one fits. Consecutive pods of one class are a run:
 * they fill a bin together, and what did not fit one of them is not tried again for the next. That is exact, because bins only get fuller.
 */
import { NONE } from '../cluster/views.ts'
import { Bins } from './bins.ts'
import { Measure } from './measure.ts'
import type { Packer, Packing, PackingProblem } from './policy.ts'
import type { BinSearch } from './search.ts'

/** Rows of items in the order in which they are packed. */
export type ItemOrder = (problem: PackingProblem, sizeOf: Float64Array) => Float64Array

/** Items a key has place for: size times this, plus the row, stays below 2^53. */
const MOST_ITEMS = 2 ** 26

/** Largest first; pods of one size in their own order. */
export const decreasing: ItemOrder = (problem, sizeOf) => {
  const keys = new Float64Array(problem.items)
  // Sorting plain numbers is ten times faster than sorting rows by a comparison: the key is -size, then the row.
  for (let item = 0; item < problem.items; item++) keys[item] = item - sizeOf[problem.podClass[item]] * MOST_ITEMS
  keys.sort()
  for (let i = 0; i < keys.length; i++) {
    const row = keys[i] % MOST_ITEMS
    keys[i] = row < 0 ? row + MOST_ITEMS : row
  }
  return keys
}

/** As the pods came. */
export const arrival: ItemOrder = (problem) => Float64Array.from({ length: problem.items }, (_, item) => item)

/** A packer of an order and a search; its working memory is reused from round to round and carries nothing over. */
export function packer(order: ItemOrder, search: BinSearch): Packer {
  const bins = new Bins()
  const measure = new Measure()
  return { pack: (problem) => pack(problem, order, search, bins, measure) }
}

/** Classes of the items, each once, in order of appearance. */
export function classesOf(problem: PackingProblem): number[] {
  const seen = new Uint8Array(problem.classes.count)
  const classes: number[] = []
  for (let item = 0; item < problem.items; item++) {
    const podClass = problem.podClass[item]
    if (seen[podClass] === 1) continue
    seen[podClass] = 1
    classes.push(podClass)
  }
  return classes
}

/** Sizes by class row, for the classes of the round. */
export function sizesOf(problem: PackingProblem, measure: Measure, classes: readonly number[]): Float64Array {
  const sizeOf = new Float64Array(problem.classes.count)
  for (const podClass of classes) sizeOf[podClass] = measure.size(podClass)
  return sizeOf
}

/** New bins that a round may open at most: one per item, and no type beyond its limit. */
export function mostNewBins(problem: PackingProblem): number {
  let most = 0
  for (const type of problem.types) most += Math.min(problem.items, Math.max(0, type.limit))
  return Math.min(problem.items, most)
}

function pack(problem: PackingProblem, orderOf: ItemOrder, search: BinSearch, bins: Bins, measure: Measure): Packing {
  if (problem.items > MOST_ITEMS) throw new RangeError(`too many pods in one round: ${problem.items}, at most ${MOST_ITEMS} are accepted`)
  const bin = new Int32Array(problem.items).fill(NONE)
  const deviceMask = new Int32Array(problem.items)
  if (problem.items === 0) return { bin, deviceMask, opened: [], leftOver: 0 }
  const classes = classesOf(problem)
  measure.reset(problem, classes)
  bins.reset(problem, measure)
  search.reset(bins, measure, problem.bins + mostNewBins(problem))
  const sizeOf = sizesOf(problem, measure, classes)
  const order = orderOf(problem, sizeOf)
  // Once no bin and no type takes a class, none will later: bins get fuller, and a type that may still be opened might be opened now.
  const stuck = new Uint8Array(problem.classes.count)
  let leftOver = 0
  let end = 0
  for (let from = 0; from < problem.items; from = end) {
    const podClass = problem.podClass[order[from]]
    end = from + 1
    while (end < problem.items && problem.podClass[order[end]] === podClass) end++
    if (stuck[podClass] === 0) search.start(podClass, sizeOf[podClass])
    let next = from
    while (next < end && stuck[podClass] === 0) {
      const found = search.next()
      const type = found === NONE ? bins.cheapestType(podClass, problem.items - next) : NONE
      if (found === NONE && type === NONE) {
        stuck[podClass] = 1
        break
      }
      const target = found === NONE ? bins.open(type) : found
      const placed = bins.place(podClass, target, end - next)
      if (found === NONE) search.opened(target)
      else if (placed > 0) search.filled(target)
      for (let k = 0; k < placed; k++, next++) {
        bin[order[next]] = target
        deviceMask[order[next]] = bins.masks[k]
      }
    }
    leftOver += end - next
  }
  return { bin, deviceMask, opened: bins.opened, leftOver }
}
