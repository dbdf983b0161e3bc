/** Binpacking: places many pods at once on as few, or as cheap, nodes as possible. */
import type { Definition, Parameters } from '../common/define.ts'
import type { PodClassId, Time } from '../common/ids.ts'
import type { ClassesView, Column } from '../cluster/views.ts'

/** Row of a pod among the items of a round. */
export type ItemId = number
/** Row of a bin in a round: existing bins first, then new ones in order of opening. */
export type BinId = number
/** Row of `PackingProblem.types`. */
export type BinTypeId = number

/** What a packer may read besides the problem. */
export interface PackingContext {
  now(): Time
}

/** A type of node that can be added, with its allocatable resources. */
export interface BinType {
  readonly name: string // the pool
  /** Allocatable amount [resource]; same rows as NodesView.free. */
  readonly capacity: readonly number[]
  /** Number of GPU devices, each with MILLI free. */
  readonly devices: number
  /** Micro-dollars per hour. */
  readonly price: number
  /** New bins of this type that a packing may open; Infinity: no limit. */
  readonly limit: number
  /** True when pods of this class may run on such a node (selectors, taints, GPU model). */
  admits(podClass: PodClassId): boolean
}

/** One round: the pods to pack, the existing bins and the types of new bins. Item i is a pod of class `podClass[i]`. */
export interface PackingProblem {
  readonly items: number // pods to pack
  /** Class of each pod: [item]. */
  readonly podClass: Column
  readonly classes: ClassesView // requests of the classes
  /** Number of existing bins. */
  readonly bins: number
  /** Free amounts of existing bins: [resource][bin]. */
  readonly free: readonly Column[]
  /** Free milli-GPU of device d of an existing bin: [bin * DEVICES + d]. */
  readonly freeDevice: Column
  /** True when pods of this class may run in the existing bin as far as no packing changes it: selectors, taints, GPU model. */
  binAdmits(podClass: PodClassId, bin: BinId): boolean
  readonly types: readonly BinType[] // what new bins may be
}

/** The answer of a packer. */
export interface Packing {
  /** By item: its bin, `problem.bins + k` for the k-th new bin, NONE when the pod is left over. */
  readonly bin: Int32Array
  /** Type of each new bin, in order of opening. */
  readonly opened: readonly BinTypeId[]
  /** Number of items without a bin. */
  readonly leftOver: number
  /**
   * By item: the GPU devices it takes in its bin (bit d = device d), 0 when it needs none. Pods are bound with these masks, so the order of
   * binding cannot change which devices they get. `adoptPacker` fills the masks in when a user's packer leaves them out.
   */
  readonly deviceMask?: Int32Array
}

/** Packs one round. Nothing is kept from round to round: the same problem always gets the same packing. */
export interface Packer {
  pack(problem: PackingProblem): Packing
}

/** Where a packer works in a run: it places pending pods in rounds, it is the estimator of the node autoscaler, or both. */
export type PackerRole = 'rounds' | 'estimator' | 'both'

export type PackerDefinition<P extends Parameters = Parameters> = Definition<Packer | null, PackingContext, P> & {
  /** The slow reference implementation: the same decisions by scanning all bins or all pods. The tests compare the packer with it. */
  twin?(values: never): Packer
}
