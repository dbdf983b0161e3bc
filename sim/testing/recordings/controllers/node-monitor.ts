/** Replays `nodes`: the node life cycle controller. Which waiting node of a zone is tainted next is not recorded. */
import type { NodeId } from '../../../common/ids.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { NodeMonitor, type NodeTaint } from '../../../controllers/kubernetes/node-monitor.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { SECOND } from './names.ts'

/** One recorded case. */
export interface NodesCase extends RecordedCase {
  readonly nodes: readonly { readonly name: string; readonly zone: string; readonly leaseAt: number }[]
  readonly events: readonly { readonly at: number; readonly node: string; readonly do: string }[]
  readonly until: number
  readonly times: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>
}

/** Replays one case. */
export function replayNodes({ nodes, events, until, times }: NodesCase): string | null {
  const simulator = new Simulator()
  const ours: Record<string, Record<string, number[]>> = {}
  const note = (kind: string, who: string): void => {
    const list = ((ours[kind] ??= {})[who] ??= [])
    list.push(simulator.now / SECOND)
  }
  const noteTaint = (sign: string) => (node: NodeId, taint: NodeTaint, effect: string) =>
    note(`${sign}node.kubernetes.io/${taint}:${effect}`, effect === 'NoExecute' ? nodes[node].zone : nodes[node].name)
  const monitor = new NodeMonitor(simulator, {
    becameUnknown: (node) => note('ready=Unknown', nodes[node].name),
    tainted: noteTaint('+'),
    untainted: noteTaint('-'),
  })
  nodes.forEach(({ zone, leaseAt }, node) => monitor.added(node, zone, (leaseAt + 0.5) * SECOND))
  const rows = new Map(nodes.map(({ name }, node) => [name, node]))
  for (const event of events) {
    const node = rows.get(event.node)!
    simulator.call(event.at * SECOND, () =>
      event.do === 'crash' ? monitor.crashed(node) : monitor.reported(node, event.do !== 'notReady'),
    )
  }
  simulator.run(until * SECOND)
  const sorted = (kinds: NodesCase['times']): unknown =>
    Object.fromEntries(
      Object.entries(kinds).map(([kind, by]) => [
        kind,
        Object.fromEntries(Object.entries(by).map(([who, list]) => [who, [...list].sort((a, b) => a - b)])),
      ]),
    )
  return firstDifference(sorted(times), sorted(ours))
}
