/** Binpacking: many pods at once onto as few (or as cheap) nodes as possible. */
import type { Definition, Parameters } from '../common/define.ts'
import type { ClassesView, Column } from '../cluster/views.ts'

export interface PackingContext {
  now(): number
}

/** A kind of node that can be had without limit (or up to `limit`), with its allocatable vector. */
export interface BinType {
  readonly name: string
  /** [resource], same rows as NodesView.free. */
  readonly capacity: readonly number[]
  readonly devices: number
  /** Micro-dollars per hour. */
  readonly price: number
  readonly limit: number
  /** May pods of this class run on such a node at all (selectors, taints, GPU model)? */
  admits(podClass: number): boolean
}

/** What is to be packed: item i is a pod of class `podClass[i]`. Existing bins are rows of free vectors. */
export interface PackingProblem {
  readonly items: number
  readonly podClass: Column
  readonly classes: ClassesView
  /** Existing bins: [resource][bin] free amounts, and free milli-GPU at bin * DEVICES + d. */
  readonly bins: number
  readonly free: readonly Column[]
  readonly freeDevice: Column
  /** The part of "may run there" that no packing changes: selectors, taints, GPU model. */
  binAdmits(podClass: number, bin: number): boolean
  readonly types: readonly BinType[]
}

export interface Packing {
  /** Per item: a bin row below `problem.bins`, or `problem.bins + k` for the k-th new bin, or NONE when left over. */
  readonly bin: Int32Array
  /** Type of each new bin, in order of opening. */
  readonly opened: readonly number[]
  readonly leftOver: number
  /**
   * Per item: the GPU devices it takes in its bin (bit d), 0 when it needs none. Whoever commits the packing binds with these, so that
   * the order of binding cannot spoil what the packer found. Without it, `adoptPacker` fills it in.
   */
  readonly deviceMask?: Int32Array
}

export interface Packer {
  pack(problem: PackingProblem): Packing
}

/** How a packer sits in the loop: rounds of placement, the node autoscaler's estimator, or both. */
export type PackerSeat = 'rounds' | 'estimator' | 'both'

export type PackerDefinition<P extends Parameters = Parameters> = Definition<Packer | null, PackingContext, P>
