/**
 * Lower bounds of all packings of the given pods, in bins and in cost.
 *
 * `continuousBound` treats pods as divisible. For each resource it is the fewest bins whose capacities add up to the demand, largest bins
 * first; the largest of these counts is the bound. For one type of bin and no existing ones that is the maximum over resources of ceil(sum
 * of demands / capacity), L1 of Martello and Toth 1990 for vectors.
 *
 * `lowerBound` also uses that pods are not divisible. Bins: L2 of each resource, as if all bins were the largest; and the devices, whole
 * ones and shares by L2, with as many to a bin as it has. Cost: each pod pays its share of the cheapest type that can hold it, the sum over
 * pods of the minimum over these types t of price(t) demand / capacity(t), where existing bins take the most expensive demand for nothing;
 * and the new bins that are needed at least, at the lowest price.
 */
import { DEVICES, MILLI } from '../../cluster/views.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId, BinType, ItemId, Packing, PackingProblem } from '../policy.ts'
import { milliOf } from '../round/measure.ts'
import { martelloTothBound } from './martello-toth.ts'

/** What every packing of the pods needs at least. */
export interface Bound {
  /** Bins that hold a pod; Infinity when there is no packing. */
  readonly bins: number
  /** Micro-dollars per hour of new bins; Infinity when there is no packing. */
  readonly cost: number
}

/** What a packing needs, compared with the lower bound for the pods that it placed. */
export interface Gap {
  /** Bins that hold a pod, existing and new ones. */
  readonly used: number
  /** Micro-dollars per hour of new bins. */
  readonly cost: number
  readonly bound: Bound
  /** used / bound - 1; 0 when nothing was placed. */
  readonly gap: number
  /** cost / bound - 1; 0 when both are 0, Infinity when only the bound is 0. */
  readonly costGap: number
}

/** True for the items that a bound is for. */
type Counts = (item: ItemId) => boolean

const everyItem: Counts = () => true

/** The largest whole number that a sum may reach without being rounded. */
const EXACT = Number.MAX_SAFE_INTEGER

/** The continuous bound for the items that `counts` accepts, all by default. */
export function continuousBound(problem: PackingProblem, counts: Counts = everyItem): Bound {
  const { dimensions } = demandOf(problem, counts)
  let bins = 0
  let cost = 0
  for (const { demand, existing, types } of dimensions) {
    if (demand === 0) continue
    bins = Math.max(bins, fewestBins(demand, existing, types, problem))
    cost = Math.max(cost, lowestCost(demand, existing, types, problem))
  }
  return { bins, cost }
}

/** The largest of all bounds in this file for the items that `counts` accepts, all by default. O(n log n) for each resource. */
export function lowerBound(problem: PackingProblem, counts: Counts = everyItem): Bound {
  const { countOf, dimensions } = demandOf(problem, counts)
  let { bins, cost } = continuousBound(problem, counts)
  for (const { demand, sizeOf, existing, types } of dimensions) {
    if (demand === 0) continue
    let capacity = 0
    for (const amount of existing) capacity = Math.max(capacity, amount)
    types.forEach((amount, type) => (capacity = problem.types[type].limit > 0 ? Math.max(capacity, amount) : capacity))
    bins = Math.max(bins, martelloTothBound(sizesOf(countOf, sizeOf), capacity))
  }
  bins = Math.max(bins, deviceBound(problem, countOf))
  if (bins === Infinity) return { bins, cost: Infinity }
  for (const dimension of dimensions) cost = Math.max(cost, sharedPrice(problem, countOf, dimension))
  return { bins, cost: Math.max(cost, newBinCost(problem, bins)) }
}

/** How far the packing is above the lower bound for the pods that it placed; pods that are left over do not count. */
export function packingGap(problem: PackingProblem, packing: Packing): Gap {
  const bound = lowerBound(problem, (item) => packing.bin[item] !== NONE)
  const used = new Set(packing.bin.filter((bin) => bin !== NONE)).size
  let cost = 0
  for (const type of packing.opened) cost += problem.types[type].price
  return { used, cost, bound, gap: used === 0 ? 0 : used / bound.bins - 1, costGap: cost === 0 ? 0 : cost / bound.cost - 1 }
}

/** One resource, in units that keep all sums exact. */
interface Dimension {
  /** Demand of all pods together. */
  readonly demand: number
  /** By class: demand of one pod. */
  readonly sizeOf: Float64Array
  /** By existing bin: its free amount. */
  readonly existing: Float64Array
  /** By type: its capacity. */
  readonly types: readonly number[]
}

/** The number of counted pods of each class, and the resources of the problem with milli-GPU as the last one. */
function demandOf(problem: PackingProblem, counts: Counts): { countOf: Int32Array; dimensions: Dimension[] } {
  const { classes, podClass, free, freeDevice, types } = problem
  const countOf = new Int32Array(classes.count)
  for (let item = 0; item < problem.items; item++) if (counts(item)) countOf[podClass[item]]++
  const dimension = (sizeOf: (row: PodClassId) => number, freeOf: (bin: BinId) => number, capacities: readonly number[]): Dimension => {
    const sizes = Float64Array.from({ length: classes.count }, (_, row) => sizeOf(row))
    let approximate = 0
    for (let row = 0; row < classes.count; row++) approximate += countOf[row] * sizes[row]
    // Bytes of very many pods are counted in larger units, demands rounded down and capacities up: sums are exact, and the bound stays a
    // bound.
    let unit = 1
    while (approximate / unit >= EXACT / 2) unit *= 2
    const sizeIn = sizes.map((size) => Math.floor(size / unit))
    return {
      demand: sizeIn.reduce((sum, size, row) => sum + size * countOf[row], 0),
      sizeOf: sizeIn,
      existing: Float64Array.from({ length: problem.bins }, (_, bin) => Math.max(0, Math.ceil(freeOf(bin) / unit))),
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

/** The size of each counted pod, without those of size 0. */
function sizesOf(countOf: Int32Array, sizeOf: Float64Array): Float64Array {
  const sizes: number[] = []
  countOf.forEach((count, row) => {
    if (sizeOf[row] > 0) for (let k = 0; k < count; k++) sizes.push(sizeOf[row])
  })
  return Float64Array.from(sizes)
}

/** The fewest bins whose amounts add up to the demand: largest first, existing and new ones alike. */
function fewestBins(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
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

/** The fewest bins with enough devices: whole ones and, by L2, those that the shares need. */
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
  return fewestBins(
    devices,
    existing,
    types.map((type) => type.devices),
    problem,
  )
}

/**
 * The lowest cost of new bins for the demand that existing ones cannot hold, with divisible bins: lowest price per unit first. Prices are
 * whole, so every packing costs a whole number, and rounding down keeps the bound; rounding up could exceed it because of a rounded
 * quotient.
 */
function lowestCost(demand: number, existing: Float64Array, types: readonly number[], problem: PackingProblem): number {
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

/** The sum of each pod's share of the cheapest type that can hold it, without the most expensive demand, which existing bins take. */
function sharedPrice(problem: PackingProblem, countOf: Int32Array, { sizeOf, existing, types }: Dimension): number {
  let free = 0
  for (const amount of existing) free += amount
  const lots: { perUnit: number; amount: number }[] = []
  countOf.forEach((count, row) => {
    if (count === 0 || sizeOf[row] === 0) return
    let perUnit = Infinity
    problem.types.forEach((type, t) => {
      if (type.limit > 0 && canHold(problem, type, row)) perUnit = Math.min(perUnit, type.price / types[t])
    })
    lots.push({ perUnit, amount: count * sizeOf[row] })
  })
  lots.sort((a, b) => b.perUnit - a.perUnit)
  let cost = 0
  for (const { perUnit, amount } of lots) {
    const paid = Math.max(0, amount - free)
    free -= amount - paid
    // Infinity when no type can hold the pods: then there is no packing.
    if (paid > 0) cost += paid * perUnit
  }
  return Math.floor(cost)
}

/** True when an empty bin of the type holds a pod of the class. */
function canHold({ classes, free }: PackingProblem, type: BinType, podClass: PodClassId): boolean {
  if (!type.admits(podClass) || classes.gpus[podClass] > type.devices) return false
  for (let r = 0; r < free.length; r++) if (classes.request[r][podClass] > (type.capacity[r] ?? 0)) return false
  return true
}

/** The cost of the new bins among `needed` bins, each at the lowest price. */
function newBinCost({ bins, types }: PackingProblem, needed: number): number {
  let lowest = Infinity
  for (const { price, limit } of types) if (limit > 0) lowest = Math.min(lowest, price)
  return needed > bins ? (needed - bins) * lowest : 0
}
