/** Swarm spread: waiting pods of one service together, on the nodes with the fewest pods of the service, then with the fewest pods. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import { NodeState } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { Scheduler, SchedulingContext, Wake } from '../policy.ts'
import { placeGroup, type GroupRules } from '../profiles/swarm/group.ts'
import { serviceKey, TrackedServices, type ServiceKey } from '../search/service-counts.ts'

const parameters = {
  preference: {
    kind: 'choice',
    choices: ['none', 'zone', 'pool'],
    default: 'none',
    meaning: 'zone, pool: each one gets an equal number of pods of a service first, whatever its number of nodes',
  },
  maxReplicas: { kind: 'integer', default: 0, min: 0, meaning: 'highest number of pods of a service on a node; 0: no limit' },
} as const

export const swarmSpread = define({
  name: 'swarm-spread',
  summary:
    'waiting pods of a service as a group: nodes with the fewest pods of the service, then the fewest pods, are filled until they are level, then in turn; random on ties',
  source: 'Docker SwarmKit 2.0.0, manager/scheduler',
  fidelity: 'simplified',
  parameters,
  create: (values, context: SchedulingContext): Scheduler => new SwarmSpread(values, context.random),
})

type Given = Values<typeof parameters>

/** A node within one wake: `view` does not change while pods are placed on it. */
interface Candidate {
  readonly row: NodeId
  /** Amounts that this wake has taken [resource]. */
  readonly taken: number[]
  pods: number
  /** A pod with devices was placed by this wake; which devices are left is known at the next one. */
  devices: boolean
}

class SwarmSpread implements Scheduler {
  private readonly values: Given
  private readonly random: RandomStream
  private readonly counts = new TrackedServices()

  constructor(values: Given, random: RandomStream) {
    this.values = values
    this.random = random
  }

  wake(_reason: Wake, view: ClusterView, pending: readonly PodId[], out: Decisions): void {
    this.counts.follow(view)
    const nodes = readyNodes(view)
    for (const group of this.shuffled(groupsOf(pending, view))) {
      out.examined += nodes.length
      const placed = this.placeGroup(group, nodes, view, out)
      for (const pod of group.slice(placed)) out.decline(pod)
    }
  }

  /** Binds the first pods of the group and returns their number. */
  private placeGroup(group: readonly PodId[], nodes: readonly Candidate[], view: ClusterView, out: Decisions): number {
    const podClass = view.pods.podClass[group[0]]
    const own = new Map(this.counts.nodesOf(serviceKey(group[0], view)))
    const { maxReplicas } = this.values
    let next = 0
    const tasks = ({ row }: Candidate): number => own.get(row) ?? 0
    const rules: GroupRules<Candidate> = {
      tasks,
      fits: (node) => (maxReplicas === 0 || tasks(node) < maxReplicas) && fits(podClass, node, view),
      better: (a, b) => (tasks(a) !== tasks(b) ? tasks(a) < tasks(b) : a.pods < b.pods),
      path: ({ row }) => this.path(row, view),
      assign: (node) => {
        const pod = group[next++]
        out.bind(pod, node.row)
        this.counts.expect(pod)
        own.set(node.row, tasks(node) + 1)
        take(podClass, node, view)
      },
    }
    return placeGroup(group.length, nodes, rules, (list) => this.shuffled(list))
  }

  private path(node: NodeId, { nodes }: ClusterView): readonly string[] {
    if (this.values.preference === 'none') return []
    const value = this.values.preference === 'zone' ? nodes.zone[node] : nodes.pool[node]
    return [value === NONE ? '' : String(value)]
  }

  private shuffled<T>(list: readonly T[]): T[] {
    const order = [...list]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.random.int(i + 1)
      const one = order[i]
      order[i] = order[j]
      order[j] = one
    }
    return order
  }
}

/** Pods of one service and class, in the order in which they wait. */
function groupsOf(pending: readonly PodId[], view: ClusterView): PodId[][] {
  const groups = new Map<ServiceKey, Map<PodClassId, PodId[]>>()
  for (const pod of pending) {
    const service = serviceKey(pod, view)
    let classes = groups.get(service)
    if (classes === undefined) groups.set(service, (classes = new Map<PodClassId, PodId[]>()))
    const group = classes.get(view.pods.podClass[pod])
    if (group === undefined) classes.set(view.pods.podClass[pod], [pod])
    else group.push(pod)
  }
  return [...groups.values()].flatMap((classes) => [...classes.values()])
}

function readyNodes({ nodes }: ClusterView): Candidate[] {
  const ready: Candidate[] = []
  for (let row = 0; row < nodes.count; row++)
    if (nodes.state[row] === NodeState.Ready)
      ready.push({ row, taken: nodes.resources.map(() => 0), pods: nodes.podCount[row], devices: false })
  return ready
}

function fits(podClass: PodClassId, { row, taken, devices }: Candidate, view: ClusterView): boolean {
  if (devices && view.classes.gpus[podClass] > 0) return false
  const { request } = view.classes
  for (let resource = 0; resource < taken.length; resource++)
    if (taken[resource] + request[resource][podClass] > view.nodes.free[resource][row]) return false
  return view.feasible(podClass, row)
}

function take(podClass: PodClassId, node: Candidate, { classes }: ClusterView): void {
  for (let resource = 0; resource < node.taken.length; resource++) node.taken[resource] += classes.request[resource][podClass]
  node.pods++
  if (classes.gpus[podClass] > 0) node.devices = true
}
