/** A workload of the manifests as an item of `services` or `background`, as a user would have written it. */
import type { Autoscaler, DisruptionBudget, ManifestWorkload } from '../../../workloads/index.ts'
import { rulesOf } from './rules.ts'
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
  const delay = Math.max(0, ...template.containers.map(({ readiness }) => readiness?.initialDelay ?? 0))
  const probe = Math.max(0, ...template.containers.map(({ readiness }) => readiness?.period ?? 0))
  const preStop = Math.max(0, ...template.containers.map(({ preStop: hook }) => hook?.duration ?? 0))
  const { cpu: limit } = template.limits
  return {
    name,
    ...requestsOf(workload),
    ...(limit === undefined || limit === 0 ? {} : { limit: `${limit}m` }),
    ...placementOf(workload),
    ...rulesOf(workload),
    start: time(Math.max(START, delay)),
    probe: time(probe),
    grace: time(template.grace),
    preStop: time(Math.min(preStop, template.grace)),
    work: DEFAULT_WORK,
    ...(controller === undefined ? {} : { controller }),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    toleration: tolerationOf(workload),
    ...behavior,
    replicas: inBounds,
    minReplicas: Math.min(scaling?.min ?? replicas, inBounds),
    maxReplicas: Math.max(1, scaling?.max ?? replicas, inBounds),
  }
}

/** The item of `background`: pods that no requests reach, all running for ever. */
export function backgroundItem(name: string, workload: ManifestWorkload, behavior: Raw): Raw {
  const { replicas = workload.replicas ?? 1, cpu, memory, usage, scheduler } = behavior
  const requests = requestsOf(workload)
  return {
    name,
    shapes: [{ ...requests, ...placementOf(workload), ...rulesOf(workload), cpu: cpu ?? requests.cpu, memory: memory ?? requests.memory }],
    count: replicas,
    ...(usage === undefined ? {} : { usage }),
    ...(scheduler === undefined ? {} : { scheduler }),
  }
}

/** The controller as the file writes it; undefined for Pods, which nothing replaces here, and ReplicaSets, which the run's own replace. */
function controllerOf({ controller }: ManifestWorkload): Raw | undefined {
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
      return undefined
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
