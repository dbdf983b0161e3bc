/** Pods and nodes of a run as kube-scheduler reads them. */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId, ServiceId } from '../../../common/ids.ts'
import type { PodShape } from '../../../cluster/spec.ts'
import { CPU, FIRST_NAMED, MEMORY } from '../../../cluster/views.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import type { KubePod, KubeService, KubeWorkload, Labels } from './objects.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { HOSTNAME } from './plugins/pod-topology-spread.ts'
import { MISSING, type Requests } from './requests.ts'
import { inTurns } from './sampling.ts'

/** Objects of the cluster that decide about pods and are neither pods nor nodes. */
export interface Surroundings {
  /** Labels by namespace. */
  readonly namespaces: ReadonlyMap<string, Labels>
  readonly services: readonly KubeService[]
  readonly workloads: readonly KubeWorkload[]
}

/** None of them. */
export const NO_SURROUNDINGS: Surroundings = { namespaces: new Map(), services: [], workloads: [] }

const ZONE = 'topology.kubernetes.io/zone'

/** Label that carries the service of a run's pods, which its default constraints select. */
export const SERVICE = 'orchsim/service'

/** The pod without a name of its own. A request of 0 counts as not mentioned. */
export function infoOf(podClass: PodClassId, service: ServiceId, view: ClusterView): PodInfo {
  const shape = view.shapeOf(podClass)
  const requests = requestsOf(podClass, view)
  const scored = new Map(requests)
  for (const [name, missing] of Object.entries(MISSING)) scored.set(name, scoredOf(shape, name, missing))
  return {
    ...podInfo(podOf(shape, podClass, service)),
    requests,
    scoredRequests: scored,
    heldRequests: scored,
    ports: shape.rules?.hostPorts ?? [],
  }
}

function scoredOf({ cpu, memory, rules }: PodShape, name: string, missing: number): number {
  const own = name === 'cpu' ? cpu : memory
  const scored = name === 'cpu' ? rules?.scored?.cpu : rules?.scored?.memory
  return scored ?? (own > 0 ? own : missing)
}

function requestsOf(podClass: PodClassId, { nodes, classes }: ClusterView): Requests {
  const requests = new Map<string, number>()
  nodes.resources.forEach((name, row) => {
    const amount = classes.request[row][podClass]
    if (amount > 0 && (row === CPU || row === MEMORY || row >= FIRST_NAMED)) requests.set(name, amount)
  })
  return requests
}

function podOf(shape: PodShape, podClass: PodClassId, service: ServiceId): KubePod {
  const { rules, labels, priority, nodeSelector, tolerations } = shape
  return {
    name: `class-${podClass}`,
    namespace: rules?.namespace ?? 'default',
    labels: service === NONE ? labels : { ...labels, [SERVICE]: String(service) },
    priority,
    preemptionPolicy: rules?.preemptionPolicy ?? null,
    nodeSelector,
    affinity: rules?.affinity ?? null,
    tolerations,
    topologySpreadConstraints: rules?.topologySpreadConstraints ?? null,
    owner: rules?.owner ?? null,
    requestedNode: rules?.nodeName ?? null,
    schedulingGates: rules?.schedulingGates ?? null,
    containers: (rules?.images ?? ['']).map((image) => ({ image })),
  }
}

/** The Service that selects the pods of a service of the run. */
export const serviceObject = (namespace: string, service: ServiceId): KubeService => ({
  namespace,
  name: `service-${service}`,
  selector: { [SERVICE]: String(service) },
})

/** The name of a node: its own, or one by its row. */
export const nodeNameOf = (row: NodeId, view: ClusterView): string => view.templateOf(row).name ?? `node-${row}`

/** Labels of a node; its name and zone stand for the labels that it does not have. */
export function nodeLabelsOf(row: NodeId, view: ClusterView): Labels {
  const zone = view.nodes.zone[row]
  return { [HOSTNAME]: nodeNameOf(row, view), ...(zone === NONE ? {} : { [ZONE]: `zone-${zone}` }), ...view.templateOf(row).labels }
}

/** Rows in the order in which kube-scheduler examines them: by region and zone, in turns. */
export function searchOrder(rows: readonly NodeId[], view: ClusterView): NodeId[] {
  const known = new Map<string, string>()
  return inTurns(rows, (row) => {
    const { nodeClass, zone } = view.nodes
    const key = `${nodeClass[row]} ${zone[row]}`
    let group = known.get(key)
    if (group === undefined) {
      const labels = nodeLabelsOf(row, view)
      const of = (name: string): string =>
        labels[`topology.kubernetes.io/${name}`] ?? labels[`failure-domain.beta.kubernetes.io/${name}`] ?? ''
      known.set(key, (group = JSON.stringify([of('region'), of('zone')])))
    }
    return group
  })
}
