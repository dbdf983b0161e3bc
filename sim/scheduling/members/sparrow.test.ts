/** Sparrow against the theory of two choices, and the order of its variants in its paper. */
import { expect, test } from 'vitest'
import type { PodSource } from '../../input.ts'
import type { ParameterValue } from '../../common/define.ts'
import { Simulation } from '../../simulation.ts'
import { choose, input, noDelays, pool, shape } from '../../testing/input.ts'
import { schedulers } from '../index.ts'

const SECOND = 1e6
const NODES = 100
const RUN_TIME = 0.1 * SECOND

/** Poisson jobs of equal numbers of tasks with exponential run times, so that they keep this share of the nodes busy. */
const jobs = (tasks: number, load: number) => ({
  name: 'jobs',
  pods: (stream: (purpose: string) => { next(): number }): PodSource => {
    const arrivals = stream('arrivals')
    const works = stream('work')
    const exponential = (draws: { next(): number }, mean: number) => Math.max(1, Math.round(-Math.log(1 - draws.next()) * mean))
    const ROWS = 5000
    const columns = () => new Float64Array(ROWS)
    const [submitted, deadline, criticalPath, left] = [columns(), columns().fill(Infinity), columns(), columns()]
    let at = 0
    let job = -1
    let task = tasks
    const source = {
      shape: 0,
      shapes: [shape({ cpu: 1000 })],
      duration: 1,
      job: 0,
      key: 0,
      meanDuration: 0,
      stationary: false,
      notes: [],
      jobs: { submitted, deadline, criticalPath, left, tenant: new Int32Array(ROWS), tenants: [''] },
      next: () => {
        if (task === tasks) {
          task = 0
          job++
          at += exponential(arrivals, (tasks * RUN_TIME) / (load * NODES))
          const row = job % ROWS
          submitted[row] = at
          left[row] = tasks
          criticalPath[row] = RUN_TIME
        }
        task++
        source.job = source.key = job % ROWS
        source.duration = exponential(works, RUN_TIME)
        return at
      },
      released: (key: number) => {
        left[key]--
        return false
      },
    }
    return source
  },
})

/** Mean time of a job over the mean run time of a task. */
function response(tasks: number, load: number, values: Readonly<Record<string, ParameterValue>>, seconds: number): number {
  const run = new Simulation(
    input({
      delays: noDelays,
      horizon: seconds * SECOND,
      warmup: 2 * SECOND,
      sample: seconds * SECOND,
      check: false,
      pools: [pool(NODES, { cpu: 1000 })],
      background: [jobs(tasks, load)],
      scheduling: choose(schedulers, 'sparrow', values),
    }),
  )
  return (run.run().metrics['job-completion-mean']! * SECOND) / RUN_TIME
}

const early = { lateBinding: false, delay: 0 }

test('jobs of one task, one probe: M/M/1, 1 / (1 - ρ); two probes: the sum of ρ^(2^i - 2) over i ≥ 1 (Mitzenmacher 1996)', () => {
  const load = 0.7
  const two = [1, 2, 3, 4, 5].reduce((sum, i) => sum + Math.exp((Math.pow(2, i) - 2) * Math.log(load)), 0)
  const one = response(1, load, { ...early, ratio: 1 }, 25)
  expect(Math.abs(one * (1 - load) - 1)).toBeLessThan(0.12)
  const found = response(1, load, { ...early, ratio: 2 }, 25)
  expect(Math.abs(found / two - 1)).toBeLessThan(0.05)
})

test('jobs of ten tasks at load 0.8: late binding answers before batch sampling, and that before per-task sampling', () => {
  const perTask = response(10, 0.8, { ...early, sampling: 'per-task' }, 10)
  const batch = response(10, 0.8, early, 10)
  const late = response(10, 0.8, { delay: 0 }, 10)
  expect(batch).toBeLessThan(0.9 * perTask)
  expect(late).toBeLessThan(0.9 * batch)
  // Each message takes its time: a reservation, a question and an answer.
  expect(response(10, 0.8, { delay: 0.02 * SECOND }, 10)).toBeGreaterThan(late + 0.6)
})

test('a node that is too small is never probed; without another one the pod is declined', () => {
  const run = (cpu: number) =>
    new Simulation(
      input({ delays: noDelays, horizon: 5 * SECOND, pools: [pool(3, { cpu: 500 }), pool(1, { cpu }, { name: 'large' })], background: [jobs(1, 0.005)], scheduling: choose(schedulers, 'sparrow') }), // prettier-ignore
    ).run().metrics
  expect(run(4000)['jobs-unfinished']).toBeLessThanOrEqual(1)
  expect(run(500)['pending-censored']).toBeGreaterThan(5)
})
