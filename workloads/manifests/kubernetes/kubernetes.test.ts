/** Defaults of the API and values of each kind, worked out by hand from its reference. */
import { describe, expect, it } from 'vitest'
import { deployment, problemsOf, readText, template, workloadOf } from '../manifests.fixture.ts'
import { pullPolicyOf, sleepOf } from './containers.ts'

const Mi = 1024 * 1024
const head = (kind: string, version: string, spec: string): string =>
  `apiVersion: ${version}\nkind: ${kind}\nmetadata: { name: a, namespace: shop }\nspec: { ${spec} }\n`
const errors = (text: string): string[] => problemsOf(readText(text)).filter((one) => one.startsWith('error'))

describe('defaults', () => {
  it('Deployment', () => {
    expect(workloadOf(deployment())).toMatchObject({
      kind: 'Deployment',
      namespace: 'shop',
      orchestrator: 'kubernetes',
      replicas: 1,
      controller: {
        strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
        minReady: 0,
        progressDeadline: 600e6,
        revisionHistory: 10,
        paused: false,
      },
      template: { grace: 30e6, restartPolicy: 'Always', priority: 0, qos: 'BestEffort', scheduler: 'default-scheduler' },
    })
    expect(workloadOf(deployment('progressDeadlineSeconds: 2147483647, strategy: { type: Recreate }, ')).controller).toMatchObject({
      progressDeadline: null,
      strategy: { type: 'Recreate' },
    })
  })

  it('StatefulSet, DaemonSet', () => {
    const pods = `selector: { matchLabels: { app: web } }, ${template()}`
    expect(workloadOf(head('StatefulSet', 'apps/v1', `serviceName: web, ${pods}`)).controller).toEqual({
      kind: 'StatefulSet',
      serviceName: 'web',
      podManagement: 'OrderedReady',
      updateStrategy: 'RollingUpdate',
      partition: 0,
      start: 0,
      minReady: 0,
      revisionHistory: 10,
      claimTemplates: [],
      retention: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    })
    expect(workloadOf(head('DaemonSet', 'apps/v1', pods))).toMatchObject({
      replicas: null,
      controller: { maxSurge: 0, maxUnavailable: 1, updateStrategy: 'RollingUpdate' },
    })
  })

  it.each([
    ['', { completions: 1, parallelism: 1, backoffLimit: 6, ttl: null, activeDeadline: null, podReplacementPolicy: 'TerminatingOrFailed' }],
    ['parallelism: 3, ', { completions: null, parallelism: 3 }],
    ['completions: 5, parallelism: 2, ', { completions: 5, parallelism: 2 }],
    ['completionMode: Indexed, completions: 3, backoffLimitPerIndex: 1, ', { backoffLimit: 2_147_483_647, backoffLimitPerIndex: 1 }],
    [
      'podFailurePolicy: { rules: [{ action: Ignore, onPodConditions: [{ type: DisruptionTarget }] }] }, ',
      { podReplacementPolicy: 'Failed' },
    ],
  ])('Job with %j', (spec, expected) => {
    expect(workloadOf(head('Job', 'batch/v1', `${spec}${template('', 'restartPolicy: Never, ')}`)).controller).toMatchObject(expected)
  })

  it('CronJob', () => {
    const text = head(
      'CronJob',
      'batch/v1',
      `schedule: "*/5 * * * *", jobTemplate: { spec: { ${template('', 'restartPolicy: OnFailure, ')} } }`,
    )
    expect(workloadOf(text).controller).toMatchObject({
      concurrencyPolicy: 'Allow',
      startingDeadline: null,
      successfulJobsHistory: 3,
      failedJobsHistory: 1,
      timeZone: null,
      job: { completions: 1, parallelism: 1, backoffLimit: 6 },
    })
  })

  it('probes, hooks and ports', () => {
    const more =
      ', ports: [{ containerPort: 80 }], readinessProbe: { tcpSocket: { port: 80 } }, lifecycle: { preStop: { sleep: { seconds: 5 } } }'
    const [container] = workloadOf(deployment('', template(more))).template.containers
    expect(container.readiness).toEqual({
      action: 'tcpSocket',
      initialDelay: 0,
      period: 10e6,
      timeout: 1e6,
      successThreshold: 1,
      failureThreshold: 3,
      grace: null,
    })
    expect(container.preStop).toEqual({ action: 'sleep', duration: 5e6 })
    expect(container.ports).toMatchObject([{ name: '', port: 80, protocol: 'TCP', hostPort: 0 }])
  })

  it('tolerations of unhealthy nodes, unless the pod has its own', () => {
    const seconds = (pod: string): (readonly [string, number | null])[] =>
      workloadOf(deployment('', template('', pod))).template.tolerations.map(({ key, evictAfter }) => [key, evictAfter])
    const notReady = 'node.kubernetes.io/not-ready'
    const unreachable = 'node.kubernetes.io/unreachable'
    expect(seconds('')).toEqual([
      [notReady, 300e6],
      [unreachable, 300e6],
    ])
    expect(seconds(`tolerations: [{ key: ${unreachable}, operator: Exists, effect: NoExecute, tolerationSeconds: 20 }], `)).toEqual([
      [unreachable, 20e6],
      [notReady, 300e6],
    ])
    expect(seconds('tolerations: [{ operator: Exists }], ')).toEqual([['', null]])
  })

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:2', 'IfNotPresent'],
    ['nginx@sha256:00', 'IfNotPresent'],
  ])('pull policy of %s is %s', (image, policy) => {
    expect(pullPolicyOf(image)).toBe(policy)
  })

  it.each([
    [['sleep', '15'], 15e6],
    [['/bin/sh', '-c', 'sleep 1.5'], 1.5e6],
    [['bash', '-ec', '/bin/sleep 5;'], 5e6],
    [['sh', '-c', 'nginx -s quit && sleep 5'], null],
    [['kill', '1'], null],
  ])('a hook that runs %j takes %s µs', (command, expected) => {
    expect(sleepOf(command)).toBe(expected)
  })

  it('Service, HorizontalPodAutoscaler', () => {
    const read = readText(
      `${head('Service', 'v1', 'selector: { app: web }, ports: [{ port: 80 }], sessionAffinity: ClientIP')}---\n${head('HorizontalPodAutoscaler', 'autoscaling/v1', 'scaleTargetRef: { kind: Deployment, name: a }, maxReplicas: 5')}`,
    )
    expect(read.manifests.services[0]).toMatchObject({
      type: 'ClusterIP',
      headless: false,
      affinityTimeout: 10_800e6,
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP', nodePort: 0 }],
    })
    expect(read.manifests.autoscalers[0]).toMatchObject({
      min: 1,
      max: 5,
      metrics: [{ type: 'Resource', name: 'cpu', target: { type: 'Utilization', value: 80 } }],
      scaleUp: {
        stabilization: 0,
        policies: [
          { type: 'Pods', value: 4, period: 15e6 },
          { type: 'Percent', value: 100, period: 15e6 },
        ],
      },
      scaleDown: { stabilization: 300e6, policies: [{ type: 'Percent', value: 100, period: 15e6 }] },
    })
  })
})

describe('resources of a pod', () => {
  const resources = (requests: string, limits = ''): string => `resources: { requests: { ${requests} }, limits: { ${limits} } }`

  it('requests default to limits, and fractions are rounded up', () => {
    const { template: pod } = workloadOf(
      deployment('', template(`, ${resources('cpu: 0.0001', 'cpu: 2, memory: 1Gi, example.com/fpga: 2')}`)),
    )
    expect(pod.requests).toEqual({ cpu: 1, memory: 1024 * Mi, 'example.com/fpga': 2 })
    expect(pod.limits).toEqual({ cpu: 2000, memory: 1024 * Mi, 'example.com/fpga': 2 })
  })

  it('the larger of containers + sidecars and of each init container + the sidecars before it, with overhead', () => {
    const init = (name: string, cpu: number, sidecar = false): string =>
      `{ name: ${name}, image: a:1, ${sidecar ? 'restartPolicy: Always, ' : ''}${resources(`cpu: ${cpu}`)} }`
    const pod = `overhead: { cpu: 250m }, initContainers: [${init('first', 3)}, ${init('proxy', 1, true)}, ${init('second', 4)}], `
    // containers + sidecars: 2 + 1 = 3; first 3; second with the sidecar 4 + 1 = 5; 5 + 0.25 of overhead.
    expect(workloadOf(deployment('', template(`, ${resources('cpu: 2')}`, pod))).template.requests).toEqual({ cpu: 5250 })
  })

  it('limits only where every running container has one', () => {
    const two = `template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: a, image: a:1, ${resources('', 'cpu: 1, memory: 1Mi')} }, { name: b, image: b:1, ${resources('', 'cpu: 2')} }] } }`
    expect(workloadOf(deployment('', two)).template.limits).toEqual({ cpu: 3000 })
  })

  it('resources of the pod as a whole replace the sums', () => {
    const pod = `resources: { requests: { cpu: 4 }, limits: { cpu: 4, memory: 8Mi } }, `
    expect(workloadOf(deployment('', template(`, ${resources('cpu: 1, memory: 1Mi')}`, pod))).template).toMatchObject({
      requests: { cpu: 4000, memory: 8 * Mi },
      limits: { cpu: 4000, memory: 8 * Mi },
      qos: 'Guaranteed',
    })
  })

  it.each([
    ['cpu: 1, memory: 1Mi', 'cpu: 1, memory: 1Mi', 'Guaranteed'],
    ['', 'cpu: 1, memory: 1Mi', 'Guaranteed'],
    ['cpu: 1', 'cpu: 1', 'Burstable'],
    ['memory: 1Mi', '', 'Burstable'],
    ['', '', 'BestEffort'],
  ])('requests { %s } and limits { %s } are %s', (requests, limits, qos) => {
    expect(workloadOf(deployment('', template(`, ${resources(requests, limits)}`))).template.qos).toBe(qos)
  })

  it('a LimitRange fills in what is unset: defaultRequest before default, both from max or min', () => {
    const range = head(
      'LimitRange',
      'v1',
      'limits: [{ type: Container, default: { cpu: 500m, memory: 64Mi }, defaultRequest: { cpu: 100m } }]',
    )
    const { manifests } = readText(`${range}---\n${deployment('', template(`, ${resources('memory: 32Mi')}`))}`)
    expect(manifests.workloads[0].template).toMatchObject({
      requests: { cpu: 100, memory: 32 * Mi },
      limits: { cpu: 500, memory: 64 * Mi },
    })
  })

  it('memory: 512m is a warning', () => {
    expect(problemsOf(readText(deployment('', template(`, ${resources('memory: 512m')}`))))[0]).toContain(
      'found 512m, thousandths of a byte, which is 1 byte; did you mean 512Mi?',
    )
  })
})

describe('priorities', () => {
  it('by class, by the default class, and of the system', () => {
    const classes = `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: high }\nvalue: 1000\npreemptionPolicy: Never\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: usual }\nvalue: 10\nglobalDefault: true\n---\n`
    const priority = (pod: string): unknown => readText(`${classes}${deployment('', template('', pod))}`).manifests.workloads[0].template
    expect(priority('priorityClassName: high, ')).toMatchObject({ priority: 1000, preemption: 'Never' })
    expect(priority('')).toMatchObject({ priority: 10, preemption: 'PreemptLowerPriority' })
    expect(priority('priorityClassName: system-cluster-critical, ')).toMatchObject({ priority: 2_000_000_000 })
  })
})

describe('what the API server refuses is an error at its place', () => {
  it.each([
    [
      'both limits of a rollout are zero',
      deployment('strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0% } }, '),
      'found maxSurge and maxUnavailable of 0',
    ],
    ['an empty selector', deployment().replace('matchLabels: { app: web }', ''), 'found an empty selector'],
    ['a negative number', deployment('replicas: -1, '), 'spec.replicas: found -1; accepted: a whole number from 0'],
    [
      'a misspelt word',
      deployment('strategy: { type: Recreated }, '),
      'found "Recreated"; accepted: RollingUpdate, Recreate (did you mean Recreate?)',
    ],
    ['a quantity', deployment('', template(', resources: { limits: { memory: 1GB } }')), 'found "1GB", did you mean G, without the B?'],
    [
      'a request above the limit',
      deployment('', template(', resources: { requests: { cpu: 2 }, limits: { cpu: 1 } }')),
      'accepted: at most the limit of the container',
    ],
    ['a job that restarts always', head('Job', 'batch/v1', template()), 'found none, which is Always; accepted: OnFailure, Never'],
    [
      'a cron line',
      head('CronJob', 'batch/v1', `schedule: "* * *", jobTemplate: { spec: { ${template('', 'restartPolicy: Never, ')} } }`),
      'has 3 fields',
    ],
    [
      'a time zone',
      head(
        'CronJob',
        'batch/v1',
        `schedule: "@daily", timeZone: Mars, jobTemplate: { spec: { ${template('', 'restartPolicy: Never, ')} } }`,
      ),
      'found "Mars" is no time zone',
    ],
    ['an old version', deployment().replace('apps/v1', 'extensions/v1beta1'), 'apiVersion: found "extensions/v1beta1"; accepted: apps/v1'],
    [
      'surge and unavailable of a DaemonSet',
      head(
        'DaemonSet',
        'apps/v1',
        `updateStrategy: { rollingUpdate: { maxSurge: 1 } }, selector: { matchLabels: { app: web } }, ${template()}`,
      ),
      'accepted: one of them 0 in a DaemonSet',
    ],
    [
      'both bounds of a budget',
      head('PodDisruptionBudget', 'policy/v1', 'minAvailable: 1, maxUnavailable: 1'),
      'found both minAvailable and maxUnavailable',
    ],
    ['text where a number belongs', deployment('replicas: "3", '), 'found "3"; accepted: a whole number from 0'],
    ['labels that are numbers', deployment().replaceAll('app: web', 'app: 1'), 'found 1; accepted: text, in quotes'],
  ])('%s', (_what, text, expected) => {
    expect(errors(text).join('\n')).toContain(expected)
  })
})
