/**
 * The continuous lower bound: pods as liquid. Resource by resource, the fewest bins whose room adds up to what is asked for, largest bins
 * first; the largest of these counts is the bound. For one type of bin and no existing ones that is max over resources of
 * ceil(sum of demands / capacity), L1 of Martello and Toth 1990 for vectors. No packing uses fewer bins.
 */
import { MILLI, NONE } from '../cluster/views.ts'
import { milliOf } from './measure.ts'
import type { Packing, PackingProblem } from './policy.ts'

export interface Bound {
  /** Bins that hold something in any packing of these pods; Infinity when all bins together have too little. */
  readonly bins: number
  /** Micro-dollars per hour of new bins in any packing; Infinity likewise. */
  readonly cost: number
}

/** What a packing reached, beside what no packing can beat for the pods it placed. */
export interface Gap {
  readonly used: number
  readonly bound: Bound
  /** used / bound - 1; 0 when nothing was placed. */
  readonly gap: number
}

export const everyItem = (): boolean => true

/** The bound for the pods that `counts` (all of them when it is left out). */
export function continuousBound(problem: PackingProblem, counts: (item: number) => boolean = everyItem): Bound {
  let bins = 0
  let cost = 0
  for (const { demand, existing, types } of dimensions(problem, counts)) {
    if (demand === 0) continue
    bins = Math.max(bins, fewest(demand, existing, types, problem))
    cost = Math.max(cost, cheapest(demand, existing, types, problem))
  }
  return { bins, cost }
}

export function packingGap(problem: PackingProblem, packing: Packing): Gap {
  const bound = continuousBound(problem, (item) => packing.bin[item] !== NONE)
  const used = new Set(packing.bin.filter((bin) => bin !== NONE)).size
  return { used, bound, gap: used === 0 ? 0 : used / bound.bins - 1 }
}

interface Dimension {
  demand: number
  /** Room of existing bins, and capacity of each type. */
  readonly existing: Float64Array
  readonly types: readonly number[]
}

/** The resources of the problem, and milli-GPU as one more. */
function dimensions(problem: PackingProblem, counts: (item: number) => boolean): Dimension[] {
  const { classes, podClass, free, freeDevice, bins, types } = problem
  const existing = (room: (bin: number) => number): Float64Array => Float64Array.from({ length: bins }, (_, bin) => room(bin))
  const all: Dimension[] = free.map((column, r) => ({
    demand: 0,
    existing: existing((bin) => column[bin]),
    types: types.map((type) => type.capacity[r] ?? 0),
  }))
  const devices = { demand: 0, existing: existing((bin) => milliOf(freeDevice, bin)), types: types.map((type) => type.devices * MILLI) }
  for (let item = 0; item < problem.items; item++) {
    if (!counts(item)) continue
    const row = podClass[item]
    for (let r = 0; r < free.length; r++) all[r].demand += classes.request[r][row]
    devices.demand += classes.gpus[row] * classes.gpuMilli[row]
  }
  return [...all, devices]
}

/** Fewest bins whose amounts add up to the demand: largest first, existing and new ones alike. */
function fewest(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
  const lots = [...problem.types.map(({ limit }, type) => ({ amount: types[type], count: limit })), ...Array.from(existing, (amount) => ({ amount, count: 1 }))]
  lots.sort((a, b) => b.amount - a.amount)
  let left = demand
  let bins = 0
  for (const { amount, count } of lots) {
    if (amount <= 0 || count <= 0) continue
    const used = Math.min(count, Math.ceil(left / amount))
    bins += used
    left -= used * amount
    if (left <= 0) return bins
  }
  return Infinity
}

/**
 * Cheapest new bins for what existing ones cannot hold, bins cut to any size: lowest price per unit first. A price is whole, so the
 * quotient may be cut off without losing the bound; rounding up instead could pass it by the last bit.
 */
function cheapest(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
  let left = demand
  for (const amount of existing) left -= Math.max(0, amount)
  const offers = problem.types.map(({ price, limit }, type) => ({ price, limit, amount: types[type] })).filter(({ amount, limit }) => amount > 0 && limit > 0)
  offers.sort((a, b) => a.price / a.amount - b.price / b.amount)
  let cost = 0
  for (const { price, amount, limit } of offers) {
    if (left <= 0) break
    const bought = Math.min(left, amount * limit)
    cost += (bought / amount) * price
    left -= bought
  }
  return left > 0 ? Infinity : Math.floor(cost)
}
