/** The bundled workflows, run alone and all together, against their critical paths and Graham's bound. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { choose, input, noDelays, pool, type FlatInput } from '../../sim/testing/index.ts'
import { schedulers, simulate } from '../../sim/index.ts'
import { GIB } from './jobs.fixture.ts'
import { openJobs } from './open.ts'
import type { TracedJobsSpec } from './spec.ts'

const HOUR = 3_600_000_000
const data = join(dirname(fileURLToPath(import.meta.url)), '..', 'data')
const FILES = { askalon: join(data, 'workflows-askalon', 'tasks.csv'), chronos: join(data, 'workflows-chronos', 'tasks.csv') }

interface Task {
  readonly submitted: number
  readonly runtime: number
  readonly parents: readonly string[]
}

/** Tasks by workflow, read anew here and by other means: whole milliseconds. */
function read(file: string): Map<string, Map<string, Task>> {
  const workflows = new Map<string, Map<string, Task>>()
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [workflow, task, submitted, runtime, , parents] = line.split(',')
    if (!workflows.has(workflow)) workflows.set(workflow, new Map())
    workflows.get(workflow)?.set(task, {
      submitted: Number(submitted),
      runtime: Math.max(Number(runtime), 0.001),
      parents: parents === '' ? [] : parents.split(' '),
    })
  }
  return workflows
}

/**
 * When the task is through, counted from the submission of its workflow, each task after a delay [ms]: by recursion, not by Kahn's order.
 * What comes at time zero itself is there when the run begins, without delay.
 */
function through(tasks: Map<string, Task>, delay: number, name: string, known = new Map<string, number>()): number {
  const seen = known.get(name)
  if (seen !== undefined) return seen
  const { parents, runtime, submitted } = tasks.get(name) as Task
  const there = submitted === 0 && parents.length === 0
  const end = Math.max(0, ...parents.map((parent) => through(tasks, delay, parent, known))) + (there ? 0 : delay) + runtime
  known.set(name, end)
  return end
}
const criticalPath = (tasks: Map<string, Task>, delay = 0): number => {
  const known = new Map<string, number>()
  return Math.max(...[...tasks.keys()].map((name) => through(tasks, delay, name, known)))
}

const traced = (file: string, partial: Partial<TracedJobsSpec> = {}): TracedJobsSpec => ({
  kind: 'trace',
  name: 'recorded',
  format: 'workflows',
  file,
  arrivals: null,
  inflate: null,
  tenants: [],
  deadline: null,
  usage: 0,
  limited: false,
  shape: [],
  bootstrap: null,
  ...partial,
})
const run = (spec: TracedJobsSpec, around: Partial<FlatInput>) =>
  simulate(
    input({
      check: false,
      horizon: 24 * HOUR,
      sample: 24 * HOUR,
      scheduling: choose(schedulers, 'first-fit'),
      background: [{ name: 'jobs', pods: (stream) => openJobs(spec, { cpu: 1, memory: GIB, gpu: 0 }, stream) }],
      ...around,
    }),
  )
/** Cuts out workflow i alone. */
const alone = (file: string, at: number, next: number | null): TracedJobsSpec =>
  traced(file, { shape: [{ kind: 'cut', from: at * 1000, until: next === null ? null : next * 1000 }] })

describe('unlimited nodes: completion is the critical path and the declared delays of its tasks, to the microsecond', () => {
  const unlimited = pool(400, { cpu: 64_000, pods: 10_000 })
  const delays = { ...noDelays, bind: 1_000_000, pull: 2_000_000, start: 500_000 }
  test.each([
    ['askalon', 20],
    ['chronos', 2382],
  ] as const)('%s: the mean over all %i workflows, with no delay and with 3.5 s a task', (name, count) => {
    const workflows = [...read(FILES[name]).values()]
    expect(workflows.length).toBe(count)
    for (const [around, delay] of [
      [noDelays, 0],
      [delays, 3500],
    ] as const) {
      const { metrics } = run(traced(FILES[name]), { pools: [unlimited], delays: around })
      const expected = workflows.reduce((sum, tasks) => sum + criticalPath(tasks, delay), 0) / count
      expect(metrics['jobs-unfinished']).toBe(0)
      expect(metrics['job-completion-mean']).toBeCloseTo(expected / 1000, 9)
      expect(metrics['job-waiting-mean']).toBe(0)
      const last = Math.max(
        ...workflows.map((tasks) => Math.min(...[...tasks.values()].map(({ submitted }) => submitted)) + criticalPath(tasks, delay)),
      )
      const first = Math.min(...workflows.map((tasks) => Math.min(...[...tasks.values()].map(({ submitted }) => submitted))))
      expect(metrics['job-makespan']).toBeCloseTo((last - first) / 1000, 9)
    }
  })
  test('the twenty of askalon one by one', () => {
    const workflows = [...read(FILES.askalon).values()]
    const starts = workflows.map((tasks) => Math.min(...[...tasks.values()].map(({ submitted }) => submitted)))
    const order = [...starts.keys()].sort((a, b) => starts[a] - starts[b])
    order.forEach((i, place) => {
      const next = place + 1 < order.length ? starts[order[place + 1]] : null
      const { metrics } = run(alone(FILES.askalon, starts[i], next), { pools: [unlimited] })
      expect(metrics['job-makespan']).toBeCloseTo(criticalPath(workflows[i]) / 1000, 9)
    })
  })
})

describe('m slots (Graham 1966, Bounds for Certain Multiprocessing Anomalies)', () => {
  test('askalon, each workflow alone on m nodes of one slot: max(C, W/m) ≤ completion ≤ W/m + (1 - 1/m) C, C critical path, W work', () => {
    const workflows = [...read(FILES.askalon).values()]
    const starts = workflows.map((tasks) => Math.min(...[...tasks.values()].map(({ submitted }) => submitted)))
    const order = [...starts.keys()].sort((a, b) => starts[a] - starts[b])
    let waited = 0
    for (const m of [1, 2, 3, 8]) {
      order.forEach((i, place) => {
        const next = place + 1 < order.length ? starts[order[place + 1]] : null
        // All requests of a node alike: one pod a node.
        const { metrics } = run(alone(FILES.askalon, starts[i], next), { pools: [pool(m, { cpu: 1_000_000, pods: 1 })] })
        const took = metrics['job-makespan'] as number
        const C = criticalPath(workflows[i]) / 1000
        const W = [...workflows[i].values()].reduce((sum, { runtime }) => sum + runtime, 0) / 1000
        expect(took).toBeGreaterThanOrEqual(Math.max(C, W / m) - 1e-6)
        expect(took).toBeLessThanOrEqual(W / m + (1 - 1 / m) * C + 1e-6)
        if (took > C + 1e-6) waited++
      })
    }
    // The bound is not met by never waiting.
    expect(waited).toBeGreaterThan(20)
  })
  test('and the bound is met: m (m - 1) tasks of 1 s before one of m s end after 2 m - 1 s, where m s are possible: 2 - 1/m', () => {
    for (const m of [2, 4, 7]) {
      const { metrics } = simulate(
        input({
          check: false,
          horizon: HOUR,
          sample: HOUR,
          scheduling: choose(schedulers, 'first-fit'),
          pools: [pool(m, { cpu: 1000 })],
          background: [{ name: 'jobs', pods: () => listed([...new Array<number>(m * (m - 1)).fill(1), m]) }],
        }),
      )
      expect(metrics['job-makespan']).toBe(2 * m - 1)
      expect(metrics['job-slowdown-mean']).toBe(Math.max(1, (2 * m - 1) / Math.max(m, 10)))
    }
  })
})

/** One job of independent tasks of these durations [s], in this order. */
function listed(seconds: readonly number[]) {
  let row = -1
  const left = [seconds.length]
  return {
    next: () => (++row < seconds.length ? 0 : Infinity),
    get duration() {
      return seconds[row] * 1e6
    },
    shape: 0,
    shapes: [
      {
        cpu: 1000,
        memory: 1,
        limit: 0,
        gpus: 0,
        gpuMilli: 0,
        gpuModels: [],
        usage: 0,
        resources: {},
        labels: {},
        nodeSelector: {},
        tolerations: [],
        priority: 0,
      },
    ],
    key: 0,
    job: 0,
    jobs: { submitted: [0], deadline: [Infinity], criticalPath: [Math.max(...seconds) * 1e6], left, tenant: [0], tenants: [''] },
    released: () => {
      left[0]--
      return false
    },
    meanDuration: 0,
    stationary: false,
    notes: [],
  }
}
