/** Controllers, versions, budgets, actions and faults in the experiment file: what they become, and what is refused with which message. */
import { describe, expect, it } from 'vitest'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

/** A file with two services, to which `service` (keys of the first) and `rest` (keys of the file) are added. */
async function load(service: string, rest = '') {
  const read = parseSource(
    'x.yaml',
    `name: study
cluster: { pools: [{ name: main, count: 4, cpu: 4, memory: 16Gi, zones: [a, b] }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 100m, memory: 64Mi, traffic: { rate: 1/s }, work: { cpu: 1ms }${service} }
    - { name: agent, cpu: 100m, memory: 64Mi, traffic: { rate: 1/s }, work: { cpu: 1ms }, controller: daemon-set }
${rest}`,
  )
  return 'problems' in read ? read : resolveSource(read.source)
}

async function problems(service: string, rest = ''): Promise<string> {
  const loaded = await load(service, rest)
  return 'problems' in loaded ? problemsText(loaded.problems) : ''
}

describe('controllers, actions and faults in a file', () => {
  it('become those of the run: null stands for Infinity in the plan', async () => {
    const loaded = await load(
      ', controller: { deployment: { progressDeadline: off, maxSurge: 1 } }, versions: [{ name: v2, start: 9s }], budget: { maxUnavailable: 1 }',
      'actions: [{ at: 1m, rollout: web, version: v2 }, { at: 2m, drain: { pool: main, nodes: all } }]\nfaults: [{ at: 3m, crash: { zone: b }, for: 1m }, { at: 4m, loss: { pool: main } }]',
    )
    if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
    const { scenario } = loaded.experiment.variants[0]
    const { orchestration } = await inputOf({ scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario, seed: 1, replication: 0 })
    const [web, agent] = orchestration!.workloads
    expect(web.controller).toMatchObject({
      kind: 'deployment',
      progressDeadline: Infinity,
      strategy: { type: 'RollingUpdate', maxSurge: 1, maxUnavailable: '25%' },
    })
    expect(web.versions.map(({ name, start, crashAfter }) => [name, start, crashAfter])).toEqual([
      ['v1', 5e6, Infinity],
      ['v2', 9e6, Infinity],
    ])
    expect(web.budget).toEqual({ maxUnavailable: 1, unhealthyPods: 'IfHealthyBudget' })
    expect(agent).toMatchObject({ workload: 1, controller: { kind: 'daemon-set' }, budget: null, toleration: 300e6 })
    expect(orchestration!.actions).toEqual([
      { at: 60e6, kind: 'set-version', workload: 0, version: 1 },
      { at: 120e6, kind: 'drain', nodes: { pool: 0, count: Infinity } },
    ])
    expect(orchestration!.faults).toEqual([
      { at: 180e6, kind: 'node-crash', nodes: { zone: 'b', count: 1 }, duration: 60e6 },
      { at: 240e6, kind: 'node-loss', nodes: { pool: 0, count: 1 } },
    ])
  })

  it.each([
    [
      'an unknown service',
      '',
      'actions: [{ at: 1m, restart: wep }]',
      'found the unknown service "wep"; accepted: web, agent (did you mean web?)',
    ],
    ['an unknown version', '', 'actions: [{ at: 1m, rollout: web, version: v9 }]', 'found the unknown version of web "v9"; accepted: v1'],
    [
      'an unknown pool',
      '',
      'faults: [{ at: 1m, crash: { pool: mian } }]',
      'found the unknown pool "mian"; accepted: main (did you mean main?)',
    ],
    ['an unknown zone', '', 'faults: [{ at: 1m, crash: { zone: c } }]', 'found the unknown zone "c"; accepted: a, b'],
    [
      'a DaemonSet that is scaled',
      '',
      'actions: [{ at: 1m, scale: agent, replicas: 2 }]',
      'found a DaemonSet, which has a pod on each node',
    ],
    [
      'a DaemonSet that is paused',
      '',
      'actions: [{ at: 1m, pause: agent }]',
      'found a daemon-set, which cannot be paused; accepted: a Deployment',
    ],
    [
      'two actions in one',
      '',
      'actions: [{ at: 1m, restart: web, undo: web }]',
      'accepted: an action, a map with at and one of rollout, scale',
    ],
    [
      'a rollout that could not move',
      ', controller: { deployment: { maxSurge: 0, maxUnavailable: 0% } }',
      '',
      'with which a rollout could not move',
    ],
    [
      'both limits of a budget',
      ', budget: { minAvailable: 1, maxUnavailable: 1 }',
      '',
      'found both limits or none; accepted: minAvailable or maxUnavailable',
    ],
    ['a version named twice', ', versions: [{ name: v1 }]', '', 'found a second version "v1"'],
    [
      'no number of pods',
      ', controller: { deployment: { maxSurge: a few } }',
      '',
      'accepted: a number of pods or a percentage such as 25%',
    ],
    ['an unknown controller', ', controller: deploiment', '', 'accepted: deployment, stateful-set, daemon-set (did you mean deployment?)'],
  ])('%s is refused, with what is accepted', async (_, service, rest, message) => {
    expect(await problems(service, rest)).toContain(message)
  })
})
