/** The optimum by trying every packing, for a few pods. */
import { DEVICES, MILLI } from '../../cluster/views.ts'
import type { PackingProblem } from '../policy.ts'

interface Open {
  readonly admits: (podClass: number) => boolean
  readonly free: number[]
  readonly device: number[]
  readonly price: number
  pods: number
}

/** Fewest bins, and separately the lowest cost, over all packings of all pods; null when not all of them can be placed. */
export function optimum(problem: PackingProblem): { bins: number; cost: number } | null {
  const bins = least(problem, (open) => (open.pods > 0 ? 1 : 0))
  return bins === null ? null : { bins, cost: least(problem, (open) => open.price)! }
}

function least(problem: PackingProblem, priceOf: (open: Open) => number): number | null {
  const { classes, podClass, types } = problem
  const open: Open[] = Array.from({ length: problem.bins }, (_, bin) => ({
    admits: (row) => problem.binAdmits(row, bin),
    free: problem.free.map((column) => column[bin]),
    device: Array.from({ length: DEVICES }, (_d, d) => problem.freeDevice[bin * DEVICES + d]),
    price: 0,
    pods: 0,
  }))
  const left = types.map(({ limit }) => limit)
  let best: number | null = null
  const put = (item: number, into: Open): void => {
    const row = podClass[item]
    if (!into.admits(row) || into.free.some((amount, r) => amount < classes.request[r][row])) return
    for (const mask of masksOf(into.device, classes.gpus[row], classes.gpuMilli[row])) {
      const change = (sign: number): void => {
        into.free.forEach((_, r) => (into.free[r] += sign * classes.request[r][row]))
        into.device.forEach((_, d) => (into.device[d] += (mask >> d) & 1 ? sign * classes.gpuMilli[row] : 0))
        into.pods -= sign
      }
      change(-1)
      place(item + 1)
      change(1)
    }
  }
  const place = (item: number): void => {
    const price = open.reduce((sum, each) => sum + priceOf(each), 0)
    if (best !== null && price >= best) return
    if (item === problem.items) {
      best = price
      return
    }
    for (const each of [...open]) put(item, each)
    types.forEach((type, t) => {
      if (left[t] < 1) return
      left[t]--
      const fresh = {
        admits: (row: number) => type.admits(row),
        free: problem.free.map((_, r) => type.capacity[r] ?? 0),
        device: Array.from({ length: DEVICES }, (_, d) => (d < type.devices ? MILLI : 0)),
        price: type.price,
        pods: 0,
      }
      open.push(fresh)
      put(item, fresh)
      open.pop()
      left[t]++
    })
  }
  place(0)
  return best
}

/** Different choices of devices: whole ones from the lowest index, a share on any of the devices with different free amounts. */
function masksOf(device: readonly number[], gpus: number, milli: number): number[] {
  if (gpus === 0) return [0]
  const fitting = device.flatMap((free, d) => (free >= milli ? [d] : []))
  if (milli < MILLI) return fitting.filter((d, i) => !fitting.slice(0, i).some((other) => device[other] === device[d])).map((d) => 1 << d)
  return fitting.length < gpus ? [] : [fitting.slice(0, gpus).reduce((mask, d) => mask | (1 << d), 0)]
}

/** Fewest bins of one capacity for sizes of one dimension; branch and bound, quick up to a dozen. */
export function optimumOfLine(sizes: readonly number[], capacity: number): number {
  const sorted = [...sizes].sort((a, b) => b - a)
  const atLeast = Math.ceil(sorted.reduce((sum, size) => sum + size, 0) / capacity)
  const freeOf: number[] = []
  let best = sorted.length
  const place = (item: number): void => {
    if (freeOf.length >= best || best === atLeast) return
    if (item === sorted.length) {
      best = freeOf.length
      return
    }
    freeOf.forEach((free, bin) => {
      if (free < sorted[item] || freeOf.indexOf(free) < bin) return
      freeOf[bin] -= sorted[item]
      place(item + 1)
      freeOf[bin] += sorted[item]
    })
    freeOf.push(capacity - sorted[item])
    place(item + 1)
    freeOf.pop()
  }
  place(0)
  return best
}
