/**
 * The last pass of a packing, when asked for: each new bin, in order of opening, becomes the cheapest type that holds what is in it (ties: the lowest row), if that is cheaper
 * than its own. A type that other bins have left may be taken again up to its limit. Pods stay together, so it never finds that two half-full bins
 * could be one; left-over pods are not tried again.
 */
import { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { Packing, PackingProblem } from '../policy.ts'

/** @param measure reset to the problem */
export function rightSized(problem: PackingProblem, packing: Packing, measure: Measure): Packing {
  const { types } = problem
  if (packing.opened.length === 0 || types.length < 2) return packing
  const opened = [...packing.opened]
  const deviceMask = Int32Array.from(packing.deviceMask!)
  const left = types.map(({ limit }) => limit)
  for (const type of opened) left[type]--
  const cheapestFirst = types.map((_, type) => type).sort((a, b) => types[a].price - types[b].price)
  const bins = new Bins()
  bins.reset(
    { ...problem, bins: 0, types: types.map((type) => ({ ...type, admits: (podClass) => type.admits(podClass), limit: Infinity })) },
    measure,
  )
  itemsByNewBin(problem, packing).forEach((items, k) => {
    for (const type of cheapestFirst) {
      if (types[type].price >= types[opened[k]].price) return
      if (left[type] < 1) continue
      const masks = masksIn(bins, type, items, problem)
      if (masks === null) continue
      left[opened[k]]++
      left[type]--
      opened[k] = type
      items.forEach((item, i) => (deviceMask[item] = masks[i]))
      return
    }
  })
  return { bin: packing.bin, deviceMask, opened, leftOver: packing.leftOver }
}

/** Items of each new bin; those with whole devices first, then shares from the largest down, so that devices are found when there is a way. */
function itemsByNewBin({ items, bins, podClass, classes }: PackingProblem, { bin, opened }: Packing): number[][] {
  const itemsOf: number[][] = opened.map(() => [])
  for (let item = 0; item < items; item++) if (bin[item] >= bins) itemsOf[bin[item] - bins].push(item)
  for (const list of itemsOf) list.sort((a, b) => classes.gpuMilli[podClass[b]] - classes.gpuMilli[podClass[a]])
  return itemsOf
}

/** Devices of the items in an empty bin of the type; null when it does not hold them. */
function masksIn(bins: Bins, type: number, items: readonly number[], { podClass }: PackingProblem): number[] | null {
  const bin = bins.open(type)
  const masks: number[] = []
  for (const item of items) {
    if (bins.place(podClass[item], bin, 1) === 0) break
    masks.push(bins.masks[0])
  }
  bins.discard()
  return masks.length === items.length ? masks : null
}
