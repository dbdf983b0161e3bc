/** Decisions as columns, because one wake of a scheduler may bind thousands of pods; the columns are reused from wake to wake. */
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeId, PodId } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'

/** What a decision does. */
export const DecisionKind = { Bind: 0, Evict: 1, Decline: 2 } as const
export type DecisionKind = (typeof DecisionKind)[keyof typeof DecisionKind]

/** A list of decisions that a policy fills and `Cluster.commit` carries out. */
export class Decisions extends ColumnTable {
  count = 0
  readonly kind = this.kinds<DecisionKind>(DecisionKind.Bind)
  readonly pod = this.column(Int32Array)
  readonly node = this.column(Int32Array)
  /** Devices that the pod takes; NONE lets the cluster pick them. */
  readonly deviceMask = this.column(Int32Array)
  /** Decisions of one group are carried out or refused together. */
  readonly group = this.column(Int32Array)
  /** Filled by `Cluster.commit`: 1 accepted, 0 refused. */
  readonly accepted = this.column(Uint8Array)
  /** Nodes examined in total, for the decision-time model. */
  examined = 0
  private groups = 0
  private open = false

  clear(): void {
    this.count = 0
    this.examined = 0
    this.groups = 0
    this.open = false
  }

  /** Binds the pod to the node, on these devices or on those that the cluster picks. */
  bind(pod: PodId, node: NodeId, deviceMask: DeviceMask = NONE): void {
    this.add(DecisionKind.Bind, pod, node, deviceMask)
  }

  /** Makes a bound pod Terminating. */
  evict(pod: PodId): void {
    this.add(DecisionKind.Evict, pod, NONE, 0)
  }

  /** No node was found: the pod stays pending until something changes that could make it fit. */
  decline(pod: PodId): void {
    this.add(DecisionKind.Decline, pod, NONE, 0)
  }

  /** Opens a transaction: what is added until `endGroup` is one group. */
  beginGroup(): void {
    this.open = true
  }

  endGroup(): void {
    this.open = false
    this.groups++
  }

  private add(kind: DecisionKind, pod: PodId, node: NodeId, deviceMask: DeviceMask): void {
    const row = this.count++
    this.reserve(this.count)
    this.kind[row] = kind
    this.pod[row] = pod
    this.node[row] = node
    this.deviceMask[row] = deviceMask
    this.group[row] = this.groups
    if (!this.open) this.groups++
  }
}
