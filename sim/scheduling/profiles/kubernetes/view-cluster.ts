/** The cluster of a run as objects of kube-scheduler, built again for every pod: the slow reference of the member `kubernetes`. */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../../common/ids.ts'
import { CPU, MEMORY, NodeState } from '../../../cluster/views.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import { ClusterState } from './cluster.ts'
import type { KubePod } from './objects.ts'
import { unresolvable, type Plugin } from './plugin.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { MISSING, type Requests } from './requests.ts'
import { inTurns } from './sampling.ts'

/** Rows of the nodes that have joined, in the order in which kube-scheduler examines them. */
export function searchOrder({ nodes }: ClusterView): NodeId[] {
  const rows: NodeId[] = []
  for (let row = 0; row < nodes.count; row++)
    if (nodes.state[row] === NodeState.Ready || nodes.state[row] === NodeState.Cordoned) rows.push(row)
  return inTurns(rows, (row) => nodes.zone[row])
}

/** Pods of a service are selected by it; others have no default spread. A request of 0 counts as not mentioned. */
function podOf(podClass: PodClassId, service: number, { classes }: ClusterView): KubePod {
  const cpu = classes.cpu[podClass]
  const memory = classes.memory[podClass]
  return {
    name: `${podClass}`,
    namespace: 'default',
    ...(service === NONE ? {} : { labels: { service: String(service) } }),
    containers: [{ requests: { ...(cpu > 0 ? { cpu } : {}), ...(memory > 0 ? { memory } : {}) } }],
  }
}

const amounts = (cpu: number, memory: number): Requests =>
  new Map([
    ['cpu', cpu],
    ['memory', memory],
  ])

/** By row: pods that request no cpu, and no memory. */
function missingRequests({ nodes, pods }: ClusterView): { readonly cpu: Int32Array; readonly memory: Int32Array } {
  const cpu = new Int32Array(nodes.count)
  const memory = new Int32Array(nodes.count)
  for (let pod = 0; pod < pods.count; pod++) {
    const row = pods.node[pod]
    if (row === NONE) continue
    if (pods.cpu[pod] === 0) cpu[row]++
    if (pods.memory[pod] === 0) memory[row]++
  }
  return { cpu, memory }
}

/** Builds objects from a view. */
export class ViewCluster {
  /** Rows of the nodes of the last state, in its order. */
  rows: readonly NodeId[] = []
  private readonly infos = new Map<string, PodInfo>()

  /** The state now. Pods of the service are listed, with a Service that selects them; the others count on their nodes only. */
  state(view: ClusterView, service: number): ClusterState {
    const { nodes, pods } = view
    this.rows = searchOrder(view)
    const state = new ClusterState({
      nodes: this.rows.map((row) => ({
        name: String(row),
        labels: {
          'kubernetes.io/hostname': String(row),
          ...(nodes.zone[row] === NONE ? {} : { 'topology.kubernetes.io/zone': String(nodes.zone[row]) }),
        },
        allocatable: { cpu: nodes.capacity[CPU][row], memory: nodes.capacity[MEMORY][row] },
      })),
      services: [{ namespace: 'default', name: `${service}`, selector: { service: String(service) } }],
    })
    const byRow = new Map(state.nodes.map((info) => [this.rows[info.index], info]))
    const missing = missingRequests(view)
    for (const [row, info] of byRow) {
      const cpu = nodes.capacity[CPU][row] - nodes.freeCpu[row]
      const memory = nodes.capacity[MEMORY][row] - nodes.freeMemory[row]
      info.occupy(amounts(cpu, memory), amounts(cpu + missing.cpu[row] * MISSING['cpu'], memory + missing.memory[row] * MISSING['memory']))
    }
    if (service !== NONE)
      for (let pod = 0; pod < pods.count; pod++)
        if (pods.node[pod] !== NONE && pods.service[pod] === service) byRow.get(pods.node[pod])!.pods.push(this.info(pod, view))
    return state
  }

  info(pod: PodId, view: ClusterView): PodInfo {
    const podClass = view.pods.podClass[pod]
    const service = view.pods.service[pod]
    const key = `${podClass} ${service}`
    const known = this.infos.get(key)
    if (known !== undefined) return known
    const made = podInfo(podOf(podClass, service, view))
    this.infos.set(key, made)
    return made
  }

  /** A filter that asks the view, which knows all rules of a run. */
  feasibility(current: () => { readonly view: ClusterView; readonly podClass: PodClassId }): Plugin {
    return {
      name: 'Feasibility',
      preFilter: () => ({
        filter: ({ index }) => {
          const { view, podClass } = current()
          return view.feasible(podClass, this.rows[index]) ? null : unresolvable('')
        },
      }),
    }
  }
}
