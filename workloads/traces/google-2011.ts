/**
 * The google-2011 format: the task_events table of the Borg trace of 2011, thirteen columns without a header. An attempt of a task, from its
 * submission to its end, is a pod; its duration is the end minus the scheduling. Requests are shares of the largest machine, whose size the trace does not
 * give: here it has 64 cores and 256 GiB, and `shape: [{ scale: … }]` changes that. Source: Reiss, Wilkes and Hellerstein 2011, Google cluster-usage
 * traces: format and schema; Reiss et al. 2012, Heterogeneity and Dynamicity of Clouds at Scale, SoCC.
 */
import { shown, TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { cellsOf, type Lines } from './lines.ts'
import { listedPods, MAX_LISTED, plainShape, refuseLonger, type ListedPod } from './listed.ts'
import { Interner, type TraceShape } from './trace.ts'

const COLUMNS = [
  'time_us',
  'missing_info',
  'job',
  'task',
  'machine',
  'event',
  'user',
  'scheduling_class',
  'priority',
  'cpu',
  'memory',
  'disk',
  'different_machine',
] as const
const AT = { time: 0, job: 2, task: 3, event: 5, user: 6, priority: 8, cpu: 9, memory: 10 } as const
const MACHINE = { cpu: 64_000, memory: 256 * 1_073_741_824 }
const SUBMIT = 0
const SCHEDULE = 1
/** EVICT, FAIL, FINISH, KILL, LOST; 7 and 8 update the request of a pending or running task. */
const ENDS = [2, 3, 4, 5, 6]
const EVENTS = 8
const WHOLE = /^\d+$/
const NUMBER = /^\d+(\.\d+)?$/
/** Times of events after the recording are written as 2^63 - 1. */
const AFTER = 9_223_372_036_854_775_807
/** Priorities of the trace are 0 to 11. */
const MAX_PRIORITY = 2_147_483_647

export const google2011: RowFormat<'pods'> = {
  name: 'google-2011',
  kind: 'pods',
  title:
    'tasks of a Borg cell of 2011 (task_events): submission, scheduling, end, and requests as shares of a machine of 64 cores and 256 GiB',
  columns: COLUMNS,
  source: 'Reiss, Wilkes and Hellerstein 2011, Google cluster-usage traces',
  fits: (line) => line.startsWith('#Time stamp') || isEvent(line.split(',')),
  open: read,
}

const isEvent = (cells: readonly string[]): boolean =>
  cells.length === COLUMNS.length &&
  [AT.time, AT.job, AT.task, AT.event, AT.priority].every((column) => WHOLE.test(cells[column])) &&
  Number(cells[AT.event]) <= EVENTS

function read(lines: Lines): ReturnType<typeof listedPods> {
  const tasks = new Tasks(lines)
  let visited = false
  for (let text = lines.next(); text !== undefined; text = lines.next()) {
    if (text === '' || text.startsWith('#')) continue
    visited = true
    tasks.event(cellsOf(text, lines.file, lines.line))
  }
  if (!visited) throw new TraceError({ file: lines.file, line: lines.line + 1 }, 'no row', 'at least one event of thirteen cells')
  return tasks.rows()
}

/** An attempt that has not ended. */
interface Attempt {
  readonly pod: { -readonly [Key in keyof ListedPod]: ListedPod[Key] }
  /** Time of the scheduling; -1: pending. */
  scheduled: number
}

/** All attempts: a task that runs for days has its submission days before its end, so a window of rows would not hold it. */
class Tasks {
  private readonly lines: Lines
  private readonly shapes = new Interner<TraceShape>()
  private readonly users = new Interner<string>()
  private readonly jobs = new Set<string>()
  private readonly open = new Map<string, Attempt>()
  private readonly pods: ListedPod[] = []
  private last = 0
  private rejoined = 0

  constructor(lines: Lines) {
    this.lines = lines
  }

  event(cells: readonly string[]): void {
    const { file, line } = this.lines
    if (cells.length !== COLUMNS.length) throw new TraceError({ file, line }, `${cells.length} cells`, 'thirteen cells, as in task_events')
    const time = this.whole(cells, AT.time, AFTER)
    if (time === AFTER) return
    if (time < this.last) this.refuse(cells, AT.time, `at least ${this.last}, since events are in the order of time`)
    if (time > Number.MAX_SAFE_INTEGER) this.refuse(cells, AT.time, 'microseconds below 2^53, or 2^63 - 1')
    this.last = time
    const job = String(this.whole(cells, AT.job, AFTER))
    const key = `${cells[AT.job]} ${this.whole(cells, AT.task, AFTER)}`
    const event = this.whole(cells, AT.event, EVENTS)
    this.jobs.add(job)
    const attempt = this.open.get(key)
    if (event === SUBMIT || attempt === undefined) {
      // An end without a beginning says nothing; a task that is scheduled again after its eviction was pending since then.
      if (ENDS.includes(event)) return
      if (event === SUBMIT && attempt !== undefined) return
      if (event !== SUBMIT) this.rejoined++
      this.begin(cells, key, time, event === SCHEDULE ? time : -1)
    } else if (ENDS.includes(event)) {
      if (attempt.scheduled >= 0) attempt.pod.duration = time - attempt.scheduled
      this.open.delete(key)
    } else {
      attempt.pod.shape = this.shape(cells, attempt.pod.shape)
      if (event === SCHEDULE && attempt.scheduled < 0) {
        attempt.scheduled = time
        // Until its end is read, the task runs to the end of the recording.
        attempt.pod.duration = Infinity
      }
    }
  }

  rows(): ReturnType<typeof listedPods> {
    const running = [...this.open.values()].filter(({ scheduled }) => scheduled >= 0)
    for (const { pod, scheduled } of running) pod.duration = this.last - scheduled
    const notes = [`${this.pods.length} attempts of tasks of ${this.jobs.size} jobs: each attempt is a pod and a job of its own`]
    if (running.length > 0) notes.push(`${running.length} tasks run at the end of the recording and end there`)
    if (this.rejoined > 0) notes.push(`${this.rejoined} attempts begin without a submission, at their first event`)
    return listedPods(this.lines.file, this.pods, this.shapes.values, this.users.values, notes)
  }

  private begin(cells: readonly string[], key: string, time: number, scheduled: number): void {
    const { file, line } = this.lines
    if (this.pods.length === MAX_LISTED) refuseLonger(file, line, 'submissions are found at the ends of tasks')
    const user = cells[AT.user]
    const pod = {
      line,
      arrival: time,
      duration: scheduled < 0 ? -1 : Infinity,
      shape: this.shape(cells, -1),
      tenant: this.users.number(user, () => user),
      priority: this.whole(cells, AT.priority, MAX_PRIORITY),
    }
    this.pods.push(pod)
    this.open.set(key, { pod, scheduled })
  }

  /** The request; where its cells are empty, the one before. */
  private shape(cells: readonly string[], before: number): number {
    if (before >= 0 && cells[AT.cpu] === '' && cells[AT.memory] === '') return before
    const cpu = Math.round(this.share(cells, AT.cpu) * MACHINE.cpu)
    const memory = Math.round(this.share(cells, AT.memory) * MACHINE.memory)
    return this.shapes.number(`${cpu} ${memory}`, () => plainShape(cpu, memory))
  }

  private share(cells: readonly string[], column: number): number {
    const text = cells[column]
    if (text === '') return 0
    if (!NUMBER.test(text) || Number(text) > 1) this.refuse(cells, column, 'a share of the largest machine, from 0 to 1')
    return Number(text)
  }

  private whole(cells: readonly string[], column: number, most: number): number {
    const text = cells[column]
    if (!WHOLE.test(text) || Number(text) > most) this.refuse(cells, column, `a whole number from 0 to ${most}`)
    return Number(text)
  }

  private refuse(cells: readonly string[], column: number, accepted: string): never {
    const text = cells[column]
    const found = text === '' ? 'an empty cell' : shown(text)
    throw new TraceError({ file: this.lines.file, line: this.lines.line, column: COLUMNS[column] }, found, accepted)
  }
}
