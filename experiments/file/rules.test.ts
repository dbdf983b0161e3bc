/** Rules of Kubernetes about where pods run, as keys of the experiment file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { runTask } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

async function resolved(service: string, cpu = '500m', scheduling = 'kubernetes') {
  const read = parseSource(
    'x.yaml',
    `name: rules
horizon: 4m
warmup: 1m
start: empty
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi, zones: [a, b, c] }] }
scheduling: ${scheduling}
workload:
  services:
    - { name: web, replicas: 4, cpu: ${cpu}, memory: 1Gi, traffic: { rate: 1/s }, work: { cpu: 4ms }, ${service} }
  background:
    - { shapes: [{ cpu: 3, memory: 1Gi, priority: -5, labels: { app: batch } }], count: 3 }
`,
  )
  const result = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in result) return { problems: problemsText(result.problems), scenario: undefined }
  return { problems: '', scenario: result.experiment.variants[0].scenario }
}

const terms = (key: string): string => `[{ labelSelector: { matchLabels: { service: web } }, topologyKey: ${key} }]`

it.each([
  ['no rule: all four pods', 'grace: 20s', 0],
  [
    'required anti-affinity on the host: three of four',
    `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: ${terms('kubernetes.io/hostname')} } }`,
    1,
  ],
  [
    'at most one more in a zone than in another: all four',
    'topologySpreadConstraints: [{ maxSkew: 1, topologyKey: topology.kubernetes.io/zone, labelSelector: { matchLabels: { service: web } } }]',
    0,
  ],
  ['a port of the node: three of four', 'hostPorts: [{ port: 8080 }]', 1],
  ['a scheduling gate: none', 'schedulingGates: [quota]', 4],
  ['larger than what is left: three of four after the eviction of three pods of lower priority', 'priority: 1', 4],
])('%s', async (_, service, pending) => {
  const { scenario, problems } = await resolved(service, service.startsWith('priority') ? '3500m' : undefined)
  expect(problems).toBe('')
  const { metrics } = await runTask({ scenario: scenario!, seed: 1, replication: 0 }, simulate)
  expect(metrics['pending-censored']).toBe(pending)
})

it.each([
  ['affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } }', 'topologyKey  found'],
  ['topologySpreadConstraints: [{ maxSkew: 0, topologyKey: zone }]', 'maxSkew  found 0'],
  [
    'affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: Gt, values: [1, 2] }] }] } } }',
    'found 2 values; accepted: one whole number with the operator Gt',
  ],
])('wrong: %s', async (service, message) => {
  expect((await resolved(service)).problems).toContain(message)
})

/** Profiles of one scheduler: the pods of `closed` need a label that no node has. */
const PROFILES = `{ name: kubernetes, config: { profiles: [{}, { schedulerName: closed, pluginConfig: [{ name: NodeAffinity, args: { addedAffinity: {
  requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: tier, operator: Exists }] }] } } } }] }] } }`

it.each([
  ['the default profile places all four pods', 'grace: 20s', 0],
  ['a profile with an added affinity that no node matches places none of them', 'scheduler: closed', 4],
])('%s', async (_, service, pending) => {
  const { scenario, problems } = await resolved(service, undefined, PROFILES)
  expect(problems).toBe('')
  const { metrics } = await runTask({ scenario: scenario!, seed: 1, replication: 0 }, simulate)
  expect(metrics['pending-censored']).toBe(pending)
})

it.each([
  [
    'scheduler: closd',
    PROFILES,
    'found the unknown scheduler "closd"; accepted: default, closed, default-scheduler (did you mean closed?)',
  ],
  ['grace: 20s', '{ name: kubernetes, config: none.yaml }', 'scheduling.config  found no file "none.yaml"; accepted: a YAML file'],
  ['grace: 20s', '{ name: kubernetes, fit: 2, config: { profiles: [{}] } }', 'scheduling.fit  found fit beside config'],
  [
    'grace: 20s',
    '{ name: kubernetes, config: { profiles: [{ plugins: { filter: { disabled: [{ name: NodeName }] } } }] } }',
    'profiles[0].plugins  found no filter NodeName, whose rule the nodes of a run check themselves',
  ],
])('wrong: %s with %s', async (service, scheduling, message) => {
  expect((await resolved(service, undefined, scheduling)).problems).toContain(message)
})

it('problems of a configuration are reported in its file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orchsim-config-'))
  const file = join(folder, 'scheduler.yaml')
  writeFileSync(file, 'profiles:\n  - schedulerName: a\n    plugins:\n      score: { enabled: [{ name: Fitt }] }\n')
  expect((await resolved('grace: 20s', undefined, `{ name: kubernetes, config: ${file} }`)).problems).toContain(
    'scheduler.yaml:4:34  profiles[0].plugins.score.enabled.Fitt.name  found the unknown plugin "Fitt"',
  )
  rmSync(folder, { recursive: true })
})

/** Namespaces and priority classes, for services that name them. */
const SPACES = `kubernetes
namespaces:
  - name: shop
    quotas: [{ name: compute, hard: { pods: 3, requests.memory: 8Gi } }, { name: high, hard: { pods: 1 }, scopes: [{ scope: PriorityClass, operator: In, values: [high] }] }]
    limitRanges: [{ max: { cpu: 2 }, default: { cpu: 600m }, maxLimitRequestRatio: { cpu: 3 } }]
priorityClasses: [{ name: high, value: 7 }, { name: usual, value: 3, globalDefault: true }]`

it.each([
  ['the namespace without quotas', 'grace: 20s', 4, 3, 0],
  ['a quota of three pods', 'namespace: shop', 3, 3, 600],
  ['of its class only one', 'namespace: shop, priorityClass: high', 1, 7, 600],
  ['a limit above the max', 'namespace: shop, limit: 3', 0, 3, 3000],
  ['a limit above three times the request', 'namespace: shop, limit: 1600m', 0, 3, 1600],
])('admission: %s', async (_, service, pods, priority, limit) => {
  const { scenario, problems } = await resolved(service, undefined, SPACES)
  expect(problems).toBe('')
  const { metrics, series } = await runTask({ scenario: scenario!, seed: 1, replication: 0 }, simulate)
  expect(scenario!.services[0].shape).toMatchObject({ priority, limit })
  expect(series.columns.find(({ name }) => name === 'ready')!.values.at(-1)).toBe(pods)
  expect(metrics['quota-refusals']! + metrics['limit-range-refusals']! > 0).toBe(pods < 4)
})

it.each([
  [
    'priorityClass: hgh',
    SPACES,
    'found the unknown priority class "hgh"; accepted: high, usual, system-cluster-critical, system-node-critical (did you mean high?)',
  ],
  ['priorityClass: high, priority: 5', SPACES, 'found 5, but the class high has 7; accepted: one of the two keys'],
  [
    'grace: 20s',
    'kubernetes\nnamespaces: [{ name: a, quotas: [{ name: q, hard: { services: 2 } }] }]',
    'hard.services  found "services", which counts no pods; accepted: pods,',
  ],
  [
    'grace: 20s',
    'kubernetes\nnamespaces: [{ name: a, quotas: [{ name: q, hard: { requests.cpu: much } }] }]',
    'hard.requests.cpu  found "much"',
  ],
  ['grace: 20s', 'kubernetes\nnamespaces: [{ name: a }, { name: a }]', 'namespaces.a.name  found a second "a"'],
  [
    'grace: 20s',
    'kubernetes\nnamespaces: [{ name: a, quotas: [{ name: q, hard: {}, scopes: [{ scope: PriorityClass, operator: In }] }] }]',
    'found 0 values; accepted with In: at least one',
  ],
])('wrong admission: %s', async (service, more, message) => {
  expect((await resolved(service, undefined, more)).problems).toContain(message)
})
