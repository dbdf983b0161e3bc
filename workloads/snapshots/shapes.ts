/** Pods of a snapshot as the shapes that a run is made of. */
import { kubePodInfo, type Keeping, type KubeAffinity, type KubePod, type PodShape } from '../../sim/index.ts'
import { GPU } from './groups.ts'

/** What a snapshot does not say of its pods. */
export interface Usage {
  /** CPU used, as a share of the request. */
  readonly usage: number
  /** A limit equal to the request caps the usage. */
  readonly limited: boolean
}

/** Who keeps a pod. */
export function keepingOf({ owner }: KubePod): Keeping {
  if (owner === null || owner === undefined) return 'bare'
  return owner.kind === 'DaemonSet' ? 'daemon' : owner.kind === 'Node' ? 'node' : 'replaced'
}

/** The shape of a pod; `devices`: its GPUs are devices of the node. */
export function shapeOf(pod: KubePod, { usage, limited }: Usage, devices: boolean): PodShape {
  const info = kubePodInfo(pod)
  const { cpu = 0, memory = 0, [GPU]: gpus = 0, ...others } = Object.fromEntries(info.requests) as Record<string, number>
  const { affinity, topologySpreadConstraints, preemptionPolicy, schedulingGates, owner } = pod
  const images = [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => image ?? '')
  const placed = keepingOf(pod) === 'daemon' ? withoutNode(affinity) : (affinity ?? undefined)
  return {
    cpu,
    memory,
    limit: limited ? cpu : limitOf(pod),
    gpus: devices ? gpus : 0,
    gpuMilli: devices && gpus > 0 ? 1000 : 0,
    gpuModels: [],
    usage,
    resources: { ...positive(others), ...(devices || gpus === 0 ? {} : { [GPU]: gpus }) },
    labels: pod.labels ?? {},
    nodeSelector: pod.nodeSelector ?? {},
    tolerations: info.tolerations,
    priority: info.priority,
    rules: {
      ...(pod.namespace === 'default' ? {} : { namespace: pod.namespace }),
      ...(placed === undefined ? {} : { affinity: placed }),
      ...(topologySpreadConstraints ? { topologySpreadConstraints } : {}),
      ...(info.ports.length === 0 ? {} : { hostPorts: info.ports }),
      ...(images.some((image) => image !== '') ? { images } : {}),
      ...(preemptionPolicy === 'Never' ? { preemptionPolicy } : {}),
      ...(schedulingGates ? { schedulingGates } : {}),
      ...(owner ? { owner } : {}),
      scored: { cpu: info.scoredRequests.get('cpu') ?? 0, memory: info.scoredRequests.get('memory') ?? 0 },
    },
  }
}

const positive = (amounts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0))

/** The sum of the CPU limits, 0 where a container has none. */
function limitOf({ containers }: KubePod): number {
  const limits = containers.map(({ limits: own }) => own?.['cpu'] ?? 0)
  return limits.includes(0) ? 0 : limits.reduce((sum, limit) => sum + limit, 0)
}

/** Pods of a DaemonSet name their node in their affinity, by which each would be of a kind of its own; they are created for it anyway. */
function withoutNode(affinity: KubeAffinity | null | undefined): KubeAffinity | undefined {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (!affinity || !required) return affinity ?? undefined
  const terms = required.nodeSelectorTerms.map(({ matchExpressions, matchFields }) => ({
    matchExpressions: matchExpressions ?? [],
    matchFields: (matchFields ?? []).filter(({ key }) => key !== 'metadata.name'),
  }))
  // A term without conditions matches no node; here it stood for the node alone.
  const any = terms.some(({ matchExpressions, matchFields }) => matchExpressions.length + matchFields.length === 0)
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: any ? null : { nodeSelectorTerms: terms },
    },
  }
}
