/** Containers in the experiment file: what their keys become, and what is refused with which message. */
import { describe, expect, it } from 'vitest'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

/** A file with one service, to which keys are added. */
async function load(service: string, rest = '') {
  const read = parseSource(
    'x.yaml',
    `name: study
cluster: { pools: [{ name: main, count: 4, cpu: 4, memory: 16Gi }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 100m, memory: 64Mi, traffic: { rate: 1/s }, work: { cpu: 1ms }${service} }
${rest}`,
  )
  return 'problems' in read ? read : resolveSource(read.source)
}

async function versions(service: string) {
  const loaded = await load(service)
  if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
  const { scenario } = loaded.experiment.variants[0]
  const { orchestration } = await inputOf({ scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario, seed: 1, replication: 0 })
  return orchestration!.workloads[0].versions
}

describe('containers in a file', () => {
  it('probes of a service are those of its versions, unless a version has its own', async () => {
    const [v1, v2, v3] = await versions(
      ', probes: { liveness: { grace: 5s }, readiness: { period: 5s, answer: { time: 2ms } } }, versions: [{ name: v2, hangAfter: 1m }, { name: v3, probes: { startup: { failureThreshold: 30 } } }]',
    )
    const defaults = { initialDelay: 0, period: 10e6, timeout: 1e6, successThreshold: 1, failureThreshold: 3, answer: { work: 1000 } }
    expect(v1.probes).toEqual({
      liveness: { ...defaults, grace: 5e6 },
      readiness: { ...defaults, period: 5e6, answer: { time: 2000 } },
    })
    expect(v2).toMatchObject({ probes: v1.probes, hangAfter: 60e6 })
    expect(v3.probes).toEqual({ startup: { ...defaults, failureThreshold: 30 } })
  })

  it('memory: the leak per minute becomes one per second, a version may have a limit or a curve of its own', async () => {
    const [v1, v2] = await versions(
      ', memoryLimit: 100Mi, memoryUse: { base: 10Mi, leak: 60Mi }, versions: [{ name: v2, memoryLimit: 200Mi }]',
    )
    const mebi = 1024 * 1024
    expect(v1.memory).toEqual({ base: 10 * mebi, perRequest: 0, leak: mebi, max: Infinity, limit: 100 * mebi })
    expect(v2.memory).toEqual({ ...v1.memory, limit: 200 * mebi })
  })

  it('an image has the names of service and version, unless it has its own; a template that is applied keeps the image', async () => {
    const loaded = await load(
      ', image: { size: 100M }, versions: [{ name: v2 }, { name: v3, image: { name: own, layers: [{ name: a, size: 1M }], pullPolicy: Never } }]',
      'images: { prepulled: [own], total: 1G/s }\nactions: [{ at: 1m, apply: web, version: v2, cpu: 200m }]',
    )
    if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
    const { scenario } = loaded.experiment.variants[0]
    const { orchestration } = await inputOf({ scenario, seed: 1, replication: 0 })
    const found = orchestration!.workloads[0].versions
    expect(found.map(({ image, shape }) => [image?.name, image?.policy, shape.rules?.images])).toEqual([
      ['web:v1', 'IfNotPresent', ['web:v1']],
      ['web:v2', 'IfNotPresent', ['web:v2']],
      ['own', 'Never', ['own']],
      ['web:v2', 'IfNotPresent', ['web:v2']],
    ])
    expect(orchestration!.images).toMatchObject({ parallel: 1, disk: Infinity, total: 1e9, prepulled: [{ name: 'own' }] })
  })

  it.each([
    ['image: {}', '', 'found both size and layers, or neither'],
    ['image: { size: 1M }', 'images: { prepulled: [web:v3] }', 'found the unknown image "web:v3"; accepted: web:v1 (did you mean web:v1?)'],
    ['replicas: 2', 'faults: [{ at: 1m, registryOutage: 1m }]', 'found registryOutage without a service that names its image'],
    ['image: { size: 1M }', 'images: { lowThreshold: 85 }', 'found lowThreshold not below highThreshold'],
    ['replicas: 2', 'eviction: {}', 'found eviction without a service whose memory has a curve'],
    ['memoryUse: { base: 1Mi }', '', 'found memoryUse without memoryLimit, which would change nothing; accepted: both, or eviction'],
    ['memoryUse: { base: 1Mi }', 'eviction: { soft: 100Mi }', 'found soft not above hard'],
    ['memoryUse: { base: 1Mi }', 'eviction: {}\norchestrator: swarm', 'found eviction, which only Kubernetes has'],
    ['image: { size: 1M }', 'images: { bandwidth: 5 }', 'an amount of data per second such as 24Mi/s'],
  ])('%s with %s: %s', async (key, rest, message) => {
    const loaded = await load(key === 'replicas: 2' ? '' : `, ${key}`, rest)
    expect('problems' in loaded ? problemsText(loaded.problems) : '').toContain(message)
  })

  it('the request of a pod: max(containers + sidecars, init container + sidecars before it); a version that says nothing has those of the service', async () => {
    const init = '[{ name: proxy, sidecar: true, time: 1s, cpu: 50m, memory: 8Mi }, { name: migrate, time: 10s, cpu: 200m, failures: 10% }]'
    const [v1, v2, v3] = await versions(
      `, initContainers: ${init}, versions: [{ name: v2, cpu: 300m }, { name: v3, initContainers: [{ name: wait, time: 2s }] }]`,
    )
    const mebi = 1024 * 1024
    expect(v1.shape).toMatchObject({ cpu: Math.max(100 + 50, 200 + 50), memory: Math.max(64 + 8, 8) * mebi })
    expect(v2.shape.cpu).toBe(300 + 50)
    expect(v3.shape).toMatchObject({ cpu: 100, memory: 64 * mebi })
    expect(v1.init).toEqual([
      { name: 'proxy', sidecar: true, pull: 0, time: 1e6, failures: 0 },
      { name: 'migrate', sidecar: false, pull: 0, time: 10e6, failures: 0.1 },
    ])
    expect(v2.init).toEqual(v1.init)
  })

  it.each([
    ['an init container without its time', ', initContainers: [{ name: a }]', 'workload.services.web.initContainers'],
    ['two of a name', ', initContainers: [{ name: a, time: 1s }, { name: a, time: 1s }]', 'found a second init container "a"'],
    ['a curve of memory without a limit', ', memoryUse: { base: 1Mi }', 'found memoryUse without memoryLimit'],
    [
      'a probe shorter than its timeout',
      ', probes: { liveness: { period: 1s, timeout: 5s } }',
      'workload.services.web.probes.liveness.timeout  found a timeout longer than the period; accepted: at most the period, or overlap: true',
    ],
    [
      'successes of a liveness probe',
      ', probes: { liveness: { successThreshold: 2 } }',
      'found the unknown key "successThreshold"; accepted: initialDelay, period, timeout, failureThreshold, overlap, answer, grace',
    ],
    ['two answers', ', probes: { readiness: { answer: { work: 1ms, time: 1ms } } }', 'accepted: { work: 1ms } or { time: 5ms }'],
  ])('%s is refused, with what is accepted', async (_, service, message) => {
    const loaded = await load(service)
    expect('problems' in loaded ? problemsText(loaded.problems) : '').toContain(message)
  })
})
