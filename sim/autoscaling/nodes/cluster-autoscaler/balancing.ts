/**
 * Balancing of similar node groups: new nodes go to the smallest of them first.
 * Source: Kubernetes autoscaler, cluster-autoscaler/processors/nodegroupset.
 */
import { CPU, MEMORY } from '../../../cluster/views.ts'
import type { PodClassId } from '../../../common/ids.ts'
import type { ScalablePool } from '../policy.ts'

/** Groups are similar when they differ by less than this share: CPU not at all, memory of the machine by 1.5 %, other resources by 5 %. */
const MEMORY_DIFFERENCE = 0.015
const OTHER_DIFFERENCE = 0.05

const isClose = (a: number, b: number, share: number): boolean => Math.abs(a - b) <= share * Math.max(a, b)

/** Whether nodes of both groups are of one size and take the same pods. */
export function isSimilar(a: ScalablePool, b: ScalablePool, classes: readonly PodClassId[]): boolean {
  const sizes = a.type.capacity.every((amount, row) =>
    row === CPU
      ? amount === b.type.capacity[row]
      : isClose(amount, b.type.capacity[row], row === MEMORY ? MEMORY_DIFFERENCE : OTHER_DIFFERENCE),
  )
  return sizes && a.type.devices === b.type.devices && classes.every((podClass) => a.type.admits(podClass) === b.type.admits(podClass))
}

/** New nodes by group; the groups become as equal in size as their bounds allow. Ties: the first group. */
export function balanced(groups: readonly ScalablePool[], nodes: number): number[] {
  const added = groups.map(() => 0)
  for (let node = 0; node < nodes; node++) {
    let smallest = -1
    groups.forEach(({ count, max }, row) => {
      const size = count + added[row]
      if (size < max && (smallest < 0 || size < groups[smallest].count + added[smallest])) smallest = row
    })
    if (smallest < 0) break
    added[smallest]++
  }
  return added
}
