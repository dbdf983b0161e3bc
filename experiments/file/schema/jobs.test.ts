/** Jobs, shape and bootstrap in the experiment file. */
import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Streams } from '../../../sim/random/index.ts'
import { simulate } from '../../../sim/index.ts'
import { slowCases } from '../../../sim/testing/index.ts'
import { openBackground, openJobs, TraceError } from '../../../workloads/index.ts'
import { checkData } from '../checks/data.ts'
import { parseSource, problemsText } from '../document.ts'
import { resolveScenario } from '../resolve.ts'
import { inputOf } from '../../run/run.ts'
import { background as backgroundSchema } from './background.ts'
import { jobs as jobsSchema } from './jobs.ts'
import { scenarioShape, type ScenarioData } from '../schema.ts'
import { resolveSource, type Experiment } from '../spec.ts'

const CASES = slowCases(10_000)
const folder = mkdtempSync(join(tmpdir(), 'orchsim-jobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const yaml = (jobs: string, more = ''): string => `name: small
horizon: 20m
warmup: 2m
cluster:
  pools: [{ name: general, count: 8, cpu: 16, memory: 64Gi }]
workload:
  jobs:
    - ${jobs}
${more}`

async function resolved(text: string): Promise<Experiment | string> {
  const read = parseSource(join(folder, 'x.yaml'), text)
  if ('problems' in read) return problemsText(read.problems)
  const result = await resolveSource(read.source)
  return 'problems' in result ? problemsText(result.problems).replaceAll(`${folder}/`, '') : result.experiment
}

async function right(text: string): Promise<Experiment> {
  const experiment = await resolved(text)
  if (typeof experiment === 'string') throw new Error(experiment)
  return experiment
}

const OWN = '{ name: own, arrivals: { rate: 6/m }, tasks: 3, cpu: 500m, memory: 1Gi, duration: 30s }'

describe('times of jobs', () => {
  it('times of a pattern count from the measured run, not from its ageing: a step of 1/h to 1/s at 10m is 2 h 10 min after ageing began', async () => {
    const { variants } = await right(
      yaml(
        '{ arrivals: { pattern: step, rate: 1/h, to: 1/s, at: 10m }, cpu: 100m, memory: 1Mi, duration: { exponential: { mean: 1m } } }',
        'start: { ageing: 2h }',
      ),
    )
    const input = await inputOf({ scenario: variants[0].scenario, seed: 1, replication: 0 })
    expect(input.ageing).toBe(7200e6)
    // Time zero of the source is the start of ageing: 2.2 expected before the step, 100 in the 100 s after it; 25 runs of each.
    let [before, after] = [0, 0]
    for (let run = 0; run < 25; run++) {
      const streams = new Streams(1, run)
      const pods = input.background[0].pods((purpose) => streams.stream(purpose))
      for (let time = pods.next(); time < 7900e6; time = pods.next()) {
        if (time < 7800e6) before++
        else after++
      }
    }
    expect(Math.abs(before - 25 * 2.2)).toBeLessThan(2.6 * Math.sqrt(25 * 2.2))
    expect(Math.abs(after - 25 * 100)).toBeLessThan(2.6 * Math.sqrt(25 * 100))
  })

  it('a recording without a job before the horizon is refused', async () => {
    expect(await resolved(yaml('{ trace: surf, shape: [{ cut: { from: 200d } }] }').replace('64Gi', '128Gi'))).toContain(
      'found no job before the horizon of 20m; accepted: a recording and a shape that leave some',
    )
  })
})

describe('a valid file', () => {
  it('jobs alone are a workload; their completion is the metric', async () => {
    const { primary, variants } = await right(yaml(OWN))
    expect(primary).toBe('job-completion-mean')
    expect(variants[0].scenario.jobs).toEqual([
      {
        kind: 'drawn',
        name: 'own',
        arrivals: { pattern: 'poisson', rate: 0.1 },
        inflate: null,
        deadline: null,
        tenants: [{ name: '', weight: 1 }],
        usage: 0.6,
        limited: false,
        correlation: { duration: 0, memory: 0 },
        dag: { kind: 'independent' },
        size: { kind: 'drawn', cpu: { kind: 'constant', value: 500 }, memory: { kind: 'constant', value: 2 ** 30 } },
        time: { kind: 'duration', duration: { kind: 'constant', value: 30e6 } },
        classes: [{ weight: 1, tasks: { kind: 'constant', value: 3 }, priority: 0 }],
        scheduler: 0,
      },
    ])
  })
  it('is the same after JSON and back, and runs: three equal tasks of 30 s on free nodes', async () => {
    const experiment = await right(yaml(OWN, 'delays: { decision: 0, bind: 0, pull: 0, start: 0 }'))
    expect(JSON.parse(JSON.stringify(experiment))).toEqual(experiment)
    const { metrics } = simulate(await inputOf({ scenario: experiment.variants[0].scenario, seed: 1, replication: 0 }))
    expect(metrics['job-slowdown-mean']).toBe(1)
    expect(metrics['job-waiting-mean']).toBe(0)
    expect(metrics['job-completion-mean']).toBeGreaterThan(28)
    expect(metrics['job-completion-mean']).toBeLessThanOrEqual(30)
  })
  it.each([
    ['dag: chain', { dag: { kind: 'chain' } }],
    ['dag: { layers: 3 }', { dag: { kind: 'layers', depth: 3, parents: null } }],
    [
      'dag: [{ dag: join, weight: 2 }, { dag: { layers: 2, parents: 1 } }]',
      {
        dag: {
          kind: 'mixed',
          parts: [
            { weight: 2, dag: { kind: 'join' } },
            { weight: 1, dag: { kind: 'layers', depth: 2, parents: 1 } },
          ],
        },
      },
    ],
    [
      'tenants: 2',
      {
        tenants: [
          { name: 'user-1', weight: 1 },
          { name: 'user-2', weight: 1 },
        ],
      },
    ],
    [
      'tenants: { count: 2, exponent: 1 }',
      {
        tenants: [
          { name: 'user-1', weight: 1 },
          { name: 'user-2', weight: 0.5 },
        ],
      },
    ],
    [
      'tenants: [{ name: a }, { name: b, weight: 3 }]',
      {
        tenants: [
          { name: 'a', weight: 1 },
          { name: 'b', weight: 3 },
        ],
      },
    ],
    ['deadline: 3', { deadline: { kind: 'constant', value: 3 } }],
    ['deadline: { uniform: { low: 2, high: 4 } }', { deadline: { kind: 'uniform', low: 2, high: 4 } }],
    ['priority: -5', { classes: [{ weight: 1, tasks: { kind: 'constant', value: 3 }, priority: -5 }] }],
    ['correlation: { duration: 0.5 }', { correlation: { duration: 0.5, memory: 0 } }],
    ['usage: { share: 120% }', { usage: 1.2, limited: false }],
  ])('%s', async (more, expected) => {
    const { variants } = await right(yaml(OWN.replace(' }', ` }`).replace(/ }$/, `, ${more} }`)))
    const [job] = variants[0].scenario.jobs
    expect(JSON.parse(JSON.stringify(job))).toMatchObject(expected)
  })
  it('work is written as the time of one core: 1 h is 3,600,000 core-ms in millicore·µs', async () => {
    const { variants } = await right(
      yaml('{ inflate: { cpu: 50% }, shapes: [{ cpu: 2, memory: 1Gi }], work: { exponential: { mean: 1h } } }'),
    )
    expect(variants[0].scenario.jobs[0]).toMatchObject({
      name: 'jobs',
      inflate: { resource: 'cpu', share: 0.5 },
      time: { kind: 'work', work: { kind: 'exponential', mean: 3.6e12 } },
    })
  })
  it('a preset accepts a share of the load, a machine, tenants, deadlines', async () => {
    const { variants } = await right(
      yaml(
        '{ preset: borg-2019, inflate: { cpu: 70% }, machine: { cpu: 16, memory: 64Gi }, tenants: 3, priority: 7 }\n    - { preset: alibaba-2018, inflate: { memory: 1% }, dag: chain }',
      ),
    )
    const [borg, alibaba] = variants[0].scenario.jobs
    if (borg.kind !== 'drawn' || borg.time.kind !== 'work') throw new Error('work is meant')
    expect(borg).toMatchObject({ name: 'borg-2019', usage: 0.6 })
    // Hours of a machine of 16 cores.
    expect(borg.time.work).toMatchObject({ kind: 'bounded-pareto', alpha: 0.69, low: 2.13e-3 * 3600e6 * 16_000 })
    expect(borg.classes.every(({ priority }) => priority === 7)).toBe(true)
    expect(alibaba).toMatchObject({ name: 'alibaba-2018', dag: { kind: 'chain' }, usage: 0.4 })
  })
  it('shape and bootstrap of a traced background and of traced jobs', async () => {
    const steps =
      'shape: [{ cut: { from: 1h, until: 100d } }, { sample: 10% }, { scale: 2 }, { speedUp: 4 }, { repeat: 3 }], bootstrap: { block: 2d }'
    const { variants } = await right(yaml(`{ trace: openb, ${steps} }`, `  background: [{ trace: openb, ${steps} }]`))
    const shape = [
      { kind: 'cut', from: 3600e6, until: 100 * 86_400e6 },
      { kind: 'sample', share: 0.1 },
      { kind: 'scale', by: 2 },
      { kind: 'speedUp', by: 4 },
      { kind: 'repeat', times: 3 },
    ]
    const { jobs, background } = variants[0].scenario
    for (const source of [jobs[0], background[0]])
      expect(source).toMatchObject({ kind: 'trace', shape, bootstrap: { block: 2 * 86_400e6 } })
  })
})

describe('an invalid file', () => {
  it.each([
    [
      'neither arrivals nor inflate',
      OWN.replace('arrivals: { rate: 6/m }, ', ''),
      'found neither arrivals nor inflate; accepted: one of the two',
    ],
    ['both of them', OWN.replace('tasks', 'inflate: { cpu: 50% }, tasks'), 'found both arrivals and inflate; accepted: one of the two'],
    [
      'no request',
      OWN.replace('cpu: 500m, memory: 1Gi, ', ''),
      'found neither cpu and memory nor shapes; accepted: cpu and memory, or shapes',
    ],
    ['half a request', OWN.replace('cpu: 500m, ', ''), 'found no cpu; accepted: both cpu and memory'],
    ['no duration', OWN.replace(', duration: 30s', ''), 'found neither duration nor work; accepted: one of the two'],
    [
      'a duration and work',
      OWN.replace('duration: 30s', 'duration: 30s, work: 1h'),
      'found both duration and work; accepted: one of the two',
    ],
    [
      'classes beside tasks',
      OWN.replace('duration', 'classes: [{ tasks: 2 }], duration'),
      'found classes beside tasks; accepted: tasks and priority in each class',
    ],
    [
      'an unknown preset',
      '{ preset: borg-2018, inflate: { cpu: 50% } }',
      'found "borg-2018"; accepted: borg-2019, alibaba-2018, azure-vms (did you mean borg-2019?)',
    ],
    [
      'an unknown structure',
      OWN.replace('duration', 'dag: chian, duration'),
      'found "chian"; accepted: independent, chain, fork-join, join (did you mean chain?)',
    ],
    [
      'a correlation above 1',
      OWN.replace('duration', 'correlation: { duration: 1.5 }, duration'),
      'found 1.5; accepted: a number between -1 and 1',
    ],
    [
      'a correlation with work',
      OWN.replace('duration: 30s', 'correlation: { duration: 0.5 }, work: 1h'),
      'found a correlation with durations that follow from work; accepted: duration instead of work',
    ],
    [
      'GPUs that no pool has',
      '{ inflate: { gpu: 50% }, shapes: [{ cpu: 1, memory: 1Gi, gpus: 1 }], duration: 1h }',
      'found a share of GPUs, but no pool has any; accepted: cpu, memory',
    ],
    [
      'a shape that fits no node',
      '{ arrivals: { rate: 1/s }, shapes: [{ cpu: 17, memory: 1Gi }], duration: 1h }',
      'jobs[0].shapes[0].cpu  found a pod of 17 and 1Gi that fits no node of any pool; accepted: at most 16 and 64Gi',
    ],
    [
      'a share of what no one asks for',
      '{ inflate: { memory: 50% }, shapes: [{ cpu: 1, memory: 0 }], duration: 1h }',
      'found inflate.memory: no job requests memory; accepted: another resource',
    ],
    [
      'durations below zero',
      OWN.replace('duration: 30s', 'duration: { normal: { mean: 1s, sd: 1s } }'),
      'found duration: values down to -Infinity; accepted: values from 0',
    ],
    [
      'an unknown step',
      '{ trace: openb, shape: [{ speedup: 4 }] }',
      'found the step "speedup"; accepted: a map with one of cut, sample, scale, speedUp, repeat (did you mean speedUp?)',
    ],
    [
      'a cut that ends before it begins',
      '{ trace: openb, shape: [{ cut: { from: 3h, until: 2h } }] }',
      'found shape.cut.until: 7200000000; accepted: a time after from, 10800000000',
    ],
    [
      'a block longer than half of the trace',
      '{ trace: openb, bootstrap: { block: 100d } }',
      'found bootstrap: a block of 8640000 s, of which the recording of 129',
    ],
    [
      'a format without a file',
      '{ trace: swf }',
      'found the format swf without a file; accepted: path: the recording, relative to this file',
    ],
    ['a file that is not there', '{ trace: surf, path: none.csv }', 'found no such file in none.csv'],
  ])('%s', async (_, jobs, expected) => {
    expect(await resolved(yaml(jobs))).toContain(expected)
  })
  it.each([
    ['job-deadline-misses', 'which needs a deadline; accepted: deadline: 3 on a source of jobs, or another metric'],
    ['job-fairness', 'which needs two tenants; accepted: tenants: 2 on a source of jobs, or another metric'],
    ['job-makespan', 'which needs a finite set of jobs; accepted: the replay of a trace, or another metric'],
  ])('%s as the primary metric', async (primary, expected) => {
    expect(await resolved(yaml(OWN, `primary: ${primary}\n`))).toContain(`found ${primary}, ${expected}`)
  })
  it('a metric of jobs without jobs; two sources of one name', async () => {
    const background = yaml(OWN).replace(/ {2}jobs:\n.*\n/, '  background: [{ shapes: [{ cpu: 1, memory: 1Gi }], count: 3 }]\n')
    expect(await resolved(`${background}primary: job-waiting-mean\n`)).toContain('found job-waiting-mean, but there are no jobs')
    expect(await resolved(yaml(`${OWN}\n    - ${OWN}`))).toContain(
      'found a second source of jobs with the name "own"; accepted: each name once',
    )
  })
})

describe('fuzz', () => {
  const trace = join(folder, 'fuzz.csv')
  writeFileSync(
    trace,
    [
      'id,submit_s,duration_s,cpu_count,mem_mb',
      ...Array.from({ length: 40 }, (_, i) => `${i},${i * 7},${1 + (i % 5)},${1 + (i % 3)},100`),
    ].join('\n'),
  )
  const base = Object.fromEntries(
    Object.entries(scenarioShape(new Map())).map(([key, schema]) => [
      key,
      schema.safeParse({ cluster: { pools: [{ name: 'p', count: 2, cpu: 8, memory: '8Gi' }] }, workload: {} }[key]).data,
    ]),
  ) as unknown as ScenarioData

  const junk = fc.oneof(
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        null,
        true,
        '',
        'x',
        -1,
        0,
        1e300,
        1.5,
        '1h',
        '0',
        '50%',
        '-3s',
        [],
        {},
        [[]],
        { mean: '1s' },
        Number.MAX_SAFE_INTEGER,
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown> },
  )
  const law = (amounts: readonly unknown[]): fc.Arbitrary<unknown> => {
    const amount = fc.constantFrom(...amounts)
    return fc.oneof(
      amount,
      fc.record({ exponential: fc.record({ mean: amount }) }),
      fc.record({ lognormal: fc.record({ mean: amount, cv: fc.constantFrom(0.5, 3, 1e-9, 1e9) }) }),
      fc.record({ uniform: fc.record({ low: amount, high: amount }) }),
      fc.record({ 'bounded-pareto': fc.record({ alpha: fc.constantFrom(0.69, 1, 2), low: amount, high: amount }) }),
      fc.record({ empirical: fc.record({ values: fc.array(amount, { maxLength: 3 }) }) }),
      fc.record({ normal: fc.record({ mean: amount, sd: amount }) }),
    )
  }
  const times = law(['1s', '5m', '1us', '400d', '0'])
  const numbers = law([1, 3, 0, 1e6, 0.2])
  /** A right value most of the time, absent or junk else. */
  const mostly = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: junk })
  const steps = fc.array(
    fc.oneof(
      fc.record({ cut: fc.record({ from: fc.constantFrom('0', '10s', '1h'), until: fc.constantFrom('20s', '5s', '9d') }) }),
      fc.record({ sample: fc.constantFrom('10%', 0.5, 1, 0, 2) }),
      fc.record({ scale: fc.constantFrom(0.1, 2, 0, 1e9) }),
      fc.record({ speedUp: fc.constantFrom(4, 0.001, -1, 1e9) }),
      fc.record({ repeat: fc.constantFrom(1, 3, 0, 1e6) }),
      junk,
    ),
    { maxLength: 3 },
  )
  const shaping = { shape: mostly(steps), bootstrap: mostly(fc.record({ block: fc.constantFrom('10s', '1m', '1d', '0') })) }
  const inflate = fc.record({
    inflate: fc.oneof(fc.constantFrom({ cpu: '50%' }, { memory: '20%' }, { gpu: '10%' }, { cpu: 0 }, { disk: 1 }), junk),
  })
  const arrivals = fc.record({
    arrivals: fc.oneof(
      fc.constantFrom({ rate: '1/s' }, { rate: '3/m', pattern: 'diurnal' }, { rate: '1/s', pattern: 'closed-loop' }, {}),
      junk,
    ),
  })
  const coming = fc.oneof(inflate, arrivals, fc.constant({}))
  const common = {
    tenants: mostly(fc.constantFrom<unknown>(1, 5, 0, { count: 3, exponent: 1 }, [{ name: 'a' }], [])),
    deadline: mostly(numbers),
    usage: mostly(fc.constantFrom({ share: '50%' }, { share: 2, limited: true }, {})),
  }
  const dag = mostly(
    fc.constantFrom<unknown>(
      'chain',
      'fork-join',
      'join',
      'independent',
      { layers: 3 },
      { layers: 2, parents: 2 },
      { layers: 0 },
      [{ dag: 'chain' }, { dag: { layers: 2 }, weight: 3 }],
      [],
    ),
  )
  const some = { requiredKeys: [] as never[] }
  const drawn = fc.record(
    {
      tasks: mostly(numbers),
      cpu: mostly(law(['100m', 2, 1e9, 0])),
      memory: mostly(law(['1Gi', 1, '1Ei', 0])),
      duration: mostly(times),
      work: mostly(times),
      longest: mostly(fc.constantFrom('1h', '0')),
      shapes: mostly(
        fc.array(
          fc.record({ cpu: fc.constantFrom<unknown>(1, '9', 0), memory: fc.constantFrom<unknown>('1Gi', 0), gpus: fc.constantFrom(0, 1) }),
          { maxLength: 2 },
        ),
      ),
      correlation: mostly(fc.record({ duration: fc.constantFrom(0, 0.5, -1, 1, 2), memory: fc.constantFrom(0, 0.9, -2) })),
      priority: mostly(fc.constantFrom(0, -9, 1e10)),
      dag,
      classes: mostly(fc.array(fc.record({ tasks: numbers }), { maxLength: 2 })),
      ...common,
    },
    some,
  )
  // All right, and then perhaps one key that is not.
  const rightLaw = (low: unknown, high: unknown): fc.Arbitrary<unknown> =>
    fc.constantFrom(
      low,
      high,
      { exponential: { mean: high } },
      { lognormal: { mean: high, cv: 2 } },
      { uniform: { low, high } },
      { empirical: { values: [low, high] } },
    )
  const right = fc.record({
    cpu: rightLaw('100m', 2),
    memory: rightLaw('3Mi', '1Gi'),
    tasks: rightLaw(1, 7),
    inflate: fc.constantFrom({ cpu: '50%' }, { memory: '20%' }),
    dag: fc.constantFrom<unknown>('chain', 'fork-join', 'join', { layers: 3 }, { layers: 2, parents: 2 }, [
      { dag: 'chain' },
      { dag: { layers: 2 }, weight: 3 },
    ]),
    correlation: fc.record({ memory: fc.double({ min: -1, max: 1, noNaN: true }) }),
    tenants: fc.constantFrom<unknown>(1, 5, { count: 3, exponent: 1 }, [{ name: 'a' }]),
    deadline: rightLaw(1, 4),
  })
  const broken = fc
    .tuple(
      fc.tuple(right, fc.oneof(fc.record({ duration: rightLaw('1s', '5m') }), fc.record({ work: rightLaw('1s', '2h') }))),
      fc.boolean(),
      fc.constantFrom('cpu', 'tasks', 'dag', 'duration', 'deadline', 'inflate', 'colour'),
      junk,
    )
    .map(([parts, breaks, key, value]) => Object.assign({}, ...parts, breaks ? { [key]: value } : {}) as object)
  const source = fc
    .tuple(
      fc.oneof(coming, fc.constant({})),
      fc.oneof(
        drawn,
        fc.record(
          { preset: fc.constantFrom('borg-2019', 'alibaba-2018', 'azure-vms', 'none'), dag, ...common },
          { requiredKeys: ['preset'] },
        ),
        fc.record(
          {
            trace: fc.constantFrom('surf', 'surf', 'openb', 'swf', 'none'),
            path: fc.constantFrom('fuzz.csv', 'none.csv'),
            ...shaping,
            ...common,
          },
          { requiredKeys: ['trace', 'path'] },
        ),
        fc.record({ colour: junk }),
      ),
    )
    .map((parts) => Object.assign({}, ...parts) as object)

  it(`of ${CASES} sources of jobs each is refused with messages, or opens and gives jobs`, () => {
    let opened = 0
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 15, arbitrary: source as fc.Arbitrary<unknown> },
          { weight: 15, arbitrary: broken as fc.Arbitrary<unknown> },
          { weight: 1, arbitrary: junk },
        ),
        (value) => {
          const parsed = jobsSchema.safeParse(value)
          if (!parsed.success) {
            expect(parsed.error.issues.every(({ message }) => message.length > 0)).toBe(true)
            return
          }
          const data = {
            ...base,
            workload: { services: [], background: [], batch: [], antagonists: [], jobs: [parsed.data] },
          } as unknown as ScenarioData
          if (checkData(data).length > 0) return
          const { scenario, issues } = resolveScenario(data, folder)
          if (issues.length > 0) return
          try {
            const streams = new Streams(1, 0)
            const pods = openJobs(scenario.jobs[0], { cpu: 16_000, memory: 2 ** 34, gpu: 0 }, (purpose) => streams.stream(purpose))
            let last = 0
            for (let i = 0; i < 5; i++) {
              const time = pods.next()
              expect(time).toBeGreaterThanOrEqual(last)
              if (time === Infinity) break
              last = time
              const { cpu, memory } = pods.shapes[pods.shape]
              expect(
                Number.isSafeInteger(cpu) && Number.isSafeInteger(memory) && pods.duration >= 1 && Number.isInteger(pods.duration),
              ).toBe(true)
            }
            opened++
          } catch (error) {
            if (!(error instanceof RangeError) && !(error instanceof TraceError)) throw error
            expect(error.message).toMatch(/accepted/)
          }
        },
      ),
      { numRuns: CASES, seed: 1, endOnFailure: true },
    )
    // The rest of the cases is not all that was tried.
    expect(opened).toBeGreaterThan(CASES / 10)
  })

  it(`of ${CASES} shapes of a traced background each is refused with messages, or gives rows in order`, () => {
    let opened = 0
    const traced = fc.record(
      {
        trace: fc.constant('openb'),
        from: fc.constantFrom('0', '5s', '10d'),
        speedUp: fc.constantFrom(1, 3),
        path: fc.constant('.'),
        pods: fc.constant('openb.csv'),
        ...shaping,
      },
      { requiredKeys: ['trace', 'path', 'pods'] },
    )
    const header = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time'
    writeFileSync(
      join(folder, 'openb.csv'),
      [header, ...Array.from({ length: 40 }, (_, i) => `p${i},1000,1,0,0,,LS,Running,${i * 7},${i * 7 + 9},${i * 7 + 1}`)].join('\n'),
    )
    fc.assert(
      fc.property(traced, (value) => {
        const parsed = backgroundSchema.safeParse(value)
        if (!parsed.success) return
        const data = {
          ...base,
          workload: { services: [], background: [parsed.data], batch: [], antagonists: [], jobs: [] },
        } as unknown as ScenarioData
        if (checkData(data).length > 0) return
        const { scenario, issues } = resolveScenario(data, folder)
        if (issues.length > 0) return
        try {
          const streams = new Streams(1, 0)
          const pods = openBackground(scenario.background[0], { cpu: 16_000, memory: 2 ** 34, gpu: 0 }, (purpose) =>
            streams.stream(purpose),
          )
          let last = 0
          for (let i = 0; i < 50; i++) {
            const time = pods.next()
            expect(time).toBeGreaterThanOrEqual(last)
            last = time
          }
          opened++
        } catch (error) {
          if (!(error instanceof RangeError) && !(error instanceof TraceError)) throw error
          expect(error.message).toMatch(/accepted/)
        }
      }),
      { numRuns: CASES, seed: 1, endOnFailure: true },
    )
    expect(opened).toBeGreaterThan(CASES / 20)
  })
})
