/**
 * Which pod first. An order ranks pods, or shares the cluster among groups of them. It decides who is tried before whom; a pod that fits
 * nowhere steps aside whatever its place (queue.ts).
 */
import type { ClusterView } from '../../cluster/views.ts'
import type { Definition, Parameters } from '../../common/define.ts'

/** With neither of the two, pods go in the order in which they were created; equals always do. */
export interface QueueOrder {
  /** The smallest goes first, -Infinity to Infinity. Read when the pod joins the queue, and fixed while it waits there. */
  rank?(pod: number, view: ClusterView): number
  /** Groups of pod classes whose turn depends on what is bound. An order has a rank or groups, not both. */
  readonly groups?: Groups
}

export interface Groups {
  /** [group] The smallest goes first; as of the last `follow`. */
  readonly shares: Float64Array
  /** The group of a class, from 0; it never changes. */
  groupOf(podClass: number, view: ClusterView): number
  /** Brings the shares up to date, then names each group whose share has changed. */
  follow(view: ClusterView, hear: Regrouping): void
}

export interface Regrouping {
  moved(group: number): void
}

/** The slow, obvious twin of an order: what a pod's place goes by, computed anew from the cluster at every question; the smallest first. */
export type NaiveOrder = (pod: number, view: ClusterView) => number

export type OrderDefinition<P extends Parameters = Parameters> = Definition<QueueOrder, undefined, P> & {
  /** The oracle of the tests; absent for a user's own order, whose rank is its own twin. */
  twin?(values: never): NaiveOrder
}
