/**
 * Which tasks of an ECS service are stopped first: those that do not run, then one from the availability zone with the most tasks of the
 * service, and there from the instance with the most. Equal ones: the youngest, which is a choice of ours.
 * Source: Amazon ECS developer guide, service scheduler ("terminating tasks").
 */
import type { NodeId } from '../../common/ids.ts'

/** What the choice reads of a task. */
export interface StoppableTask {
  readonly node: NodeId
  readonly zone: number
  readonly running: boolean
}

/** The rows of `candidates` that are stopped, in order. `others`: tasks of the service that stay, which count in zones and on instances. */
export function stoppingOrder(candidates: readonly StoppableTask[], others: readonly StoppableTask[], count: number): number[] {
  const left = candidates.map((task, row) => ({ task, row }))
  const zones = new Map<number, number>()
  const nodes = new Map<NodeId, number>()
  const add = ({ zone, node }: StoppableTask, change: number): void => {
    zones.set(zone, (zones.get(zone) ?? 0) + change)
    nodes.set(node, (nodes.get(node) ?? 0) + change)
  }
  for (const task of [...candidates, ...others]) add(task, 1)
  const chosen: number[] = []
  while (chosen.length < count && left.length > 0) {
    let best = 0
    for (let i = 1; i < left.length; i++) if (isBefore(left[i].task, left[best].task, zones, nodes)) best = i
    const [{ task, row }] = left.splice(best, 1)
    add(task, -1)
    chosen.push(row)
  }
  return chosen
}

/** Whether `a`, the younger one, is stopped rather than `b`. */
function isBefore(a: StoppableTask, b: StoppableTask, zones: ReadonlyMap<number, number>, nodes: ReadonlyMap<NodeId, number>): boolean {
  if (a.running !== b.running) return b.running
  const byZone = zones.get(a.zone)! - zones.get(b.zone)!
  return byZone === 0 ? nodes.get(a.node)! >= nodes.get(b.node)! : byZone > 0
}
