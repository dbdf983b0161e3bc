/** Jobs and CronJobs in runs: times by the documented rules, and the law that a Job without failures completes exactly. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch, BatchAction, BatchWorkload, Fault, JobTemplate } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { slowCases } from '../../testing/cases.ts'
import { input, noDelays, pool, shape } from '../../testing/input.ts'
import { CRON_JOB_DEFAULTS, type CronJobSpec } from '../kubernetes/cron-job.ts'
import type { JobSpec } from '../kubernetes/job-object.ts'

const SECOND = 1e6
const MINUTE = 60 * SECOND

const template = (seconds: number, failures = 0, codes: readonly number[] = [1]): JobTemplate => ({
  name: 'v1',
  shape: shape({ cpu: 100 }),
  duration: { kind: 'constant', value: seconds * SECOND },
  failures,
  exitCodes: codes.map((code) => ({ code, weight: 1 })),
})

interface Case {
  readonly job?: Partial<JobSpec>
  readonly cron?: Partial<CronJobSpec>
  readonly versions?: readonly JobTemplate[]
  readonly grace?: number
  readonly clock?: number
  readonly horizon?: number
  readonly nodes?: number
  readonly actions?: readonly BatchAction[]
  readonly faults?: readonly Fault[]
}

/** One Job or CronJob without delays; `created` holds the times at which its pods are created [s]. */
function simulate({ job = {}, cron, versions = [template(10)], grace = 0, clock = 0, horizon = 1200, nodes = 5, ...script }: Case) {
  const controller: BatchWorkload['controller'] =
    cron === undefined ? { kind: 'job', job } : { kind: 'cron-job', cronJob: { schedule: '* * * * *', ...CRON_JOB_DEFAULTS, ...cron }, job }
  const batch: Batch = { workloads: [{ name: 'work', controller, versions, scheduler: 0, at: 0, grace }], latency: 0, clock }
  const { actions = [], faults = [] } = script
  const orchestration = { workloads: [], actions, faults, latency: 0, nodeGrace: 50 * SECOND }
  const run = new Simulation(
    input({ pools: [pool(nodes, { cpu: 1000 })], horizon: horizon * SECOND, delays: noDelays, batch, orchestration }),
  )
  const { simulator, cluster } = run.parts
  const created: number[] = []
  let before = 0
  simulator.afterEvent = () => {
    for (; before < cluster.created; before++) created.push(simulator.now / SECOND)
  }
  const { metrics } = run.run()
  return { ...metrics, created, parts: run.parts }
}

const at = (seconds: number, action: Record<string, unknown>): never => ({ at: seconds * SECOND, batch: 0, ...action }) as never

describe('a Job in a run', () => {
  it('4 completions, 2 at once, 10 s each: two waves of 10 s and the second in which a sync is batched, 22 s', () => {
    const found = simulate({ job: { completions: 4, parallelism: 2 } })
    expect(found.created).toEqual([0, 0, 11, 11])
    expect(found['job-completion-mean']).toBeCloseTo(22, 6)
    expect(found['jobs-completed']).toBe(1)
    expect(found['job-pods-failed']).toBe(0)
  })

  it('backoffLimit 6, Never, each pod fails after 5 s: pods at 0, 15, 40, 85, 170, 335, 660 s, the seventh failure ends it', () => {
    const found = simulate({ versions: [template(5, 1)] })
    expect(found.created).toEqual([0, 15, 40, 85, 170, 335, 660])
    expect(found['job-pods-failed']).toBe(7)
    expect(found['jobs-failed']).toBe(1)
    expect(found['job-completion-mean']).toBeNull()
  })

  it('OnFailure, limit 6, runs of 5 s: containers restart at 5, 20, 45, 90, 175 and 340 s in one pod, which ends it', () => {
    const found = simulate({ job: { restartPolicy: 'OnFailure' }, versions: [template(5, 1)] })
    expect(found.created).toEqual([0])
    expect(found['job-restarts']).toBe(6)
    expect(found['jobs-failed']).toBe(1)
    expect(found.parts.cluster.gone).toBe(1)
  })

  it('a failure policy ends the Job at the first pod with the exit code', () => {
    const podFailurePolicy = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] as const
    const found = simulate({ job: { completions: 3, podFailurePolicy }, versions: [template(5, 1, [42])] })
    expect(found.created).toEqual([0])
    expect(found['jobs-failed']).toBe(1)
  })

  it('each failing index has its own back-off; the others complete, and the Job fails at its end', () => {
    const job = { completionMode: 'Indexed', completions: 8, parallelism: 8, backoffLimitPerIndex: 1 } as const
    const found = simulate({ job, versions: [template(5, 0.3)], horizon: 600 })
    const failing = found['job-pods-failed']!
    expect(failing).toBeGreaterThan(0)
    expect(found.created.length).toBeGreaterThan(8)
    expect(found['jobs-failed']! + found['jobs-completed']!).toBe(1)
  })

  it('the active deadline of 30 s ends it with its pods, which take their grace period of 20 s', () => {
    const found = simulate({ job: { activeDeadline: 30 * SECOND }, versions: [template(1000)], grace: 20 * SECOND, horizon: 45 })
    expect(found['jobs-failed']).toBe(0) // the pod still terminates
    expect(
      simulate({ job: { activeDeadline: 30 * SECOND }, versions: [template(1000)], grace: 20 * SECOND, horizon: 55 })['jobs-failed'],
    ).toBe(1)
  })

  it('suspended from 5 to 100 s: its pod is deleted and no failure, another one runs from 100 s on', () => {
    const found = simulate({ actions: [at(5, { kind: 'suspend' }), at(100, { kind: 'resume' })] })
    expect(found.created).toEqual([0, 100])
    expect(found['job-pods-failed']).toBe(0)
    expect(found['jobs-completed']).toBe(1)
  })

  it('parallelism raised from 1 to 4 at 5 s', () => {
    const found = simulate({ job: { completions: 5 }, actions: [at(5, { kind: 'parallelism', replicas: 4 })] })
    expect(found.created).toEqual([0, 5, 5, 5, 11])
  })

  it.each([
    ['counts without a policy', undefined, 1],
    [
      'is ignored with one that says so',
      [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] as const,
      0,
    ],
  ])('a pod evicted from a drained node %s', (_, podFailurePolicy, failed) => {
    const found = simulate({
      job: { backoffLimit: 0, ...(podFailurePolicy === undefined ? {} : { podFailurePolicy }) },
      versions: [template(100)],
      actions: [{ at: 20 * SECOND, kind: 'drain', nodes: { count: 1 } } as never],
    })
    expect(found['jobs-failed']).toBe(failed)
    expect(found['jobs-completed']).toBe(1 - failed)
  })

  it.each([
    ['Never', 2],
    ['OnFailure', 1],
  ] as const)('a node that reboots kills the process: with restartPolicy %s %i pods are created', (restartPolicy, pods) => {
    const found = simulate({
      job: { restartPolicy },
      nodes: 1,
      versions: [template(100)],
      faults: [{ at: 20 * SECOND, kind: 'node-crash', nodes: { count: 1 }, duration: 10 * SECOND }],
    })
    expect(found.created).toHaveLength(pods)
    expect(found['jobs-completed']).toBe(1)
  })

  it('without failures it completes exactly: as many pods as completions, each with one owner and one exit', () => {
    const jobs = fc.record({
      completions: fc.integer({ min: 0, max: 30 }),
      parallelism: fc.integer({ min: 1, max: 10 }),
      indexed: fc.boolean(),
      nodes: fc.integer({ min: 1, max: 3 }),
      seconds: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(jobs, ({ completions, parallelism, indexed, nodes, seconds }) => {
        const versions = [{ ...template(seconds), shape: shape({ cpu: 300 }) }]
        const job = { completions, parallelism, completionMode: indexed ? 'Indexed' : 'NonIndexed' } as const
        const { parts, created, ...found } = simulate({ job, nodes, versions })
        expect(created).toHaveLength(completions)
        expect(parts.cluster.gone).toBe(completions)
        expect(found['jobs-completed']).toBe(1)
      }),
      { numRuns: slowCases(40), seed: 9 },
    )
  })

  it('whatever people do and nodes suffer: it ends, and every pod that was created is gone', () => {
    const anything = fc.record({
      completions: fc.integer({ min: 1, max: 8 }),
      parallelism: fc.integer({ min: 1, max: 4 }),
      restartPolicy: fc.constantFrom('Never' as const, 'OnFailure' as const),
      failures: fc.constantFrom(0, 0.3),
      crashes: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
      acts: fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom('suspend' as const, 'resume' as const)), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(anything, ({ completions, parallelism, restartPolicy, failures, crashes, acts }) => {
        const { parts, ...found } = simulate({
          job: { completions, parallelism, restartPolicy },
          versions: [template(20, failures)],
          grace: 5 * SECOND,
          horizon: 8000,
          actions: [...acts.map(([time, kind]) => at(time, { kind })), at(200, { kind: 'resume' })] as never,
          faults: crashes.map((time): Fault => ({ at: time * SECOND, kind: 'node-crash', nodes: { count: 2 }, duration: 30 * SECOND })),
        })
        expect(found['jobs-completed']! + found['jobs-failed']!).toBe(1)
        expect(parts.cluster.gone).toBe(parts.cluster.created)
      }),
      { numRuns: slowCases(40), seed: 9 },
    )
  })
})

describe('a CronJob in a run', () => {
  // The CronJob exists one second before a slot, so that the first Job starts at second 1.
  const fiveMinutes = { schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' } as const
  const long = { versions: [template(12 * 60)], clock: -1, horizon: 30 * 60 }

  it('*/5, Forbid, Jobs of 12 min: slots 5 and 10 wait, at 12 min slot 10 starts late, slot 5 is missed', () => {
    const { created, ...found } = simulate({ cron: fiveMinutes, ...long })
    expect(created).toHaveLength(3)
    expect(created[0]).toBeCloseTo(1.1, 6)
    // The pod ends at 721.1 s, its Job a second later.
    expect(created[1]).toBeCloseTo(1 + 12 * 60 + 1.1, 6)
    expect(found['schedules-missed']).toBe(3) // 5 and 15 overtaken; 25 waits at the horizon
  })

  it('the same with a starting deadline of 60 s: nothing at 12 min, the next start is slot 15', () => {
    const { created } = simulate({ cron: { ...fiveMinutes, startingDeadline: MINUTE }, ...long })
    expect(created).toHaveLength(2)
    expect(created[1]).toBeCloseTo(1 + 15 * 60 + 0.1, 6)
  })

  it('Allow: three Jobs overlap', () => {
    const { created, parts } = simulate({ cron: { ...fiveMinutes, concurrencyPolicy: 'Allow' }, ...long, horizon: 11 * 60 })
    expect(created).toHaveLength(3)
    expect(parts.cluster.gone).toBe(0)
  })

  it('Replace: each slot removes the Job before', () => {
    const { created, parts } = simulate({ cron: { ...fiveMinutes, concurrencyPolicy: 'Replace' }, ...long, horizon: 11 * 60 })
    expect(created).toHaveLength(3)
    expect(parts.cluster.gone).toBe(2)
  })

  it('in the time zone of its users: 3 o’clock in Berlin is 2 o’clock UTC in winter', () => {
    const { created } = simulate({
      cron: { schedule: '0 3 * * *', timeZone: 'Europe/Berlin' },
      clock: 1767225600 + 3600,
      horizon: 2 * 3600,
    })
    expect(created).toHaveLength(1)
    expect(created[0]).toBeCloseTo(3600.1, 6)
  })

  it('controllers down from 90 to 690 s: the latest slot starts at 690 s, nine are missed', () => {
    const { created, ...found } = simulate({
      faults: [{ at: 90 * SECOND, kind: 'controllers-down', duration: 600 * SECOND }],
      cron: {},
      horizon: 800,
    })
    expect(created.slice(0, 3).map(Math.floor)).toEqual([60, 690, 720])
    expect(found['schedules-missed']).toBe(9) // 120 to 600 s
    expect(found['schedule-delay']).toBeGreaterThan(2)
  })

  it('a new template is that of the next Jobs, and a manual start is beside the schedule', () => {
    const versions = [template(10), { ...template(10, 1), name: 'v2' }]
    const actions = [at(30, { kind: 'trigger' }), at(100, { kind: 'template', version: 1 })] as never
    const found = simulate({ versions, cron: {}, actions, job: { backoffLimit: 0 }, horizon: 290 })
    expect(found['jobs-completed']).toBe(2)
    expect(found['jobs-failed']).toBe(3)
    expect(found['schedules-missed']).toBe(0)
  })

  it('slots of a suspended CronJob are not missed, and the latest of them starts when it is resumed', () => {
    const actions = [at(70, { kind: 'suspend' }), at(250, { kind: 'resume' })] as never
    const { created, ...found } = simulate({ cron: {}, actions, horizon: 290 })
    expect(created.map(Math.floor)).toEqual([60, 250])
    expect(found['schedules-missed']).toBe(0)
  })
})
