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

  it('apply, delete, taint, untaint, label, and pods by labels', async () => {
    const loaded = await load(
      ', versions: [{ name: v2, start: 9s }], labels: { app: shop }',
      `actions:
  - { at: 1m, apply: web, replicas: 6, version: v2, cpu: 200m }
  - { at: 2m, apply: web, version: v2, cpu: 200m }
  - { at: 3m, delete: web, cascade: orphan }
  - { at: 4m, taint: { zone: a, nodes: all }, key: dedicated, value: db, effect: NoExecute }
  - { at: 5m, untaint: {}, key: dedicated }
  - { at: 6m, label: {}, set: { disk: ssd }, remove: [old] }
  - { at: 7m, deletePods: { app: shop }, count: all, version: v2 }`,
    )
    if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
    const { scenario } = loaded.experiment.variants[0]
    const { orchestration } = await inputOf({ scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario, seed: 1, replication: 0 })
    expect(orchestration!.workloads[0].versions.map(({ shape, start }) => [shape.cpu, start])).toEqual([
      [100, 5e6],
      [100, 9e6],
      [200, 9e6],
    ])
    expect(orchestration!.actions.map(({ at: _, ...rest }) => rest)).toEqual([
      { kind: 'apply', workload: 0, replicas: 6, version: 2 },
      { kind: 'apply', workload: 0, version: 2 },
      { kind: 'delete', workload: 0, cascade: 'orphan' },
      { kind: 'taint', nodes: { zone: 'a', count: Infinity }, taint: { key: 'dedicated', value: 'db', effect: 'NoExecute' } },
      { kind: 'untaint', nodes: { count: 1 }, key: 'dedicated' },
      { kind: 'label', nodes: { count: 1 }, labels: { disk: 'ssd' }, remove: ['old'] },
      { kind: 'delete-pods', workload: 0, count: Infinity, version: 1 },
    ])
  })

  it.each([
    ['{ at: 1m, delete: wep }', 'found the unknown service "wep"; accepted: web, agent'],
    ['{ at: 1m, deletePods: { app: shop } }', 'found labels that no pods have; accepted: service: web, service: agent'],
    ['{ at: 1m, apply: agent, replicas: 3 }', 'found a DaemonSet, which has a pod on each node'],
    ['{ at: 1m, apply: web, version: v9 }', 'found the unknown version of web "v9"; accepted: v1'],
    ['{ at: 1m, label: {} }', 'found neither set nor remove; accepted: at least one of them'],
    ['{ at: 1m, label: {}, set: { topology.kubernetes.io/zone: b } }', 'which says where the node is and stays; accepted: any other label'],
    ['{ at: 1m, taint: {}, key: a, effect: Never }', 'accepted: NoSchedule, PreferNoSchedule, NoExecute'],
  ])('refuses %s with its place', async (action, message) => {
    const found = await problems('', `actions: [${action}]`)
    expect(found).toMatch(/x\.yaml:7:\d+/)
    expect(found).toContain(message)
  })

  it('faults that recur: distributions, presets, units; a number of nodes is all of them unless one is given', async () => {
    const loaded = await load(
      '',
      `faults:
  - { every: { exponential: { mean: 1h } }, crash: { pool: main }, for: { lognormal: { mean: 10m, cv: 2 } } }
  - { every: { preset: google-racks }, each: { label: rack }, partition: {}, for: { preset: google-racks } }
  - { every: 2h, zoneOutage: b, for: 10m }
  - { at: 1m, slow: { nodes: 2 }, factor: 3, for: 1m }
  - { at: 1m, network: { labels: { rack: a-1 } }, delay: 5ms, drop: 1% }
  - { at: 1m, reclaim: {} }
  - { at: 1m, noCapacity: all, for: 5m }
  - { every: 5m, podCrash: web }`,
    )
    if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
    const { scenario } = loaded.experiment.variants[0]
    const { orchestration } = await inputOf({ scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario, seed: 1, replication: 0 })
    const hour = 3600e6
    expect(orchestration!.faults).toEqual([
      {
        every: { kind: 'exponential', mean: hour },
        kind: 'node-crash',
        nodes: { pool: 0, count: Infinity },
        duration: { kind: 'lognormal', mean: 600e6, cv: 2 },
      },
      {
        every: { kind: 'exponential', mean: 1.5 * 8760 * hour },
        each: { label: 'rack' },
        kind: 'node-partition',
        nodes: { count: Infinity },
        duration: { kind: 'uniform', low: hour, high: 6 * hour },
      },
      {
        every: { kind: 'constant', value: 2 * hour },
        each: 'zone',
        kind: 'node-crash',
        nodes: { zone: 'b', count: Infinity },
        duration: 600e6,
      },
      { at: 60e6, kind: 'node-slow', nodes: { count: 2 }, factor: 3, duration: 60e6 },
      { at: 60e6, kind: 'node-network', nodes: { labels: { rack: 'a-1' }, count: 1 }, delay: 5000, loss: 0.01, duration: Infinity },
      { at: 60e6, kind: 'node-loss', nodes: { count: 1 }, notice: 120e6, replace: true },
      { at: 60e6, kind: 'no-capacity', duration: 300e6 },
      { every: { kind: 'constant', value: 300e6 }, kind: 'pod-crash', workload: 0, count: 1 },
    ])
  })

  it.each([
    ['neither at nor every', '', 'faults: [{ crash: {} }]', 'found neither at nor every; accepted: one of them'],
    ['at and every', '', 'faults: [{ at: 1m, every: 1h, crash: {} }]', 'found both at and every; accepted: one of them'],
    ['each without every', '', 'faults: [{ at: 1m, each: zone, crash: {} }]', 'found each without every; accepted: each with every'],
    ['an unknown unit', '', 'faults: [{ every: 1h, each: rack, crash: {} }]', 'found "rack"; accepted: node, zone'],
    [
      'an unknown preset',
      '',
      'faults: [{ every: { preset: google-rack }, crash: {} }]',
      'accepted: google-machines, google-racks, google-lossy-racks, meta-gpu-nodes (did you mean google-racks?)',
    ],
    ['an unknown zone of an outage', '', 'faults: [{ at: 1m, zoneOutage: c }]', 'zoneOutage  found the unknown zone "c"; accepted: a, b'],
    [
      'an unknown pool without capacity',
      '',
      'faults: [{ at: 1m, noCapacity: mian }]',
      'found the unknown pool "mian"; accepted: main (did you mean main?)',
    ],
    [
      'an unknown fault',
      '',
      'faults: [{ at: 1m, explode: {} }]',
      'accepted: a fault, a map with at or every and one of crash, reboot, zoneOutage, partition',
    ],
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
    ['a negative size', '', 'actions: [{ at: 1m, scale: web, replicas: -1 }]', 'actions[0].replicas  found -1; accepted: a whole number'],
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
    [
      'an unknown controller',
      ', controller: deploiment',
      '',
      'accepted: deployment, stateful-set, daemon-set, swarm-service, ecs-service, marathon-app (did you mean deployment?)',
    ],
  ])('%s is refused, with what is accepted', async (_, service, rest, message) => {
    expect(await problems(service, rest)).toContain(message)
  })
})
