import { afterAll, describe, expect, it } from 'vitest'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunResult, SimulationInput } from '../../sim/index.ts'
import { parseSource } from '../file/document.ts'
import { execute, threads, type Executor, type Watcher } from './execute.ts'
import { manifestOf } from './manifest.ts'
import { canonical, oneWave, planOf, type Plan, type Planner } from '../plan/plan.ts'
import { clock, Progress, short } from './progress.ts'
import { inputOf, runTask, type Task } from './run.ts'
import { resolveSource } from '../file/spec.ts'
import { studyOf } from './study.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-run-'))
afterAll(() => rmSync(folder, { recursive: true }))

writeFileSync(
  join(folder, 'own.ts'),
  'const own: object = { name: "own", parameters: { bonus: 1 }, score: (): number => 0 }\nexport default own\n',
)

const YAML = `name: small
replications: 2
horizon: 90s
warmup: 30s
cluster:
  pools:
    - { name: general, count: 3, max: 6, cpu: 4, memory: 8Gi, zones: [a, b] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 500m, memory: 1Gi, queue: unlimited, traffic: { rate: 20/s }, work: { cpu: 4ms } }
  background:
    - { shapes: [{ cpu: 500m, memory: 1Gi }], lifetime: { exponential: { mean: 20s } }, count: 5 }
compare:
  scheduling: [best-fit, { file: ./own.ts, bonus: 2 }]
`

async function planned(yaml: string = YAML): Promise<Plan> {
  const read = parseSource(join(folder, 'x.yaml'), yaml)
  if ('problems' in read) throw new Error('not YAML')
  const resolved = await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return planOf(resolved.experiment, '1.0.0')
}

/** A result that identifies its task. */
const fakeResult = (events: number): RunResult => ({
  metrics: { cost: events },
  refused: {},
  latency: { buckets: new Int32Array(0), counts: new Float64Array(0), sum: 0 },
  latencyByService: {},
  series: { rows: 0, columns: [] },
  events,
  notes: [],
})

/** Ends tasks out of order. */
function fake(outcome: (task: Task, call: number) => RunResult): Executor {
  let calls = 0
  return {
    async run(task) {
      const call = calls++
      await new Promise((done) => setTimeout(done, (7 - call) * 3))
      return { result: outcome(task, call), seconds: 0.5 }
    },
    close: () => Promise.resolve(),
  }
}

const never = new AbortController().signal

describe('the input of a run', () => {
  it('holds definitions, sources, and whole numbers', async () => {
    const {
      variants: [own, users],
    } = await planned().then(({ variants }) => ({ variants }))
    const input: SimulationInput = await inputOf({ scenario: own.scenario, seed: 7, replication: 1 })
    expect(input).toMatchObject({ seed: 7, replication: 1, horizon: 90e6, warmup: 30e6, ageing: 60e6, disturbance: -1 })
    expect(input.pools[0]).toMatchObject({ min: 3, max: 6, initial: Int32Array.of(0, 1, 0) })
    expect(input.workloads[0]).toMatchObject({ queue: Infinity })
    expect(input.clients[0]).toMatchObject({ objective: Infinity })
    expect(input.choices.scheduling.definition.name).toBe('best-fit')
    const theirs = await inputOf({ scenario: users.scenario, seed: 7, replication: 1 })
    expect(theirs.choices.scheduling).toMatchObject({ definition: { name: 'own' }, values: { bonus: 2 } })
  })

  it.each([
    ['empty', 0],
    ['{ ageing: 2 lifetimes }', 40e6],
    ['{ ageing: 5m }', 300e6],
  ])('start: %s ages for %d µs', async (start, expected) => {
    const plan = await planned(`${YAML}start: ${start}\n`)
    expect((await inputOf({ scenario: plan.variants[0].scenario, seed: 1, replication: 0 })).ageing).toBe(expected)
  })

  it('is passed to the given simulation', async () => {
    const { variants } = await planned()
    const result = await runTask({ scenario: variants[0].scenario, seed: 1, replication: 0 }, (input) => fakeResult(input.horizon))
    expect(result.events).toBe(90e6)
  })
})

describe('executing a plan', () => {
  it('keeps the order of the plan whatever order runs end in', async () => {
    const plan = await planned()
    const { finished, failed, interrupted } = await execute(
      plan,
      oneWave(plan),
      fake(({ replication }, call) => fakeResult(call * 10 + replication)),
      never,
    )
    expect(finished.map(({ run }) => run.id)).toEqual(plan.runs.map(({ id }) => id))
    expect(finished.map(({ result }) => result.events)).toEqual([0, 11, 20, 31])
    expect({ failed, interrupted }).toEqual({ failed: [], interrupted: false })
  })

  it('a run that throws is reported, the others continue', async () => {
    const plan = await planned()
    const { finished, failed } = await execute(
      plan,
      oneWave(plan),
      fake((_, call) => {
        if (call === 1) throw new Error('no room\nat somewhere')
        return fakeResult(call)
      }),
      never,
    )
    expect(finished).toHaveLength(3)
    expect(failed).toMatchObject([{ run: plan.runs[1], message: 'no room' }])
    const study = studyOf(plan, { asked: plan.runs, finished, failed, interrupted: false }, '1.0.0', 'npx orchsim run x.yaml')
    expect(study.notes).toContain('failed: best-fit, replication 2: no room')
    expect(study.runs).toHaveLength(3)
  })

  it('an interruption keeps finished runs', async () => {
    const plan = await planned()
    const stop = new AbortController()
    const execution = await execute(
      plan,
      oneWave(plan),
      {
        run: ({ replication }) => {
          if (replication === 0) return Promise.resolve({ result: fakeResult(1), seconds: 1 })
          setTimeout(() => stop.abort(), 5)
          return new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('aborted'))))
        },
        close: () => Promise.resolve(),
      },
      stop.signal,
    )
    expect(execution).toMatchObject({ interrupted: true, failed: [] })
    expect(execution.finished.map(({ run }) => run.replication)).toEqual([0, 0])
  })

  it('a planner sees results and requests more runs', async () => {
    const plan = await planned()
    const seen: number[] = []
    const pairs: Planner = {
      next(finished) {
        seen.push(finished.length)
        return plan.runs.slice(finished.length, finished.length + 2)
      },
    }
    const { finished } = await execute(
      plan,
      pairs,
      fake((_, call) => fakeResult(call)),
      never,
    )
    expect(finished).toHaveLength(4)
    expect(seen).toEqual([0, 2, 4])
  })

  it('one or two worker threads give the same results as this thread', async () => {
    const plan = await planned()
    const texts: string[] = []
    for (const jobs of [1, 2]) {
      const workers = threads(jobs)
      const { finished, failed } = await execute(plan, oneWave(plan), workers, never)
      await workers.close()
      expect(failed).toEqual([])
      texts.push(canonical(finished.map(({ run, result }) => [run.id, result])))
    }
    expect(texts[0]).toBe(texts[1])
    const { simulate } = await import('../../sim/index.ts')
    const here = await Promise.all(
      plan.runs.map(async ({ id, variant, seed, replication }) => [
        id,
        await runTask({ scenario: plan.variants[variant].scenario, seed, replication }, simulate),
      ]),
    )
    expect(canonical(here)).toBe(texts[0])
  })

  it("a user's file that throws in a run fails that run with its message", async () => {
    writeFileSync(join(folder, 'bad.ts'), 'export default { name: "bad", score(): number { throw new Error("dice lost") } }\n')
    const plan = await planned(YAML.replace('{ file: ./own.ts, bonus: 2 }', '{ file: ./bad.ts }'))
    const workers = threads(2)
    const { finished, failed } = await execute(plan, oneWave(plan), workers, never)
    await workers.close()
    expect(finished).toHaveLength(2)
    expect(failed.map(({ message }) => message)).toEqual([expect.stringContaining('dice lost'), expect.stringContaining('dice lost')])
  })

  it('an abort stops a run', async () => {
    writeFileSync(join(folder, 'endless.ts'), 'export default { name: "endless", score(): number { for (;;); } }\n')
    const plan = await planned(YAML.replace('{ file: ./own.ts, bonus: 2 }', '{ file: ./endless.ts }'))
    const stop = new AbortController()
    const workers = threads(2)
    let ended = 0
    const watcher: Watcher = {
      planned() {},
      resumed: () => undefined,
      ended: () => {
        if (++ended === 2) stop.abort()
      },
    }
    const execution = await execute(plan, oneWave(plan), workers, stop.signal, { watcher })
    await workers.close()
    expect(execution).toMatchObject({ interrupted: true, failed: [] })
    expect(execution.finished.map(({ run }) => run.variant)).toEqual([0, 0])
  })
})

describe('the manifest', () => {
  it('has the versions, the times and the state of each run', async () => {
    const plan = await planned()
    const execution = await execute(
      plan,
      oneWave(plan),
      fake((_, call) => {
        if (call === 3) throw new Error('no room')
        return fakeResult(call)
      }),
      never,
    )
    const manifest = JSON.parse(
      manifestOf(plan, execution, {
        version: '1.0.0',
        file: 'x.yaml',
        folder,
        digest: 'd',
        jobs: 2,
        started: new Date(0),
        seconds: 1.23456,
      }),
    ) as Record<string, unknown>
    expect(manifest).toMatchObject({
      experiment: { name: 'small', file: 'x.yaml', digest: 'd' },
      versions: { orchsim: '1.0.0', node: process.versions.node },
      times: { started: '1970-01-01T00:00:00.000Z', seconds: 1.235, jobs: 2 },
      seed: 1,
      interrupted: false,
    })
    expect((manifest['runs'] as { state: string }[]).map(({ state }) => state)).toEqual(['finished', 'finished', 'finished', 'failed'])
  })
})

describe('progress', () => {
  const run = (isTTY: boolean): string => {
    let text = ''
    let now = 0
    const progress = new Progress({ isTTY, write: (more) => void (text += more) }, () => now)
    progress.planned(4)
    for (let i = 0; i < 4; i++) {
      now += 3000
      progress.ended(undefined, i === 3 ? undefined : { events: 6e6 })
    }
    progress.close()
    return text
  }

  it('rewrites one line on a terminal', () => {
    expect(run(true).split('\r').at(2)).toBe('1 of 4 runs · 2.00 M events/s · 9s left\x1b[K')
    expect(run(true)).toMatch(/\r4 of 4 runs · 1 failed · 1\.50 M events\/s · 12s in total\x1b\[K\n$/)
  })

  it('writes lines elsewhere: one per five seconds at most, and the last', () => {
    expect(run(false)).toBe('2 of 4 runs · 2.00 M events/s · 6s left\n4 of 4 runs · 1 failed · 1.50 M events/s · 12s in total\n')
  })

  it('shows numbers and times briefly', () => {
    expect([0, 999, 12_345, 2.4e6, 3e9].map(short)).toEqual(['0', '999', '12.3 k', '2.40 M', '3.00 G'])
    expect([0.2, 59, 61, 3599, 7261].map(clock)).toEqual(['1s', '59s', '1m01s', '59m59s', '2h01m'])
  })
})

it('results do not contain facts about the machine', async () => {
  const plan = await planned()
  const study = studyOf(
    plan,
    await execute(
      plan,
      oneWave(plan),
      fake((_, call) => fakeResult(call)),
      never,
    ),
    '1.0.0',
    'npx orchsim run x.yaml',
  )
  expect(JSON.stringify(study)).not.toContain(folder)
  expect(readFileSync(join(folder, 'own.ts'), 'utf8')).toContain('own')
})
