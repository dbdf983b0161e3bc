/** Cluster Autoscaler: for pods that fit nowhere the node group that an expander chooses; drains of nodes that have been unneeded for a while. */
import { define, type ValueProblem } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { BackOff } from '../cluster-autoscaler/back-off.ts'
import { expanderNames, type ExpanderName } from '../cluster-autoscaler/expanders.ts'
import { ScaleUp } from '../cluster-autoscaler/scale-up.ts'
import type { NodeAutoscaler, NodeChanges, NodesContext, NodesScalingView } from '../policy.ts'
import { ScaleDown } from '../scale-down.ts'
import { onDemand } from './on-demand.ts'

const SECOND = 1_000_000 // µs
const MINUTE = 60 * SECOND

const parameters = {
  ...onDemand.parameters,
  expanders: {
    kind: 'list',
    default: [{ by: 'least-waste' }],
    min: 1,
    max: expanderNames.length,
    of: { by: { kind: 'choice', choices: expanderNames, meaning: 'what the best options have' } },
    meaning: 'which pool is scaled up: the best by the first, ties by the next, then at random',
  },
  priorities: {
    kind: 'list',
    default: [],
    of: {
      pool: { kind: 'name', meaning: 'name of the pool' },
      priority: { kind: 'integer', meaning: 'the highest wins' },
    },
    meaning: 'of the expander priority; pools without one come last',
  },
  balance: { kind: 'boolean', default: false, meaning: 'true: new nodes go to the smallest of the similar pools first' },
  atOnce: { kind: 'integer', default: 1000, min: 1, max: 1_000_000, meaning: 'most nodes of one scale-up' },
  provision: {
    kind: 'duration',
    default: 15 * MINUTE,
    min: SECOND,
    meaning: 'time after which a node that has not joined is written off and its pool backs off, for 5 to 30 minutes',
  },
  delayAfterDelete: { kind: 'duration', default: 0, min: 0, meaning: 'time after a drain in which no node is drained' },
} as const

export const clusterAutoscaler = define({
  name: 'cluster-autoscaler',
  summary:
    'Orders the nodes that an estimate per pool asks for, of the pool that an expander chooses (ties: at random); drains a node that has been underutilized, with pods that fit elsewhere, for a while.',
  source: 'Kubernetes Cluster Autoscaler, its FAQ and source of 2026',
  fidelity: 'simplified',
  parameters,
  problems: (values): readonly ValueProblem[] => problemsOf(values),
  create: (values, context: NodesContext): NodeAutoscaler | null => new ClusterAutoscaler(values, context),
})

type Given = Values<typeof parameters>

function problemsOf({ expanders, priorities }: Given): ValueProblem[] {
  const found: ValueProblem[] = []
  expanders.forEach(({ by }, i) => {
    const path = ['expanders', i, 'by']
    if (expanders.findIndex((other) => other.by === by) < i) found.push({ path, message: `found ${by} twice; accepted: each once` })
    if (by === 'priority' && priorities.length === 0)
      found.push({ path, message: 'found priority without priorities; accepted: priorities: [{ pool: spot, priority: 10 }]' })
  })
  priorities.forEach(({ pool }, i) => {
    if (priorities.findIndex((other) => other.pool === pool) < i)
      found.push({ path: ['priorities', i, 'pool'], message: `found ${pool} twice; accepted: each pool once` })
  })
  return found
}

class ClusterAutoscaler implements NodeAutoscaler {
  readonly every: Time
  private readonly values: Given
  private readonly backOff: BackOff
  private readonly scaleUp: ScaleUp
  private readonly scaleDown: ScaleDown
  private lastAdded: Time = -Infinity
  private lastDrained: Time = -Infinity

  constructor(values: Given, { packer, random }: NodesContext) {
    const { expanders, priorities, balance, atOnce } = values
    this.every = values.interval
    this.values = values
    this.backOff = new BackOff(values.provision)
    const settings = {
      expanders: expanders.map(({ by }) => by as ExpanderName),
      priorities: new Map(priorities.map(({ pool, priority }) => [pool, priority])),
      balance,
      atOnce,
    }
    this.scaleUp = new ScaleUp(settings, packer, random, this.backOff)
    this.scaleDown = new ScaleDown(values)
  }

  propose(view: NodesScalingView, out: NodeChanges): void {
    this.backOff.scan(view)
    const orders = this.scaleUp.orders(view)
    for (const { pool, count } of orders) out.add(pool, count)
    if (orders.length > 0) {
      this.lastAdded = view.now
      return // a scan that orders nodes does nothing else
    }
    const { delayAfterAdd, delayAfterDelete } = this.values
    const isCool = view.now - this.lastAdded >= delayAfterAdd && view.now - this.lastDrained >= delayAfterDelete
    const drain = (node: number): void => {
      this.lastDrained = view.now
      out.drain(node)
    }
    this.scaleDown.scan(view, { add: (pool, count) => out.add(pool, count), drain }, isCool)
  }
}
