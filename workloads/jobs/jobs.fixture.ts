/** Specs of jobs for tests, and a cluster without limits to run them on. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { PodSource } from '../../sim/index.ts'
import type { DrawnJobsSpec } from './spec.ts'

export const SECOND = 1e6
export const GIB = 1024 ** 3

export const constant = (value: number): DistributionSpec => ({ kind: 'constant', value })
export const exponential = (mean: number): DistributionSpec => ({ kind: 'exponential', mean })

/** Single tasks of one core and 1 GiB for 10 s, one a second. */
export const jobsSpec = (partial: Partial<DrawnJobsSpec> = {}): DrawnJobsSpec => ({
  kind: 'drawn',
  name: 'batch',
  arrivals: { pattern: 'poisson', rate: 1 },
  inflate: null,
  tenants: [{ name: '', weight: 1 }],
  deadline: null,
  usage: 1,
  limited: false,
  size: { kind: 'drawn', cpu: constant(1000), memory: constant(GIB) },
  time: { kind: 'duration', duration: constant(10 * SECOND) },
  classes: [{ weight: 1, tasks: constant(1), priority: 0 }],
  correlation: { duration: 0, memory: 0 },
  dag: { kind: 'independent' },
  ...partial,
})

export interface RunTask {
  readonly start: number
  readonly end: number
  readonly shape: number
  readonly job: number
  /** Serial number of the job. */
  readonly serial: number
}

export interface RunJob {
  readonly submitted: number
  readonly through: number
  readonly tasks: number
  readonly criticalPath: number
  readonly deadline: number
  readonly tenant: number
}

/** Every task runs at once: the tasks that start before `end`, and the jobs that have finished (all events are followed to `end`). */
export function unlimited(source: PodSource, end: number): { tasks: RunTask[]; jobs: RunJob[] } {
  const { jobs } = source
  if (jobs === undefined) throw new Error('a source without jobs')
  const tasks: RunTask[] = []
  const done: RunJob[] = []
  const running: { end: number; key: number; job: number; serial: number }[] = []
  const serials = new Map<number, number>()
  const counts = new Map<number, number>()
  let serial = 0
  let due = source.next()
  for (;;) {
    // Earliest end by a linear look: tests are small.
    let first = -1
    for (let i = 0; i < running.length; i++) if (first < 0 || running[i].end < running[first].end) first = i
    const ends = first < 0 ? Infinity : running[first].end
    if (Math.min(due, ends) >= end) return { tasks, jobs: done }
    if (due <= ends) {
      const { shape, duration, key = -1, job = -1 } = source
      if (!serials.has(job)) serials.set(job, serial++)
      counts.set(job, (counts.get(job) ?? 0) + 1)
      running.push({ end: due + duration, key, job, serial: serials.get(job) as number })
      tasks.push({ start: due, end: due + duration, shape, job, serial: serials.get(job) as number })
      due = source.next()
      continue
    }
    const [task] = running.splice(first, 1)
    const more = source.released?.(task.key, task.end) === true
    if (jobs.left[task.job] === 0) {
      const row = task.job
      done.push({
        submitted: jobs.submitted[row],
        through: task.end,
        tasks: counts.get(row) as number,
        criticalPath: jobs.criticalPath[row],
        deadline: jobs.deadline[row],
        tenant: jobs.tenant[row],
      })
      serials.delete(row)
      counts.delete(row)
    }
    if (more) due = source.next()
  }
}
