/**
 * The slow, obvious twins: for each pod a scan of all bins, or for each place in a bin a scan of all pods. Same decisions as the packers with a search, pod by pod; the
 * oracle of their tests and the row beside them in benches.
 */
import { NONE } from '../../cluster/views.ts'
import { Affinity, type AffinityName } from './affinity.ts'
import { Bins } from './bins.ts'
import { Measure } from './measure.ts'
import { NewBins } from './new-bins.ts'
import { arrival, decreasing, type ItemOrder, type PackOptions } from './pack.ts'
import type { Packer, Packing, PackingProblem } from '../policy.ts'
import { rightSized } from './right-sizing.ts'
import { classesOf, Waiting } from './waiting.ts'

/** What a choice may know of the round: how many bins were there, and which of them took the last pod. */
interface Memory {
  readonly existing: number
  pointer: number
}
type Choice = (podClass: number, bins: Bins, memory: Memory) => number

const firstFit: Choice = (podClass, bins) => {
  for (let bin = 0; bin < bins.count; bin++) if (bins.fits(podClass, bin)) return bin
  return NONE
}

/** The bin that `better` prefers to every other fitting one, among the existing ones if any fits. */
const extreme =
  (better: (room: number, best: number) => boolean): Choice =>
  (podClass, bins, { existing }) => {
    const among = (from: number, end: number): number => {
      let best = NONE
      for (let bin = from; bin < end; bin++) {
        if (bins.fits(podClass, bin) && (best === NONE || better(bins.room(bin), bins.room(best)))) best = bin
      }
      return best
    }
    const found = among(0, existing)
    return found === NONE ? among(existing, bins.count) : found
  }
const bestFit = extreme((room, best) => room < best)
const worstFit = extreme((room, best) => room > best)

const nextFit: Choice = (podClass, bins, memory) => {
  for (let k = 0; k < memory.existing; k++) {
    const bin = (memory.pointer + k) % memory.existing
    if (!bins.fits(podClass, bin)) continue
    memory.pointer = bin
    return bin
  }
  const newest = bins.count - 1
  return newest >= memory.existing && bins.fits(podClass, newest) ? newest : NONE
}

interface Plan {
  readonly problem: PackingProblem
  readonly measure: Measure
  readonly bins: Bins
  readonly waiting: Waiting
  readonly newBins: NewBins
  readonly bin: Int32Array
  readonly deviceMask: Int32Array
}

function planOf(problem: PackingProblem, options: PackOptions): Plan {
  const measure = new Measure(options.size, options.weights)
  const classes = classesOf(problem)
  measure.reset(problem, classes)
  const bins = new Bins()
  bins.reset(problem, measure)
  const waiting = new Waiting(problem, measure, classes)
  const newBins = new NewBins(options.newBins ?? 'price-per-pod')
  newBins.reset(bins, problem.types, waiting)
  return {
    problem,
    measure,
    bins,
    waiting,
    newBins,
    bin: new Int32Array(problem.items).fill(NONE),
    deviceMask: new Int32Array(problem.items),
  }
}

function put({ problem, bins, waiting, bin, deviceMask }: Plan, item: number, target: number): void {
  bins.place(problem.podClass[item], target, 1)
  waiting.placed(problem.podClass[item], 1)
  bin[item] = target
  deviceMask[item] = bins.masks[0]
}

function ended({ problem, measure, bins, bin, deviceMask }: Plan, options: PackOptions): Packing {
  const packing = { bin, deviceMask, opened: bins.opened, leftOver: bin.filter((target) => target === NONE).length }
  return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
}

function itemCentric(orderOf: ItemOrder, choose: Choice, options: PackOptions = {}): Packer {
  return {
    pack: (problem) => {
      const plan = planOf(problem, options)
      const { bins, waiting, newBins } = plan
      const memory = { existing: problem.bins, pointer: 0 }
      orderOf(problem, waiting).forEach((item) => {
        const podClass = problem.podClass[item]
        let target = choose(podClass, bins, memory)
        if (target === NONE) {
          const type = newBins.choose(podClass)
          // With no new bin to be had, an older one may do (only next fit has passed one over).
          target = type === NONE ? firstFit(podClass, bins, memory) : bins.open(type)
        }
        if (target === NONE) waiting.total--
        else put(plan, item, target)
      })
      return ended(plan, options)
    },
  }
}

function binCentric(name: AffinityName, options: PackOptions = {}): Packer {
  return {
    pack: (problem) => {
      const plan = planOf(problem, options)
      const { bins, measure, waiting, newBins, bin } = plan
      const affinity = new Affinity(name)
      affinity.reset(problem, bins, measure, waiting)
      const fill = (target: number): void => {
        for (;;) {
          const item = bestItem(plan, affinity, target)
          if (item === NONE) return
          put(plan, item, target)
        }
      }
      for (let target = 0; target < problem.bins; target++) fill(target)
      for (const podClass of waiting.bySize) {
        let item = firstWaiting(plan, podClass)
        while (item !== NONE) {
          const type = newBins.choose(podClass)
          if (type === NONE) break
          fill(bins.open(type))
          item = firstWaiting(plan, podClass)
        }
        waiting.total -= problem.items === 0 ? 0 : bin.filter((target, i) => target === NONE && problem.podClass[i] === podClass).length
      }
      return ended(plan, options)
    },
  }
}

function firstWaiting({ problem, bin }: Plan, podClass: number): number {
  for (let item = 0; item < problem.items; item++) if (bin[item] === NONE && problem.podClass[item] === podClass) return item
  return NONE
}

/** The waiting pod of the greatest affinity; equal ones by whose kind came first, then in pod order. */
function bestItem({ problem, bins, bin, waiting }: Plan, affinity: Affinity, target: number): number {
  affinity.look(target)
  const cameAs = (item: number): number => waiting.classes.indexOf(problem.podClass[item])
  let best = NONE
  for (let item = 0; item < problem.items; item++) {
    const podClass = problem.podClass[item]
    if (bin[item] !== NONE || !bins.fits(podClass, target)) continue
    const more = best === NONE ? 1 : affinity.of(podClass) - affinity.of(problem.podClass[best])
    if (more > 0 || (more === 0 && cameAs(item) < cameAs(best))) best = item
  }
  return best
}

/** The twin of each member, by its name. */
export const plainPackers: Readonly<Record<string, (options?: PackOptions) => Packer>> = {
  'next-fit': (options) => itemCentric(arrival, nextFit, options),
  'first-fit': (options) => itemCentric(arrival, firstFit, options),
  'best-fit': (options) => itemCentric(arrival, bestFit, options),
  'worst-fit': (options) => itemCentric(arrival, worstFit, options),
  'next-fit-decreasing': (options) => itemCentric(decreasing, nextFit, options),
  'first-fit-decreasing': (options) => itemCentric(decreasing, firstFit, options),
  'best-fit-decreasing': (options) => itemCentric(decreasing, bestFit, options),
  'worst-fit-decreasing': (options) => itemCentric(decreasing, worstFit, options),
  'dot-product': (options) => binCentric('dot-product', options),
  'norm-greedy': (options) => binCentric('norm', options),
}
