/** The cluster of a run as objects of kube-scheduler, built again for every pod: the slow reference of the member `kubernetes`. */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodId } from '../../../common/ids.ts'
import { NodeState, PodPhase } from '../../../cluster/views.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import { ClusterState } from './cluster.ts'
import type { KubeNode, KubeService } from './objects.ts'
import { unresolvable, type Plugin } from './plugin.ts'
import type { PodInfo } from './pod-info.ts'
import { infoOf, nodeLabelsOf, nodeNameOf, searchOrder, serviceObject, type Surroundings } from './run-pods.ts'

/** Builds objects from a view. */
export class ViewCluster {
  /** Rows of the nodes of the last state, in its order. */
  rows: readonly NodeId[] = []
  private readonly infos = new Map<string, PodInfo>()
  private readonly surroundings: Surroundings

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
  }

  /** The state now, with the nodes that are promised to pods. */
  state(view: ClusterView, promised: ReadonlyMap<PodId, NodeId> = new Map()): ClusterState {
    const { nodes, pods } = view
    const rows: NodeId[] = []
    for (let row = 0; row < nodes.count; row++)
      if (nodes.state[row] === NodeState.Ready || nodes.state[row] === NodeState.Cordoned) rows.push(row)
    this.rows = searchOrder(rows, view)
    const services = new Map<string, KubeService>()
    for (let pod = 0; pod < pods.count; pod++) {
      if (pods.phase[pod] === PodPhase.Gone || pods.service[pod] === NONE) continue
      const { namespace } = this.info(pod, view).pod
      services.set(`${namespace} ${pods.service[pod]}`, serviceObject(namespace, pods.service[pod]))
    }
    const { namespaces, workloads } = this.surroundings
    const state = new ClusterState({
      nodes: this.rows.map((row) => nodeOf(row, view)),
      namespaces: [...namespaces].map(([name, labels]) => ({ name, labels })),
      services: [...this.surroundings.services, ...services.values()],
      workloads,
    })
    for (const [index, row] of this.rows.entries()) view.eachPodOn(row, (pod) => state.put(this.info(pod, view), state.nodes[index]))
    for (const [pod, row] of promised) state.nominate(this.info(pod, view), nodeNameOf(row, view))
    return state
  }

  /** The pod; `node` is the one that is promised to it. */
  info(pod: PodId, view: ClusterView, node: NodeId = NONE): PodInfo {
    const { podClass, service, bound, phase } = view.pods
    const key = `${podClass[pod]} ${service[pod]}`
    let known = this.infos.get(key)
    if (known === undefined) this.infos.set(key, (known = infoOf(podClass[pod], service[pod], view)))
    const own = {
      ...known.pod,
      name: String(pod),
      startTime: bound[pod],
      terminating: phase[pod] === PodPhase.Terminating,
      nominatedNode: node === NONE ? null : nodeNameOf(node, view),
    }
    return { ...known, pod: own, key: `${own.namespace}/${own.name}` }
  }

  /** A filter about what kube-scheduler does not know: readiness and devices of the nodes of a run. */
  readiness(current: () => { readonly view: ClusterView; readonly pod: PodId }): Plugin {
    return {
      name: 'Readiness',
      preFilter: () => ({
        filter: ({ index }) => {
          const { view, pod } = current()
          const row = this.rows[index]
          const ready = view.nodes.state[row] === NodeState.Ready && view.pickDevices(view.pods.podClass[pod], row) !== NONE
          const { gpuModels, gpus } = view.shapeOf(view.pods.podClass[pod])
          const suits = gpus === 0 || gpuModels.length === 0 || gpuModels.includes(view.templateOf(row).gpuModel)
          return ready && suits ? null : unresolvable('')
        },
      }),
    }
  }
}

function nodeOf(row: NodeId, view: ClusterView): KubeNode {
  const { nodes } = view
  const { taints, images } = view.templateOf(row)
  const allocatable = Object.fromEntries(nodes.resources.map((name, resource) => [name, nodes.capacity[resource][row]]))
  return {
    name: nodeNameOf(row, view),
    labels: nodeLabelsOf(row, view),
    allocatable,
    taints,
    images: view.images?.on(row) ?? images ?? null,
  }
}
