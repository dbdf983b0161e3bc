/**
 * The slow, obvious twins: for each pod a scan of all bins. Same decisions as the packers with a search, pod by pod; the oracle of
 * their tests and the row beside them in benches.
 */
import { NONE } from '../cluster/views.ts'
import { Bins } from './bins.ts'
import { Measure } from './measure.ts'
import { arrival, classesOf, decreasing, sizesOf, type ItemOrder } from './pack.ts'
import type { Packer, Packing, PackingProblem } from './policy.ts'

type Choice = (podClass: number, bins: Bins) => number

const firstFit: Choice = (podClass, bins) => {
  for (let bin = 0; bin < bins.count; bin++) if (bins.fits(podClass, bin)) return bin
  return NONE
}

const bestFit: Choice = (podClass, bins) => {
  let best = NONE
  for (let bin = 0; bin < bins.count; bin++) {
    if (bins.fits(podClass, bin) && (best === NONE || bins.room(bin) < bins.room(best))) best = bin
  }
  return best
}

function pack(problem: PackingProblem, orderOf: ItemOrder, choose: Choice): Packing {
  const measure = new Measure()
  const classes = classesOf(problem)
  measure.reset(problem, classes)
  const bins = new Bins()
  bins.reset(problem, measure)
  const order = orderOf(problem, sizesOf(problem, measure, classes))
  const bin = new Int32Array(problem.items).fill(NONE)
  const deviceMask = new Int32Array(problem.items)
  let leftOver = 0
  order.forEach((item, done) => {
    const podClass = problem.podClass[item]
    let target = choose(podClass, bins)
    if (target === NONE) {
      const type = bins.cheapestType(podClass, problem.items - done)
      if (type !== NONE) target = bins.open(type)
    }
    if (target === NONE) {
      leftOver++
      return
    }
    bins.place(podClass, target, 1)
    bin[item] = target
    deviceMask[item] = bins.masks[0]
  })
  return { bin, deviceMask, opened: bins.opened, leftOver }
}

export const plainFirstFitDecreasing: Packer = { pack: (problem) => pack(problem, decreasing, firstFit) }
export const plainBestFitDecreasing: Packer = { pack: (problem) => pack(problem, decreasing, bestFit) }
export const plainFirstFitInOrder: Packer = { pack: (problem) => pack(problem, arrival, firstFit) }
