/**
 * What a reader makes of a trace, whatever its format. Five kinds of rows come one at a time through a cursor, so that a file of any length
 * needs the memory of one row; the node list and openb's pods are columns, since they are small and are drawn from.
 */

/** Rows of a trace in the order of their times. No file is held open between two rows, so a cursor may be left at any place. */
export interface TraceRows<Row> {
  readonly file: string
  /** The next row; undefined at the end. The object is filled anew by the next call. Throws a TraceError at a row that is wrong. */
  next(): Row | undefined
  /** What was left out so far, with the reason: a sentence each, whole at the end of the file. */
  notes(): readonly string[]
}

/** What all rows have. Times are whole microseconds from the start of the trace. */
interface Placed {
  /** Where it stands in the file, from 1. */
  line: number
  arrival: number
}

/** A pod, or a job of equal pods. */
export interface PodRow extends Placed {
  /** Time that it ran, without its time in a queue; -1: it never ran. */
  duration: number
  /** Place in `shapes` of the cursor: what one pod asks for. */
  shape: number
  /** Pods of the job, at least 1. */
  tasks: number
  /** Place in `tenants` of the cursor. */
  tenant: number
  /** Larger is more important. */
  priority: number
  /** CPU used while it ran, over the request; -1: not measured. */
  usage: number
}

/** Both lists grow while the rows are read. */
export interface PodRows extends TraceRows<PodRow> {
  readonly shapes: readonly TraceShape[]
  readonly tenants: readonly string[]
}

export interface RequestRow extends Placed {
  /** How large it is, in the units of `sizeNames` of the cursor: tokens, or seconds of run time. */
  readonly sizes: number[]
  /** Whose request it is, or which prefix it shares: equal keys profit from the same server. -1: not told. */
  key: number
  /** Identities of its parts that can be cached, the leading ones first; empty: not told. */
  blocks: readonly number[]
}

/** A row to be filled, of one pod that was seen running and of one tenant. */
export const podRow = (): PodRow => ({ line: 0, arrival: 0, duration: 0, shape: 0, tasks: 1, tenant: 0, priority: 0, usage: -1 })

export const requestRow = (): RequestRow => ({ line: 0, arrival: 0, sizes: [], key: -1, blocks: [] })

export interface RequestRows extends TraceRows<RequestRow> {
  /** Names with their unit, as the columns of the file. */
  readonly sizeNames: readonly string[]
}

/** How many came in an interval that begins at `arrival`; what is between two intervals was not recorded. */
export interface RateRow extends Placed {
  length: number
  count: number
}

export type RateRows = TraceRows<RateRow>

/** What one of several things used, on average from `arrival` on over `length`. */
export interface UsageRow extends Placed {
  length: number
  /** Place in `series` of the cursor. */
  series: number
  value: number
}

/** The series come one after the other: times begin anew with each. */
export interface UsageRows extends TraceRows<UsageRow> {
  readonly series: readonly string[]
  /** Unit of the values. */
  readonly unit: string
}

/** A workflow with its tasks: a DAG. `arrival` is the earliest submission of a task. */
export interface WorkflowRow extends Placed {
  /** By task: submission, run time, and place in `shapes` of the cursor; as many as the workflow has tasks. */
  readonly submitted: number[]
  readonly duration: number[]
  readonly shape: number[]
  /** By task: places of the tasks that it waits for, all of this workflow and each standing before the task: none wait in a circle. */
  readonly parents: (readonly number[])[]
}

export interface WorkflowRows extends TraceRows<WorkflowRow> {
  readonly shapes: readonly TraceShape[]
}

export const workflowRow = (): WorkflowRow => ({ line: 0, arrival: 0, submitted: [], duration: [], shape: [], parents: [] })

export interface TraceKinds {
  readonly pods: PodRows
  readonly requests: RequestRows
  readonly rates: RateRows
  readonly usage: UsageRows
  readonly workflows: WorkflowRows
}

export type TraceKind = keyof TraceKinds

/** Resource request of a pod, without what an experiment adds (usage, limit). [millicores], [bytes], [milli-GPU each]. */
export interface TraceShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  readonly gpuMilli: number
  /** Accepted models, sorted; empty: any. */
  readonly gpuModels: readonly string[]
}

/** Pods, a row each, in the order of the file. Times [µs] from the start of the trace. */
export interface PodTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly TraceShape[]
  /** Place in `shapes`. */
  readonly shape: Int32Array
  readonly created: Float64Array
  /** -1: never scheduled. */
  readonly scheduled: Float64Array
  readonly deleted: Float64Array
  /** Place in `qosNames` and in `phaseNames`. */
  readonly qos: Uint8Array
  readonly qosNames: readonly string[]
  readonly phase: Uint8Array
  readonly phaseNames: readonly string[]
}

export interface NodeShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  /** Empty without devices. */
  readonly gpuModel: string
}

/** Nodes, a row each, in the order of the file. */
export interface NodeTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly NodeShape[]
  readonly shape: Int32Array
}

/** Gives equal values one number, counted in the order of their first appearance. */
export class Interner<T> {
  readonly values: T[] = []
  private readonly known = new Map<string, number>()

  /** The number of the value with this key; `make` is asked once. */
  number(key: string, make: () => T): number {
    let number = this.known.get(key)
    if (number === undefined) {
      number = this.values.length
      this.values.push(make())
      this.known.set(key, number)
    }
    return number
  }
}
