/**
 * What the API server fills in where a manifest says nothing. Source: Kubernetes 1.34, defaults.go of pkg/apis/{apps,batch,core,storage,autoscaling}.
 * Defaults of a single field stand where it is read.
 */
import type { Affinity, ScalingRules, Tolerated } from './model.ts'

/** [µs] */
export const SECOND = 1_000_000

export const DEFAULT_NAMESPACE = 'default'

/** Grace of a terminating pod. */
export const GRACE = 30 * SECOND

/** Old revisions that are kept. */
export const REVISION_HISTORY = 10

export const PROGRESS_DEADLINE = 600 * SECOND
/** progressDeadlineSeconds of this value means: never. */
export const NO_DEADLINE = 2_147_483_647

/** maxSurge and maxUnavailable of a Deployment. */
export const ROLLING = '25%'

/** Failures of a Job; without bound where they are counted per index. */
export const BACKOFF_LIMIT = 6
export const NO_BACKOFF_LIMIT = 2_147_483_647

/** How long a client stays with its pod under ClientIP affinity. */
export const AFFINITY_TIMEOUT = 10_800 * SECOND

/** Every pod tolerates a node that is not ready, or not reachable, for five minutes (admission plugin DefaultTolerationSeconds). */
export const NODE_TOLERATIONS: readonly Tolerated[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  evictAfter: 300 * SECOND,
}))

/** Classes that every cluster has. */
export const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
}

/** Rules of a HorizontalPodAutoscaler without behavior. */
export const SCALE_UP: ScalingRules = {
  stabilization: 0,
  select: 'Max',
  policies: [
    { type: 'Pods', value: 4, period: 15 * SECOND },
    { type: 'Percent', value: 100, period: 15 * SECOND },
  ],
}
export const SCALE_DOWN: ScalingRules = {
  stabilization: 300 * SECOND,
  select: 'Max',
  policies: [{ type: 'Percent', value: 100, period: 15 * SECOND }],
}

/** No conditions. */
export const NO_AFFINITY: Affinity = {
  nodeRequired: [],
  nodePreferred: [],
  podRequired: [],
  podPreferred: [],
  antiRequired: [],
  antiPreferred: [],
}
