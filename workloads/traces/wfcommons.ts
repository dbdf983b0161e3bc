/**
 * The wfcommons format: one workflow as a WfFormat instance, a JSON document of tasks with parents, run times and cores. Source: Coleman et al. 2022,
 * WfCommons: A Framework for Enabling Scientific Workflow Research and Development, FGCS; WfFormat 1.4 to 1.5.
 *
 * Since 1.5 the structure is in `workflow.specification` and the recorded run in `workflow.execution`; before, both are in `workflow.tasks`.
 */
import { documentOf, isJsonMap, type JsonPart } from './document.ts'
import { shown, TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { Interner, workflowRow, type TraceShape, type WorkflowRow } from './trace.ts'

const MAX_SECONDS = 9e9
const MAX_CORES = 1e6
const MAX_BYTES = Number.MAX_SAFE_INTEGER
const NOTE = 'input and output files, and the machines of the recorded run, are left out: tasks wait for their parents, not for data'

/** A task before its place is known. */
interface Task {
  readonly part: JsonPart
  readonly id: string
  readonly parents: readonly string[]
  readonly duration: number
  readonly shape: number
}

export const wfcommons: RowFormat<'workflows'> = {
  name: 'wfcommons',
  kind: 'workflows',
  title: 'a workflow as a WfFormat instance: tasks with their parents, run times, cores and memory',
  columns: ['workflow.specification.tasks | workflow.tasks', 'workflow.execution.tasks[].runtimeInSeconds'],
  source: 'Coleman et al. 2022, WfCommons, FGCS',
  fits: () => false,
  document: ({ workflow }) =>
    isJsonMap(workflow) && (isJsonMap(workflow['specification']) || Array.isArray(workflow['tasks'] ?? workflow['jobs'])),
  open(lines) {
    const { file } = lines
    const workflow = documentOf(lines).at('workflow')
    const shapes = new Interner<TraceShape>()
    const row = rowOf(inOrder(tasksOf(workflow, shapes)))
    let ended = false
    return {
      file,
      shapes: shapes.values,
      next() {
        if (ended) return undefined
        ended = true
        return row
      },
      notes: () => [NOTE],
    }
  },
}

function tasksOf(workflow: JsonPart, shapes: Interner<TraceShape>): Task[] {
  const specification = workflow.at('specification')
  const structure = specification.missing ? workflow.either('tasks', 'jobs') : specification.at('tasks')
  const list = structure.list()
  if (list.length === 0) throw new TraceError({ file: structure.file, column: structure.path }, 'no row', 'at least one task')
  const executed = workflow.at('execution').at('tasks')
  const runs = new Map((executed.missing ? [] : executed.list()).map((run) => [run.at('id').text(), run]))
  return list.map((part): Task => {
    const id = part.either('id', 'name').text()
    const run =
      runs.get(id) ?? (specification.missing ? part : part.refuse('a task that is also in workflow.execution.tasks, with its run time'))
    const cores = run.either('coreCount', 'cores')
    const bytes = run.at('memoryInBytes')
    const cpu = cores.missing ? 1000 : Math.round(cores.number(MAX_CORES) * 1000)
    const memory = bytes.missing ? 0 : Math.round(bytes.number(MAX_BYTES))
    const parents = part.at('parents')
    return {
      part,
      id,
      parents: parents.missing ? [] : parents.list().map((parent) => parent.text()),
      duration: Math.round(run.either('runtimeInSeconds', 'runtime').number(MAX_SECONDS) * 1e6),
      shape: shapes.number(`${cpu} ${memory}`, () => ({ cpu, memory, gpus: 0, gpuMilli: 0, gpuModels: [] })),
    }
  })
}

/** Parents before their children, otherwise in the order of the file (Kahn's algorithm). Parents may be ids or, in old instances, names. */
function inOrder(tasks: readonly Task[]): { readonly task: Task; readonly parents: number[] }[] {
  const place = new Map<string, number>()
  tasks.forEach(({ part }, i) => {
    const name = part.at('name')
    if (!name.missing) place.set(name.text(), i)
  })
  const ids = new Set<string>()
  tasks.forEach(({ id, part }, i) => {
    if (ids.has(id)) part.either('id', 'name').refuse('each id once')
    ids.add(id)
    place.set(id, i)
  })
  const parents = tasks.map(({ part, parents: named }) => {
    const places = named.map((name) => place.get(name) ?? part.at('parents').refuse(`ids of tasks; not ${shown(name)}`))
    return [...new Set(places)]
  })
  const children = tasks.map((): number[] => [])
  parents.forEach((places, child) => places.forEach((parent) => children[parent].push(child)))
  const waits = parents.map((places) => places.length)
  const order = tasks.flatMap((_, i) => (waits[i] === 0 ? [i] : []))
  for (const next of order) for (const child of children[next]) if (--waits[child] === 0) order.push(child)
  if (order.length < tasks.length) {
    const stuck = tasks[waits.findIndex((count) => count > 0)]
    stuck.part.at('parents').refuse('parents without a cycle')
  }
  const placed = new Map(order.map((task, i) => [task, i]))
  return order.map((i) => ({ task: tasks[i], parents: parents[i].map((parent) => placed.get(parent) as number) }))
}

function rowOf(tasks: ReturnType<typeof inOrder>): WorkflowRow {
  const row = workflowRow()
  row.line = 1
  for (const { task, parents } of tasks) {
    row.submitted.push(0)
    row.duration.push(task.duration)
    row.shape.push(task.shape)
    row.parents.push(parents)
  }
  return row
}
