/** Manifests in the experiment file: what they become, where problems are, and what is not simulated. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { runTask } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import type { ControlledWorkload } from '../../sim/index.ts'
import type { Scenario } from './scenario.ts'
import { resolveSource } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-experiment-'))
afterAll(() => rmSync(folder, { recursive: true }))

const workload = (
  kind: string,
  name: string,
  spec: string,
  container: string,
  pod = '',
): string => `apiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: { ${spec}${kind === 'Job' ? '' : `selector: { matchLabels: { app: ${name} } }, `}template: { metadata: { labels: { app: ${name} } }, spec: { ${pod}containers: [{ name: a, image: a:1${container} }] } } }
---
`
const service = (name: string, app = name): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { app: ${app} }, ports: [{ port: 80 }] }\n---\n`
const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec: { rules: [{ host: shop.example, http: { paths: [
  { path: /api, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } },
  { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
---
`
const scaler = (name: string, target: number): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: ${name}, namespace: shop }\nspec: { scaleTargetRef: { kind: Deployment, name: ${name} }, minReplicas: 2, maxReplicas: 8, metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: ${target} } } }] }\n---\n`
const requests = (cpu: string, more = ''): string => `, resources: { requests: { cpu: ${cpu}, memory: 64Mi }${more} }`

const WEB = workload(
  'Deployment',
  'web',
  'replicas: 3, ',
  `, ports: [{ containerPort: 80 }], readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 4, initialDelaySeconds: 7 }, lifecycle: { preStop: { sleep: { seconds: 10 } } }${requests('250m', ', limits: { cpu: 1 }')}`,
  'terminationGracePeriodSeconds: 60, nodeSelector: { pool: general }, ',
)
const API = workload('Deployment', 'api', 'replicas: 2, ', requests('500m'))
const SHOP = WEB + API + workload('Deployment', 'worker', 'replicas: 4, ', requests('1')) + service('web') + service('api') + ingress

const head = 'name: x\nhorizon: 2m\nwarmup: 1m\nstart: empty\ncluster: { pools: [{ name: general, count: 3, cpu: 8, memory: 16Gi }] }\n'
const client = (to: string, more = ''): string => `  clients: [{ to: ${to}, traffic: { rate: 20/s }${more} }]\n`

async function resolved(
  shop: string,
  more: string,
  rest = '',
): Promise<{ problems: string; warnings: readonly string[]; scenario: Scenario }> {
  writeFileSync(join(folder, 'shop.yaml'), shop)
  const read = parseSource(join(folder, 'x.yaml'), `${head}workload:\n  manifests: [shop.yaml]\n${more}${rest}`)
  const result = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in result)
    return { problems: problemsText(result.problems).replaceAll(`${folder}/`, ''), warnings: [], scenario: {} as Scenario }
  return {
    problems: '',
    warnings: result.experiment.warnings.map((one) => one.replaceAll(`${folder}/`, '')),
    scenario: result.experiment.variants[0].scenario,
  }
}

describe('manifests become services and background', () => {
  it('a Service with a client is a service with the pods of its workload; pods without requests are background', async () => {
    const { problems, warnings, scenario } = await resolved(SHOP, client('web', ', objective: 100ms'))
    expect(problems).toBe('')
    expect(scenario.services).toHaveLength(1)
    expect(scenario.services[0]).toMatchObject({
      name: 'web',
      replicas: 3,
      minReplicas: 3,
      maxReplicas: 3,
      objective: 100e3,
      traffic: { rate: 20 },
      start: 5e6,
      pull: 20e6,
      grace: 60e6,
      preStop: 10e6,
      shape: { cpu: 250, memory: 64 * 1024 * 1024, limit: 1000, nodeSelector: { pool: 'general' } },
    })
    const [web] = scenario.orchestration!.workloads as readonly ControlledWorkload[]
    expect(web.versions[0].probes).toEqual({
      readiness: {
        initialDelay: 7e6,
        period: 4e6,
        timeout: 1e6,
        successThreshold: 1,
        failureThreshold: 3,
        answer: { time: 0 }, // the kernel accepts a connection
      },
    })
    expect(scenario.background.map((one) => [one.name, 'count' in one && one.count, 'shapes' in one && one.shapes[0].cpu])).toEqual([
      ['api', 2, 500],
      ['worker', 4, 1000],
    ])
    expect(warnings).toContain(
      'manifests: the work of a request of Service shop/web is not known; 10ms of CPU on average are assumed (behavior: work)',
    )
  })

  it('under kubeProxy a Service says how it is exposed; a client of its own balancer or of DNS has no kube-proxy', async () => {
    const exposed = SHOP.replace(
      'selector: { app: web }, ports',
      'type: LoadBalancer, externalTrafficPolicy: Local, trafficDistribution: PreferClose, sessionAffinity: ClientIP, selector: { app: web }, ports',
    )
    const timed = client('web', ', timeout: 1s')
    const { problems, warnings, scenario } = await resolved(exposed, timed, 'kubeProxy: {}\n')
    expect(problems).toBe('')
    expect(scenario.services[0].exposure).toMatchObject({
      type: 'LoadBalancer',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Local',
      trafficDistribution: 'PreferSameZone',
      affinity: 10_800e6,
    })
    expect(warnings.filter((one) => one.includes('sessionAffinity'))).toEqual([])
    const without = await resolved(exposed, timed)
    expect(without.scenario.services[0].exposure).toBeUndefined()
    expect(without.warnings).toContain('manifests: sessionAffinity ClientIP has an effect with kubeProxy only (shop/web)')
    const named = await resolved(exposed, `  behavior: { web: { dns: { resolvers: 4 } } }\n${timed}`, 'kubeProxy: {}\n')
    expect(named.problems).toBe('')
    expect(named.scenario.services[0]).toMatchObject({ dns: { resolvers: 4, ttl: 30e6 } })
    expect(named.scenario.services[0].exposure).toBeUndefined()
    expect((await resolved(exposed, client('web'), 'kubeProxy: {}\n')).problems).toContain(
      'found none, on a service whose policy Local drops connections without an answer; accepted: a timeout',
    )
  })

  it('publishNotReadyAddresses makes pods that are not ready endpoints; kube-proxy and DNS, which know ready pods only, say so', async () => {
    const early = SHOP.replace('selector: { app: web }, ports', 'publishNotReadyAddresses: true, selector: { app: web }, ports')
    expect((await resolved(early, client('web'))).scenario.services[0]).toMatchObject({ endpoints: { notReady: true, terminating: false } })
    expect((await resolved(SHOP, client('web'))).scenario.services[0]).not.toHaveProperty('endpoints')
    const proxied = await resolved(early, client('web'), 'kubeProxy: {}\n')
    expect(proxied.problems).toBe('')
    expect(proxied.warnings).toContain(
      'manifests: publishNotReadyAddresses of the Service shop/web is left out: kube-proxy and DNS know ready pods only',
    )
  })

  it('behavior by name overrides behavior by labels; calls make services of what they call', async () => {
    const behavior =
      '  behavior:\n    app=web: { start: 1s, threads: 2 }\n    web: { start: 2s, work: { steps: [{ cpu: 1ms }, { call: api }] } }\n    shop/worker: { usage: { share: 90% } }\n    api: { work: { cpu: 2ms }, replicas: 5 }\n'
    const { problems, warnings, scenario } = await resolved(SHOP, behavior + client('shop/web'))
    expect(problems).toBe('')
    expect(scenario.services.map(({ name, replicas, start, threads }) => [name, replicas, start, threads])).toEqual([
      ['web', 3, 2e6, 2],
      ['api', 5, 5e6, 0],
    ])
    expect(scenario.calls).toMatchObject([{ name: 'web->api' }])
    expect(scenario.background).toMatchObject([{ name: 'worker', usage: 0.9 }])
    expect(warnings).toEqual([])
  })

  it.each([
    ['shop.example/', 'web'],
    ['shop.example/cart', 'web'],
    ['shop.example/api', 'api'],
    ['shop.example/api/v1', 'api'],
    ['shop.example/apis', 'web'],
    ['shop.example', 'web'],
    ['api', 'api'],
  ])('traffic to %s reaches %s', async (to, name) => {
    expect((await resolved(SHOP, client(to))).scenario.services.map((one) => one.name)).toEqual([name])
  })

  it('a HorizontalPodAutoscaler bounds the replicas, and its target is that of the run', async () => {
    const { scenario } = await resolved(SHOP + scaler('web', 70), client('web'))
    expect(scenario.services[0]).toMatchObject({ replicas: 3, minReplicas: 2, maxReplicas: 8 })
    expect(scenario.choices['autoscaling.replicas']).toMatchObject({
      name: 'hpa',
      values: { target: 0.7, rules: 'plain' },
    })
    const chosen = await resolved(SHOP + scaler('web', 70), client('web'), 'autoscaling: { replicas: none }\n')
    expect(chosen.scenario.choices['autoscaling.replicas'].name).toBe('none')
    const clients = '  clients: [{ to: web, traffic: { rate: 20/s } }, { to: api, traffic: { rate: 20/s } }]\n'
    const slow = scaler('web', 70).replace(
      'maxReplicas: 8',
      'maxReplicas: 8, behavior: { scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: Pods, value: 1, periodSeconds: 30 }] } }',
    )
    expect((await resolved(SHOP + slow, client('web'))).scenario.choices['autoscaling.replicas'].values).toMatchObject({
      rules: 'behavior',
      scaleUpWindow: 0,
      scaleUpPolicies: [
        { type: 'Pods', value: 4, period: 15e6 },
        { type: 'Percent', value: 100, period: 15e6 },
      ],
      scaleDownWindow: 60e6,
      scaleDownPolicies: [{ type: 'Pods', value: 1, period: 30e6 }],
    })
    const differ = await resolved(SHOP + scaler('web', 70) + scaler('api', 50), clients)
    expect(differ.scenario.choices['autoscaling.replicas'].name).toBe('none')
    expect(differ.warnings.join('\n')).toContain(
      'the autoscalers shop/web, shop/api differ, or read other metrics than CPU; nothing is scaled unless',
    )
  })

  it('controller, budget and tolerations are those of the manifests, versions and actions those of the file', async () => {
    const budget =
      'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web, namespace: shop }\nspec: { selector: { matchLabels: { app: web } }, maxUnavailable: 1 }\n---\n'
    const shop = SHOP.replace(
      'replicas: 3, ',
      'replicas: 3, minReadySeconds: 5, strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } }, ',
    )
    const pod =
      'tolerations: [{ key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 20 }], nodeSelector:'
    const behavior = '  behavior: { web: { versions: [{ name: v2, errors: 1% }] } }\n'
    const { scenario, problems } = await resolved(
      shop.replace('nodeSelector:', pod) + budget,
      behavior + client('web'),
      'actions: [{ at: 90s, rollout: web, version: v2 }]\n',
    )
    expect(problems).toBe('')
    expect(scenario.orchestration).toMatchObject({
      workloads: [
        {
          workload: 0,
          controller: {
            kind: 'deployment',
            strategy: { type: 'RollingUpdate', maxSurge: 2, maxUnavailable: 0 },
            minReady: 5e6,
            progressDeadline: 600e6,
            revisionHistory: 10,
          },
          budget: { maxUnavailable: 1, unhealthyPods: 'IfHealthyBudget' },
          toleration: 20e6,
          versions: [{ name: 'v1' }, { name: 'v2', errors: 0.01 }],
        },
      ],
      actions: [{ kind: 'set-version', workload: 0, version: 1 }],
    })
    const set = SHOP.replace('kind: Deployment', 'kind: StatefulSet').replace(
      'replicas: 3, ',
      'replicas: 3, serviceName: web, podManagementPolicy: Parallel, ',
    )
    expect((await resolved(set, client('web'))).scenario.orchestration).toMatchObject({
      workloads: [
        {
          controller: { kind: 'stateful-set', podManagement: 'Parallel', updateStrategy: 'RollingUpdate', partition: 0, minReady: 0 },
          toleration: 300e6,
        },
      ],
    })
  })

  it('an axis may be a key of behavior', async () => {
    const more = `  behavior: { shop/web: { work: { cpu: 2ms } } }\n${client('web')}`
    writeFileSync(join(folder, 'shop.yaml'), SHOP)
    const read = parseSource(
      join(folder, 'x.yaml'),
      `${head}workload:\n  manifests: ['*.yaml']\n${more}compare: { workload.behavior.shop/web.replicas: [2, 6] }\n`,
    )
    const result = 'problems' in read ? read : await resolveSource(read.source)
    if ('problems' in result) throw new Error(problemsText(result.problems))
    expect(result.experiment.variants.map(({ scenario }) => scenario.services[0].replicas)).toEqual([2, 6])
  })

  it('two workloads and two namespaces: names have the namespace where they would be equal', async () => {
    const other = (WEB + service('web')).replaceAll('namespace: shop', 'namespace: test')
    const { scenario, problems } = await resolved(SHOP + other, client('test/web'))
    expect(problems).toBe('')
    expect(scenario.services[0].name).toBe('test-web')
    expect(scenario.background.map(({ name }) => name)).toEqual(['shop-web', 'api', 'worker'])
  })

  it('pods without requests keep where they may run', async () => {
    const shop = (pool: string): string =>
      API + service('api') + workload('Deployment', 'batch', 'replicas: 2, ', requests('1'), `nodeSelector: { pool: ${pool} }, `)
    const { scenario } = await resolved(shop('general'), client('api'))
    expect(scenario.background).toMatchObject([
      { name: 'batch', shapes: [{ nodeSelector: { pool: 'general' }, tolerations: [{ operator: 'Exists' }, { operator: 'Exists' }] }] },
    ])
    expect((await resolved(shop('gpu'), client('api'))).problems).toBe(
      'shop.yaml:12:7  Deployment shop/batch nodeSelector.pool  found gpu; accepted: general',
    )
  })

  it('a Job and a CronJob are batch, with their rules; behavior says how long their pods run', async () => {
    const pod = `{ spec: { restartPolicy: OnFailure, terminationGracePeriodSeconds: 5, containers: [{ name: a, image: a:1${requests('2')} }] } }`
    const cron = `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: shop }\nspec: { schedule: '0 3 * * *', timeZone: Europe/Berlin, concurrencyPolicy: Forbid, startingDeadlineSeconds: 60, jobTemplate: { spec: { backoffLimit: 2, template: ${pod} } } }\n---\n`
    const rules = 'podFailurePolicy: { rules: [{ action: FailJob, onExitCodes: { operator: In, values: [42] } }] }, '
    const job = workload('Job', 'load', `completions: 3, ttlSecondsAfterFinished: 9, ${rules}`, requests('1'), 'restartPolicy: Never, ')
    const { problems, scenario } = await resolved(
      SHOP + job + cron,
      `  behavior: { load: { duration: 7s, failures: 10%, exitCodes: [42] } }\n`,
    )
    expect(problems).toBe('')
    const [load, nightly] = scenario.batch!.workloads
    expect(load).toMatchObject({
      name: 'load',
      controller: { kind: 'job', job: { completions: 3, ttl: 9e6, podReplacementPolicy: 'Failed', restartPolicy: 'Never' } },
      versions: [{ duration: { kind: 'constant', value: 7e6 }, failures: 0.1, exitCodes: [{ code: 42, weight: 1 }] }],
    })
    expect(nightly).toMatchObject({
      grace: 5e6,
      controller: {
        kind: 'cron-job',
        cronJob: { schedule: '0 3 * * *', timeZone: 'Europe/Berlin', concurrencyPolicy: 'Forbid', startingDeadline: 60e6 },
        job: { backoffLimit: 2, restartPolicy: 'OnFailure' },
      },
      versions: [{ shape: { cpu: 2000 }, duration: { kind: 'constant', value: 60e6 } }],
    })
    const wrong = await resolved(SHOP + job, '  behavior: { load: { threads: 3 } }\n')
    expect(wrong.problems).toContain('found threads, but shop/load is a Job; accepted: duration, failures, exitCodes')
  })

  it('a stack file: replicated and global services run, jobs do not', async () => {
    const stack =
      'name: shop\nservices:\n  web: { image: a, deploy: { replicas: 3, resources: { reservations: { cpus: 0.5, memory: 64m } } } }\n  agent: { image: b, deploy: { mode: global } }\n  once: { image: c, deploy: { mode: replicated-job } }\n'
    const { scenario, warnings, problems } = await resolved(stack, client('web'))
    expect(problems).toBe('')
    expect(scenario.services).toMatchObject([
      { name: 'web', replicas: 3, preStop: 2e6, grace: 12e6, shape: { cpu: 500 } },
      { name: 'agent', traffic: null },
    ])
    expect(scenario.background).toEqual([])
    expect(warnings).toContain('manifests: pods of kind SwarmService of mode replicated-job are not run yet: shop/once')
    expect(scenario.orchestration).toMatchObject({
      orchestrator: 'swarm',
      workloads: [{ controller: { kind: 'swarm-service' } }, { controller: { kind: 'swarm-service', mode: 'global' } }],
    })
  })

  it('DaemonSets alone: a pod on each node; a rollout over 3 nodes takes 3 × (1 s bind + 10 s pull + 5 s start)', async () => {
    const { scenario, warnings, problems } = await resolved(
      workload('DaemonSet', 'agent', '', requests('100m')),
      '',
      'actions: [{ at: 60s, apply: shop/agent, pull: 10s, start: 5s }]\n',
    )
    expect([problems, warnings]).toEqual(['', []])
    expect(scenario.services).toMatchObject([{ name: 'agent', traffic: null }])
    const { metrics } = await runTask({ scenario: { ...scenario, horizon: 180e6 }, seed: 1, replication: 0 }, simulate)
    expect(metrics['rollout-duration']).toBeGreaterThanOrEqual(3 * 16)
    expect(metrics['rollout-duration']).toBeLessThan(3 * 16.1)
    const wrong = await resolved(
      workload('DaemonSet', 'agent', '', requests('100m')),
      '  behavior: { agent: { threads: 2, replicas: 4 } }\n',
    )
    expect(wrong.problems).toContain('found threads, but no requests reach shop/agent; accepted: a client or a call of its Service')
    expect(wrong.problems).toContain('found replicas, but shop/agent has a pod on each node; accepted: none')
  })

  it('schedulerName chooses a scheduler or a profile of the file; without one the pods stay pending, those of DaemonSets, too', async () => {
    const shop = SHOP.replace('nodeSelector:', 'schedulerName: batch.example, nodeSelector:')
    const rowOf = async (rest: string): Promise<unknown> => {
      const { problems, scenario } = await resolved(shop, client('web'), rest)
      return problems === '' ? scenario.services[0] : problems
    }
    expect(await rowOf('schedulers: [{ name: batch-example, algorithm: best-fit }]\n')).toMatchObject({ scheduler: 1 })
    const profiles = 'config: { profiles: [{ schedulerName: default-scheduler }, { schedulerName: batch.example }] }'
    expect(await rowOf(`scheduling: { name: kubernetes, ${profiles} }\n`)).toMatchObject({ scheduler: 0, profile: 'batch.example' })
    const agent = workload('DaemonSet', 'agent', '', requests('100m'), 'schedulerName: batch.example, ')
    const { scenario, warnings } = await resolved(shop + agent, client('web'))
    expect(scenario.services).toMatchObject([{ scheduler: -1 }, { name: 'agent', scheduler: -1 }])
    expect(warnings).toContain(
      'shop.yaml:2:7 Deployment shop/web spec.schedulerName: found batch.example, which is no scheduler of the run; accepted: default-scheduler; its pods stay pending (schedulers: [{ name: batch-example }])',
    )
    const { metrics } = await runTask({ scenario, seed: 1, replication: 0 }, simulate)
    expect([metrics['pending-censored'], metrics['availability']]).toEqual([3 + 3, 0])
    // What the file says of the workload comes first.
    expect((await resolved(shop, `  behavior: { web: { scheduler: default } }\n${client('web')}`)).scenario.services[0]).toMatchObject({
      scheduler: 0,
    })
  })

  it('the manifests of a shop run', async () => {
    const { scenario } = await resolved(
      SHOP,
      `  behavior: { web: { work: { steps: [{ cpu: 1ms }, { call: api }] } } }\n${client('shop.example/')}`,
    )
    const { metrics } = await runTask({ scenario, seed: 1, replication: 0 }, simulate)
    expect(metrics['latency-p50']).toBeGreaterThan(1)
    expect(metrics['pending-censored']).toBe(0)
  })
})

describe('names in actions', () => {
  it('a workload by its own name and with its namespace, also where its Service has another name', async () => {
    const shop = WEB + service('front', 'web')
    const actions = 'actions: [{ at: 90s, restart: web }, { at: 90s, restart: shop/web }, { at: 90s, restart: front }]\n'
    const { problems, scenario } = await resolved(shop, client('front'), actions)
    expect(problems).toBe('')
    expect(scenario.orchestration!.actions).toEqual([0, 1, 2].map(() => ({ at: 90e6, kind: 'restart', workload: 0 })))
    expect((await resolved(shop, client('front'), 'actions: [{ at: 90s, restart: api/web }]\n')).problems).toContain('actions[0].restart')
  })
})

describe('problems', () => {
  it.each([
    [
      'a manifest with an error',
      SHOP.replace('replicas: 3', 'replicas: many'),
      client('web'),
      'shop.yaml:4:19  Deployment shop/web spec.replicas  found "many"; accepted: a whole number from 0',
    ],
    [
      'a value of behavior',
      SHOP,
      `  behavior: { web: { start: 2x } }\n${client('web')}`,
      'x.yaml:8:29  workload.behavior.web.start  found "2x"; accepted: a duration',
    ],
    ['a value of a client', SHOP, client('web', ', timeout: 1x'), 'x.yaml:8:58  workload.clients[0].timeout  found "1x"'],
    [
      'an unknown key of behavior',
      SHOP,
      `  behavior: { web: { starts: 2s } }\n${client('web')}`,
      'x.yaml:8:22  workload.behavior.web.starts  found the unknown key "starts"',
    ],
    [
      'a client of nothing',
      SHOP,
      client('wep'),
      'x.yaml:8:19  workload.clients[0].to  found "wep", neither a Service nor an Ingress of the manifests; accepted: shop/web, shop/api, shop.example/api, shop.example/',
    ],
    [
      'behavior of nothing',
      SHOP,
      `  behavior: { shop/wep: { start: 2s } }\n${client('web')}`,
      'x.yaml:8:15  workload.behavior.shop/wep  found "shop/wep", which is no workload of the manifests; accepted: shop/web, shop/api, shop/worker, or labels such as app=web (did you mean shop/web?)',
    ],
    [
      'behavior of requests without requests',
      SHOP,
      `  behavior: { worker: { threads: 2 } }\n${client('web')}`,
      'workload.behavior.worker.threads  found threads, but no requests reach shop/worker',
    ],
    [
      'a Service without pods',
      SHOP + service('pay'),
      client('pay'),
      'Service shop/pay spec.selector  found no pods that receive its requests; accepted: a selector',
    ],
    [
      'a Service with a selector that nearly matches, at its place',
      SHOP + service('pay').replace('app: pay', 'app: web, tier: front'),
      client('pay'),
      'shop.yaml:34:7  Service shop/pay spec.selector  found no pods that receive its requests; Deployment shop/web has { app: web }; accepted',
    ],
    [
      'an action on a workload that no manifest has',
      SHOP,
      `${client('web')}actions: [{ at: 90s, restart: wep }]\n`,
      'x.yaml:9:31  actions[0].restart  found the unknown service "wep"; accepted: web (did you mean web?)',
    ],
    [
      'two Services of the same pods',
      SHOP + service('front', 'web'),
      '  clients: [{ to: web, traffic: { rate: 1/s } }, { to: front, traffic: { rate: 1/s } }]\n',
      'workload.clients[1].to  found Service shop/front, whose pods are those of Service shop/web; accepted: requests to one of the two',
    ],
    [
      'two clients of one Service',
      SHOP,
      '  clients: [{ to: web, traffic: { rate: 1/s } }, { to: shop/web, traffic: { rate: 1/s } }]\n',
      'found a second client of web; accepted: one client, whose traffic may be { merge: [...] }',
    ],
    [
      'pods that fit no node, at the manifest',
      SHOP.replace('pool: general', 'pool: gpu'),
      client('web'),
      'shop.yaml:2:7  Deployment shop/web nodeSelector.pool  found gpu; accepted: general',
    ],
    [
      'a call of nothing',
      SHOP,
      `  behavior: { web: { work: { steps: [{ call: apo }] } } }\n${client('web')}`,
      'x.yaml:8:46  workload.behavior.web.work.steps[0].call  found the unknown service "apo"',
    ],
    [
      'pods that are not run, and no others',
      'services: { once: { image: c, deploy: { mode: replicated-job } } }\n',
      '',
      'found nothing to run (pods of kind SwarmService of mode replicated-job are not run yet: default/once); accepted: a Deployment, StatefulSet, DaemonSet',
    ],
    ['no workload', service('web'), '', 'workload.manifests  found no workloads; accepted: a Deployment'],
  ])('%s', async (_what, shop, more, expected) => {
    expect((await resolved(shop, more)).problems).toContain(expected)
  })

  it('files that do not exist, and behavior without manifests', async () => {
    const answer = async (text: string): Promise<string> => {
      const read = parseSource(join(folder, 'x.yaml'), `${head}workload:\n${text}`)
      const result = 'problems' in read ? read : await resolveSource(read.source)
      return 'problems' in result ? problemsText(result.problems) : ''
    }
    expect(await answer('  manifests: [none/*.yaml]\n')).toContain(
      'workload.manifests[0]  found no file "none/*.yaml"; accepted: files, folders or patterns',
    )
    expect(await answer(client('web'))).toContain('workload.clients  found clients without manifests; accepted: manifests: [shop/*.yaml]')
    expect(await answer('  manifests: shop.yaml\n')).toContain(
      'workload.manifests  found "shop.yaml"; accepted: a list of files, folders or patterns',
    )
  })
})

describe('what is not simulated is a warning', () => {
  it.each([
    [
      'what no manifest says of a Job',
      SHOP + workload('Job', 'load', '', requests('1'), 'restartPolicy: Never, '),
      'how long pods of Job shop/load run is not known; 1m is assumed (behavior: duration)',
    ],
    [
      'properties',
      SHOP.replace(
        'nodeSelector:',
        'topologySpreadConstraints: [{ topologyKey: zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, labelSelector: {} }], nodeSelector:',
      ),
      'manifests: preferences for nodes, affinity to other pods, spreading and ports of the node count with scheduling: kubernetes only (shop/web)',
    ],
    [
      'fields',
      SHOP.replace('nodeSelector:', 'runtimeClassName: kata, nodeSelector:'),
      'manifests: shop.yaml:4:172 Deployment spec.template.spec.runtimeClassName: its class may add overhead',
    ],
    [
      'other kinds',
      `${SHOP}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a }\n`,
      'NetworkPolicy: it may refuse connections',
    ],
    ['warnings of the manifests', SHOP + service('pay'), 'Service shop/pay spec.selector: selects no pods, with { app: pay }'],
    [
      'a second workload behind a Service',
      SHOP + workload('Deployment', 'canary', '', '').replaceAll('app: canary', 'app: web, track: canary'),
      'shop.yaml:17:7 Service shop/web spec.selector: selects the pods of canary, too; the requests go to web only, since a service of a run has one workload',
    ],
    [
      'actions that do nothing',
      SHOP,
      'actions[0] (restart): found at 10m, which is not before the horizon of 2m; it never happens',
      'actions: [{ at: 10m, restart: web }]\n',
    ],
    [
      'nodes that do not exist',
      SHOP,
      'actions[0] (drain): found the label disk: ssd, which no node of any pool has; it does nothing',
      'actions: [{ at: 90s, drain: { labels: { disk: ssd } } }]\n',
    ],
  ])('%s', async (_what, shop, expected, rest = '') => {
    const { warnings, problems } = await resolved(shop, client('web'), rest)
    expect(problems).toBe('')
    expect(warnings.join('\n')).toContain(expected)
  })
})

describe('quotas and storage of manifests', () => {
  const object = (kind: string, name: string, spec: string, version = 'v1', meta = ', namespace: shop'): string =>
    `apiVersion: ${version}\nkind: ${kind}\nmetadata: { name: ${name}${meta} }\n${spec}\n---\n`
  const quota = object('ResourceQuota', 'compute', 'spec: { hard: { pods: 2, limits.cpu: 4, services: 3 } }')
  const storageOf = ({ orchestration }: Scenario) =>
    orchestration!.storage as Record<string, Record<string, unknown>[]> & { pods: unknown[][] }

  it('a ResourceQuota counts pods by all of their containers, and Deployments without requests, too', async () => {
    const { scenario, warnings } = await resolved(WEB + API + service('web') + quota, client('web'))
    expect(scenario.admission!.quotas).toEqual([{ namespace: 'shop', name: 'compute', hard: { pods: 2, 'limits.cpu': 4000 }, scopes: [] }])
    expect(scenario.services[0].shape.admission).toMatchObject({ amounts: { 'limits.cpu': 1000 }, unstated: ['limits.memory'] })
    expect(scenario.background[0]).toMatchObject({
      shapes: [{ admission: { namespace: 'shop', unstated: ['limits.cpu', 'limits.memory'] } }],
    })
    expect(warnings.join('\n')).toContain('services of quota shop/compute')
  })

  it('claims, templates, emptyDirs, config maps and secrets are volumes; what no file has is missing in the run', async () => {
    const pod =
      'volumes: [{ name: a, persistentVolumeClaim: { claimName: shared } }, { name: b, emptyDir: { sizeLimit: 1Gi } }, { name: c, configMap: { name: settings } }, { name: d, secret: { secretName: tls } }], '
    const asked = (more = ''): string => `accessModes: [ReadWriteOnce], ${more}resources: { requests: { storage: 10Gi } }`
    const db = workload(
      'StatefulSet',
      'db',
      `serviceName: db, volumeClaimTemplates: [{ metadata: { name: data }, spec: { ${asked('storageClassName: fats, ')} } }], persistentVolumeClaimRetentionPolicy: { whenScaled: Delete }, `,
      requests('1'),
      pod,
    )
    const shop =
      db +
      service('db') +
      object('PersistentVolumeClaim', 'shared', `spec: { ${asked('storageClassName: fast, ')} }`) +
      object('ConfigMap', 'settings', 'data: { a: b }') +
      object(
        'StorageClass',
        'fast',
        'provisioner: ebs.csi.aws.com\nvolumeBindingMode: WaitForFirstConsumer\nallowedTopologies: [{ matchLabelExpressions: [{ key: topology.kubernetes.io/zone, values: [a] }] }]',
        'storage.k8s.io/v1',
        '',
      ) +
      object(
        'PersistentVolume',
        'disk',
        'spec: { capacity: { storage: 20Gi }, accessModes: [ReadWriteOnce], storageClassName: fast, csi: { driver: ebs.csi.aws.com, volumeHandle: x }, claimRef: { namespace: shop, name: shared }, nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }] } } }',
        'v1',
        '',
      )
    const { scenario, warnings, problems } = await resolved(shop, client('db'))
    expect(problems).toBe('')
    const { classes, volumes, claims, configs, pods } = storageOf(scenario)
    expect(classes).toMatchObject([
      { name: 'fast', binding: 'WaitForFirstConsumer', zones: ['a'] },
      { name: 'fats', driver: -1 },
    ])
    expect(volumes).toMatchObject([{ name: 'disk', claim: 'shared', driver: 0, nodes: { disk: ['ssd'] } }])
    expect(claims).toMatchObject([{ name: 'shared', class: 'fast', size: 10 * 2 ** 30 }])
    expect(configs).toEqual([
      { name: 'ConfigMap shop/settings', from: 0 },
      { name: 'Secret shop/tls', from: null },
    ])
    expect(pods[0]).toMatchObject([
      { kind: 'template', claim: { name: 'data-db', class: 'fats' }, whenScaled: 'Delete' },
      { kind: 'claim', claim: 0 },
      { kind: 'empty-dir', size: 2 ** 30 },
      { kind: 'config', config: 0 },
      { kind: 'config', config: 1 },
    ])
    expect(warnings.join('\n')).toContain('found the class fats, which is in no file; accepted: fast')
    expect(warnings.join('\n')).toContain('the Secret shop/tls is in no file, so that containers that need it do not start')
    // The claim of a class that does not exist stays unbound, its pod pending, and so the claim that waits for the pod.
    const { metrics } = await runTask({ scenario, seed: 1, replication: 0 }, simulate)
    expect(metrics['claims-unbound']).toBe(2)
    expect(warnings).toContain(
      'claim data-db: found the class fats, which makes no volumes, and no volume of it that has 10Gi ReadWriteOnce; it stays unbound, and its pods pending',
    )
    const wrong = shop
      .replace('storageClassName: fats', 'storageClassName: fast')
      .replaceAll('accessModes: [ReadWriteOnce], storageClassName: fast', 'accessModes: [ReadWriteMany], storageClassName: fast')
    expect((await resolved(wrong, client('db'))).warnings).toContain(
      'claim data-db: found ReadWriteMany, but the driver ebs.csi.aws.com of the class fast serves ReadWriteOnce, ReadWriteOncePod; it stays unbound, and its pods pending',
    )
    const elsewhere = shop.replace('storageClassName: fats', 'storageClassName: fast').replace('values: [a]', 'values: [mars]')
    expect((await resolved(elsewhere, client('db'))).warnings.join('\n')).toContain(
      'claim data-db: found the class fast, which makes volumes in mars only, where no pool has nodes (a)',
    )
    const known = await resolved(shop, client('db'), 'storage: { configs: [{ name: tls }], classes: [{ name: fats }] }\n')
    expect(storageOf(known.scenario).configs).toEqual([
      { name: 'tls', from: 0 },
      { name: 'ConfigMap shop/settings', from: 0 },
    ])
    expect(storageOf(known.scenario).classes[0]).toMatchObject({ name: 'fats', driver: 0 })
  })
})
