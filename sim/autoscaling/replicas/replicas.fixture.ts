/** What the tests of this folder share: a service as a replica autoscaler sees it. */
import type { LoadView, ReplicasContext } from './policy.ts'

export const SECOND = 1_000_000 // µs

export const context: ReplicasContext = { now: () => 0 }

/** 10 pods, all measured, at the default target; what matters to a test is given. */
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
