/** The choices of an experiment, by the path that YAML and `compare` use, each with its list and its door for users' own files. */
import { nodeAutoscalers, adoptNodeAutoscaler } from '../../sim/autoscaling/nodes/index.ts'
import { adoptReplicaAutoscaler, replicaAutoscalers } from '../../sim/autoscaling/replicas/index.ts'
import { adoptSizeAutoscaler, sizeAutoscalers } from '../../sim/autoscaling/sizes/index.ts'
import { adoptPacker, packers } from '../../sim/binpacking/index.ts'
import { adoptOrder, adoptScheduler, orders, schedulers } from '../../sim/scheduling/index.ts'
import { adoptBalancer, balancers } from '../../sim/slb/index.ts'
import type { Adopted } from '../../sim/common/adopt.ts'
import type { Definition, Parameters } from '../../sim/common/define.ts'

/** What `list`, the schema and error messages need of a definition; run.ts asks the list again for the typed one. */
export type Described = Omit<Definition<unknown, never>, 'create'>

export interface Family {
  /** What one member is called. */
  readonly word: string
  readonly all: readonly Described[]
  find(name: string): Described | undefined
  adopt(exported: unknown): Adopted<Described>
  /** The member that is taken when the file says nothing, and why. */
  readonly default: string
  readonly meaning: string
}

export const FAMILIES = {
  scheduling: {
    word: 'scheduler',
    all: schedulers.all,
    find: schedulers.find,
    adopt: adoptScheduler,
    default: 'least-allocated',
    meaning: 'which node a pod gets; default as in kube-scheduler, which spreads by least allocation',
  },
  'scheduling.order': {
    word: 'queue order',
    all: orders.all,
    find: orders.find,
    adopt: adoptOrder,
    default: 'fifo',
    meaning: 'which waiting pod is tried next, whatever the scheduler; default: in the order of creation',
  },
  binpacking: {
    word: 'packer',
    all: packers.all,
    find: packers.find,
    adopt: adoptPacker,
    default: 'none',
    meaning: 'places waiting pods in rounds, and estimates nodes for the node autoscaler',
  },
  slb: {
    word: 'balancer',
    all: balancers.all,
    find: balancers.find,
    adopt: adoptBalancer,
    default: 'round-robin',
    meaning: 'which replica takes a request; default as in nginx, HAProxy and Envoy',
  },
  'autoscaling.replicas': {
    word: 'replica autoscaler',
    all: replicaAutoscalers.all,
    find: replicaAutoscalers.find,
    adopt: adoptReplicaAutoscaler,
    default: 'none',
    meaning: 'how many replicas a service has',
  },
  'autoscaling.sizes': {
    word: 'size autoscaler',
    all: sizeAutoscalers.all,
    find: sizeAutoscalers.find,
    adopt: adoptSizeAutoscaler,
    default: 'none',
    meaning: "how large a service's pods are",
  },
  'autoscaling.nodes': {
    word: 'node autoscaler',
    all: nodeAutoscalers.all,
    find: nodeAutoscalers.find,
    adopt: adoptNodeAutoscaler,
    default: 'none',
    meaning: 'how many nodes each pool has',
  },
} as const satisfies Record<string, Family>

export type FamilyPath = keyof typeof FAMILIES

export const FAMILY_PATHS = Object.keys(FAMILIES) as readonly FamilyPath[]

/** Keys beside an algorithm's name that belong to its seat: another algorithm in the same seat keeps them. */
const SEATS: ReadonlyMap<string, readonly string[]> = new Map([
  ['scheduling', ['order']],
  ['binpacking', ['seat', 'every']],
])

export const seatKeys = (path: readonly (string | number)[]): readonly string[] => SEATS.get(path.join('.')) ?? []

export const familyOf = (path: FamilyPath): Family => FAMILIES[path]

export type { Parameters }
