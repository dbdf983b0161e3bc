/** The load of a service for the tests of this folder. */
import type { LoadView, ReplicasContext } from './policy.ts'

export const SECOND = 1_000_000 // µs

export const context: ReplicasContext = { now: () => 0 }

/** 10 pods, all measured, at the default target, except for the given fields. */
export function load(given: Partial<LoadView>): LoadView {
  const replicas = given.replicas ?? 10
  return {
    now: 0,
    elapsed: given.now ?? 0,
    replicas,
    measured: replicas,
    ready: replicas,
    utilization: 0.7,
    rate: 100,
    inFlight: 1,
    queued: 0,
    min: 1,
    max: 1000,
    ...given,
  }
}
