/** Runs of one workload with a controller, for tests. */
import type { Action, ControlledWorkload, ControllerSpec, Fault, Orchestration, Version } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { input, noDelays, pool, requests, service, shape, type FlatInput, type FlatService } from '../../testing/input.ts'

export const SECOND = 1e6

/** A release whose containers start in 10 s. */
export const version = (name: string, partial: Partial<Version> = {}): Version => ({
  name,
  shape: shape(),
  pull: 0,
  start: 10 * SECOND,
  ready: true,
  crashAfter: Infinity,
  slowness: 1,
  errors: 0,
  ...partial,
})

/** A Deployment with the defaults of Kubernetes. */
export const deployment = (partial: Partial<Extract<ControllerSpec, { kind: 'deployment' }>> = {}): ControllerSpec => ({
  kind: 'deployment',
  strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
  minReady: 0,
  progressDeadline: 600 * SECOND,
  revisionHistory: 10,
  rollback: false,
  ...partial,
})

/** A StatefulSet with the defaults of Kubernetes. */
export const statefulSet: ControllerSpec = {
  kind: 'stateful-set',
  podManagement: 'OrderedReady',
  updateStrategy: 'RollingUpdate',
  partition: 0,
  minReady: 0,
}

/** What a run says beyond the defaults of `simulate`. */
export interface Case {
  readonly controller?: ControllerSpec
  readonly versions?: readonly Version[]
  readonly budget?: ControlledWorkload['budget']
  readonly actions?: readonly Action[]
  readonly faults?: readonly Fault[]
  readonly images?: Orchestration['images']
  readonly eviction?: Orchestration['eviction']
  readonly events?: number
  readonly service?: Partial<FlatService>
  readonly run?: Partial<FlatInput>
}

/** One workload with a controller and ten replicas, on five nodes; containers start in 10 s. */
export function simulate({
  controller = deployment(),
  versions,
  budget = null,
  actions = [],
  faults = [],
  images,
  eviction,
  events,
  ...rest
}: Case) {
  const workload: ControlledWorkload = {
    workload: 0,
    controller,
    versions: versions ?? [version('v1'), version('v2')],
    budget,
    toleration: 300 * SECOND,
  }
  const orchestration: Orchestration = {
    workloads: [workload],
    actions,
    faults,
    latency: 0,
    nodeGrace: 50 * SECOND,
    ...(images === undefined ? {} : { images }),
    ...(eviction === undefined ? {} : { eviction }),
    ...(events === undefined ? {} : { events }),
  }
  const one = service({ replicas: 10, grace: 0, requests: requests(20, { kind: 'constant', value: 1000 }), ...rest.service })
  const run = new Simulation(
    input({ pools: [pool(5, { cpu: 4000 })], services: [one], horizon: 1200 * SECOND, delays: noDelays, orchestration, ...rest.run }),
  )
  const result = run.run()
  return { ...result.metrics, parts: run.parts, notes: result.notes, result }
}

/** An action or a fault at a time [s]. */
export const at = (seconds: number, action: Record<string, unknown>): never => ({ at: seconds * SECOND, ...action }) as never
