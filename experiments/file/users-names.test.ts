/** Names that every JavaScript object inherits, wherever a user may choose a name: they mean what any other name means, or are refused with a sentence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { simulate, type RunResult } from '../../sim/index.ts'
import { summarise } from '../../reports/index.ts'
import { planOf } from '../plan/plan.ts'
import { inputOf } from '../run/run.ts'
import { studyOf } from '../run/study.ts'
import { assess } from './assertions.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource, type Resolved } from './spec.ts'

const NAMES = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', '__defineGetter__']
/** The names that the rule for names of services and pools accepts. */
const WORDS = NAMES.filter((name) => !name.startsWith('_'))

const folder = mkdtempSync(join(tmpdir(), 'orchsim-names-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function resolved(yaml: string, set: readonly string[] = []): Promise<Resolved> {
  const read = parseSource(join(folder, 'x.yaml'), yaml)
  return 'problems' in read ? read : resolveSource(read.source, { set })
}

async function problems(yaml: string, set: readonly string[] = []): Promise<string> {
  const read = await resolved(yaml, set)
  return 'problems' in read ? problemsText(read.problems).replaceAll(`${folder}/`, '') : ''
}

async function run(yaml: string): Promise<{ readonly plan: ReturnType<typeof planOf>; readonly results: readonly RunResult[] }> {
  const read = await resolved(yaml)
  if ('problems' in read) throw new Error(problemsText(read.problems))
  const plan = planOf(read.experiment, 'test')
  // As a worker gets it.
  const results = await Promise.all(
    plan.runs.map(async (one) =>
      simulate(
        await inputOf(structuredClone({ scenario: plan.variants[one.variant].scenario, seed: one.seed, replication: one.replication })),
      ),
    ),
  )
  return { plan, results }
}

/** Two nodes and one service; the arguments are added to a node, to the service and to the file. */
const file = ({ node = '', service = '', workload = '', rest = '', name = 'web', pool = 'a' }): string => `name: names
horizon: 60s
warmup: 0
replications: 1
start: empty
cluster: { pools: [{ name: ${pool}, count: 2, cpu: 4, memory: 8Gi${node} }] }
workload:
  services:
    - { name: ${name}, replicas: 2, cpu: 250m, memory: 1Gi, pull: 0, start: 0, probe: 0, traffic: { rate: 20/s }, work: { cpu: 4ms }${service} }
${workload}${rest}
`

/** Requests without a pod fail; a run without any pods fails all. */
const errors = ({ metrics }: RunResult): number | null => metrics['errors-no-backend'] ?? null

describe.each(NAMES)('%s', (name) => {
  it('as a resource that nodes lack: refused, as any other name', async () => {
    const refusal = (resource: string) => problems(file({ service: `, resources: { ${resource}: 2 }` }))
    expect(await refusal(name)).toContain(`resources.${name}  found 2; accepted: resources: { ${name}: … } on a pool`)
    expect(await refusal('licences')).toContain('resources.licences  found 2; accepted: resources: { licences: … } on a pool')
  })

  it('as a resource that nodes offer: counted', async () => {
    const both = (resource: string): string =>
      file({ node: `, resources: { ${resource}: 1 }`, service: `, replicas: 3, maxReplicas: 3, resources: { ${resource}: 1 }` }).replace(
        'replicas: 2, ',
        '',
      )
    const { results } = await run(both(name))
    const { results: other } = await run(both('licences'))
    expect(results[0].metrics).toEqual(other[0].metrics)
    // Three pods, two licences.
    expect(results[0].metrics['pending-censored']).toBe(1)
    expect(errors(results[0])).toBeLessThan(50)
  })

  it('as a label: selected where nodes have it, nowhere else', async () => {
    expect(await problems(file({ service: `, nodeSelector: { ${name}: x }` }))).toContain(
      `nodeSelector.${name}  found x; accepted: labels: `,
    )
    const { results: with_ } = await run(file({ node: `, labels: { ${name}: x }`, service: `, nodeSelector: { ${name}: x }` }))
    expect(errors(with_[0])).toBeLessThan(50)
  })

  it('as a taint, a zone value and a GPU model', async () => {
    const tainted = `, taints: [{ key: ${name} }], gpus: 1, gpuModel: ${name}`
    expect(await problems(file({ node: tainted }))).toContain(`found no toleration of the taint ${name}=`)
    const { results: tolerated } = await run(file({ node: tainted, service: `, tolerations: [{ key: ${name}, operator: Exists }]` }))
    expect(errors(tolerated[0])).toBeLessThan(50)
  })

  it('in shapes of background pods and jobs', async () => {
    const workload = `  background: [{ count: 2, shapes: [{ cpu: 1, memory: 1Gi, resources: { ${name}: 1 } }] }]
  jobs: [{ arrivals: { rate: 1/s }, shapes: [{ cpu: 100m, memory: 1Mi, resources: { ${name}: 1 } }], duration: 1s }]
`
    const found = await problems(file({ workload }))
    expect(found).toContain(`workload.background[0].shapes[0].resources.${name}  found 1; accepted: `)
    expect(found).toContain(`workload.jobs[0].shapes[0].resources.${name}  found 1; accepted: `)
    const offered = file({ workload, node: `, resources: { ${name}: 2 }` })
    const { results } = await run(offered)
    expect(results[0].metrics).toEqual((await run(offered.replaceAll(`${name}:`, 'licences:'))).results[0].metrics)
  })

  it('as an unknown key: reported, in every section', async () => {
    const unknown = new RegExp(`found the unknown key "${name}"; accepted: `)
    expect(await problems(file({ rest: `${name}: 1` }))).toMatch(unknown)
    expect(await problems(file({ node: `, ${name}: 1` }))).toMatch(unknown)
    expect(await problems(file({ service: `, ${name}: 1` }))).toMatch(unknown)
    expect(await problems(file({ rest: `delays: { ${name}: 1 }` }))).toMatch(unknown)
    expect(await problems(file({ rest: `slb: { name: random, ${name}: 1 }` }))).toMatch(unknown)
    expect(await problems(file({ rest: `autoscaling: { ${name}: none }` }))).toMatch(unknown)
  })

  it('as an algorithm, a metric, a scheduler, a trace: refused', async () => {
    expect(await problems(file({ rest: `slb: ${name}` }))).toMatch(/found the unknown .*; accepted: /)
    expect(await problems(file({ rest: `primary: ${name}` }))).toMatch(/found ".*"; accepted: /)
    expect(await problems(file({ service: `, scheduler: ${name}` }))).toMatch(/found .*; accepted: /)
    expect(await problems(file({ workload: `  jobs: [{ trace: ${name} }]\n` }))).toMatch(/found ".*"; accepted: /)
    expect(await problems(file({ service: `, work: { preset: ${name} }` }).replace('work: { cpu: 4ms }, ', ''))).toMatch(
      /found .*; accepted: /,
    )
    expect(await problems(file({ workload: `  jobs: [{ arrivals: { rate: 1/s }, duration: { ${name}: 1s } }]\n` }))).toMatch(
      /found the distribution/,
    )
    expect(
      await problems(file({ workload: `  background: [{ inflate: { ${name}: 60% }, shapes: [{ cpu: 1, memory: 1Gi }] }]\n` })),
    ).toMatch(/found the resource/)
  })

  it('as the size of a recorded request: refused, not dropped', async () => {
    const trace = file({}).replace('traffic: { rate: 20/s }', `traffic: { trace: azure-llm, cpu: { base: 1ms, per: { ${name}: 20us } } }`)
    expect(await problems(trace)).toContain(`cpu.per: found the size "${name}"`)
  })

  it('as a path of --set and of compare: refused, or an unknown key', async () => {
    expect(await problems(file({}), [`${name}=1`])).toMatch(/found .*; accepted: /)
    expect(await problems(file({}), [`workload.services.web.${name}.x=1`])).toMatch(/found .*; accepted: /)
    expect(await problems(file({ rest: `compare: { delays.${name}: [1, 2] }` }))).toMatch(/found .*; accepted: /)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('as a parameter of an own algorithm', async () => {
    writeFileSync(
      join(folder, `${name}.js`),
      `export default { name: 'own', parameters: { ['${name}']: 3 }, score: (pod, node, view, values) => {
        if (values['${name}'] !== 3 && values['${name}'] !== 4) throw new Error('the parameter is ' + values['${name}'])
        return values['${name}'] === 4 ? node : -node
      } }\n`,
    )
    if (name === '__proto__') {
      expect(await problems(file({ rest: `scheduling: { file: ./${name}.js }` }))).toContain('parameters has the key __proto__')
      return
    }
    const { results } = await run(file({ rest: `scheduling: { file: ./${name}.js }` }))
    expect(errors(results[0])).toBeLessThan(50)
    const read = await resolved(file({ rest: `scheduling: { file: ./${name}.js, ${name}: 4 }` }))
    if ('problems' in read) throw new Error(problemsText(read.problems))
    expect(Object.entries(read.experiment.variants[0].scenario.choices['scheduling'].values)).toEqual([[name, 4]])
  })
})

it.each(WORDS)('%s as the name of a service, a pool and a tenant, and in assert.where', async (name) => {
  const yaml = file({
    name,
    pool: name,
    workload: `  jobs: [{ name: ${name}-jobs, arrivals: { rate: 1/s }, cpu: 100m, memory: 1Mi, duration: 1s, tenants: [{ name: ${name} }, { name: b }] }]\n`,
    rest: `compare: { slb: [random, round-robin] }\nassert: [{ metric: errors-no-backend, where: { slb: random }, below: 50 }]`,
  })
  const { plan, results } = await run(yaml)
  expect(Object.keys(results[0].latencyByService)).toEqual([name])
  const finished = plan.runs.map((one, i) => ({ run: one, result: results[i] }))
  const summary = summarise(studyOf(plan, { asked: plan.runs, finished, failed: [], interrupted: false }, 'test', ''))
  expect(assess(plan.assert, summary).map(({ holds }) => holds)).toEqual([true])
  expect(await problems(yaml.replace('where: { slb: random }', `where: { ${name}: random }`))).toContain(`found the axis "${name}"`)
})
