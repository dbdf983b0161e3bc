/**
 * Queue orders: which pending pod is tried first. An order ranks pods, or groups them and ranks the groups by their share of the cluster. It
 * decides nothing else; a pod that fits nowhere blocks no other pod, whatever its place (queue/queue.ts), unless the order has a discipline.
 */
import type { PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Definition, Parameters, Values } from '../../common/define.ts'

/** An order has a rank, or groups, or neither; with neither, pods go in the order of creation, as pods of equal rank always do. */
export interface QueueOrder {
  /** The smallest rank goes first, -Infinity to Infinity. Read when the pod joins the queue, and fixed until it leaves the queue. */
  rank?(pod: PodId, view: ClusterView): number
  /** Groups of pod classes that are ranked by what is bound. */
  readonly groups?: Groups
  /** Whether the first job holds back those behind it, see queue/job-loop.ts; absent: it does not. */
  readonly discipline?: 'fcfs' | 'easy' | 'conservative'
  /** Under `conservative`: jobs with a reservation, Infinity for all. */
  readonly depth?: number
}

/** A group of pod classes, from 0; for fair-share the tenant. */
export type GroupId = number

/** Groups of pod classes; the group with the smallest share goes first. */
export interface Groups {
  /** [group] As of the last `follow`. */
  readonly shares: Float64Array
  /** The group of a class; it never changes. */
  groupOf(podClass: PodClassId, view: ClusterView): GroupId
  /** Brings the shares up to date, then notifies the listener of each group whose share has changed. */
  follow(view: ClusterView, listener: ShareListener): void
}

/** Is notified of changed shares. */
export interface ShareListener {
  /** The share of the group has changed. */
  moved(group: GroupId): void
}

/**
 * The reference implementation (twin) of an order: the sort key of a pod, computed from the present state of the cluster at each call; the
 * smallest goes first.
 */
export type NaiveOrder = (pod: PodId, view: ClusterView) => number

/** A member of the family, or a user's own order. */
export type OrderDefinition<P extends Parameters = Parameters> = Definition<QueueOrder, undefined, P> & {
  /** The twin for the tests; absent for a user's own order, whose rank is its own twin. */
  twin?(values: never): NaiveOrder
}

/** A built-in order; unlike a user's own it must have a twin. */
export interface OrderMember<P extends Parameters> extends Definition<QueueOrder, undefined, P> {
  twin(values: Values<P>): NaiveOrder
}

/** Returns the definition as it is; infers the types of its parameters. */
export function defineOrder<const P extends Parameters>(definition: OrderMember<P>): OrderMember<P> {
  return definition
}
