/** On demand: new nodes at once for pods that fit nowhere; drains of nodes that have been underutilized and unneeded for a while. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { estimate } from '../estimate.ts'
import type { NodeAutoscaler, NodeChanges, NodesContext, NodesScalingView } from '../policy.ts'
import { ScaleDown } from '../scale-down.ts'

const SECOND = 1_000_000 // µs
const MINUTE = 60 * SECOND

export const onDemand = define({
  name: 'on-demand',
  summary:
    'Orders the nodes that the packer needs for pods that fit nowhere; drains a node that has been underutilized, with pods that fit elsewhere, for a while (ties: longest unneeded, then lowest node).',
  source: 'Kubernetes Cluster Autoscaler, its FAQ and source of 2026',
  fidelity: 'simplified',
  parameters: {
    interval: { kind: 'duration', default: 10 * SECOND, min: 1000, meaning: 'time between two scans' },
    threshold: {
      kind: 'share',
      default: 0.5,
      min: 0,
      max: 1,
      meaning: 'a node may be removed below this share of requested CPU and memory (of GPU on nodes that have any); 0: never',
    },
    unneeded: {
      kind: 'duration',
      default: 10 * MINUTE,
      min: 0,
      meaning: 'time for which a node must be unneeded without interruption before it is drained',
    },
    delayAfterAdd: { kind: 'duration', default: 10 * MINUTE, min: 0, meaning: 'time after an order of nodes in which no node is drained' },
    recheck: {
      kind: 'duration',
      default: 5 * MINUTE,
      min: 0,
      meaning: 'time for which an underutilized node whose pods could not move is not examined again',
    },
    candidates: { kind: 'integer', default: 30, min: 0, meaning: 'nodes with pods that are tracked as unneeded at a time' },
    bulk: { kind: 'integer', default: 10, min: 0, meaning: 'nodes drained per scan at most, one of them with pods' },
  },
  create: (values, context: NodesContext): NodeAutoscaler | null => new OnDemand(values, context),
})

type Given = Values<typeof onDemand.parameters>

class OnDemand implements NodeAutoscaler {
  readonly every: Time
  private readonly values: Given
  private readonly context: NodesContext
  private readonly scaleDown: ScaleDown
  private lastAdded: Time = -Infinity

  constructor(values: Given, context: NodesContext) {
    this.every = values.interval
    this.values = values
    this.context = context
    this.scaleDown = new ScaleDown(values)
  }

  propose(view: NodesScalingView, out: NodeChanges): void {
    const counts = estimate(view, this.context.packer)
    counts.forEach((count, row) => {
      if (count === 0) return
      out.add(view.pools[row].pool, count)
      this.lastAdded = view.now
    })
    // As in the Cluster Autoscaler, a scan that orders nodes does nothing else.
    if (this.lastAdded === view.now) return
    this.scaleDown.scan(view, out, view.now - this.lastAdded >= this.values.delayAfterAdd)
  }
}
