import { describe, expect, it } from 'vitest'
import type { Action, ControllerSpec, EndpointSpec, Fault } from '../../input.ts'
import { replicaAutoscalers } from '../../autoscaling/replicas/index.ts'
import { schedulers } from '../../scheduling/index.ts'
import { PodPhase } from '../../cluster/views.ts'
import { choose, coming, noDelays, pool, requests, shape } from '../../testing/input.ts'
import { at, deployment, SECOND, simulate, statefulSet, version } from './runs.fixture.ts'

describe('rolling update of a Deployment in a run', () => {
  it('10 replicas, 25 % and 25 %, 10 s to ready: (8,5) then (3,10) then (0,10), two waves, 20 s; at most two pods missing', () => {
    const found = simulate({ actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })] })
    expect(found['rollout-duration']).toBeCloseTo(20, 3)
    // Two pods are missing while the first wave starts; the second wave starts while eight of ten are ready.
    expect(found.unavailable).toBeCloseTo(40, 3)
    expect(found['rollouts-unfinished']).toBe(0)
    expect(found['errors-refused']).toBe(0)
    const { replicas, episode } = found.result.courses!
    const [{ times, current, ready, updated }] = replicas
    expect(Math.max(...current)).toBe(13)
    const from = times.findIndex((time) => time >= 100)
    expect(Math.min(...ready.slice(from))).toBe(8)
    expect([times.at(-1), updated[from], updated.at(-1)]).toEqual([120, 5, 10])
    expect(episode).toMatchObject({ kind: 'rollout', workload: 'web', from: 100, to: 120, pods: 20 })
    const starts = episode!.lanes.filter(({ version }) => version === 'v2').map(({ states, from: times }) => times[states.indexOf('ready')])
    expect(starts).toEqual([110, 110, 110, 110, 110, 120, 120, 120, 120, 120])
    expect(episode!.failed!.counts.every((count) => count === 0)).toBe(true)
  })

  it('without surge and with one unavailable pod: ten waves of 10 s', () => {
    const strategy = { type: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1 } as const
    const found = simulate({ controller: deployment({ strategy }), actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })] })
    expect(found['rollout-duration']).toBeCloseTo(100, 3)
    expect(found.unavailable).toBeCloseTo(100, 3)
  })

  it('Recreate: all pods are missing for the start of one', () => {
    const found = simulate({
      controller: deployment({ strategy: { type: 'Recreate' } }),
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    expect(found['rollout-duration']).toBeCloseTo(10, 3)
    expect(found.unavailable).toBeCloseTo(100, 3)
    expect(found['errors-no-backend']).toBeGreaterThan(0)
  })

  it('a release that is never ready stops at (8,5), and the deadline alone does not undo it', () => {
    const found = simulate({
      versions: [version('v1'), version('broken', { ready: false })],
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    expect(found['rollouts-unfinished']).toBe(1)
    expect(found.unavailable).toBeCloseTo(2 * 1100, 3)
  })

  it('with rollback it is undone one second after the progress deadline, counted from the last progress', () => {
    const found = simulate({
      controller: deployment({ rollback: true, progressDeadline: 60 * SECOND }),
      versions: [version('v1'), version('broken', { ready: false })],
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    // Last progress at 100 s; the deadline is checked at 161 s; two pods of the old release need 10 s.
    expect(found.unavailable).toBeCloseTo(2 * 71, 3)
    expect(found['rollouts-unfinished']).toBe(1)
  })

  it('scaled while it rolls out: ends with the new number of pods', () => {
    const found = simulate({
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 }), at(105, { kind: 'scale', workload: 0, replicas: 15 })],
    })
    expect(found.parts.replicaSets.podsOf(0)).toHaveLength(15)
    expect(found['rollouts-unfinished']).toBe(0)
  })
})

describe('StatefulSet in a run', () => {
  it('three pods, 12 s to ready, 5 s to stop: an update takes 3 × (5 + 12) = 51 s', () => {
    const found = simulate({
      controller: statefulSet,
      versions: [version('v1', { start: 12 * SECOND }), version('v2', { start: 12 * SECOND })],
      // A pod that holds a request stops when it has answered it or at the end of its grace period.
      service: { replicas: 3, grace: 5 * SECOND, preStop: 5 * SECOND },
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    expect(found['rollout-duration']).toBeCloseTo(51, 3)
  })
})

describe('crash loop in a run', () => {
  it('runs of 5 s: starts again after 5, 20, 45, 90, 175, 340, 645, 950 s, as the kubelet waits 0, 10, 20, 40, 80, 160, 300, 300 s', () => {
    const crashing = version('v2', { start: 0, crashAfter: 5 * SECOND })
    const found = simulate({
      versions: [version('v1', { start: 0 }), crashing],
      service: { replicas: 1 },
      controller: deployment({ strategy: { type: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1 } }),
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    expect(found['container-restarts']).toBe(8) // from 100 to 1200 s
  })
})

describe('a node crash in a run', () => {
  it('pods are unready 40 to 55 s after it, deleted 300 s later, and replaced', () => {
    const found = simulate({ faults: [at(100, { kind: 'node-crash', nodes: { count: 1 }, duration: Infinity })] })
    const { unavailable } = found
    const lost = 2
    expect(unavailable! / lost).toBeGreaterThan(40 + 300 + 10)
    expect(unavailable! / lost).toBeLessThan(55.5 + 300 + 10)
    expect(found.evictions).toBe(0) // they terminate until their node answers, which it never does
    expect(found.parts.replicaSets.podsOf(0)).toHaveLength(10)
  })

  it('a node that is back within the grace period loses nothing but its processes', () => {
    const found = simulate({ faults: [at(100, { kind: 'node-crash', nodes: { count: 1 }, duration: 20 * SECOND })] })
    expect(found['container-restarts']).toBe(2)
    expect(found.evictions).toBe(0)
  })
})

describe('a drain in a run', () => {
  it('maxUnavailable 25 % of four pods, two on the node, 18 s to ready: the second eviction passes at 20 s', () => {
    const found = simulate({
      budget: { maxUnavailable: '25%', unhealthyPods: 'IfHealthyBudget' },
      versions: [version('v1', { start: 18 * SECOND })],
      service: { replicas: 4 },
      run: { pools: [pool(2, { cpu: 4000 })] },
      actions: [at(100, { kind: 'drain', nodes: { count: 1 } })],
    })
    expect(found.evictions).toBe(2)
    expect(found['evictions-refused']).toBe(4) // at 0, 5, 10 and 15 s
    expect(found.unavailable).toBeCloseTo(2 * 18, 3)
  })

  it('a budget that allows nothing leaves the drain stuck, and the run says so', () => {
    const found = simulate({
      budget: { minAvailable: '100%', unhealthyPods: 'IfHealthyBudget' },
      service: { replicas: 4 },
      run: { pools: [pool(2, { cpu: 4000 })], horizon: 200 * SECOND },
      actions: [at(100, { kind: 'drain', nodes: { count: 1 } })],
    })
    expect(found.evictions).toBe(0)
    expect(found.notes.join()).toContain('2 pods were still protected from their eviction')
  })
})

describe('a DaemonSet in a run', () => {
  const daemonSet: ControllerSpec = { kind: 'daemon-set', updateStrategy: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1, minReady: 0 }

  it('has a pod on each of five nodes; an update takes one node at a time, 10 s each; an autoscaler leaves it alone', () => {
    const found = simulate({
      controller: daemonSet,
      run: { replicas: choose(replicaAutoscalers, 'hpa') },
      actions: [at(100, { kind: 'set-version', workload: 0, version: 1 })],
    })
    expect(found.parts.replicaSets.podsOf(0)).toHaveLength(5)
    expect(found.parts.replicaSets.desired).toEqual([5])
    expect(found['rollout-duration']).toBeCloseTo(50, 3)
    expect(found.unavailable).toBeCloseTo(50, 3)
  })

  it('a pod that waits for its node and is deleted is created again, and starts when the node has room', () => {
    const found = simulate({
      controller: daemonSet,
      // A background pod fills the only node for 200 s.
      run: { pools: [pool(1, { cpu: 1000 })], background: [coming([[0, shape({ cpu: 1000 }), 200_000]])] },
      actions: [at(50, { kind: 'delete-pods', workload: 0, count: 1 })],
    })
    const [pod] = found.parts.replicaSets.podsOf(0)
    expect(found.parts.cluster.view.pods.phase[pod]).toBe(PodPhase.Ready)
    expect(found.unavailable).toBeCloseTo(200 + 10, 3)
  })
})

describe('a node that crashes while a pod on it terminates', () => {
  it('the pod ends once, when the node answers again, and its CPU is free', () => {
    const found = simulate({
      service: { replicas: 2, grace: 30 * SECOND, preStop: 30 * SECOND },
      run: { pools: [pool(1, { cpu: 4000 })] },
      actions: [at(100, { kind: 'delete-pods', workload: 0, count: 2 })],
      faults: [at(110, { kind: 'node-crash', nodes: { count: 1 }, duration: 100 * SECOND })],
    })
    expect(found.parts.replicaSets.podsOf(0)).toHaveLength(2)
    expect(found.parts.cluster.view.nodes.podCount[0]).toBe(2)
  })
})

describe('what changes and failures cost', () => {
  const crash: Fault = { at: 100 * SECOND, kind: 'node-crash', nodes: { count: 1 }, duration: Infinity }

  it('recovery from a node crash: detection (40 to 55 s) + eviction (toleration, 300 s) + rescheduling (0) + start (10 s)', () => {
    const found = simulate({ faults: [crash] })
    expect(found['failure-detection']).toBeGreaterThanOrEqual(40)
    expect(found['failure-detection']).toBeLessThanOrEqual(55.1)
    expect(found['failure-eviction']).toBeGreaterThanOrEqual(300)
    expect(found['failure-eviction']).toBeLessThan(300.2)
    expect(found['failure-rescheduling']).toBe(0)
    expect(found['failure-start']).toBeCloseTo(10, 6)
    expect(found['failures-unrecovered']).toBe(0)
    const parts = (['detection', 'eviction', 'rescheduling', 'start'] as const).map((part) => found[`failure-${part}`] as number)
    expect(found['failure-recovery']).toBeCloseTo(
      parts.reduce((sum, part) => sum + part, 0),
      6,
    )
    // Two pods are missing for as long.
    expect(found.unavailable).toBeCloseTo(2 * (found['failure-recovery'] as number), 3)
  })

  it('a node that is back after 20 s: its containers start again, in 20 + 10 s, before anyone notices', () => {
    const found = simulate({ faults: [{ ...crash, duration: 20 * SECOND } as Fault] })
    expect(found['failure-recovery']).toBeCloseTo(30, 6)
    expect(found['failure-eviction']).toBe(0)
  })

  it('a drain lasts until its last pod is gone: at once without a budget, one pod per start with one', () => {
    const drain = [at(100, { kind: 'drain', nodes: { count: 1 } })]
    expect(simulate({ actions: drain })['drain-duration']).toBe(0)
    const budget = { maxUnavailable: 1, unhealthyPods: 'IfHealthyBudget' } as const
    // The second of the two pods is tried at 5 and 10 s, and the successor of the first one is ready after 8 s.
    const versions = [version('v1', { start: 8 * SECOND })]
    expect(simulate({ actions: drain, budget, versions })['drain-duration']).toBeCloseTo(10, 6)
  })

  it('misses by changes: those of the seconds of a fault beyond the share elsewhere; the budget of 1 % of 24,000 requests', () => {
    const slow: Fault = { at: 100 * SECOND, kind: 'node-slow', nodes: { count: Infinity }, factor: 200, duration: 9.5 * SECOND }
    const found = simulate({ faults: [slow], service: { requests: requests(20, { kind: 'constant', value: 1000 }), objective: 100_000 } })
    const missed =
      ((found['slo-misses'] as number) / 100) * (found.result.latency.buckets.length > 0 ? found.parts.clients.list[0].ledger.arrived : 0)
    expect(missed).toBeGreaterThan(100)
    expect(found['misses-by-changes']).toBeCloseTo(missed, 6)
    expect(found['error-budget']).toBeCloseTo(100 * (missed / (0.01 * found.parts.clients.list[0].ledger.arrived)), 6)
    expect(found.result.marks).toEqual([{ kind: 'fault', text: 'slow cores of nodes', from: 100, to: 109.5 }])
  })
})

describe('taints and labels of nodes, deletion and apply', () => {
  const one = { count: 1 }
  const dedicated = { key: 'dedicated', value: 'db', effect: 'NoExecute' } as const
  const daemonSet: ControllerSpec = { kind: 'daemon-set', updateStrategy: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1, minReady: 0 }

  it.each(['kubernetes', 'first-fit'])('NoExecute empties the node at once, and untainted it takes pods again (%s)', (name) => {
    const run = { scheduling: choose(schedulers, name), check: true }
    const taint = at(100, { kind: 'taint', nodes: one, taint: dedicated })
    // Room for 20 pods on four nodes, 25 on five.
    const full = [at(300, { kind: 'scale', workload: 0, replicas: 25 })]
    const service = { shape: shape({ cpu: 800 }) }
    const versions = [version('v1', service)]
    const without = simulate({ run, versions, service, actions: [taint, ...full] })
    expect(without.parts.cluster.view.nodes.podCount[0]).toBe(0)
    expect(without.parts.cluster.pendingPods).toBe(5)
    expect(without.evictions).toBeGreaterThan(0)
    const untaint = at(500, { kind: 'untaint', nodes: one, key: 'dedicated' })
    const again = simulate({ run, versions, service, actions: [taint, ...full, untaint] })
    expect(again.parts.cluster.view.nodes.podCount[0]).toBe(5)
    expect(again.parts.cluster.pendingPods).toBe(0)
  })

  it('NoSchedule leaves running pods where they are', () => {
    const found = simulate({ actions: [at(100, { kind: 'taint', nodes: one, taint: { ...dedicated, effect: 'NoSchedule' } })] })
    expect(found.evictions).toBe(0)
  })

  it('a DaemonSet follows labels and taints of nodes', () => {
    const selecting = { shape: shape({ nodeSelector: { disk: 'ssd' } }) }
    const label = at(100, { kind: 'label', nodes: { count: 2 }, labels: { disk: 'ssd' }, remove: [] })
    const given = { controller: daemonSet, versions: [version('v1', selecting)], service: selecting }
    expect(simulate({ ...given, actions: [label] }).parts.replicaSets.podsOf(0)).toHaveLength(2)
    const unlabel = at(200, { kind: 'label', nodes: one, labels: {}, remove: ['disk'] })
    expect(simulate({ ...given, actions: [label, unlabel] }).parts.replicaSets.podsOf(0)).toHaveLength(1)
    const taint = at(200, { kind: 'taint', nodes: one, taint: dedicated })
    expect(simulate({ ...given, actions: [label, taint] }).parts.replicaSets.podsOf(0)).toHaveLength(1)
  })

  it.each([
    ['deployment', deployment()],
    ['stateful-set', statefulSet],
    ['daemon-set', daemonSet],
  ] as const)('a deleted %s has no pods; applied again it is created, with its new version', (_, controller) => {
    const remove = at(100, { kind: 'delete', workload: 0, cascade: 'background' })
    const gone = simulate({ controller, run: { check: true }, actions: [remove, at(150, { kind: 'scale', workload: 0, replicas: 3 })] })
    expect(gone.parts.replicaSets.podsOf(0)).toHaveLength(0)
    expect(gone.parts.cluster.created - gone.parts.cluster.gone).toBe(0)
    const apply = at(200, { kind: 'apply', workload: 0, version: 1 })
    const back = simulate({ controller, run: { check: true }, actions: [remove, apply] })
    const { pods } = back.parts.orchestrator!.setOf(0)
    expect(pods.pods).toHaveLength(controller === daemonSet ? 5 : 10)
    expect(new Set(pods.pods.map((pod) => pods.versionOf(pod).name))).toEqual(new Set(['v2']))
  })

  it.each([
    ['deployment', deployment()],
    ['stateful-set', statefulSet],
    ['daemon-set', daemonSet],
  ] as const)(
    'a %s deleted in the foreground exists until its pods have ended: applied before that it goes, after that it is created',
    (_, controller) => {
      const remove = at(100, { kind: 'delete', workload: 0, cascade: 'foreground' })
      const apply = (seconds: number): Action => at(seconds, { kind: 'apply', workload: 0 })
      const podsAfter = (...actions: Action[]): number =>
        simulate({
          controller,
          service: { preStop: 20 * SECOND, grace: 30 * SECOND },
          run: { check: true },
          actions,
        }).parts.replicaSets.podsOf(0).length
      expect(podsAfter(remove)).toBe(0)
      expect(podsAfter(remove, apply(110))).toBe(0)
      expect(podsAfter(remove, apply(140))).toBe(controller === daemonSet ? 5 : 10)
      // Deleted in the background it is gone at once, and created beside its old pods.
      expect(podsAfter(at(100, { kind: 'delete', workload: 0, cascade: 'background' }), apply(110))).toBe(controller === daemonSet ? 5 : 10)
    },
  )

  it('orphaned: the ReplicaSet of a Deployment keeps its pods, nothing keeps those of a StatefulSet', () => {
    const actions = [
      at(100, { kind: 'delete', workload: 0, cascade: 'orphan' }),
      at(200, { kind: 'delete-pods', workload: 0, count: 4 }),
      at(300, { kind: 'restart', workload: 0 }),
    ]
    expect(simulate({ actions }).parts.replicaSets.podsOf(0)).toHaveLength(10)
    expect(simulate({ controller: statefulSet, actions }).parts.replicaSets.podsOf(0)).toHaveLength(6)
    const apply = at(400, { kind: 'apply', workload: 0 })
    expect(simulate({ controller: statefulSet, actions: [...actions, apply] }).parts.replicaSets.podsOf(0)).toHaveLength(10)
  })

  it('apply changes replicas and version in one rollout', () => {
    const found = simulate({ actions: [at(100, { kind: 'apply', workload: 0, replicas: 14, version: 1 })] })
    const { pods } = found.parts.orchestrator!.setOf(0)
    expect(pods.pods).toHaveLength(14)
    expect(new Set(pods.pods.map((pod) => pods.versionOf(pod).name))).toEqual(new Set(['v2']))
    expect(found['rollouts-unfinished']).toBe(0)
  })
})

describe('endpoints besides ready pods', () => {
  /** Requests that fail when pods are deleted at 100 s and their successors are ready after 10 s: 20 per second. */
  const failed = (endpoints: EndpointSpec | undefined, replicas: number, given: Partial<Parameters<typeof simulate>[0]> = {}): number => {
    const preStop = { preStop: 5 * SECOND, grace: 30 * SECOND }
    const found = simulate({
      actions: [at(100, { kind: 'delete-pods', workload: 0, count: replicas })],
      ...given,
      service: { replicas, ...preStop, ...(endpoints === undefined ? {} : { endpoints }), ...given.service },
    })
    return (found['slo-misses']! / 100) * 20 * 1200
  }

  it('while no pod is ready, those that terminate are used until they stop accepting: of 10 s without a pod 5 s remain', () => {
    for (const replicas of [1, 3]) {
      expect(failed(undefined, replicas)).toBeGreaterThan(170)
      expect(failed(undefined, replicas)).toBeLessThan(230)
      expect(failed({ terminating: true, notReady: false }, replicas)).toBeGreaterThan(75)
      expect(failed({ terminating: true, notReady: false }, replicas)).toBeLessThan(125)
    }
  })

  it('while one is ready they are not used, although their processes accept requests', () => {
    const rest = { service: { replicas: 4 } }
    expect(failed({ terminating: true, notReady: false }, 3, rest)).toBe(0)
    const late = { service: { replicas: 4, preStop: 0 }, run: { delays: { ...noDelays, propagation: SECOND } } }
    expect(failed({ terminating: true, notReady: false }, 3, late)).toBeCloseTo(failed(undefined, 3, late), 6)
  })

  it('with publishNotReadyAddresses a pod is an endpoint before it is ready, and until it is gone', () => {
    const published = { terminating: false, notReady: true }
    // It accepts for 5 s, is gone then, and its successor is published when its container runs, at 10 s, and ready by then.
    expect(failed(published, 1)).toBeGreaterThan(75)
    expect(failed(published, 1)).toBeLessThan(125)
    // Half of the requests go to a pod that waits for its probe, for 20 s at most.
    const waiting = failed(published, 1, { service: { replicas: 2, probe: 20 * SECOND } })
    expect(waiting).toBeGreaterThan(10)
    expect(waiting).toBeLessThan(210)
    expect(failed(undefined, 1, { service: { replicas: 2, probe: 20 * SECOND } })).toBe(0)
  })
})
