/**
 * Right-sizing, the optional last pass of a packing: each new bin, in order of opening, gets the cheapest type that holds its pods (ties:
 * the lowest row), if that is cheaper than its own. A type that another bin has given up may be taken again up to its limit. Pods stay
 * together, so two half-full bins are not merged, and pods that were left over are not tried again.
 */
import { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { BinTypeId, ItemId, Packing, PackingProblem } from '../policy.ts'

/** The packing with cheaper types of new bins where possible; the given one stays as it is. @param measure reset to the problem */
export function rightSized(problem: PackingProblem, packing: Packing, measure: Measure): Packing {
  const { types } = problem
  if (packing.opened.length === 0 || types.length < 2) return packing
  const opened = [...packing.opened]
  const deviceMask = Int32Array.from(packing.deviceMask!)
  const available = types.map(({ limit }) => limit)
  for (const type of opened) available[type]--
  const cheapestFirst = types.map((_, type) => type).sort((a, b) => types[a].price - types[b].price)
  const bins = new Bins()
  bins.reset(
    { ...problem, bins: 0, types: types.map((type) => ({ ...type, admits: (podClass) => type.admits(podClass), limit: Infinity })) },
    measure,
  )
  itemsByNewBin(problem, packing).forEach((items, k) => {
    for (const type of cheapestFirst) {
      if (types[type].price >= types[opened[k]].price) return
      if (available[type] < 1) continue
      const masks = masksIn(bins, type, items, problem)
      if (masks === null) continue
      available[opened[k]]++
      available[type]--
      opened[k] = type
      items.forEach((item, i) => (deviceMask[item] = masks[i]))
      return
    }
  })
  return { bin: packing.bin, deviceMask, opened, leftOver: packing.leftOver }
}

/** Items of each new bin: whole devices first, then shares from the largest down, which is the order that finds devices most often. */
function itemsByNewBin({ items, bins, podClass, classes }: PackingProblem, { bin, opened }: Packing): ItemId[][] {
  const itemsOf: ItemId[][] = opened.map(() => [])
  for (let item = 0; item < items; item++) if (bin[item] >= bins) itemsOf[bin[item] - bins].push(item)
  for (const list of itemsOf) list.sort((a, b) => classes.gpuMilli[podClass[b]] - classes.gpuMilli[podClass[a]])
  return itemsOf
}

/** Devices of the items in an empty bin of the type; null when it does not hold them. */
function masksIn(bins: Bins, type: BinTypeId, items: readonly ItemId[], { podClass }: PackingProblem): number[] | null {
  const bin = bins.open(type)
  const masks: number[] = []
  for (const item of items) {
    if (bins.place(podClass[item], bin, 1) === 0) break
    masks.push(bins.masks[0])
  }
  bins.discard()
  return masks.length === items.length ? masks : null
}
