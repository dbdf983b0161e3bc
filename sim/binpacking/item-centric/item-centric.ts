/**
 * Item-centric packers take the pods in an order and find a bin for each: by a search over the open bins, or a new bin when none fits.
 *
 * Consecutive pods of one class form a run. They fill a bin together, and bins that did not fit one of them are not tried for the next.
 * This is exact, because free amounts only decrease during a round.
 */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId, Packer, Packing, PackingProblem } from '../policy.ts'
import { Bins } from '../round/bins.ts'
import { Measure } from '../round/measure.ts'
import { NewBins } from '../round/new-bins.ts'
import type { PackOptions } from '../round/parameters.ts'
import { rightSized } from '../round/right-sizing.ts'
import { classesOf, Unplaced } from '../round/unplaced.ts'
import type { BinSearch } from './bin-search.ts'

/** A packer that uses this order and this search. It reuses its working memory from round to round and keeps nothing else. */
export function itemCentricPacker(order: ItemOrder, search: BinSearch, options: PackOptions = {}): Packer {
  const measure = new Measure(options.size, options.weights)
  const round = new Round(order, search, measure, new NewBins(options.newBins ?? 'price-per-pod'))
  return {
    pack: (problem) => {
      const packing = round.pack(problem)
      return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
    },
  }
}

/** Returns the rows of all items in the order in which they are packed. */
export type ItemOrder = (problem: PackingProblem, unplaced: Unplaced) => Int32Array

/** The order in which the problem lists the pods. */
export const arrival: ItemOrder = ({ items }) => Int32Array.from({ length: items }, (_, item) => item)

/** Largest first; pods of equal size in the order of the problem. */
export const decreasing: ItemOrder = ({ items, podClass }, { bySize, sizeOf }) => {
  // Equal to a stable sort of the items by size. There are few classes, so only they are sorted; the items are put in place by counting.
  const rankOf = new Int32Array(sizeOf.length)
  const next = new Int32Array(bySize.length + 1)
  bySize.forEach((row, k) => (rankOf[row] = k > 0 && sizeOf[row] === sizeOf[bySize[k - 1]] ? rankOf[bySize[k - 1]] : k))
  for (let item = 0; item < items; item++) next[rankOf[podClass[item]] + 1]++
  for (let rank = 1; rank < next.length; rank++) next[rank] += next[rank - 1]
  const order = new Int32Array(items)
  for (let item = 0; item < items; item++) order[next[rankOf[podClass[item]]]++] = item
  return order
}

class Round {
  private readonly bins = new Bins()
  private readonly orderOf: ItemOrder
  private readonly search: BinSearch
  private readonly measure: Measure
  private readonly newBins: NewBins
  private unplaced!: Unplaced
  /** True when the bin that `target` returned last is a new one. */
  private isNew = false

  constructor(orderOf: ItemOrder, search: BinSearch, measure: Measure, newBins: NewBins) {
    this.orderOf = orderOf
    this.search = search
    this.measure = measure
    this.newBins = newBins
  }

  pack(problem: PackingProblem): Packing {
    const { bins, search } = this
    const bin = new Int32Array(problem.items).fill(NONE)
    const deviceMask = new Int32Array(problem.items)
    if (problem.items === 0) return { bin, deviceMask, opened: [], leftOver: 0 }
    const unplaced = this.begin(problem)
    const order = this.orderOf(problem, unplaced)
    // When no bin and no type takes a class, none will later: free amounts only decrease, and a type that may be opened later may be opened
    // now.
    const stuck = new Uint8Array(problem.classes.count)
    let leftOver = 0
    let end = 0
    for (let from = 0; from < problem.items; from = end) {
      const podClass = problem.podClass[order[from]]
      end = from + 1
      while (end < problem.items && problem.podClass[order[end]] === podClass) end++
      if (stuck[podClass] === 0) search.start(podClass, unplaced.sizeOf[podClass])
      let next = from
      while (next < end && stuck[podClass] === 0) {
        const target = this.target(podClass)
        if (target === NONE) {
          stuck[podClass] = 1
          break
        }
        const placed = this.place(podClass, target, end - next)
        for (let k = 0; k < placed; k++, next++) {
          bin[order[next]] = target
          deviceMask[order[next]] = bins.masks[k]
        }
      }
      leftOver += end - next
      unplaced.total -= end - next
    }
    return { bin, deviceMask, opened: bins.opened, leftOver }
  }

  private begin(problem: PackingProblem): Unplaced {
    const { bins, measure } = this
    const classes = classesOf(problem)
    measure.reset(problem, classes)
    bins.reset(problem, measure)
    this.search.reset(bins, measure, problem.bins + maxNewBins(problem))
    this.unplaced = new Unplaced(problem, measure, classes)
    this.newBins.reset(bins, problem.types, this.unplaced)
    return this.unplaced
  }

  /** The bin to try next; a new one when the search has no more, NONE when there is none. */
  private target(podClass: PodClassId): BinId {
    const found = this.search.next()
    const type = found === NONE ? this.newBins.choose(podClass) : NONE
    this.isNew = type !== NONE
    if (found !== NONE) return found
    return this.isNew ? this.bins.open(type) : (this.search.lastResort?.() ?? NONE)
  }

  /** Places up to `limit` pods in the bin and returns how many fitted. */
  private place(podClass: PodClassId, target: BinId, limit: number): number {
    const { bins, search, unplaced } = this
    const placed = bins.place(podClass, target, search.oneByOne === true ? 1 : limit)
    unplaced.placed(podClass, placed)
    if (this.isNew) search.opened(target)
    else if (placed > 0) search.filled(target)
    return placed
  }
}

/** The number of new bins that a round can open at most: one per item, and of each type no more than its limit. */
function maxNewBins(problem: PackingProblem): number {
  let sum = 0
  for (const type of problem.types) sum += Math.min(problem.items, Math.max(0, type.limit))
  return Math.min(problem.items, sum)
}
