/**
 * The arithmetic of Marathon's rolling restart, and the order in which instances are killed when an app is scaled down.
 * Source: Marathon core/deployment/impl/TaskReplaceActor.scala (computeRestartStrategy), core/deployment/ScalingProposition.scala.
 */
import type { Time } from '../../common/ids.ts'
import type { MarathonAppController } from './spec.ts'

/** What a restart begins with. */
export interface RestartStrategy {
  readonly minHealthy: number
  readonly maxCapacity: number
  readonly killNow: number
}

/**
 * The bounds of a restart of `instances` instances, of which `present` exist and `healthy` are healthy.
 * @param capacities shares of the instances that must be healthy (rounded up), and that may exist above them (rounded down)
 */
export function restartStrategy(
  instances: number,
  { minimumHealthCapacity, maximumOverCapacity }: Pick<MarathonAppController, 'minimumHealthCapacity' | 'maximumOverCapacity'>,
  { present, healthy }: { readonly present: number; readonly healthy: number },
): RestartStrategy {
  const minHealthy = Math.ceil(instances * minimumHealthCapacity)
  let maxCapacity = Math.trunc(instances * (1 + maximumOverCapacity))
  let killNow = Math.max(0, healthy - minHealthy)
  // Otherwise nothing could move.
  if (minHealthy === maxCapacity && maxCapacity <= healthy) maxCapacity++
  if (instances < present) killNow = Math.max(present - instances, killNow)
  return { minHealthy, maxCapacity, killNow }
}

/** What the choice reads of an instance. */
export interface Killable {
  readonly condition: 'unreachable' | 'staging' | 'running'
  /** When it was staged, or began to run. */
  readonly since: Time
}

const WEIGHT = { unreachable: 1, staging: 2, running: 4 } as const

/** Instances in the order in which they are killed; equal ones keep their order. */
export function killOrder<T extends Killable>(instances: readonly T[], selection: MarathonAppController['killSelection']): T[] {
  const sign = selection === 'YOUNGEST_FIRST' ? -1 : 1
  return [...instances].sort((a, b) => WEIGHT[a.condition] - WEIGHT[b.condition] || sign * (a.since - b.since))
}
