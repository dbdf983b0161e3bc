/** Decisions as columns, because one wake of a scheduler may bind thousands of pods; the columns are reused from wake to wake. */
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeId, PodId } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import { Reason } from './views.ts'

/** What a decision does. */
export const DecisionKind = { Bind: 0, Evict: 1, Decline: 2, Nominate: 3 } as const
export type DecisionKind = (typeof DecisionKind)[keyof typeof DecisionKind]

/** Why nodes were ruled out for declined pods: a row per pod and reason. */
export class ReasonCounts extends ColumnTable {
  count = 0
  /** The declining decision, as a row of `Decisions`. */
  readonly decision = this.column(Int32Array)
  readonly reason = this.kinds<Reason>(Reason.NotReady)
  /** Number of nodes that were ruled out by it. */
  readonly nodes = this.column(Int32Array)

  add(decision: number, reason: Reason, nodes: number): void {
    const row = this.count++
    this.reserve(this.count)
    this.decision[row] = decision
    this.reason[row] = reason
    this.nodes[row] = nodes
  }

  /** Copies row `from` to row `to`, as a reason of another decision. */
  move(from: number, to: number, decision: number): void {
    this.decision[to] = decision
    this.reason[to] = this.reason[from]
    this.nodes[to] = this.nodes[from]
  }
}

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
  readonly reasons = new ReasonCounts()
  private groups = 0
  private open = false

  clear(): void {
    this.count = 0
    this.examined = 0
    this.reasons.count = 0
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

  /** Adds to the decline that was added last: this many nodes were ruled out by this reason. @throws when the last decision is no decline */
  because(reason: Reason, nodes: number): void {
    const last = this.count - 1
    if (last < 0 || this.kind[last] !== DecisionKind.Decline)
      throw new Error('a reason belongs to the decision before it, which must be a decline')
    this.reasons.add(last, reason, nodes)
  }

  /** Reserves nothing: notes on the pending pod that capacity is being freed for it on the node (`PodsView.nominated`); NONE takes that back. */
  nominate(pod: PodId, node: NodeId): void {
    this.add(DecisionKind.Nominate, pod, node, 0)
  }

  /** Opens a transaction: what is added until `endGroup` is one group. */
  beginGroup(): void {
    this.open = true
  }

  endGroup(): void {
    this.open = false
    this.groups++
  }

  /** Drops each group in which some row does not satisfy the condition; `row` counts decisions before anything is dropped. */
  keepGroups(condition: (row: number) => boolean): void {
    let kept = 0
    let reasons = 0
    let reason = 0
    for (let from = 0; from < this.count;) {
      let to = from
      let whole = true
      while (to < this.count && this.group[to] === this.group[from]) whole = condition(to++) && whole
      for (let row = from; row < to; row++) {
        for (; reason < this.reasons.count && this.reasons.decision[reason] === row; reason++) {
          if (whole) this.reasons.move(reason, reasons++, kept)
        }
        if (whole) this.move(row, kept++)
      }
      from = to
    }
    this.count = kept
    this.reasons.count = reasons
  }

  private move(from: number, to: number): void {
    this.kind[to] = this.kind[from]
    this.pod[to] = this.pod[from]
    this.node[to] = this.node[from]
    this.deviceMask[to] = this.deviceMask[from]
    this.group[to] = this.group[from]
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

/** Throws an Error when a decision is about a row that does not exist. */
export function assertRows({ count, kind, pod, node }: Decisions, pods: number, nodes: number): void {
  for (let row = 0; row < count; row++) {
    if (!(pod[row] >= 0 && pod[row] < pods)) throw new Error(`decision ${row} is about pod ${pod[row]}: rows are 0 to ${pods - 1}`)
    const hasNode = kind[row] === DecisionKind.Bind || (kind[row] === DecisionKind.Nominate && node[row] !== NONE)
    if (hasNode && !(node[row] >= 0 && node[row] < nodes)) {
      const action = kind[row] === DecisionKind.Bind ? 'binds' : 'nominates'
      throw new Error(`decision ${row} ${action} pod ${pod[row]} to node ${node[row]}: rows are 0 to ${nodes - 1}`)
    }
  }
}
