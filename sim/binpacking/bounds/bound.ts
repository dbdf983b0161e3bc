/**
 * What no packing of these pods can beat, in bins and in money.
 *
 * `continuousBound`: pods as liquid. Resource by resource, the fewest bins whose room adds up to what is asked for, largest bins first; the largest of these counts is
 * the bound. For one type of bin and no existing ones that is max over resources of ceil(sum of demands / capacity), L1 of Martello and Toth 1990 for vectors.
 *
 * `lowerBound` sees that pods are pieces, too. Bins: L2 of each resource, as if all bins were the largest; and devices, whole ones and shares by L2, at most
 * as many a bin as the largest has. Money: each pod pays for its share of the cheapest type that could hold it, sum over pods of min over
 * such types t of price(t) demand / capacity(t), and existing bins take the dearest liquid for nothing; and the bins that are missing, at the lowest price.
 */
import { DEVICES, MILLI, NONE } from '../../cluster/views.ts'
import { martelloTothBound } from './martello-toth.ts'
import { milliOf } from '../search/measure.ts'
import type { BinType, Packing, PackingProblem } from '../policy.ts'

export interface Bound {
  /** Bins that hold something in any packing of these pods; Infinity when there is none. */
  readonly bins: number
  /** Micro-dollars per hour of new bins in any packing; Infinity likewise. */
  readonly cost: number
}

/** What a packing reached, beside what no packing can beat for the pods it placed. */
export interface Gap {
  /** Bins that got a pod, existing and new ones. */
  readonly used: number
  /** Micro-dollars per hour of new bins. */
  readonly cost: number
  readonly bound: Bound
  /** used / bound - 1; 0 when nothing was placed. */
  readonly gap: number
  /** cost / bound - 1; 0 when both are 0, Infinity when only the bound is. */
  readonly costGap: number
}

export const everyItem = (): boolean => true

type Counts = (item: number) => boolean

/** Largest whole number that sums may reach without being rounded. */
const EXACT = Number.MAX_SAFE_INTEGER

/** The continuous bound for the pods that `counts` (all of them when it is left out). */
export function continuousBound(problem: PackingProblem, counts: Counts = everyItem): Bound {
  const { dimensions } = asked(problem, counts)
  let bins = 0
  let cost = 0
  for (const { demand, existing, types } of dimensions) {
    if (demand === 0) continue
    bins = Math.max(bins, fewest(demand, existing, types, problem))
    cost = Math.max(cost, cheapest(demand, existing, types, problem))
  }
  return { bins, cost }
}

/** The better of all bounds of this file, for the pods that `counts`; at least the continuous one. O(n log n) for each resource. */
export function lowerBound(problem: PackingProblem, counts: Counts = everyItem): Bound {
  const { countOf, dimensions } = asked(problem, counts)
  let { bins, cost } = continuousBound(problem, counts)
  for (const { demand, sizeOf, existing, types } of dimensions) {
    if (demand === 0) continue
    let capacity = 0
    for (const amount of existing) capacity = Math.max(capacity, amount)
    types.forEach((amount, type) => (capacity = problem.types[type].limit > 0 ? Math.max(capacity, amount) : capacity))
    bins = Math.max(bins, martelloTothBound(piecesOf(countOf, sizeOf), capacity))
  }
  bins = Math.max(bins, deviceBound(problem, countOf))
  if (bins === Infinity) return { bins, cost: Infinity }
  for (const dimension of dimensions) cost = Math.max(cost, sharedPrice(problem, countOf, dimension))
  return { bins, cost: Math.max(cost, missingBins(problem, bins)) }
}

export function packingGap(problem: PackingProblem, packing: Packing): Gap {
  const bound = lowerBound(problem, (item) => packing.bin[item] !== NONE)
  const used = new Set(packing.bin.filter((bin) => bin !== NONE)).size
  let cost = 0
  for (const type of packing.opened) cost += problem.types[type].price
  return { used, cost, bound, gap: used === 0 ? 0 : used / bound.bins - 1, costGap: cost === 0 ? 0 : cost / bound.cost - 1 }
}

interface Dimension {
  /** Of all pods together. */
  readonly demand: number
  /** By class. */
  readonly sizeOf: Float64Array
  /** Room of existing bins, and capacity of each type. */
  readonly existing: Float64Array
  readonly types: readonly number[]
}

/** How many pods of each class are counted, the resources of the problem, and milli-GPU as one more. */
function asked(problem: PackingProblem, counts: Counts): { countOf: Int32Array; dimensions: Dimension[] } {
  const { classes, podClass, free, freeDevice, types } = problem
  const countOf = new Int32Array(classes.count)
  for (let item = 0; item < problem.items; item++) if (counts(item)) countOf[podClass[item]]++
  const dimension = (sizeOf: (row: number) => number, room: (bin: number) => number, capacities: readonly number[]): Dimension => {
    const sizes = Float64Array.from({ length: classes.count }, (_, row) => sizeOf(row))
    let rough = 0
    for (let row = 0; row < classes.count; row++) rough += countOf[row] * sizes[row]
    // Bytes of very many pods: in larger units, demands cut and capacities filled up, so that sums are exact and the bound still is one.
    let unit = 1
    while (rough / unit >= EXACT / 2) unit *= 2
    const sizeIn = sizes.map((size) => Math.floor(size / unit))
    return {
      demand: sizeIn.reduce((sum, size, row) => sum + size * countOf[row], 0),
      sizeOf: sizeIn,
      existing: Float64Array.from({ length: problem.bins }, (_, bin) => Math.max(0, Math.ceil(room(bin) / unit))),
      types: capacities.map((capacity) => Math.ceil(capacity / unit)),
    }
  }
  return {
    countOf,
    dimensions: [
      ...free.map((column, r) =>
        dimension(
          (row) => classes.request[r][row],
          (bin) => column[bin],
          types.map((type) => type.capacity[r] ?? 0),
        ),
      ),
      dimension(
        (row) => classes.gpus[row] * classes.gpuMilli[row],
        (bin) => milliOf(freeDevice, bin),
        types.map((type) => type.devices * MILLI),
      ),
    ],
  }
}

/** The size of each single pod that asks for some. */
function piecesOf(countOf: Int32Array, sizeOf: Float64Array): Float64Array {
  const pieces: number[] = []
  countOf.forEach((count, row) => {
    if (sizeOf[row] > 0) for (let k = 0; k < count; k++) pieces.push(sizeOf[row])
  })
  return Float64Array.from(pieces)
}

/** Fewest bins whose amounts add up to the demand: largest first, existing and new ones alike. */
function fewest(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
  const lots = [
    ...problem.types.map(({ limit }, type) => ({ amount: types[type], count: limit })),
    ...Array.from(existing, (amount) => ({ amount, count: 1 })),
  ]
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

/** Devices that the pods need, whole ones and as many as the shares fill by L2, at most as many a bin as it has. */
function deviceBound(problem: PackingProblem, countOf: Int32Array): number {
  const { classes, freeDevice, bins, types } = problem
  const shares: number[] = []
  let devices = 0
  countOf.forEach((count, row) => {
    if (classes.gpuMilli[row] >= MILLI) devices += count * classes.gpus[row]
    else if (classes.gpus[row] > 0) for (let k = 0; k < count; k++) shares.push(classes.gpuMilli[row])
  })
  devices += martelloTothBound(shares, MILLI)
  if (devices === 0) return 0
  const existing = Float64Array.from({ length: bins }, (_, bin) => {
    let count = 0
    for (let d = bin * DEVICES; d < (bin + 1) * DEVICES; d++) if (freeDevice[d] > 0) count++
    return count
  })
  return fewest(
    devices,
    existing,
    types.map((type) => type.devices),
    problem,
  )
}

/**
 * Cheapest new bins for what existing ones cannot hold, bins cut to any size: lowest price per unit first. A price is whole, so the
 * quotient may be cut off without losing the bound; rounding up instead could pass it by the last bit.
 */
function cheapest(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
  let left = demand
  for (const amount of existing) left -= amount
  const offers = problem.types
    .map(({ price, limit }, type) => ({ price, limit, amount: types[type] }))
    .filter(({ amount, limit }) => amount > 0 && limit > 0)
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

/** Each pod's share of the cheapest type that could hold it, less the dearest that existing bins could take. */
function sharedPrice(problem: PackingProblem, countOf: Int32Array, { sizeOf, existing, types }: Dimension): number {
  let room = 0
  for (const amount of existing) room += amount
  const lots: { perUnit: number; amount: number }[] = []
  countOf.forEach((count, row) => {
    if (count === 0 || sizeOf[row] === 0) return
    let perUnit = Infinity
    problem.types.forEach((type, t) => {
      if (type.limit > 0 && couldHold(problem, type, row)) perUnit = Math.min(perUnit, type.price / types[t])
    })
    lots.push({ perUnit, amount: count * sizeOf[row] })
  })
  lots.sort((a, b) => b.perUnit - a.perUnit)
  let cost = 0
  for (const { perUnit, amount } of lots) {
    const paid = Math.max(0, amount - room)
    room -= amount - paid
    // A pod that no type could hold and that existing bins have no room for: there is no packing.
    if (paid > 0) cost += paid * perUnit
  }
  return Math.floor(cost)
}

/** Could an empty bin of the type hold one pod of the class? */
function couldHold({ classes, free }: PackingProblem, type: BinType, podClass: number): boolean {
  if (!type.admits(podClass) || classes.gpus[podClass] > type.devices) return false
  for (let r = 0; r < free.length; r++) if (classes.request[r][podClass] > (type.capacity[r] ?? 0)) return false
  return true
}

/** The new bins that any packing opens, at the lowest price. */
function missingBins({ bins, types }: PackingProblem, needed: number): number {
  let lowest = Infinity
  for (const { price, limit } of types) if (limit > 0) lowest = Math.min(lowest, price)
  return needed > bins ? (needed - bins) * lowest : 0
}
