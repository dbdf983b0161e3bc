/**
 * The families of algorithms: the one list that the schema of experiment files, the plan, `orchsim list`, the documentation and the run
 * read. The key is the path that YAML and `compare` use.
 */
import { adoptNodeAutoscaler, nodeAutoscalers } from './autoscaling/nodes/index.ts'
import type { NodeAutoscalerDefinition } from './autoscaling/nodes/policy.ts'
import { adoptReplicaAutoscaler, replicaAutoscalers } from './autoscaling/replicas/index.ts'
import type { ReplicaAutoscalerDefinition } from './autoscaling/replicas/policy.ts'
import { adoptSizeAutoscaler, sizeAutoscalers } from './autoscaling/sizes/index.ts'
import type { SizeAutoscalerDefinition } from './autoscaling/sizes/policy.ts'
import { adoptPacker, packers } from './binpacking/index.ts'
import type { PackerDefinition } from './binpacking/policy.ts'
import type { Adopted } from './common/adopt.ts'
import type { Chosen } from './common/define.ts'
import { adoptOrder, adoptScheduler, orders, schedulers } from './scheduling/index.ts'
import type { OrderDefinition } from './scheduling/orders/policy.ts'
import type { SchedulingDefinition } from './scheduling/policy.ts'
import { adoptPlugin } from './scheduling/profiles/kubernetes/index.ts'
import { adoptBalancer, balancers } from './slb/index.ts'
import type { BalancerDefinition } from './slb/policy.ts'

/** The definition that each family's members have. */
export interface Definitions {
  readonly scheduling: SchedulingDefinition
  readonly 'scheduling.order': OrderDefinition
  readonly binpacking: PackerDefinition
  readonly slb: BalancerDefinition
  readonly 'autoscaling.replicas': ReplicaAutoscalerDefinition
  readonly 'autoscaling.sizes': SizeAutoscalerDefinition
  readonly 'autoscaling.nodes': NodeAutoscalerDefinition
}

/** Path of a family in experiment files. */
export type FamilyPath = keyof Definitions

/** One chosen algorithm per family. */
export type Choices = { readonly [Path in FamilyPath]: Chosen<Definitions[Path]> }

/** A family of algorithms. */
export interface Family<Definition> {
  /** What one member is called. */
  readonly word: string
  readonly all: readonly Definition[]
  find(name: string): Definition | undefined
  /** Turns a user's default export into a member, or says what is wrong with it. */
  adopt(exported: unknown): Adopted<Definition>
  /** Name of the member that is used when the file names none. */
  readonly default: string
  /** What the family decides, and why this default; one line. */
  readonly meaning: string
}

export const FAMILIES: { readonly [Path in FamilyPath]: Family<Definitions[Path]> } = {
  scheduling: {
    word: 'scheduler',
    all: schedulers.all,
    find: (name) => schedulers.find(name),
    adopt: adoptScheduler,
    default: 'least-allocated',
    meaning: 'which node a pod gets; default as in kube-scheduler, which spreads by least allocation',
  },
  'scheduling.order': {
    word: 'queue order',
    all: orders.all,
    find: (name) => orders.find(name),
    adopt: adoptOrder,
    default: 'fifo',
    meaning: 'which pending pod is tried next, whatever the scheduler; default: in order of creation',
  },
  binpacking: {
    word: 'packer',
    all: packers.all,
    find: (name) => packers.find(name),
    adopt: adoptPacker,
    default: 'none',
    meaning: 'places pending pods in rounds, and estimates nodes for the node autoscaler',
  },
  slb: {
    word: 'balancer',
    all: balancers.all,
    find: (name) => balancers.find(name),
    adopt: adoptBalancer,
    default: 'round-robin',
    meaning: 'which replica takes a request; default as in nginx, HAProxy and Envoy',
  },
  'autoscaling.replicas': {
    word: 'replica autoscaler',
    all: replicaAutoscalers.all,
    find: (name) => replicaAutoscalers.find(name),
    adopt: adoptReplicaAutoscaler,
    default: 'none',
    meaning: 'how many replicas a service has',
  },
  'autoscaling.sizes': {
    word: 'size autoscaler',
    all: sizeAutoscalers.all,
    find: (name) => sizeAutoscalers.find(name),
    adopt: adoptSizeAutoscaler,
    default: 'none',
    meaning: "how large a service's pods are",
  },
  'autoscaling.nodes': {
    word: 'node autoscaler',
    all: nodeAutoscalers.all,
    find: (name) => nodeAutoscalers.find(name),
    adopt: adoptNodeAutoscaler,
    default: 'none',
    meaning: 'how many nodes each pool has',
  },
}

/** Parts of an algorithm that a user may write: parameters of the kind `files`. */
export const PARTS = { plugin: { word: 'plugin', adopt: adoptPlugin } } as const

/** All paths, in the order of the list. */
export const FAMILY_PATHS = Object.keys(FAMILIES) as readonly FamilyPath[]
