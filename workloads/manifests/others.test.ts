/** Stack files of Swarm, services of ECS, apps of Marathon: the same model, with the defaults of each. */
import { describe, expect, it } from 'vitest'
import { readCpuUnits, readMemoryMib } from './ecs.ts'
import { fileOf, problemsOf, readText } from './manifests.fixture.ts'
import { readManifests } from './read.ts'
import { readSize } from './swarm.ts'

const Mi = 1_048_576

describe('a stack file of Docker Swarm', () => {
  const STACK = `
x-limits: &limits { limits: { cpus: '0.5', memory: 256M }, reservations: { cpus: 0.25, memory: 64mb } }
name: shop
services:
  web:
    image: shop/web:1
    ports: ["8080:80", { target: 443, published: 8443, protocol: tcp }]
    stop_grace_period: 1m30s
    healthcheck: { test: [CMD, curl, localhost], interval: 10s }
    configs: [settings]
    deploy:
      replicas: 3
      resources: *limits
      placement: { constraints: ["node.role == worker"], preferences: [{ spread: node.labels.zone }], max_replicas_per_node: 2 }
      update_config: { parallelism: 2, delay: 10s, order: start-first, failure_action: rollback, max_failure_ratio: 0.2 }
  agent: { image: agent, deploy: { mode: global, restart_policy: { condition: on-failure, max_attempts: 3 } } }
configs: { settings: { external: true } }
`

  it('services, resources, updates and health checks', () => {
    const { manifests, problems } = readText(STACK)
    expect(problems).toEqual([])
    const [web, agent] = manifests.workloads
    expect(web).toMatchObject({ kind: 'SwarmService', orchestrator: 'swarm', namespace: 'shop', name: 'web', replicas: 3 })
    expect(web.template).toMatchObject({ requests: { cpu: 250, memory: 64 * Mi }, limits: { cpu: 500, memory: 256 * Mi }, grace: 90e6 })
    expect(web.template.containers[0].readiness).toMatchObject({ period: 10e6, timeout: 30e6, failureThreshold: 3, initialDelay: 0 })
    expect(web.controller).toEqual({
      kind: 'SwarmService',
      mode: 'replicated',
      update: { parallelism: 2, delay: 10e6, failureAction: 'rollback', monitor: 5e6, maxFailureRatio: 0.2, order: 'start-first' },
      rollback: { parallelism: 1, delay: 0, failureAction: 'pause', monitor: 5e6, maxFailureRatio: 0, order: 'stop-first' },
      restart: { condition: 'any', delay: 5e6, maxAttempts: null, window: 0 },
      maxReplicasPerNode: 2,
      constraints: ['node.role == worker'],
      preferences: ['node.labels.zone'],
    })
    expect(agent).toMatchObject({
      replicas: null,
      controller: { mode: 'global', restart: { condition: 'on-failure', maxAttempts: 3 } },
      template: { grace: 10e6 },
    })
    expect(manifests.services.map(({ name, ports }) => [name, ...ports.map(({ port, targetPort }) => `${port} to ${targetPort}`)])).toEqual(
      [['web', '8080 to 80', '8443 to 443'], ['agent']],
    )
  })

  it.each([
    ['512m', 512 * Mi],
    ['1.5gb', 1536 * Mi],
    ['64MB', 64 * Mi],
    ['1GiB', 1024 * Mi],
    ['1024', 1024],
    [2048, 2048],
  ])('%j is %d bytes', (text, bytes) => {
    expect(readSize(text)).toBe(bytes)
  })

  it('problems and unknown keys have their place', () => {
    const read = readText(
      'services:\n  web:\n    deploy: { replicas: x, update_config: { order: start } }\n    imag: a\n    ports: ["a:b"]\n',
    )
    expect(problemsOf(read).sort()).toEqual([
      'error 3:25 SwarmService default/web deploy.replicas: found "x"; accepted: a whole number from 0',
      'error 3:5 SwarmService default/web image: found nothing; accepted: an image, which docker stack deploy needs',
      'error 3:52 SwarmService default/web deploy.update_config.order: found "start"; accepted: stop-first, start-first',
      'error 5:13 SwarmService default/web ports[0]: found "a:b"; accepted: a port such as 8080:80, or a map with target and published',
    ])
    expect(read.manifests.ignored).toMatchObject([{ matters: true, path: 'imag', why: 'is no known field (did you mean image?)' }])
  })

  it('a secret that the file does not declare', () => {
    expect(problemsOf(readText('services: { web: { image: a, secrets: [key] } }'))[0]).toContain(
      'found the Secret key, which is in no file',
    )
  })
})

describe('services of Amazon ECS', () => {
  const TASK = {
    family: 'web',
    revision: 3,
    cpu: '512',
    memory: '1 GB',
    containerDefinitions: [
      {
        name: 'app',
        image: 'shop/web:1',
        cpu: 256,
        memory: 512,
        memoryReservation: 256,
        portMappings: [{ containerPort: 80 }],
        healthCheck: { command: ['CMD', 'true'], retries: 2 },
        stopTimeout: 60,
        dependsOn: [],
      },
      { name: 'proxy', image: 'envoy:1', memory: 64 },
    ],
  }
  const service = (more: object): object => ({
    serviceName: 'web',
    cluster: 'arn:aws:ecs:eu-west-1:1:cluster/shop',
    taskDefinition: 'arn:aws:ecs:eu-west-1:1:task-definition/web:3',
    desiredCount: 4,
    ...more,
  })
  const read = (...all: readonly object[]) => readManifests(all.map((one, i) => fileOf(JSON.stringify(one, null, 2), `ecs-${i}.json`)))

  it('a service with its task definition, from two files in any order', () => {
    const given = service({
      launchType: 'FARGATE',
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      loadBalancers: [{ containerName: 'app', containerPort: 80 }],
    })
    for (const { manifests, problems } of [
      read(given, TASK),
      read({ taskDefinition: { ...TASK, family: 'web' } }, { services: [given] }),
    ]) {
      expect(problems).toEqual([])
      expect(manifests.workloads).toMatchObject([
        {
          kind: 'EcsService',
          orchestrator: 'ecs',
          namespace: 'shop',
          name: 'web',
          replicas: 4,
          // The resources of the task replace the sums of its containers: 512 units are half a core.
          template: { requests: { cpu: 500, memory: 1024 * Mi }, limits: { cpu: 500, memory: 1024 * Mi }, grace: 60e6 },
          controller: {
            launchType: 'FARGATE',
            scheduling: 'REPLICA',
            minimumHealthyPercent: 100,
            maximumPercent: 200,
            circuitBreaker: { enable: true, rollback: true },
            loadBalanced: true,
            healthCheckGrace: 0,
          },
        },
      ])
      const [app, proxy] = manifests.workloads[0].template.containers
      expect(app).toMatchObject({
        requests: { cpu: 250, memory: 256 * Mi },
        limits: { memory: 512 * Mi },
        readiness: { period: 30e6, timeout: 5e6, failureThreshold: 2 },
      })
      expect(proxy).toMatchObject({ requests: { memory: 64 * Mi }, readiness: null })
      expect(manifests.services).toMatchObject([{ name: 'web', ports: [{ port: 80 }] }])
      expect(manifests.ignored).toMatchObject([{ matters: true, path: expect.stringMatching(/containerDefinitions\.dependsOn$/) }])
    }
  })

  it('the newest task definition where the revision is not in the files; DAEMON has other defaults', () => {
    const { manifests } = read(
      service({ taskDefinition: 'web:9', schedulingStrategy: 'DAEMON' }),
      { ...TASK, revision: 1 },
      { ...TASK, revision: 2, cpu: '1 vCPU' },
    )
    expect(manifests.workloads[0]).toMatchObject({
      replicas: null,
      template: { requests: { cpu: 1000 } },
      controller: { minimumHealthyPercent: 0, maximumPercent: 100 },
    })
  })

  it('a missing task definition, a task definition without service, bounds that never move', () => {
    expect(problemsOf(read(service({})))[0]).toContain(
      'EcsService shop/web taskDefinition: found "arn:aws:ecs:eu-west-1:1:task-definition/web:3"; accepted: a task definition of the files: none was found',
    )
    expect(read(TASK).manifests.ignored).toMatchObject([
      { kind: 'TaskDefinition', matters: true, why: 'no service of the files runs its tasks' },
    ])
    const stuck = read(service({ deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } }), TASK)
    expect(problemsOf(stuck)[0]).toContain(
      'found minimumHealthyPercent 100 and maximumPercent 100, which for 4 tasks allow neither to start nor to stop one',
    )
  })

  it.each([
    ['256', 250],
    [1024, 1000],
    ['.5 vCPU', null],
    ['0.5 vCPU', 500],
    [1, 1],
  ])('%j CPU units are %s millicores', (text, millicores) => {
    if (millicores === null) expect(() => readCpuUnits(text)).toThrow('accepted: CPU units such as 512')
    else expect(readCpuUnits(text)).toBe(millicores)
    expect(readMemoryMib('0.5GB')).toBe(512 * Mi)
  })
})

describe('apps of Marathon', () => {
  const APP = {
    id: '/shop/web',
    instances: 3,
    cpus: 0.5,
    mem: 256,
    container: {
      type: 'DOCKER',
      docker: { image: 'shop/web:1' },
      portMappings: [{ containerPort: 80, servicePort: 10_000, name: 'http' }],
    },
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', intervalSeconds: 10 }],
  }
  const read = (value: unknown) => readText(JSON.stringify(value, null, 2), 'app.json')

  it('an app with its defaults', () => {
    const { manifests, problems } = read(APP)
    expect(problems).toEqual([])
    expect(manifests.ignored).toEqual([])
    expect(manifests.workloads).toMatchObject([
      {
        kind: 'MarathonApp',
        orchestrator: 'mesos',
        namespace: 'shop',
        name: 'web',
        replicas: 3,
        template: { requests: { cpu: 500, memory: 256 * Mi }, limits: { memory: 256 * Mi }, grace: 3e6 },
      },
    ])
    expect(manifests.workloads[0].controller).toEqual({
      kind: 'MarathonApp',
      minimumHealthCapacity: 1,
      maximumOverCapacity: 1,
      backoff: { first: 1e6, factor: 1.15, max: 300e6 },
      unreachable: { inactiveAfter: 0, expungeAfter: 0 },
      killSelection: 'YOUNGEST_FIRST',
      taskKillGrace: 3e6,
      constraints: [],
      dependencies: [],
    })
    expect(manifests.workloads[0].template.containers[0].readiness).toMatchObject({
      action: 'httpGet',
      period: 10e6,
      timeout: 20e6,
      failureThreshold: 3,
      grace: 300e6,
    })
    expect(manifests.services).toMatchObject([{ name: 'web', ports: [{ name: 'http', port: 10_000, targetPort: 80 }] }])
  })

  it('groups, lists, resident apps and bare commands', () => {
    const group = {
      id: '/shop',
      apps: [{ ...APP, id: 'web' }],
      groups: [{ id: 'data', apps: [{ id: 'db', cmd: 'db', residency: {}, unreachableStrategy: 'disabled' }] }],
    }
    const { manifests } = read(group)
    expect(manifests.workloads.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['shop/web', 'shop-data/db'])
    expect(manifests.workloads[1]).toMatchObject({
      replicas: 1,
      template: { requests: { cpu: 1000, memory: 128 * Mi } },
      controller: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0, unreachable: null },
    })
    expect(read([APP, { ...APP, id: '/shop/api' }]).manifests.workloads).toHaveLength(2)
  })

  it('problems and unknown keys have their place', () => {
    const { problems, manifests } = read({ ...APP, instances: -1, memory: 5 })
    expect(problems[0]).toMatchObject({ path: 'instances', object: 'MarathonApp shop/web', place: { line: 3, column: 16 } })
    expect(manifests.ignored).toMatchObject([{ matters: true, path: 'memory', why: expect.stringContaining('is no known field') }])
  })
})

it('a map that is none of them is refused with its keys', () => {
  expect(problemsOf(readText('replicaCount: 2\nimage: { tag: 1 }\n'))[0]).toMatch(
    /^error 1:1 {2}: found a map with replicaCount, image; accepted: an object of Kubernetes/,
  )
})
