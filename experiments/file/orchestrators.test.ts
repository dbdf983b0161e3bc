/** `orchestrator:` of a file: defaults, the keys of Swarm, ECS and Marathon, and what is refused with which message. */
import { describe, expect, it } from 'vitest'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

async function load(orchestrator: string, service = '', rest = '') {
  const read = parseSource(
    'x.yaml',
    `name: study
${orchestrator}
cluster: { pools: [{ name: main, count: 4, cpu: 4, memory: 16Gi }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 100m, memory: 64Mi, traffic: { rate: 1/s }, work: { cpu: 1ms }${service} }
${rest}`,
  )
  return 'problems' in read ? read : resolveSource(read.source)
}

async function inputFor(orchestrator: string, service = '', rest = '') {
  const loaded = await load(orchestrator, service, rest)
  if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
  const { scenario } = loaded.experiment.variants[0]
  return inputOf({ scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario, seed: 1, replication: 0 })
}

async function problems(orchestrator: string, service = '', rest = ''): Promise<string> {
  const loaded = await load(orchestrator, service, rest)
  return 'problems' in loaded ? problemsText(loaded.problems) : ''
}

describe('orchestrator in a file', () => {
  it.each([
    ['swarm', 'swarm-spread', 'swarm-service', 30, 2, 12],
    ['ecs', 'ecs', 'ecs-service', 30, 300, 330],
    ['mesos', 'random', 'marathon-app', 60, 0, 3],
  ])(
    '%s: scheduler %s, controller %s, check every %i s, %i s until SIGTERM, %i s until SIGKILL',
    async (name, scheduler, kind, probe, preStop, grace) => {
      const { choices, workloads, orchestration } = await inputFor(`orchestrator: ${name}`)
      expect(choices.scheduling.definition.name).toBe(scheduler)
      expect(orchestration).toMatchObject({ orchestrator: name, workloads: [{ controller: { kind } }] })
      expect(workloads[0]).toMatchObject({ probe: probe * 1e6, preStop: preStop * 1e6, grace: grace * 1e6 })
    },
  )

  it('kubernetes is the default and changes nothing', async () => {
    const [absent, named] = [await inputFor(''), await inputFor('orchestrator: kubernetes')]
    expect(named.orchestration).toBeUndefined()
    expect(named.workloads[0]).toEqual(absent.workloads[0])
  })

  it('keys of a stack file, of an ECS service and of a Marathon app have their names and units', async () => {
    const controllerOf = async (orchestrator: string, text: string) =>
      (await inputFor(`orchestrator: ${orchestrator}`, `, controller: { ${text} }`)).orchestration!.workloads[0].controller
    expect(
      await controllerOf(
        'swarm',
        'swarm-service: { update_config: { parallelism: 2, delay: 10s, failure_action: rollback, max_failure_ratio: 0.2, order: start-first }, restart_policy: { max_attempts: 0, window: 1m } }',
      ),
    ).toMatchObject({
      update: { parallelism: 2, delay: 10e6, monitor: 5e6, failureAction: 'rollback', maxFailureRatio: 0.2, order: 'start-first' },
      rollback: { parallelism: 1, failureAction: 'pause' },
      restart: { maxAttempts: Infinity, window: 60e6, delay: 5e6 },
    })
    expect(
      await controllerOf(
        'ecs',
        'ecs-service: { schedulingStrategy: DAEMON, healthCheckGracePeriodSeconds: 60, deploymentConfiguration: { deploymentCircuitBreaker: { enable: true } } }',
      ),
    ).toMatchObject({
      minimumHealthyPercent: 0,
      maximumPercent: 100,
      healthCheckGrace: 60e6,
      breaker: { enable: true, resetOnHealthyTask: true },
    })
    expect(await controllerOf('mesos', 'marathon-app: { backoffSeconds: 2, unreachableStrategy: disabled }')).toMatchObject({
      backOff: { first: 2e6, factor: 1.15, max: 300e6 },
      unreachable: { inactiveAfter: Infinity, expungeAfter: Infinity },
    })
  })

  it.each([
    [
      'a controller of another',
      'orchestrator: swarm',
      ', controller: deployment',
      '',
      'found a deployment, which swarm does not have; accepted: swarm-service, or orchestrator: kubernetes',
    ],
    [
      'a controller of another by default',
      '',
      ', controller: ecs-service',
      '',
      'found a ecs-service, which kubernetes does not have; accepted: deployment, stateful-set, daemon-set, or orchestrator: ecs',
    ],
    ['a budget', 'orchestrator: ecs', ', budget: { maxUnavailable: 1 }', '', 'found a budget, which only Kubernetes has'],
    ['an unknown one', 'orchestrator: nomad', '', '', 'accepted: kubernetes, swarm, ecs, mesos'],
    ['a pause', 'orchestrator: mesos', '', 'actions: [{ at: 1m, pause: web }]', 'found a marathon-app, which cannot be paused'],
    [
      'scaling a global service',
      'orchestrator: swarm',
      ', controller: { swarm-service: { mode: global } }',
      'actions: [{ at: 1m, scale: web, replicas: 2 }]',
      'found a global service, which has a task on each node; accepted: mode: replicated',
    ],
    [
      'times in the wrong order',
      'orchestrator: mesos',
      ', controller: { marathon-app: { unreachableStrategy: { inactiveAfterSeconds: 9 } } }',
      '',
      'accepted: at most expungeAfterSeconds',
    ],
  ])('%s is refused, with what is accepted', async (_, orchestrator, service, rest, message) => {
    expect(await problems(orchestrator, service, rest)).toContain(message)
  })
})
