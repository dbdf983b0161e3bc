/**
 * The round that item-centric members share: pods in an order, bins by a search, new bins when no open one fits. Consecutive pods of one class are a run:
 * they fill a bin together, and what did not fit one of them is not tried again for the next. That is exact, because bins only get fuller.
 */
import { NONE } from '../../cluster/views.ts'
import { Bins } from './bins.ts'
import { Measure, type SizeName, type WeightsName } from './measure.ts'
import { NewBins, type NewBinsName } from './new-bins.ts'
import type { Packer, Packing, PackingProblem } from '../policy.ts'
import { rightSized } from './right-sizing.ts'
import type { BinSearch } from './search.ts'
import { classesOf, Waiting } from './waiting.ts'

/** Rows of items in the order in which they are packed. */
export type ItemOrder = (problem: PackingProblem, waiting: Waiting) => Int32Array

/** What members can be told, besides order and search. */
export interface PackOptions {
  readonly size?: SizeName
  readonly weights?: WeightsName
  readonly newBins?: NewBinsName
  readonly rightSizing?: boolean
}

/** Largest first; pods of one size in their own order. */
export const decreasing: ItemOrder = ({ items, podClass }, { bySize, sizeOf }) => {
  // Plainly: a sort of the rows by size. Classes are few, so they are sorted, and each pod is counted to its place.
  const rankOf = new Int32Array(sizeOf.length)
  const next = new Int32Array(bySize.length + 1)
  bySize.forEach((row, k) => (rankOf[row] = k > 0 && sizeOf[row] === sizeOf[bySize[k - 1]] ? rankOf[bySize[k - 1]] : k))
  for (let item = 0; item < items; item++) next[rankOf[podClass[item]] + 1]++
  for (let rank = 1; rank < next.length; rank++) next[rank] += next[rank - 1]
  const order = new Int32Array(items)
  for (let item = 0; item < items; item++) order[next[rankOf[podClass[item]]]++] = item
  return order
}

/** As the pods came. */
export const arrival: ItemOrder = ({ items }) => Int32Array.from({ length: items }, (_, item) => item)

/** A packer of an order and a search; its working memory is reused from round to round and carries nothing over. */
export function packer(order: ItemOrder, search: BinSearch, options: PackOptions = {}): Packer {
  const measure = new Measure(options.size, options.weights)
  const round = new Round(order, search, measure, new NewBins(options.newBins ?? 'price-per-pod'))
  return {
    pack: (problem) => {
      const packing = round.pack(problem)
      return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
    },
  }
}

/** New bins that a round may open at most: one per item, and no type beyond its limit. */
export function mostNewBins(problem: PackingProblem): number {
  let most = 0
  for (const type of problem.types) most += Math.min(problem.items, Math.max(0, type.limit))
  return Math.min(problem.items, most)
}

class Round {
  private readonly bins = new Bins()
  private readonly orderOf: ItemOrder
  private readonly search: BinSearch
  private readonly measure: Measure
  private readonly newBins: NewBins
  private waiting!: Waiting
  /** The bin that `target` gave last is a new one. */
  private fresh = false

  constructor(orderOf: ItemOrder, search: BinSearch, measure: Measure, newBins: NewBins) {
    this.orderOf = orderOf
    this.search = search
    this.measure = measure
    this.newBins = newBins
  }

  pack(problem: PackingProblem): Packing {
    const { bins, search, measure, newBins } = this
    const bin = new Int32Array(problem.items).fill(NONE)
    const deviceMask = new Int32Array(problem.items)
    if (problem.items === 0) return { bin, deviceMask, opened: [], leftOver: 0 }
    const classes = classesOf(problem)
    measure.reset(problem, classes)
    bins.reset(problem, measure)
    search.reset(bins, measure, problem.bins + mostNewBins(problem))
    const waiting = new Waiting(problem, measure, classes)
    this.waiting = waiting
    newBins.reset(bins, problem.types, waiting)
    const order = this.orderOf(problem, waiting)
    // Once no bin and no type takes a class, none will later: bins get fuller, and a type that may still be opened might be opened now.
    const stuck = new Uint8Array(problem.classes.count)
    let leftOver = 0
    let end = 0
    for (let from = 0; from < problem.items; from = end) {
      const podClass = problem.podClass[order[from]]
      end = from + 1
      while (end < problem.items && problem.podClass[order[end]] === podClass) end++
      if (stuck[podClass] === 0) search.start(podClass, waiting.sizeOf[podClass])
      let next = from
      while (next < end && stuck[podClass] === 0) {
        const target = this.target(podClass)
        if (target === NONE) {
          stuck[podClass] = 1
          break
        }
        const placed = this.put(podClass, target, end - next)
        for (let k = 0; k < placed; k++, next++) {
          bin[order[next]] = target
          deviceMask[order[next]] = bins.masks[k]
        }
      }
      leftOver += end - next
      waiting.total -= end - next
    }
    return { bin, deviceMask, opened: bins.opened, leftOver }
  }

  /** The bin to try next; a new one when the search has no more. */
  private target(podClass: number): number {
    const found = this.search.next()
    const type = found === NONE ? this.newBins.choose(podClass) : NONE
    this.fresh = type !== NONE
    if (found !== NONE) return found
    return this.fresh ? this.bins.open(type) : (this.search.lastResort?.() ?? NONE)
  }

  /** Puts up to `limit` pods into the bin, and returns how many went in. */
  private put(podClass: number, target: number, limit: number): number {
    const { bins, search, waiting } = this
    const placed = bins.place(podClass, target, search.oneByOne === true ? 1 : limit)
    waiting.placed(podClass, placed)
    if (this.fresh) search.opened(target)
    else if (placed > 0) search.filled(target)
    return placed
  }
}
