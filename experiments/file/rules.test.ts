/** Rules of Kubernetes about where pods run, as keys of the experiment file. */
import { expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { runTask } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

async function resolved(service: string, cpu = '500m') {
  const read = parseSource(
    'x.yaml',
    `name: rules
horizon: 4m
warmup: 1m
start: empty
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi, zones: [a, b, c] }] }
scheduling: kubernetes
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
