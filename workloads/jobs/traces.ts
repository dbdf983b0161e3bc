/** Jobs of traces: each row of a pod list is a job of equal tasks, each workflow is a job with a DAG. */
import { COLUMNS } from '../traces/columns.ts'
import { isKind, openRows, rowFormat, rowFormats } from '../traces/formats.ts'
import type { PodRows, TraceShape, WorkflowRow, WorkflowRows } from '../traces/trace.ts'
import { dagOfParents, type Dag } from './dag.ts'
import type { JobCursor } from './recorded.ts'

/** The rows of a pod list that ran. */
export class PodJobs implements JobCursor {
  tasks = 1
  readonly dag = null
  tenant = 0
  priority = 0
  requested = -1
  readonly file: string
  private length = 1
  private place = 0
  private neverRan = 0
  private readonly rows: PodRows
  private readonly endless: number

  /** `endless`: duration of rows without a recorded end. */
  constructor(rows: PodRows, endless: number) {
    this.rows = rows
    this.endless = endless
    this.file = rows.file
  }
  next(): number {
    let row = this.rows.next()
    for (; row !== undefined && row.duration < 0; row = this.rows.next()) this.neverRan++
    if (row === undefined) return Infinity
    this.tasks = row.tasks
    this.length = row.duration === Infinity ? this.endless : Math.max(1, row.duration)
    this.place = row.shape
    this.tenant = row.tenant
    this.priority = row.priority
    this.requested = row.requested
    return row.arrival
  }
  duration(): number {
    return this.length
  }
  shape(): number {
    return this.place
  }
  get asked(): readonly TraceShape[] {
    return this.rows.shapes
  }
  get tenants(): readonly string[] {
    return this.rows.tenants
  }
  notes(): readonly string[] {
    return this.neverRan === 0
      ? this.rows.notes()
      : [...this.rows.notes(), `${this.neverRan} rows never ran in the recorded cluster and are left out: they have no measured run time`]
  }
}

/**
 * Workflows. A task arrives when all its predecessors have finished in the simulation; the recorded submissions of tasks depend on the
 * recorded cluster and are not used, except that of the first task, which is the submission of the workflow.
 */
export class WorkflowJobs implements JobCursor {
  dag: Dag | null = null
  readonly tenant = 0
  readonly tenants = ['']
  readonly priority = 0
  readonly requested = -1
  readonly file: string
  private readonly rows: WorkflowRows
  private row: WorkflowRow | undefined

  constructor(rows: WorkflowRows) {
    this.rows = rows
    this.file = rows.file
  }
  next(): number {
    this.row = this.rows.next()
    if (this.row === undefined) return Infinity
    this.dag = dagOfParents(this.row.parents)
    return this.row.arrival
  }
  get tasks(): number {
    return this.row?.duration.length ?? 0
  }
  duration(task: number): number {
    return Math.max(1, this.row?.duration[task] ?? 1)
  }
  shape(task: number): number {
    return this.row?.shape[task] ?? 0
  }
  get asked(): readonly TraceShape[] {
    return this.rows.shapes
  }
  notes(): readonly string[] {
    return this.rows.notes()
  }
}

/** Names of the formats that contain jobs. */
export const jobTraces: readonly string[] = [
  ...rowFormats.filter((format) => isKind(format, 'pods') || isKind(format, 'workflows')).map(({ name }) => name),
  COLUMNS,
]

/** The jobs of a file, one at a time; `duration` [µs] is that of rows without a recorded end, null: for ever. Throws a RangeError for a format without jobs, a TraceError for a file that cannot be read. */
export function openJobTrace(format: string, file: string, duration: number | null = null): JobCursor {
  const found = rowFormat(format)
  if (found !== undefined && isKind(found, 'pods')) return new PodJobs(openRows(found, file), duration ?? Infinity)
  if (found !== undefined && isKind(found, 'workflows')) return new WorkflowJobs(openRows(found, file))
  throw new RangeError(`trace of jobs: found the format ${format}; accepted: ${jobTraces.join(', ')}`)
}
