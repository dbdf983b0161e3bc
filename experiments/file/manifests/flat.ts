/** A workload of the manifests as an item of `services` or `background`, as a user would have written it. */
import type { Autoscaler, DisruptionBudget, ManifestWorkload } from '../../../workloads/index.ts'
import { foreignControllerOf } from './foreign.ts'
import { probesOf } from './probes.ts'
import { rulesOf } from './rules.ts'
import { isMap } from '../quantities.ts'
import { isUncounted, selectorOf } from './unsupported.ts'

type Raw = Record<string, unknown>

const time = (microseconds: number): string => `${microseconds}us`

/** Pods request at least this, since a share of nothing is nothing [millicores]. */
const LEAST_CPU = 1

/** Work of a request that no behavior describes. */
export const DEFAULT_WORK = { cpu: { exponential: { mean: '10ms' } } }

/** Start of a process where nothing is said [µs]. */
const START = 5_000_000

/** Requests of a pod, at least one millicore. */
export const requestsOf = ({ template }: ManifestWorkload): { readonly cpu: string; readonly memory: number; readonly resources: Raw } => {
  const { cpu = 0, memory = 0, ...resources } = template.requests
  return {
    cpu: `${Math.max(LEAST_CPU, cpu)}m`,
    memory,
    resources: Object.fromEntries(Object.entries(resources).filter(([name]) => !isUncounted(name))),
  }
}

/** The autoscaler and the budget of a workload. */
export interface Bounds {
  readonly scaling: Autoscaler | undefined
  readonly budget: DisruptionBudget | undefined
}

/** Where the pods may run, as far as a run carries it. */
export const placementOf = ({ template }: ManifestWorkload): Raw => ({
  nodeSelector: { ...selectorOf(template.affinity), ...template.nodeSelector },
  tolerations: template.tolerations.map(({ evictAfter: _, ...toleration }) => toleration),
})

/** The item of `services`. Without an autoscaler the replicas stay as they are. */
export function serviceItem(name: string, workload: ManifestWorkload, { scaling, budget }: Bounds, behavior: Raw): Raw {
  const { template } = workload
  const controller = controllerOf(workload)
  const replicas = Number(behavior['replicas'] ?? workload.replicas ?? 1)
  const inBounds = scaling === undefined ? replicas : Math.min(scaling.max, Math.max(scaling.min, replicas))
  const probe = Math.max(0, ...template.containers.map(({ readiness }) => readiness?.period ?? 0))
  const { cpu: limit, memory: memoryLimit = 0 } = template.limits
  return {
    name,
    ...requestsOf(workload),
    ...(limit === undefined || limit === 0 ? {} : { limit: `${limit}m` }),
    ...placementOf(workload),
    ...rulesOf(workload),
    ...(workload.orchestrator === 'kubernetes'
      ? { start: time(START), ...probesOf(workload) }
      : { start: time(START), probe: time(isBalanced(workload) && probe === 0 ? TARGET_CHECK : probe) }),
    ...(memoryLimit === 0 ? {} : { memoryLimit }),
    ...stopOf(workload),
    work: DEFAULT_WORK,
    ...(controller === undefined ? {} : { controller }),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    ...(workload.orchestrator === 'kubernetes' ? { toleration: tolerationOf(workload) } : {}),
    ...behavior,
    ...imageOf(workload, behavior),
    replicas: inBounds,
    minReplicas: Math.min(scaling?.min ?? replicas, inBounds),
    maxReplicas: Math.max(1, scaling?.max ?? replicas, inBounds),
  }
}

/** The image of the first container, when its size is given. */
function imageOf({ template }: ManifestWorkload, behavior: Raw): Raw {
  const own = behavior['image']
  if (!isMap(own)) return {}
  const [first] = template.containers
  return { image: { name: first.image, pullPolicy: first.pullPolicy, ...own } }
}

/** Period of the health checks of a target group, and its deregistration delay [µs]. */
const TARGET_CHECK = 30_000_000
const DEREGISTRATION = 300_000_000
/** From the removal of a Swarm task from its load balancer to SIGTERM [µs]. */
const GOSSIP = 2_000_000

const isBalanced = ({ controller }: ManifestWorkload): boolean => controller.kind === 'EcsService' && controller.loadBalanced

/** How a task stops: the time in which it still accepts, and all of it. Elsewhere than in Kubernetes the grace begins after the former. */
function stopOf(workload: ManifestWorkload): Raw {
  const { template, orchestrator } = workload
  if (orchestrator === 'kubernetes') {
    const preStop = Math.max(0, ...template.containers.map(({ preStop: hook }) => hook?.duration ?? 0))
    return { grace: time(template.grace), preStop: time(Math.min(preStop, template.grace)) }
  }
  const preStop = orchestrator === 'swarm' ? GOSSIP : isBalanced(workload) ? DEREGISTRATION : 0
  return { preStop: time(preStop), grace: time(preStop + template.grace) }
}

/** The item of `background`: pods that no requests reach, all running for ever. */
export function backgroundItem(name: string, workload: ManifestWorkload, behavior: Raw, admission: Raw): Raw {
  const { replicas = workload.replicas ?? 1, cpu, memory, usage, scheduler } = behavior
  const requests = requestsOf(workload)
  return {
    name,
    shapes: [
      {
        ...admission,
        ...requests,
        ...placementOf(workload),
        ...rulesOf(workload),
        cpu: cpu ?? requests.cpu,
        memory: memory ?? requests.memory,
      },
    ],
    count: replicas,
    ...(usage === undefined ? {} : { usage }),
    ...(scheduler === undefined ? {} : { scheduler }),
  }
}

/** The controller as the file writes it; undefined for Pods, which nothing replaces here, and ReplicaSets, which the run's own replace. */
function controllerOf(workload: ManifestWorkload): Raw | undefined {
  const { controller } = workload
  switch (controller.kind) {
    case 'Deployment': {
      const { strategy, minReady, progressDeadline, revisionHistory } = controller
      const { type, ...limits } = strategy
      return {
        deployment: {
          strategy: type === 'Recreate' ? 'recreate' : 'rolling-update',
          ...limits,
          minReady: time(minReady),
          progressDeadline: progressDeadline === null ? 'off' : time(progressDeadline),
          revisionHistory,
        },
      }
    }
    case 'StatefulSet': {
      const { podManagement, updateStrategy, partition, minReady } = controller
      return { 'stateful-set': { podManagement, updateStrategy, partition, minReady: time(minReady) } }
    }
    case 'DaemonSet': {
      const { updateStrategy, maxSurge, maxUnavailable, minReady } = controller
      return { 'daemon-set': { updateStrategy, maxSurge, maxUnavailable, minReady: time(minReady) } }
    }
    default:
      return foreignControllerOf(workload)
  }
}

const budgetOf = ({ minAvailable, maxUnavailable, unhealthyPods }: DisruptionBudget): Raw => ({
  ...(minAvailable === null ? {} : { minAvailable }),
  ...(maxUnavailable === null ? {} : { maxUnavailable }),
  unhealthyPods,
})

/** Longer than any run [µs]. */
const FOR_EVER = 3_153_600_000_000_000

/** How long pods stay on a node that is not reachable. */
function tolerationOf({ template }: ManifestWorkload): string {
  const own = template.tolerations.find(
    ({ key, effect }) => (key === 'node.kubernetes.io/unreachable' || key === '') && (effect === 'NoExecute' || effect === ''),
  )
  return time(own === undefined ? 0 : (own.evictAfter ?? FOR_EVER))
}
