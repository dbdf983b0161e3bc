/** Runs with volumes, for tests: one service on a few nodes, every delay constant. */
import type { Action, ControllerSpec, Fault, Orchestration, PodVolume, StatefulSpec, Storage } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { input, noDelays, pool, requests, service, shape, template } from '../../testing/input.ts'
import { NONE } from '../../common/ids.ts'
import { ZONE_LABEL, type AccessMode, type ClaimSpec, type Driver, type StaticVolume, type StorageClass } from './spec.ts'

export const SECOND = 1e6
export const GIB = 1_073_741_824

const constant = (seconds: number) => ({ kind: 'constant', value: seconds * SECOND }) as const

/** Provision 4 s, attach 10 s, detach 20 s, mount 2 s, check 30 s. */
export const driver = (partial: Partial<Driver> = {}): Driver => ({
  name: 'disk',
  attachLimit: Infinity,
  provision: constant(4),
  attach: constant(10),
  detach: constant(20),
  mount: constant(2),
  check: constant(30),
  failures: 0,
  serial: false,
  modes: ['ReadWriteOnce', 'ReadWriteOncePod'],
  ...partial,
})

export const storageClass = (partial: Partial<StorageClass> = {}): StorageClass => ({
  name: 'standard',
  driver: 0,
  binding: 'WaitForFirstConsumer',
  reclaim: 'Delete',
  zones: [],
  ...partial,
})

export const claim = (partial: Partial<ClaimSpec> = {}): ClaimSpec => ({
  name: 'data',
  size: GIB,
  modes: ['ReadWriteOnce'],
  class: 'standard',
  volume: '',
  selector: {},
  ...partial,
})

export const volume = (partial: Partial<StaticVolume> = {}): StaticVolume => ({
  name: 'made',
  size: GIB,
  modes: ['ReadWriteOnce'],
  class: '',
  driver: NONE,
  zones: [],
  pool: NONE,
  reclaim: 'Retain',
  claim: '',
  labels: {},
  ...partial,
})

/** A claim per ordinal. */
export const perPod = (partial: Partial<ClaimSpec> = {}, whenScaled: 'Retain' | 'Delete' = 'Retain'): PodVolume => ({
  kind: 'template',
  claim: claim({ name: 'data-web', ...partial }),
  whenScaled,
})

export const storage = (volumes: readonly PodVolume[], partial: Partial<Storage> = {}): Storage => ({
  drivers: [driver()],
  classes: [storageClass()],
  volumes: [],
  claims: [],
  configs: [],
  pods: [volumes],
  ...partial,
})

export const MODES = ['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'] as const satisfies readonly AccessMode[]

const STATEFUL: ControllerSpec = {
  kind: 'stateful-set',
  podManagement: 'Parallel',
  updateStrategy: 'RollingUpdate',
  partition: 0,
  minReady: 0,
}
export const DEPLOYMENT: ControllerSpec = {
  kind: 'deployment',
  strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
  minReady: 0,
  progressDeadline: 600 * SECOND,
  revisionHistory: 2,
  rollback: false,
}

/** One run. */
export interface Given {
  readonly storage: Storage
  readonly replicas?: number
  readonly nodes?: number
  readonly zones?: readonly string[]
  readonly cpu?: number
  readonly controller?: ControllerSpec
  readonly actions?: readonly Action[]
  readonly faults?: readonly Fault[]
  readonly horizon?: number
  readonly check?: boolean
  readonly stateful?: readonly StatefulSpec[]
}

/** A service `web` of pods that start in 1 s, on nodes that take `cpu` / 1000 of them; a crashed node is noticed after 20 s and tolerated for 30 s. */
export function simulation({ storage: given, replicas = 1, nodes = 3, zones = ['a'], controller = STATEFUL, ...more }: Given): Simulation {
  const { cpu = 4000, actions = [], faults = [], horizon = 900, check = false, stateful } = more
  const one = shape({ cpu: 1000 })
  const version = { name: 'v1', shape: one, pull: 0, start: SECOND, ready: true, crashAfter: Infinity, slowness: 1, errors: 0 }
  const orchestration = {
    storage: given,
    ...(stateful === undefined ? {} : { stateful }),
    workloads: [{ workload: 0, controller, versions: [version], budget: null, toleration: 30 * SECOND }],
    actions,
    faults,
    latency: 0,
    nodeGrace: 20 * SECOND,
  } as unknown as Orchestration
  const templates = zones.map((zone) => template({ cpu, zone, labels: { [ZONE_LABEL]: zone } }))
  return new Simulation(
    input({
      check,
      pools: [pool(nodes, {}, { templates, initial: Int32Array.from({ length: nodes }, (_, i) => i % zones.length) })],
      services: [
        service({
          replicas,
          minReplicas: 0,
          maxReplicas: 20,
          shape: one,
          grace: 5 * SECOND,
          timeout: SECOND,
          requests: requests(2, { kind: 'exponential', mean: 20_000 }),
        }),
      ],
      horizon: horizon * SECOND,
      delays: noDelays,
      orchestration,
    }),
  )
}
