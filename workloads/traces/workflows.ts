/**
 * The workflows format: a row per task with its predecessors; the tasks of a workflow are consecutive. A workflow arrives when its first
 * task is submitted. Source: Versluis et al. 2020, The Workflow Trace Archive, IEEE TPDS (Shell's Chronos; Askalon), through OpenDC.
 */
import { shown } from './error.ts'
import { hasColumns, type RowFormat } from './format.ts'
import { OrderedRows } from './order.ts'
import { Table, type TraceRow } from './table.ts'
import { Interner, workflowRow, type TraceShape, type WorkflowRow } from './trace.ts'

const THREADS = ['workflow', 'task', 'submit_ms', 'runtime_ms', 'threads', 'parents']
const CORES = ['workflow', 'task', 'submit_ms', 'runtime_ms', 'cores', 'parents']
const AT = { workflow: 0, task: 1, submit: 2, runtime: 3, cores: 4, parents: 5 } as const
const MAX_CORES = 1e6
const MAX_TASKS = 1_000_000
/** Most workflows that may be out of order. */
const WINDOW = 4096

export const workflows: RowFormat<'workflows'> = {
  name: 'workflows',
  kind: 'workflows',
  title: 'workflows: tasks with their predecessors',
  columns: ['workflow', 'task', 'submit_ms', 'runtime_ms', 'threads | cores', 'parents'],
  source: 'Versluis et al. 2020, The Workflow Trace Archive, IEEE TPDS',
  fits: (line) => hasColumns(line, THREADS, CORES),
  open(lines) {
    const table = new Table(lines, THREADS, CORES)
    const { row } = table
    const shapes = new Interner<TraceShape>()
    const places = new Map<string, number>()
    let more: boolean | undefined
    let before = -1
    const rows = new OrderedRows(
      lines.file,
      {
        make: workflowRow,
        read(into) {
          more ??= table.next()
          if (!more) return false
          const workflow = row.whole(AT.workflow, Number.MAX_SAFE_INTEGER)
          if (workflow <= before)
            row.refuse(
              AT.workflow,
              `a number above ${before}, since workflows are in ascending order and the tasks of each are consecutive`,
            )
          before = workflow
          empty(into, row.line)
          places.clear()
          for (; more && row.whole(AT.workflow, Number.MAX_SAFE_INTEGER) === workflow; more = table.next())
            addTask(into, row, places, shapes)
          return true
        },
      },
      'submit_ms',
      WINDOW,
    )
    return Object.assign(rows, { shapes: shapes.values })
  },
}

function empty(into: WorkflowRow, line: number): void {
  into.line = line
  into.arrival = Infinity
  into.submitted.length = 0
  into.duration.length = 0
  into.shape.length = 0
  into.parents.length = 0
}

/** Adds the task of a row. Parents are before their children, so there are no cycles. */
function addTask(into: WorkflowRow, row: TraceRow, places: Map<string, number>, shapes: Interner<TraceShape>): void {
  const name = row.name(AT.task)
  if (places.has(name)) row.refuse(AT.task, 'a task that is not yet in its workflow')
  if (places.size === MAX_TASKS) row.refuse(AT.task, `at most ${MAX_TASKS} tasks in a workflow`)
  places.set(name, places.size)
  const text = row.text(AT.parents)
  const parents =
    text === ''
      ? []
      : text.split(' ').map((parent) => {
          const place = parent === name ? undefined : places.get(parent)
          if (place === undefined)
            row.refuse(AT.parents, `earlier tasks of the same workflow, separated by single blanks; not ${shown(parent)}`)
          return place
        })
  if (new Set(parents).size < parents.length) row.refuse(AT.parents, 'each task at most once')
  const submitted = row.milliseconds(AT.submit)
  const cpu = row.whole(AT.cores, MAX_CORES) * 1000
  into.arrival = Math.min(into.arrival, submitted)
  into.submitted.push(submitted)
  into.duration.push(row.milliseconds(AT.runtime))
  into.shape.push(shapes.number(String(cpu), () => ({ cpu, memory: 0, gpus: 0, gpuMilli: 0, gpuModels: [] })))
  into.parents.push(parents)
}
