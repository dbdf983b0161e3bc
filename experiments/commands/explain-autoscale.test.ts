/** `orchsim explain autoscale` as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { explainCommand } from './explain.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-autoscale-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
async function run(manifest: object, script: object, json = true) {
  const name = `manifest-${files++}.yaml`
  const file = join(folder, `script-${files}.yaml`)
  writeFileSync(join(folder, name), stringify(manifest))
  writeFileSync(file, stringify({ manifest: name, ...script }))
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (text: string) => ((said[key] += text), true) })
  const code = await explainCommand('autoscale', file, { pod: [], json }, { out: screen('out'), err: screen('err') } as unknown as Screens)
  return { code, ...said, file }
}

type Line = Readonly<Record<string, unknown>>
async function decisions(manifest: object, script: object): Promise<Line[]> {
  const { code, out, err } = await run(manifest, script)
  expect(err).toBe('')
  expect(code).toBe(EXIT.done)
  return out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line)
}

const hpa = (spec: object): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 20, ...spec },
})
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
const queue = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } } }
const busy = (count: number, used: string): object => ({ count, used: { cpu: used }, request: { cpu: '500m' } })

describe('a HorizontalPodAutoscaler', () => {
  // Kubernetes documentation, Algorithm details: 4 pods at 90 % of a target of 50 % are ceil(4 * 90 / 50) = 8
  it('shows each metric, the largest, and what windows and limits made of it', async () => {
    const lines = await decisions(
      hpa({ metrics: [cpu, queue], behavior: { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } } }),
      {
        replicas: 4,
        observations: [
          { at: '15s', pods: [busy(4, '450m')], metrics: { queue: 100 } },
          { at: '30s', pods: [busy(8, '490m')], metrics: { queue: 500 } },
          { at: '45s', pods: [busy(8, '100m')], metrics: { queue: 10 } },
        ],
      },
    )
    expect(lines[0]).toMatchObject({
      time: 15,
      before: 4,
      after: 8,
      metrics: [
        { metric: 'cpu', replicas: 8, ratio: 1.8, utilization: 90, usage: 450 },
        { metric: 'queue', replicas: 4, usage: 25_000 }, // thousandths per replica; 100 over 30 * 4 is 0.83, so 4
      ],
      wanted: 8,
      stable: 8,
      limited: 8,
    })
    // 500 over 30 are 17, but 4 pods were added within the minute; then 300 s of stabilisation
    expect(lines[1]).toMatchObject({ wanted: 17, limited: 8, after: 8, conditions: { scalingLimited: 'ScaleUpLimit' } })
    expect(lines[2]).toMatchObject({ wanted: 4, stable: 8, after: 8, conditions: { ableToScale: 'ScaleDownStabilized' } })
  })

  it('a metric that cannot be read says why', async () => {
    const [line] = await decisions(hpa({ metrics: [cpu] }), {
      replicas: 3,
      observations: [{ at: '15s', pods: [{ count: 3, request: { cpu: 1 } }] }],
    })
    expect(line).toMatchObject({ after: 3, wanted: null, conditions: { scalingActive: 'FailedGetResourceMetric' } })
    expect(line['metrics']).toEqual([
      { metric: 'cpu', error: 'unable to get metrics for resource cpu: no metrics returned from resource metrics API' },
    ])
  })

  it('Pods and memory metrics, and tolerance', async () => {
    const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } }
    const hits = { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } }
    const observations = [
      { at: '15s', pods: [{ count: 4, used: { memory: '150Mi' }, request: { memory: '200Mi' }, metrics: { hits: 10.9 } }] },
    ]
    const [first] = await decisions(hpa({ metrics: [memory, hits] }), { replicas: 4, observations })
    expect(first['metrics']).toMatchObject([{ replicas: 6 }, { replicas: 4, ratio: 1.09 }])
    const [second] = await decisions(hpa({ metrics: [hits] }), { replicas: 4, tolerance: '5%', observations })
    expect(second).toMatchObject({ after: 5 })
  })

  it('text: a line per decision', async () => {
    const { out } = await run(hpa({ metrics: [cpu] }), { replicas: 4, observations: [{ at: '15s', pods: [busy(4, '450m')] }] }, false)
    expect(out).toMatch(/^15s {2}4 -> 8 {2}metrics \(metric cpu, replicas 8, ratio 1.8, utilization 90, usage 450\), wanted 8/)
  })
})

describe('other autoscalers', () => {
  it('ScaledObject: activation, HPA, cooldown', async () => {
    const manifest = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'w' },
      spec: { cooldownPeriod: 60, triggers: [{ type: 'aws-sqs-queue', metadata: { queueLength: '5', activationQueueLength: '1' } }] },
    }
    const at = (seconds: number, value: number): object => ({ at: `${seconds}s`, metrics: { 'aws-sqs-queue-0': value } })
    const lines = await decisions(manifest, { replicas: 0, observations: [at(0, 1), at(30, 30), at(45, 30), at(60, 0), at(110, 0)] })
    expect(lines.map(({ after }) => after)).toEqual([0, 1, 4, 6, 0])
    expect(lines[2]).toMatchObject({ active: true, wanted: 6, limited: 4 })
  })

  // target 10 * 70 % = 7; panic average 50 needs 8, eight times the one ready pod
  it('PodAutoscaler: stable and panic averages', async () => {
    const annotations = {
      'autoscaling.knative.dev/target': '10',
      'autoscaling.knative.dev/window': '20s',
      'autoscaling.knative.dev/max-scale': '6',
    }
    const manifest = {
      apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
      kind: 'PodAutoscaler',
      metadata: { name: 'k', annotations },
    }
    const lines = await decisions(manifest, {
      replicas: 1,
      observations: [
        { at: '2s', metrics: { concurrency: 5 } },
        { at: '4s', metrics: { concurrency: 50 } },
      ],
    })
    expect(lines[0]).toMatchObject({ panicking: false, target: 7, desired: 1 })
    expect(lines[1]).toMatchObject({ panicking: true, panic: 50, desired: 8, after: 6 })
  })

  it('VerticalPodAutoscaler: the target of its policy bounds, and uncapped', async () => {
    const policy = { containerPolicies: [{ containerName: '*', minAllowed: { memory: '300Mi' }, maxAllowed: { cpu: 1 } }] }
    const manifest = {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata: { name: 'v' },
      spec: { resourcePolicy: policy },
    }
    const [line] = await decisions(manifest, { observations: [{ at: '60s', pods: [{ used: { cpu: 2, memory: '200Mi' } }] }] })
    // the end of the bucket of 2 cores, 5 % wide, and 15 %: at least 2.3 cores
    const { uncapped, target } = line as unknown as Record<'uncapped' | 'target', { readonly cpu: number; readonly memory: number }>
    expect(uncapped.cpu).toBeGreaterThan(2300)
    expect(uncapped.cpu).toBeLessThan(2300 * 1.06)
    expect(target).toEqual({ cpu: 1000, memory: 300 * 2 ** 20 })
  })
})

describe('what is wrong is refused with its place', () => {
  const observations = [{ at: '15s', pods: [busy(4, '450m')] }]
  it.each([
    ['another kind', { kind: 'Deployment' }, { observations }, 'found "Deployment"; accepted: HorizontalPodAutoscaler'],
    [
      'a manifest with an error',
      hpa({ maxReplicas: 1, metrics: [cpu] }),
      { observations },
      'spec.maxReplicas  found 1; accepted: at least minReplicas, 2',
    ],
    [
      'times that do not rise',
      hpa({ metrics: [cpu] }),
      { observations: [...observations, ...observations] },
      'observations[1].at  found a time that is not after',
    ],
    [
      'metrics that are no numbers',
      hpa({ metrics: [cpu] }),
      { observations: [{ at: '1s', metrics: { q: 'many' } }] },
      'accepted: a map from names of metrics to numbers',
    ],
    ['a negative size', hpa({ metrics: [cpu] }), { observations, replicas: -1 }, 'replicas  found -1; accepted: a whole number'],
    ['an unknown key', hpa({ metrics: [cpu] }), { observations, replica: 3 }, 'found the unknown key "replica"'],
    [
      'a trigger without a target',
      { kind: 'ScaledObject', spec: { triggers: [{ type: 'cron', metadata: {} }] } },
      { observations },
      'accepted: a target above 0',
    ],
  ])('%s', async (_, manifest, script, message) => {
    const { code, err } = await run(manifest, script)
    expect(code).toBe(EXIT.wrong)
    expect(err).toContain(message)
  })
})
