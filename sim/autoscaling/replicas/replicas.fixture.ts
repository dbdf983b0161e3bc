/** The load of a service for the tests of this folder. */
import type { LoadView, PodSample, ReplicasContext } from './policy.ts'

export const SECOND = 1_000_000 // µs
const HOUR = 3600 * SECOND

export const context: ReplicasContext = { now: () => 0 }

/** A pod of 1 core that has been ready for an hour, except for the given fields. */
export function pod(given: Partial<PodSample> = {}): PodSample {
  return { started: -HOUR, ready: true, readySince: -HOUR, request: 1000, used: 700, ...given }
}

/** 10 pods, all measured, at the default target, except for the given fields. */
export function load(given: Partial<LoadView>): LoadView {
  const replicas = given.replicas ?? 10
  const measured = given.measured ?? replicas
  const utilization = given.utilization ?? 0.7
  return {
    /** As many as are measured, and others that start. */
    get pods() {
      return Array.from({ length: replicas }, (_, i) =>
        i < measured ? pod({ used: utilization * 1000 }) : pod({ ready: false, started: this.now, readySince: this.now, used: NaN }),
      )
    },
    alike: null,
    sampled: given.now ?? 0,
    window: 30 * SECOND,
    now: 0,
    elapsed: given.now ?? 0,
    replicas,
    measured,
    ready: replicas,
    utilization,
    rate: 100,
    inFlight: 1,
    queued: 0,
    min: 1,
    max: 1000,
    ...given,
  }
}
