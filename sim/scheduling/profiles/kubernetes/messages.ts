/** The event text of a pod that could not be scheduled, as kube-scheduler words it. */
import type { NodeInfo } from './node-info.ts'
import type { Preemption } from './preemption.ts'
import type { Refusal, Rejection } from './plugin.ts'

/** Counted reasons, sorted as text: "2 Insufficient cpu, 3 node(s) were unschedulable". */
export function countedReasons(refusals: Iterable<Refusal>, more: ReadonlyMap<string, number> = new Map()): string {
  const counts = new Map(more)
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ')
}

/** The text for counted reasons, of which each node has one at least. */
export const noneAvailable = (nodes: number, reasons: string): string =>
  `0/${nodes} nodes are available:${reasons === '' ? '' : ` ${reasons}.`}`

/** The text when no node can run the pod. `narrowedBy` are the plugins that left out the nodes that were not filtered. */
export function unschedulableMessage(
  nodes: number,
  outcome: {
    readonly rejects: Rejection | null
    readonly rejected: ReadonlyMap<NodeInfo, Rejection>
    readonly narrowedBy: readonly string[]
    readonly preemption: Preemption | null
  },
): string {
  const { rejects, rejected, narrowedBy, preemption } = outcome
  const absent = nodes - rejected.size
  const left = `node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(' ')}]`
  const reasons =
    rejects === null
      ? countedReasons(rejected.values(), absent > 0 && narrowedBy.length > 0 ? new Map([[left, absent]]) : new Map())
      : rejects.reasons.join(', ')
  return `${noneAvailable(nodes, reasons)}${preemption === null ? '' : preemptionMessage(nodes, preemption)}`
}

function preemptionMessage(nodes: number, { eligible, message, candidates, failed }: Preemption): string {
  if (!eligible) return ` preemption: ${message}`
  if (candidates.length > 0) return ''
  const helpless = nodes - failed.size
  const more = helpless > 0 ? new Map([['Preemption is not helpful for scheduling', helpless]]) : new Map<string, number>()
  return ` preemption: ${noneAvailable(nodes, countedReasons(failed.values(), more))}`
}
