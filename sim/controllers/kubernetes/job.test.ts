import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { ScriptedPods } from '../../testing/recordings/controllers/scripted-pods.ts'
import { IndexSet, parseIndexes } from './job-indexes.ts'
import { endOf, jobSpec, type Job, type JobSpec } from './job-object.ts'
import { JobController } from './job.ts'
import { ApiPhase, type NewPod, type PodController } from './pod-objects.ts'

const SECOND = 1_000_000

/** Pods that run for a duration and then end with an exit code; restarts instead of failures with `restarts`. */
class RunningPods extends ScriptedPods {
  readonly starts: number[] = []
  readonly exits: number[] = []
  readonly clock: Simulator
  private readonly fate: (nth: number) => { seconds: number; exit: number; restarts?: number }

  constructor(clock: Simulator, fate: RunningPods['fate']) {
    super(clock, false)
    this.clock = clock
    this.fate = fate
  }

  override create(controller: PodController, pod: NewPod): number {
    const row = super.create(controller, pod)
    const { seconds, exit, restarts = 0 } = this.fate(this.starts.length)
    this.starts.push(this.clock.now / SECOND)
    for (let i = 1; i <= restarts; i++) {
      this.clock.call(this.clock.now + i * seconds * SECOND, () => {
        if (!this.existing.includes(row)) return
        this.objects.allRestarts[row]++
        controller.podChanged(row)
      })
    }
    this.clock.call(this.clock.now + (restarts + 1) * seconds * SECOND, () => {
      if (!this.existing.includes(row)) return
      this.objects.exitCode[row] = exit
      this.exits.push(exit)
      this.setPhase(row, exit === 0 ? ApiPhase.Succeeded : ApiPhase.Failed)
    })
    return row
  }
}

function started(given: Partial<JobSpec>, fate: (nth: number) => { seconds: number; exit: number; restarts?: number }) {
  const simulator = new Simulator()
  const pods = new RunningPods(simulator, fate)
  const controller = new JobController({ simulator, objects: pods.objects, control: pods, latency: 0 })
  const gone: Job[] = []
  const job = controller.create(given, { jobChanged: () => {}, jobGone: (one) => gone.push(one) })
  return { simulator, pods, controller, job, gone }
}

describe('Job', () => {
  it('back-off, limit 6, failures after 5 s: starts follow the last end by 10 s × 2^(f − 1), and the 7th failure ends it', () => {
    const { simulator, pods, job } = started({ backoffLimit: 6 }, () => ({ seconds: 5, exit: 1 }))
    simulator.run(10_000 * SECOND)
    expect(pods.starts).toEqual([0, 15, 40, 85, 170, 335, 660])
    expect(endOf(job.status)).toEqual({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', since: 666 * SECOND })
    expect(job.status.failed).toBe(7)
  })

  it('back-off reaches at most 600 s; four failures in one sync count as four: the next start is 80 s after them', () => {
    const long = started({ backoffLimit: 9 }, () => ({ seconds: 5, exit: 1 }))
    long.simulator.run(10_000 * SECOND)
    expect(long.pods.starts.slice(7)).toEqual([665 + 600, 1270 + 600, 1875 + 600])
    const four = started({ parallelism: 4, completions: 4 }, (nth) => ({ seconds: 5, exit: nth < 4 ? 1 : 0 }))
    four.simulator.run(1000 * SECOND)
    expect(four.pods.starts).toEqual([0, 0, 0, 0, 85, 85, 85, 85])
  })

  it('restartPolicy OnFailure, limit 6: the sixth restart ends it, one second later (batching), without a failed pod before', () => {
    const { simulator, pods, job } = started({ restartPolicy: 'OnFailure' }, () => ({ seconds: 5, exit: 0, restarts: 100 }))
    simulator.run(1000 * SECOND)
    expect(pods.starts).toEqual([0])
    expect(job.status.conditions.map(({ type, reason, since }) => [type, reason, since / SECOND])).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded', 31],
      ['Failed', 'BackoffLimitExceeded', 32],
    ])
  })

  it('a work queue: no new pods after the first success; complete when the others have ended', () => {
    const { simulator, pods, job } = started({ parallelism: 3 }, (nth) => ({ seconds: [5, 50, 20][nth], exit: nth === 2 ? 1 : 0 }))
    simulator.run(1000 * SECOND)
    expect(pods.starts).toHaveLength(3)
    expect(endOf(job.status)).toMatchObject({ type: 'Complete', since: 51 * SECOND })
    expect(job.status).toMatchObject({ succeeded: 2, failed: 1, active: 0 })
  })

  it('at most 500 pods are created and counted in one sync; 1,200 completions are all counted', () => {
    const { simulator, pods, job } = started({ parallelism: 1200, completions: 1200 }, () => ({ seconds: 30, exit: 0 }))
    simulator.run(0)
    expect(pods.starts).toHaveLength(500)
    simulator.run(1000 * SECOND)
    expect(pods.starts.filter((at) => at === 1)).toHaveLength(500)
    expect(job.status.succeeded).toBe(1200)
    expect(job.pods).toEqual([])
  })

  it('ttlSecondsAfterFinished removes the Job and its pods so long after its end', () => {
    const { simulator, pods, job, gone } = started({ ttl: 100 * SECOND }, () => ({ seconds: 5, exit: 0 }))
    simulator.run(105 * SECOND)
    expect([endOf(job.status)?.since, gone.length, pods.existing.length]).toEqual([6 * SECOND, 0, 1])
    simulator.run(106 * SECOND)
    expect([gone, pods.existing]).toEqual([[job], []])
    expect(simulator.run(Infinity)).toBe('empty')
  })

  it('a pod whose object is removed by force counts as failed; its replacement waits for the back-off', () => {
    const { simulator, pods, job } = started({}, () => ({ seconds: 50, exit: 0 }))
    simulator.call(7 * SECOND, () => pods.remove(0))
    simulator.run(1000 * SECOND)
    expect(pods.starts).toEqual([0, 17])
    expect(job.status).toMatchObject({ failed: 1, succeeded: 1 })
  })

  it('activeDeadlineSeconds counts from the start; a resumption starts it again', () => {
    const { simulator, job, controller } = started({ activeDeadline: 60 * SECOND }, () => ({ seconds: 500, exit: 0 }))
    simulator.call(20 * SECOND, () => controller.update(job, { suspend: true }))
    simulator.call(50 * SECOND, () => controller.update(job, { suspend: false }))
    simulator.run(1000 * SECOND)
    expect(endOf(job.status)).toMatchObject({ reason: 'DeadlineExceeded', since: 111 * SECOND })
  })

  it('without failures it completes exactly, with never more than parallelism pods (random shapes)', () => {
    const shape = fc.record({
      completions: fc.integer({ min: 0, max: 40 }),
      parallelism: fc.integer({ min: 1, max: 12 }),
      completionMode: fc.constantFrom('Indexed' as const, 'NonIndexed' as const),
      seconds: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
    })
    fc.assert(
      fc.property(shape, ({ seconds, ...spec }) => {
        const { simulator, pods, job } = started(spec, (nth) => ({ seconds: seconds[nth % seconds.length], exit: 0 }))
        let most = 0
        simulator.afterEvent = () => {
          const running = pods.existing.filter((pod) => !pods.objects.isFinished(pod)).length
          most = Math.max(most, running)
        }
        simulator.run(10_000 * SECOND)
        expect(endOf(job.status)).toMatchObject({ type: 'Complete', reason: 'CompletionsReached' })
        expect(job.status).toMatchObject({ succeeded: spec.completions, failed: 0, active: 0, terminating: 0 })
        expect(pods.starts).toHaveLength(spec.completions)
        expect(most).toBeLessThanOrEqual(spec.parallelism)
      }),
    )
  })

  it('defaults: one completion; parallelism alone is a work queue; backoffLimitPerIndex lifts backoffLimit; a failure policy waits for Failed', () => {
    expect(jobSpec({})).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 6, podReplacementPolicy: 'TerminatingOrFailed' })
    expect(jobSpec({ parallelism: 2 }).completions).toBeNull()
    expect(jobSpec({ completionMode: 'Indexed', completions: 3, backoffLimitPerIndex: 1 }).backoffLimit).toBe(2_147_483_647)
    expect(jobSpec({ podFailurePolicy: [] }).podReplacementPolicy).toBe('Failed')
  })

  it.each<[Partial<JobSpec>, string]>([
    [{ completionMode: 'Indexed', parallelism: 2 }, 'completionMode Indexed without completions; accepted: a number of completions'],
    [{ backoffLimitPerIndex: 1 }, 'backoffLimitPerIndex in a Job without indexes'],
    [{ completionMode: 'Indexed', maxFailedIndexes: 1 }, 'maxFailedIndexes alone; accepted: together with backoffLimitPerIndex'],
    [{ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1, maxFailedIndexes: 3 }, 'accepted: at most the completions, 2'],
    [{ successPolicy: [{ succeededCount: 1 }] }, 'successPolicy in a Job without indexes'],
    [{ podFailurePolicy: [], restartPolicy: 'OnFailure' }, 'podFailurePolicy with restartPolicy OnFailure'],
    [{ podFailurePolicy: [{ action: 'FailIndex' }] }, 'action FailIndex; accepted: together with backoffLimitPerIndex'],
    [{ parallelism: -1 }, 'parallelism -1; accepted: whole numbers from 0'],
  ])('refuses %j', (spec, message) => {
    expect(() => jobSpec(spec)).toThrow(message)
  })

  it('an update that the API server would refuse changes nothing', () => {
    const { controller, job } = started({ parallelism: 2, completions: 2 }, () => ({ seconds: 5, exit: 0 }))
    expect(() => controller.update(job, { parallelism: 1.5 })).toThrow('parallelism 1.5')
    expect(job.spec.parallelism).toBe(2)
  })
})

describe('completion indexes', () => {
  it('as text: runs of three or more as first-last, two as a list', () => {
    const set = new IndexSet()
    for (const index of [7, 0, 1, 3, 4, 5, 3]) set.add(index)
    expect([set.toString(), set.size]).toEqual(['0,1,3-5,7', 6])
    set.cut(5)
    expect([set.toString(), set.size]).toEqual(['0,1,3,4', 4])
  })

  it('refuses a text that is no list of indexes', () => {
    expect(parseIndexes('0-3,5')).toEqual([
      { first: 0, last: 3 },
      { first: 5, last: 5 },
    ])
    expect(() => parseIndexes('3-1')).toThrow('indexes "3-1": "3-1" is no index; accepted: numbers and ranges, as in 0-3,5')
  })
})
