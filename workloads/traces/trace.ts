/**
 * The data model of traces, independent of their formats. Rows of five kinds are read one at a time through a cursor, so that a file of any
 * length needs the memory of one row; node lists and openb's pods are columns, since they are small and are drawn from.
 */
import type { NodeTemplate } from '../../sim/index.ts'

/** A cursor over the rows of a trace, in the order of their times. No file is open between two rows, so a cursor may be dropped at any row. */
export interface TraceRows<Row> {
  readonly file: string
  /** The next row; undefined at the end. The object is reused by the next call. Throws a TraceError at a wrong row. */
  next(): Row | undefined
  /** What was left out so far, with the reason, a sentence each; complete at the end of the file. */
  notes(): readonly string[]
}

/** What every row has. Times are whole microseconds from the start of the trace. */
interface Placed {
  /** Line of the file, counted from 1. */
  line: number
  arrival: number
}

/** A pod, or a job of equal pods. */
export interface PodRow extends Placed {
  /** Time that it ran, without its time in the queue; -1: it never ran; Infinity: no end was recorded, so it runs for ever. */
  duration: number
  /** Run time that the user requested; -1: unknown. */
  requested: number
  /** Request of one pod, as a place in `shapes` of the cursor. */
  shape: number
  /** Number of pods of the job, at least 1. */
  tasks: number
  /** Place in `tenants` of the cursor. */
  tenant: number
  /** Larger is more important. */
  priority: number
  /** CPU used while it ran, over the request; -1: not measured. */
  usage: number
}

/** Rows of pods. Both lists grow while the rows are read. */
export interface PodRows extends TraceRows<PodRow> {
  readonly shapes: readonly TraceShape[]
  readonly tenants: readonly string[]
}

/** A request. */
export interface RequestRow extends Placed {
  /** Its sizes, in the units of `sizeNames` of the cursor: tokens, or seconds of run time. */
  readonly sizes: number[]
  /** Its client, or the prefix that it shares: requests with equal keys benefit from the same server. -1: unknown. */
  key: number
  /** Identities of its cacheable parts, leading parts first; empty: unknown. */
  blocks: readonly number[]
}

/** A row to be filled; its defaults are one pod, one tenant, unknown usage. */
export const podRow = (): PodRow => ({
  line: 0,
  arrival: 0,
  duration: 0,
  requested: -1,
  shape: 0,
  tasks: 1,
  tenant: 0,
  priority: 0,
  usage: -1,
})

/** A row to be filled; its defaults are an unknown key and no blocks. */
export const requestRow = (): RequestRow => ({ line: 0, arrival: 0, sizes: [], key: -1, blocks: [] })

/** Rows of requests. */
export interface RequestRows extends TraceRows<RequestRow> {
  /** Names with their unit, as the columns of the file. */
  readonly sizeNames: readonly string[]
}

/** The number of arrivals in an interval that begins at `arrival`; gaps between intervals were not recorded. */
export interface RateRow extends Placed {
  length: number
  count: number
}

export type RateRows = TraceRows<RateRow>

/** Average usage of one of several series, from `arrival` on over `length`. */
export interface UsageRow extends Placed {
  length: number
  /** Place in `series` of the cursor. */
  series: number
  value: number
}

/** Rows of usage, one series after another; times start again with each series. */
export interface UsageRows extends TraceRows<UsageRow> {
  readonly series: readonly string[]
  /** Unit of the values. */
  readonly unit: string
}

/** A workflow: a DAG of tasks. `arrival` is the earliest submission of a task. */
export interface WorkflowRow extends Placed {
  /** By task: submission, run time, and place of the request in `shapes` of the cursor. */
  readonly submitted: number[]
  readonly duration: number[]
  readonly shape: number[]
  /** By task: places of its predecessors in this workflow, each before the task, so there are no cycles. */
  readonly parents: (readonly number[])[]
}

/** Rows of workflows. */
export interface WorkflowRows extends TraceRows<WorkflowRow> {
  readonly shapes: readonly TraceShape[]
}

/** A row to be filled. */
export const workflowRow = (): WorkflowRow => ({ line: 0, arrival: 0, submitted: [], duration: [], shape: [], parents: [] })

/** The cursor of each kind of trace. */
export interface TraceKinds {
  readonly pods: PodRows
  readonly requests: RequestRows
  readonly rates: RateRows
  readonly usage: UsageRows
  readonly workflows: WorkflowRows
}

export type TraceKind = keyof TraceKinds

/** Resource request of a pod, without the usage and limit that an experiment adds: [millicores], [bytes], [milli-GPU of each GPU]. */
export interface TraceShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  readonly gpuMilli: number
  /** Accepted models, sorted; empty: any. */
  readonly gpuModels: readonly string[]
}

/** Pods in columns, in the order of the file. Times [µs] from the start of the trace. */
export interface PodTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly TraceShape[]
  /** Request, as a place in `shapes`. */
  readonly shape: Int32Array
  readonly created: Float64Array
  /** -1: never scheduled. */
  readonly scheduled: Float64Array
  readonly deleted: Float64Array
  /** Quality-of-service class and phase, as places in `qosNames` and `phaseNames`. */
  readonly qos: Uint8Array
  readonly qosNames: readonly string[]
  readonly phase: Uint8Array
  readonly phaseNames: readonly string[]
}

/** Capacity of a node: [millicores], [bytes]. */
export interface NodeShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  /** Empty without devices. */
  readonly gpuModel: string
  /** Absent: the list does not say, and the experiment does. */
  readonly pods?: number
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: NodeTemplate['taints']
  readonly resources?: Readonly<Record<string, number>>
}

/** Nodes in columns, in the order of the file. */
export interface NodeTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly NodeShape[]
  readonly shape: Int32Array
}

/** Numbers values in the order of their first appearance; equal values have one number. */
export class Interner<T> {
  readonly values: T[] = []
  private readonly known = new Map<string, number>()

  /** The number of the value with this key; `make` is called once per key. */
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
