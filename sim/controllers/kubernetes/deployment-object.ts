/** The Deployment object: what its user wrote, what its controller reports, and the arithmetic of its strategy. */
import { NONE, type Time } from '../../common/ids.ts'
import { scaledValue, type IntOrPercent } from './percent.ts'
import type { ReplicaSet } from './replica-set.ts'

/** How a Deployment replaces pods of an old template. */
export type DeploymentStrategy =
  { readonly type: 'Recreate' } | { readonly type: 'RollingUpdate'; readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent }

/** Reasons of the condition Progressing. */
export type ProgressReason =
  | 'NewReplicaSetCreated'
  | 'FoundNewReplicaSet'
  | 'ReplicaSetUpdated'
  | 'NewReplicaSetAvailable'
  | 'ProgressDeadlineExceeded'
  | 'DeploymentPaused'
  | 'DeploymentResumed'

/** A condition of the status. */
export interface Condition<Reason extends string> {
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: Reason
  /** When it was last written [µs, whole seconds]. */
  readonly updated: Time
}

/** What a user sets and changes. */
export interface DeploymentSpec {
  /** Counts the changes of the spec. */
  generation: number
  replicas: number
  strategy: DeploymentStrategy
  /** Number of the pod template; equal templates have equal numbers. */
  template: number
  paused: boolean
  /** [µs] */
  minReady: Time
  /** Time without progress after which Progressing becomes False [µs]; Infinity: never. */
  progressDeadline: Time
  /** Old ReplicaSets that are kept. */
  revisionHistory: number
}

/** What the controller reports. */
export interface DeploymentStatus {
  /** The generation of the spec that the controller has seen. */
  readonly observed: number
  readonly replicas: number
  readonly updated: number
  readonly ready: number
  readonly available: number
  readonly availableCondition: Condition<'MinimumReplicasAvailable' | 'MinimumReplicasUnavailable'> | null
  readonly progressing: Condition<ProgressReason> | null
}

/** Replicas above and below the desired number during a rolling update, rounded as the controller rounds them; both 0 for Recreate. */
export function limitsOf({ replicas, strategy }: Pick<DeploymentSpec, 'replicas' | 'strategy'>): { surge: number; unavailable: number } {
  if (strategy.type === 'Recreate') return { surge: 0, unavailable: 0 }
  const surge = scaledValue(strategy.maxSurge, replicas, 'up')
  let unavailable = scaledValue(strategy.maxUnavailable, replicas, 'down')
  // A rollout that may neither add nor remove a pod would never move.
  if (surge === 0 && unavailable === 0) unavailable = 1
  return { surge, unavailable: Math.min(unavailable, replicas) }
}

export const sizesOf = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, { size }) => sum + size, 0)
export const availableOf = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, { status }) => sum + status.available, 0)

/** All replicas are of the newest template and available, by a status that has seen the latest change. */
export function isComplete({ replicas, generation }: DeploymentSpec, status: DeploymentStatus): boolean {
  return status.observed === generation && status.updated === replicas && status.replicas === replicas && status.available === replicas
}

/** The newest set has the size that the Deployment last asked for, and all its pods are available. */
export function isSaturated({ replicas }: DeploymentSpec, newest: ReplicaSet | null): boolean {
  return newest !== null && newest.size === replicas && newest.desiredReplicas === replicas && newest.status.available === replicas
}

/** Sets oldest first. Sets created at the same time keep the order of their rows. */
export const oldestFirst = (sets: readonly ReplicaSet[]): ReplicaSet[] => [...sets].sort((a, b) => a.created - b.created || a.row - b.row)

/** The initial status of an object. */
export const NO_STATUS: DeploymentStatus = {
  observed: 0,
  replicas: 0,
  updated: 0,
  ready: 0,
  available: 0,
  availableCondition: null,
  progressing: null,
}

/**
 * New sizes of the active sets when the number of replicas changes in the middle of a rollout: each set grows or shrinks in proportion to
 * its size, the largest set takes what is left by rounding.
 */
export function proportionalSizes(spec: DeploymentSpec, active: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const allowed = spec.replicas > 0 ? spec.replicas + limitsOf(spec).surge : 0
  const toAdd = allowed - sizesOf(active)
  const newer = toAdd > 0 ? -1 : 1
  const sets = [...active].sort((a, b) => b.size - a.size || newer * (a.created - b.created || a.row - b.row))
  const sizes = new Map<ReplicaSet, number>()
  let added = 0
  for (const set of sets) {
    const share = toAdd === 0 ? 0 : shareOf(spec, set, toAdd, added)
    sizes.set(set, set.size + share)
    added += share
  }
  const [largest] = sets
  if (toAdd !== 0 && largest !== undefined) sizes.set(largest, Math.max(0, sizes.get(largest)! + toAdd - added))
  return sizes
}

function shareOf(spec: DeploymentSpec, set: ReplicaSet, toAdd: number, added: number): number {
  if (set.size === 0) return 0
  const left = toAdd - added
  const before = set.maxReplicas === NONE ? set.status.replicas : set.maxReplicas
  const exact = (set.size * (spec.replicas + limitsOf(spec).surge)) / before
  const share = roundAwayFromZero(exact) - set.size
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left)
}

const roundAwayFromZero = (x: number): number => (x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5))
