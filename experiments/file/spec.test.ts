import fc from 'fast-check'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseSource, problemsText, type Problem } from './document.ts'
import { familyOf } from './families.ts'
import { readExperiment, resolveSource, type Experiment } from './spec.ts'

const namesOf = (path: 'scheduling' | 'slb'): string =>
  familyOf(path)
    .all.map(({ name }) => name)
    .join(', ')

const folder = mkdtempSync(join(tmpdir(), 'orchsim-spec-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A right experiment, the base of the wrong ones. */
const RIGHT = `name: small
cluster:
  pools:
    - { name: general, count: 4, cpu: 4, memory: 8Gi }
workload:
  services:
    - { name: web, replicas: 4, maxReplicas: 8, cpu: 500m, memory: 1Gi, objective: 100ms, traffic: { rate: 8/s }, work: { cpu: 4ms } }
`

async function problemsOf(yaml: string, set: readonly string[] = []): Promise<readonly Problem[]> {
  const read = parseSource(join(folder, 'x.yaml'), yaml)
  if ('problems' in read) return read.problems
  const resolved = await resolveSource(read.source, { set })
  return 'problems' in resolved ? resolved.problems : []
}

const textOf = async (yaml: string, set?: readonly string[]): Promise<string> =>
  problemsText(await problemsOf(yaml, set)).replaceAll(`${folder}/`, '')

async function right(yaml: string, set: readonly string[] = []): Promise<Experiment> {
  const read = parseSource(join(folder, 'x.yaml'), yaml)
  if ('problems' in read) throw new Error(problemsText(read.problems))
  const resolved = await resolveSource(read.source, { set })
  if ('problems' in resolved) throw new Error(problemsText(resolved.problems))
  return resolved.experiment
}

describe('a valid file', () => {
  it('has defaults for missing keys', async () => {
    const { replications, seed, primary, variants, axes } = await right(RIGHT)
    expect({ replications, seed, primary, axes }).toEqual({
      replications: { count: 10, until: null },
      seed: 1,
      primary: 'slo-misses',
      axes: [],
    })
    const [{ scenario }] = variants
    expect(scenario).toMatchObject({
      horizon: 900e6,
      warmup: 180e6,
      start: { lifetimes: 3 },
      disturbance: null,
      contentionEpoch: 1000,
      sample: 15e6,
      balancers: 1,
      choices: {
        scheduling: { name: 'least-allocated' },
        slb: { name: 'round-robin' },
        'autoscaling.replicas': { name: 'none' },
        binpacking: { name: 'none' },
      },
      binpacking: { role: 'both', every: 1e6 },
    })
    expect(scenario.services[0]).toMatchObject({
      minReplicas: 1,
      threads: 0,
      queue: 1024,
      objective: 100_000,
      grace: 30e6,
      probe: 10e6,
      shape: { cpu: 500, limit: 0, memory: 2 ** 30 },
    })
    expect(scenario.services[0].work).toEqual({ wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 4000 } })
  })

  it('is unchanged by JSON, in which workers receive it', async () => {
    const experiment = await right(RIGHT)
    expect(JSON.parse(JSON.stringify(experiment))).toEqual(experiment)
  })

  it.each([
    ['no objective', 'objective: 100ms, ', '', 'latency-p99'],
    ['an objective', '', '', 'slo-misses'],
  ])('has a primary metric that is defined: %s', async (_, drop, put, expected) => {
    expect((await right(RIGHT.replace(drop, put))).primary).toBe(expected)
  })

  it('without services the primary metric is one of pods', async () => {
    const yaml = `${RIGHT.slice(0, RIGHT.indexOf('  services'))}  background:\n    - { shapes: [{ cpu: 1, memory: 1Gi }], count: 3 }\n`
    expect((await right(yaml)).primary).toBe('pending-p99')
  })

  it.each([
    ['4ms', { kind: 'constant', value: 4000 }],
    ['{ exponential: { mean: 8ms } }', { kind: 'exponential', mean: 8000 }],
    ['{ uniform: { low: 1ms, high: 2ms } }', { kind: 'uniform', low: 1000, high: 2000 }],
    ['{ lognormal: { mean: 8ms, cv: 1.5 } }', { kind: 'lognormal', mean: 8000, cv: 1.5 }],
    ['{ bounded-pareto: { alpha: 1.1, low: 1ms, high: 1s } }', { kind: 'bounded-pareto', alpha: 1.1, low: 1000, high: 1e6 }],
    ['{ empirical: { values: [1ms, 2ms], weights: [3, 1] } }', { kind: 'empirical', values: [1000, 2000], weights: [3, 1] }],
  ])('work %s', async (written, expected) => {
    const { variants } = await right(RIGHT.replace('cpu: 4ms', `cpu: ${written}`))
    expect(variants[0].scenario.services[0].work?.cpu).toEqual(expected)
  })

  it.each([
    ['empty', { time: 0 }],
    ['{ ageing: 2.5 lifetimes }', { lifetimes: 2.5 }],
    ['{ ageing: 2h }', { time: 7200e6 }],
  ])('start: %s', async (written, expected) => {
    expect((await right(`${RIGHT}start: ${written}\n`)).variants[0].scenario.start).toEqual(expected)
  })

  it('a diurnal wave has the horizon as its period', async () => {
    const { variants } = await right(RIGHT.replace('{ rate: 8/s }', '{ rate: 8/s, pattern: diurnal }'))
    expect(variants[0].scenario.services[0].traffic).toEqual({ rate: 8, pattern: 'diurnal', amplitude: 0.5, period: 900e6, phase: 0 })
  })

  it('openb as nodes and as background has digests', async () => {
    const { variants } = await right(`name: traced
cluster: { pools: [{ name: gpu, trace: openb, zones: [a, b] }] }
workload: { background: [{ trace: openb, inflate: { gpu: 60% } }] }
`)
    const { pools, background } = variants[0].scenario
    expect(pools[0]).toMatchObject({ kind: 'trace', min: 1523, max: 1523, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(background[0]).toMatchObject({ kind: 'trace', name: 'openb', usage: 0.6, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })
})

describe('an invalid file: every problem at once, with its place and a remedy', () => {
  it('many problems', async () => {
    expect(
      await textOf(`name: bad
sed: 7
replications: -3
horizon: 10m
warmup: 20m
cluster:
  pools:
    - { name: general, count: -5, cpu: 16x, memory: 64GB }
    - { name: general, count: .nan, cpu: 16, memory: 64Gi, colour: red }
workload:
  services:
    - name: web
      replica: 60
      cpu: 500m
      memory: 512Mi
      traffic: { rate: 800/s, pattern: diurnl }
      work: { cpu: { lognorml: { mean: 8ms, cv: 1 } } }
scheduling: bestfit
autoscaling: { replicas: { name: target-utilization, targt: 70% } }
`),
    )
      .toBe(`x.yaml:2:1  sed  found the unknown key "sed"; accepted: name, question, seed, replications, metrics, primary, margins, assert, horizon, warmup, disturbance, cluster, workload, scheduling, schedulers, binpacking, slb, autoscaling, balancers, network, kubeProxy, orchestrator, actions, faults, controlPlane, descheduler, images, eviction, events, assessment, storage, namespaces, priorityClasses, delays, serving, decisions, contentionEpoch, sample, start, check, eventBudget, compare (did you mean seed?)
x.yaml:3:15  replications  found -3; accepted: a whole number between 1 and 100000
x.yaml:5:9  warmup  found 20m; accepted: less than the horizon of 10m
x.yaml:8:31  cluster.pools.general.count  found -5; accepted: a whole number between 0 and 1000000
x.yaml:8:40  cluster.pools.general.cpu  found "16x"; accepted: an amount of CPU in whole millicores such as 250m, 0.5 or 2
x.yaml:8:53  cluster.pools.general.memory  found "64GB", did you mean G, without the B?; accepted: an amount of memory in whole bytes such as 512Mi, 2Gi, 1G or 1e9 (suffixes Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E)
x.yaml:9:15  cluster.pools.general.name  found a second pool with the name "general"; accepted: each name once
x.yaml:9:31  cluster.pools.general.count  found NaN; accepted: a whole number between 0 and 1000000
x.yaml:9:60  cluster.pools.general.colour  found the unknown key "colour"; accepted: name, min, max, provision, count, cpu, memory, pods, gpus, gpuModel, zones, racks, price, labels, taints, resources; in another form trace, snapshot
x.yaml:13:7  workload.services.web.replica  found the unknown key "replica"; accepted: name, replicas, minReplicas, maxReplicas, cpu, limit, memory, resources, nodeSelector, tolerations, priorityClass, admission, labels, priority, preemptionPolicy, namespace, affinity, topologySpreadConstraints, hostPorts, schedulingGates, scheduler, threads, queue, concurrency, weight, objective, allowance, timeout, cancel, retries, hedge, networkDelay, grace, preStop, pull, start, probe, controller, version, versions, snapshot, volumes, store, database, inference, serving, probes, hangAfter, memoryLimit, initContainers, image, memoryUse, budget, toleration, slb, connections, endpoints, path, expose, dns, routing, signals, async, traffic, work (did you mean replicas?)
x.yaml:16:16  workload.services.web.traffic  found the pattern "diurnl"; accepted: poisson, constant, renewal, diurnal, weekly, step, ramp, sawtooth, flash-crowd, mmpp, on-off, closed-loop (did you mean diurnal?)
x.yaml:17:20  workload.services.web.work.cpu  found the distribution "lognorml"; accepted: a duration, or a map with one of constant, exponential, uniform, normal, lognormal, gamma, erlang, weibull, pareto, bounded-pareto, burr, hyperexponential, empirical, mixture (did you mean lognormal?)
x.yaml:18:13  scheduling  found the unknown scheduler "bestfit"; accepted: ${namesOf('scheduling')}, or { file: ./own.ts } (did you mean best-fit?)
x.yaml:19:54  autoscaling.replicas.targt  found the unknown key "targt"; accepted: name, target, tolerance, scaleDownWindow, every (did you mean target?)`)
  })

  it.each([
    [
      'a section is missing',
      'cluster:',
      'klaster:',
      'x.yaml:1:1  cluster  found nothing; accepted: the cluster, a map with snapshot, pools',
    ],
    [
      'a name is missing',
      'name: small\n',
      '',
      'x.yaml:1:1  name  found nothing; accepted: a name of letters, digits, underscores and hyphens that begins with a letter or digit',
    ],
    [
      'a unit is missing',
      'cpu: 4ms',
      'cpu: 4',
      'x.yaml:7:128  workload.services.web.work.cpu  found 4, which has no unit; accepted: a duration in whole microseconds such as 250ms, 15s, 1h30m or 0 (units y, w, d, h, m, s, ms, us; y is 365d)',
    ],
    [
      'a list where a map is meant',
      'work: { cpu: 4ms }',
      'work: [4ms]',
      'x.yaml:7:121  workload.services.web.work  found a list; accepted: the work of a request, a map with wait, cpu, correlation; in another form preset, steps, durations, tokens',
    ],
    [
      'limit below request',
      'memory: 1Gi',
      'memory: 1Gi, limit: 250m',
      'x.yaml:7:80  workload.services.web.limit  found 250m; accepted: at least the request of 500m',
    ],
    [
      'replicas above their maximum',
      'replicas: 4',
      'replicas: 40',
      'x.yaml:7:30  workload.services.web.replicas  found 40; accepted: between minReplicas 1 and maxReplicas 8',
    ],
    [
      'a pod that fits no node',
      'cpu: 500m',
      'cpu: 64',
      'x.yaml:7:54  workload.services.web.cpu  found a pod of 64 and 1Gi that fits no node of any pool; accepted: at most 4 and 8Gi',
    ],
    [
      'slo misses without an objective',
      'objective: 100ms, ',
      '',
      'x.yaml:8:10  primary  found slo-misses, which needs an objective on a service; accepted: objective: 100ms on a service, or another metric',
      'primary: slo-misses\n',
    ],
    [
      'recovery without a disturbance',
      '',
      '',
      'x.yaml:8:10  primary  found recovery, which needs a disturbance; accepted: disturbance: 5m, or another metric',
      'primary: recovery\n',
    ],
    [
      'a node autoscaler without room',
      '',
      '',
      'x.yaml:8:23  autoscaling.nodes  found on-demand, but no pool may grow or shrink; accepted: min or max on a pool',
      'autoscaling: { nodes: on-demand }\n',
    ],
    [
      'a path instead of a file',
      '',
      '',
      `x.yaml:8:6  slb  found the unknown balancer "./own.ts"; accepted: ${namesOf('slb')}, or { file: ./own.ts } (did you mean { file: ./own.ts }?)`,
      'slb: ./own.ts\n',
    ],
    [
      'both name and file',
      '',
      '',
      'x.yaml:8:28  slb.file  found both name and file; accepted: one of them',
      'slb: { name: random, file: ./own.ts }\n',
    ],
    [
      'an unknown start',
      '',
      '',
      'x.yaml:8:18  start.ageing  found "3 lives"; accepted: a number of mean lifetimes of the background such as "3 lifetimes", or a duration such as 2h',
      'start: { ageing: 3 lives }\n',
    ],
  ])('%s', async (_, from, to, expected, more = '') => {
    expect((await textOf(RIGHT.replace(from, to) + more)).split('\n')).toContain(expected)
  })

  it('an invalid item does not hide contradictions in another', async () => {
    const text = await textOf(
      RIGHT.replace('    - { name: web', '    - { name: api, cpu: x }\n    - { name: web').replace(
        'memory: 1Gi',
        'memory: 1Gi, limit: 250m',
      ),
    )
    expect(text).toContain('workload.services.api.cpu  found "x"')
    expect(text).toContain('workload.services.web.limit  found 250m; accepted: at least the request of 500m')
  })

  it('names that take no pods and no services', async () => {
    expect(await textOf(`${RIGHT.slice(0, RIGHT.indexOf('  services'))}  services: []\n`)).toBe(
      'x.yaml:6:3  workload  found neither services nor background, jobs or batch; accepted: at least one of them',
    )
  })

  it('any single mistake is reported with a place in the file, what was found and what is accepted', async () => {
    const paths: (string | number)[][] = []
    const walk = (value: unknown, path: (string | number)[]): void => {
      if (path.length > 0) paths.push(path)
      if (Array.isArray(value)) value.forEach((inner, i) => walk(inner, [...path, i]))
      else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
    }
    const data = parse(RIGHT) as Record<string, unknown>
    walk(data, [])
    const wrongs = [-1, NaN, [], {}, 'x y', true, null, { x: 1 }, [[]], 1e300, '']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.constantFrom(...wrongs), async (path, wrong) => {
        const copy = structuredClone(data)
        let parent = copy as Record<string | number, unknown>
        for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>
        parent[path[path.length - 1]] = wrong
        const yaml = stringify(copy)
        const lines = yaml.split('\n')
        for (const { place, message } of await problemsOf(yaml)) {
          expect(place.file).toBe(join(folder, 'x.yaml'))
          expect(place.line).toBeLessThan(lines.length)
          expect(place.column).toBeLessThanOrEqual(lines[place.line - 1].length)
          expect(message).toMatch(/^found .*; accepted: ./)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})

describe('traces', () => {
  const data = fileURLToPath(new URL('../../workloads/data/openb-gpu-2023', import.meta.url))
  const TRACED = `name: t
cluster: { pools: [{ name: gpu, trace: openb, path: ./copy }] }
workload: { background: [{ trace: openb, path: ./copy, inflate: { cpu: 60% } }] }
`
  it('missing', async () => {
    const text = await textOf(TRACED.replaceAll('./copy', './nowhere'))
    expect(text).toMatch(
      /^x\.yaml:2:53 {2}cluster\.pools\.gpu\.path {2}found .* in nowhere\/openb_node_list_all_node\.csv; accepted: .*\nx\.yaml:3:48 {2}workload\.background\[0\]\.path {2}found .*/,
    )
  })

  it('malformed: row and column', async () => {
    cpSync(data, join(folder, 'copy'), { recursive: true })
    writeFileSync(
      join(folder, 'copy', 'openb_pod_list_default.csv'),
      'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\np0,twelve,16384,1,1000,,LS,Running,0,12537496,0\n',
    )
    expect(await textOf(TRACED)).toMatch(
      /^x\.yaml:3:48 {2}workload\.background\[0\]\.path {2}found .*twelve.* in copy\/openb_pod_list_default\.csv, row 2, column cpu_milli; accepted: /,
    )
  })
})

describe("users' own files", () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'throws.ts'), 'throw new Error("out of order")\n')
    writeFileSync(join(folder, 'misfit.ts'), 'export default { name: "Bad Name", pick() {} }\n')
    writeFileSync(join(folder, 'syntax.ts'), 'export default { name: \n')
    writeFileSync(join(folder, 'nothing.ts'), 'export const x: number = 1\n')
    // Nothing says "type": "module" in the folder above; here it does. Both are how users' folders look.
    mkdirSync(join(folder, 'esm'))
    writeFileSync(join(folder, 'esm', 'package.json'), '{ "type": "module" }')
    for (const inner of ['', 'esm/']) writeFileSync(join(folder, `${inner}weights.ts`), 'export const half: number = 0.5\n')
    for (const inner of ['', 'esm/'])
      writeFileSync(
        join(folder, `${inner}own.ts`),
        `import { half } from './weights.ts'
import type { Missing } from './types-only.ts'
const own: Missing = { name: 'own', parameters: { bonus: half, patience: { kind: 'duration', default: 5000000, meaning: 'waits' } }, score: (): number => half }
export default own
`,
      )
  })

  it('that are invalid', async () => {
    const yaml = `${RIGHT}compare:
  scheduling:
    - { file: ./throws.ts }
    - { file: ./misfit.ts }
    - { file: ./syntax.ts }
    - { file: ./nothing.ts }
    - { file: ./none.ts }
    - { file: . }
    - { file: ./own.ts, bonos: 2 }
    - { file: ./own.ts, bonus: x, patience: 3 }
`
    expect(await textOf(yaml))
      .toBe(`x.yaml:10:15  scheduling.file  found a file that fails when it is loaded: out of order; accepted: a module (.ts, .mts, .js, .mjs) with a default export (./throws.ts)
x.yaml:11:15  scheduling.file  found a file that is not a scheduler: name must be lower-case words joined by hyphens, found "Bad Name" (./misfit.ts)
x.yaml:11:15  scheduling.file  found a file that is not a scheduler: a scheduler needs a function score or create, found name, pick (./misfit.ts)
x.yaml:12:15  scheduling.file  found a file that fails when it is loaded: syntax.ts:2:0: ERROR: Unexpected end of file; accepted: a module (.ts, .mts, .js, .mjs) with a default export (./syntax.ts)
x.yaml:13:15  scheduling.file  found a file that is not a scheduler: the default export must be an object with a name and score or create, found no default export (./nothing.ts)
x.yaml:14:15  scheduling.file  found no such file; accepted: a module (.ts, .mts, .js, .mjs) with a default export (./none.ts)
x.yaml:15:15  scheduling.file  found a directory; accepted: a module (.ts, .mts, .js, .mjs) with a default export (.)
x.yaml:16:25  scheduling.bonos  found the unknown key "bonos"; accepted: file, order, bonus, patience (did you mean bonus?)
x.yaml:17:32  scheduling.bonus  found "x"; accepted: a number
x.yaml:17:45  scheduling.patience  found 3, which has no unit; accepted: a duration in whole microseconds such as 250ms, 15s, 1h30m or 0 (units y, w, d, h, m, s, ms, us; y is 365d)`)
  })

  it('have parameters, defaults, and a digest that includes their imports, except for types', async () => {
    const own = async () =>
      (await right(`${RIGHT}scheduling: { file: ./esm/own.ts, patience: 1s }\n`)).variants[0].scenario.choices.scheduling
    const before = await own()
    expect(before).toMatchObject({ name: 'own', values: { bonus: 0.5, patience: 1e6 } })
    writeFileSync(join(folder, 'esm', 'types-only.ts'), 'export type Missing = object\n')
    expect((await own()).digest).toBe(before.digest)
    writeFileSync(join(folder, 'esm', 'weights.ts'), 'export const half: number = 0.25\n')
    const after = await own()
    expect(after.digest).not.toBe(before.digest)
    expect(after.values['bonus']).toBe(0.25)
  })
})

describe('compare', () => {
  it('wrong axes', async () => {
    expect(
      await textOf(`${RIGHT}compare:
  scheduling: []
  slb: [random, random]
  workload.services.wbe.traffic.rate: [1/s]
  seed: [1, 2]
  horizon: 5m
  autoscaling.nodes: [none]
  autoscaling: [{}]
`),
    ).toBe(`x.yaml:9:15  compare.scheduling  found an empty list; accepted: at least one value
x.yaml:10:17  compare.slb  found the value "random" a second time; accepted: each value once
x.yaml:11:3  compare.workload.services.wbe.traffic.rate  found no item "wbe" in workload.services; accepted: web (did you mean web?)
x.yaml:12:3  compare.seed  found "seed", which belongs to the experiment as a whole; accepted: a path of a single run, such as scheduling or horizon
x.yaml:13:12  compare.horizon  found "5m"; accepted: a list of values
x.yaml:15:3  compare.autoscaling  found an axis inside or around the axis autoscaling.nodes; accepted: axes that do not overlap`)
  })

  it('an invalid value is reported at the value, also when it only contradicts the file', async () => {
    expect(
      await textOf(`${RIGHT}compare:
  workload.services.web.replicas: [4, -1, 40]
  workload.services.web.trafic.rate: [4/s]
`),
    ).toContain('x.yaml:9:39  workload.services.web.replicas  found -1; accepted: a whole number between 0 and 1000000')
    expect(await textOf(`${RIGHT}compare:\n  workload.services.web.maxReplicas: [8, 2]\n`)).toBe(
      'x.yaml:9:42  workload.services.web.replicas  found 4; accepted: between minReplicas 1 and maxReplicas 2',
    )
    expect(await textOf(`${RIGHT}compare:\n  workload.services.web.trafic.rate: [4/s]\n`)).toMatch(
      /^x\.yaml:9:39 {2}workload\.services\.web\.trafic {2}found the unknown key "trafic"/,
    )
  })

  it('an axis of schedulers under rounds of a packer is refused, since it changes nothing', async () => {
    const axis = 'compare:\n  scheduling: [best-fit, first-fit]\n'
    expect(await textOf(`${RIGHT}binpacking: best-fit-decreasing\n${axis}`)).toBe(
      'x.yaml:10:3  compare.scheduling  found an axis that changes nothing: the packer places all pods in rounds; accepted: binpacking with role: estimator, or none',
    )
    expect((await right(`${RIGHT}binpacking: { name: best-fit-decreasing, role: estimator }\n${axis}`)).variants).toHaveLength(2)
  })

  it('the file alone may be incomplete when an axis supplies the missing value', async () => {
    const { variants } = await right(
      `${RIGHT.replace('traffic: { rate: 8/s }', 'traffic: {}')}compare:\n  workload.services.web.traffic.rate: [8/s, 16/s]\n`,
    )
    expect(variants.map(({ scenario }) => scenario.services[0].traffic)).toEqual([
      { pattern: 'poisson', rate: 8 },
      { pattern: 'poisson', rate: 16 },
    ])
  })

  it('labels are short and unique', async () => {
    const { axes } = await right(`${RIGHT}compare:
  autoscaling.replicas: [none, target-utilization, { name: target-utilization, target: 50% }, { name: target-utilization, target: 50%, tolerance: 0.2 }]
  slb: [random, two-choices]
  workload.services.web.traffic: [{ rate: 8/s }, { rate: 9/s }]
  workload.services.web.threads: [processor-sharing, 8]
  autoscaling.sizes: [none]
`)
    expect(axes.map(({ labels }) => labels)).toEqual([
      ['none', 'target-utilization (defaults)', 'target-utilization target=50%', 'target-utilization target=50% tolerance=0.2'],
      ['random', 'two-choices'],
      ['traffic rate 8/s', 'traffic rate 9/s'],
      ['threads processor-sharing', 'threads 8'],
      ['none'],
    ])
  })

  it("an algorithm's parameter can be an axis", async () => {
    const { variants } = await right(
      `${RIGHT}autoscaling: { replicas: target-utilization }\ncompare:\n  autoscaling.replicas.target: [50%, 70%]\n`,
    )
    expect(variants.map(({ scenario }) => scenario.choices['autoscaling.replicas'].values['target'])).toEqual([0.5, 0.7])
  })
})

describe('--set', () => {
  it('names of properties of every object are ordinary names', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      expect(await textOf(RIGHT, [`${name}=[1, 2]`])).toMatch(
        new RegExp(`^--set ${name}=\\[1, 2\\]:1:1  ${name}  found the unknown key "${name}"`),
      )
      expect(await textOf(RIGHT, [`compare={${name}: [1, 2]}`])).toContain(`found the unknown key "${name}"`)
    }
  })

  it('a primary metric that no variant defines is reported once, at its own place', async () => {
    const sets = ['slb=[random, round-robin]', 'primary=job-fairness']
    expect(await textOf(RIGHT, sets)).toBe(
      '--set primary=job-fairness:1:9  primary  found job-fairness, but there are no jobs; accepted: a metric of pods or nodes, or a source of jobs',
    )
  })

  it('replaces values', async () => {
    const { variants, seed } = await right(RIGHT, [
      'workload.services.web.replicas=6',
      'delays.scrape=5s',
      'seed=abc',
      'slb={ name: random }',
    ])
    expect(seed).toBe('abc')
    expect(variants[0].scenario).toMatchObject({
      services: [{ replicas: 6 }],
      delays: { scrape: 5e6, window: 30e6 },
      choices: { slb: { name: 'random' } },
    })
  })

  it('of an axis is refused', async () => {
    expect(await textOf(`${RIGHT}compare:\n  slb: [random, two-choices]\n`, ['slb=random'])).toBe(
      '--set slb=random:1:1  slb  found a path that is an axis of compare; accepted: a path beside its axes, or --set compare={} to leave them out',
    )
    expect((await right(`${RIGHT}compare:\n  slb: [random, two-choices]\n`, ['compare={}', 'slb=random'])).variants).toHaveLength(1)
  })

  it('has places in its own text', async () => {
    expect(await textOf(RIGHT, ['replicas', 'workload.services.wbe.replicas=3', 'horizon=[', 'horizon=5x', 'horizn=5s']))
      .toBe(`--set replicas:1:1  found "replicas"; accepted: path=value, such as workload.services.web.replicas=20
--set workload.services.wbe.replicas=3:1:1  workload.services.wbe.replicas  found no item "wbe" in workload.services; accepted: web (did you mean web?)
--set horizon=[:1:9  horizon  found a value that is not YAML: "["; accepted: a value as in the file
--set horizn=5s:1:1  horizn  found the unknown key "horizn"; accepted: name, question, seed, replications, metrics, primary, margins, assert, horizon, warmup, disturbance, cluster, workload, scheduling, schedulers, binpacking, slb, autoscaling, balancers, network, kubeProxy, orchestrator, actions, faults, controlPlane, descheduler, images, eviction, events, assessment, storage, namespaces, priorityClasses, delays, serving, decisions, contentionEpoch, sample, start, check, eventBudget, compare (did you mean horizon?)
--set horizon=5x:1:9  horizon  found "5x"; accepted: a duration in whole microseconds such as 250ms, 15s, 1h30m or 0 (units y, w, d, h, m, s, ms, us; y is 365d)`)
  })
})

it('the quickstart is valid', async () => {
  const resolved = await readExperiment(fileURLToPath(new URL('../quickstart.yaml', import.meta.url)))
  expect('problems' in resolved ? problemsText(resolved.problems) : '').toBe('')
})

describe('network devices, antagonists and copies of requests that cannot be', () => {
  const withKeys = (service: string, rest = ''): string => RIGHT.replace('work: { cpu: 4ms }', `work: { cpu: 4ms }, ${service}`) + rest
  const DEVICES = 'network: { devices: [{ name: edge, architecture: nat, count: 2 }] }\n'
  const cases: readonly (readonly [what: string, yaml: string, message: string])[] = [
    ['an unknown device', withKeys('timeout: 1s, path: { devices: [egde] }', DEVICES), 'found the unknown network device "egde"; accepted: edge (did you mean edge?)'], // prettier-ignore
    ['a path without devices in the file', withKeys('timeout: 1s, path: { devices: [edge] }'), 'accepted: a name of network.devices, which is empty'], // prettier-ignore
    ['an empty path', withKeys('timeout: 1s, path: { devices: [] }', DEVICES), 'found 0 names; accepted: one to 4'],
    ['five devices', withKeys('timeout: 1s, path: { devices: [edge, edge, edge, edge, edge] }', DEVICES), 'found 5 names; accepted: one to 4'], // prettier-ignore
    ['a path without a timeout', withKeys('path: { devices: [edge] }', DEVICES), 'found none, on a service whose requests may be lost'],
    ['an unknown architecture', withKeys('', DEVICES.replace('nat', 'dnat')), 'accepted: nat, dsr, tunnel, distributed, proxy (did you mean nat?)'], // prettier-ignore
    ['a failure of an instance that is none', withKeys('', DEVICES.replace('count: 2', 'count: 2, failures: [{ at: 1s, duration: 1s, instance: 2 }]')), 'found 2; accepted: less than the count of 2'], // prettier-ignore
    ['a bandwidth of nothing', withKeys('', DEVICES.replace('count: 2', 'bandwidth: 0Gbit/s')), 'a bandwidth above 0 such as 10Gbit/s'],
    ['more ports than there are', withKeys('', DEVICES.replace('count: 2', 'ports: 70000')), 'found 70000; accepted: a whole number between 1 and 64512'], // prettier-ignore
    ['an antagonist on an unknown pool', withKeys('', '  antagonists: [{ name: noisy, pool: generl, cpu: 1, on: 1s, off: 1s }]\n'), 'found the unknown pool "generl"; accepted: general (did you mean general?)'], // prettier-ignore
    ['an antagonist that demands nothing', withKeys('', '  antagonists: [{ name: noisy, cpu: 0, on: 1s, off: 1s }]\n'), 'found 0; accepted: an amount of CPU of at least 1m'], // prettier-ignore
    ['a copy without a time', withKeys('hedge: { limit: 1 }'), 'found neither after nor quantile; accepted: one of the two'],
    ['a copy with two times', withKeys('hedge: { after: 1ms, quantile: 95% }'), 'found both after and quantile; accepted: one of the two'],
    ['tied copies that go on', withKeys('hedge: { after: 1ms, tied: true, cancel: false }'), 'found false with tied; accepted: true'],
    ['a limit that begins outside of its bounds', withKeys('concurrency: { algorithm: aimd, initial: 5 }'), 'found an initial limit outside of min..max'], // prettier-ignore
  ]
  it.each(cases)('%s', async (_what, yaml, message) => expect(await textOf(yaml)).toContain(message))
})
