import { describe, expect, it } from 'vitest'
import { explainRollout, type RolloutInput } from './explanation.ts'
import type { RolloutStep } from './rollout.ts'

const SECOND = 1e6

const deployment = (
  replicas: number,
  maxSurge: number | string = '25%',
  maxUnavailable: number | string = '25%',
): RolloutInput['workload'] => ({
  kind: 'Deployment',
  replicas,
  strategy: { type: 'RollingUpdate', maxSurge, maxUnavailable },
  paused: false,
  minReady: 0,
  progressDeadline: 600 * SECOND,
  revisionHistory: 10,
  rollback: false,
})

const explain = (workload: RolloutInput['workload'], actions: RolloutInput['actions'], ready = [10, 10, 10]): RolloutStep[] =>
  explainRollout({
    workload,
    versions: ready.map((seconds, i) => ({ name: `v${i + 1}`, ready: seconds * SECOND, stop: 5 * SECOND })),
    actions,
    until: 3600 * SECOND,
  })

const second = (seconds: number): RolloutInput['actions'] => [{ at: seconds * SECOND, kind: 'template', template: 1 }]

/** Pairs (old, new) after each write of a size, from the first action on. */
function sizes(steps: readonly RolloutStep[], replicas: number): string[] {
  const now: Record<string, number> = { v1: replicas, v2: 0, v3: 0 }
  return steps
    .slice(1)
    .flatMap(({ sizes: changes }) => changes)
    .map(({ version, to }) => {
      now[version] = to
      return `(${now.v1},${now.v2})`
    })
}

describe('explained rollouts', () => {
  it('10 replicas, 25 % and 25 %: (8,3) (8,5), ready, (3,5) (3,10), ready, (0,10)', () => {
    const steps = explain(deployment(10), second(60))
    expect(sizes(steps, 10)).toEqual(['(10,3)', '(8,3)', '(8,5)', '(3,5)', '(3,10)', '(0,10)'])
    expect(steps.find(({ complete, at }) => complete && at > 0)!.at).toBe(80 * SECOND)
  })

  it('3 replicas: three waves; 2 replicas, no surge, 25 %: one unavailable is forced', () => {
    expect(sizes(explain(deployment(3), second(60)), 3)).toEqual(['(3,1)', '(2,1)', '(2,2)', '(1,2)', '(1,3)', '(0,3)'])
    expect(sizes(explain(deployment(2, 0, '25%'), second(60)), 2)).toEqual(['(2,0)', '(1,0)', '(1,1)', '(0,1)', '(0,2)'])
  })

  it('a version that is never ready: stops at (8,5) and says why, the deadline passes 601 s after the last progress, undo restores (10,0)', () => {
    const steps = explain(deployment(10), [...second(60), { at: 900 * SECOND, kind: 'undo' }], [10, Infinity])
    const stuck = steps.find(({ at }) => at === 60 * SECOND)!
    expect(stuck.waitsFor).toBe(
      '13 replicas are all that 10 + 3 surge allow; 8 are available and 8 must be; 5 new pods are not available yet',
    )
    expect(steps.find(({ waitsFor }) => waitsFor.includes('deadline'))!.at).toBe((60 + 601) * SECOND)
    const last = steps.at(-1)!
    expect(last.complete).toBe(true)
    expect(last.versions.map(({ replicas }) => replicas)).toEqual([10, 0])
  })

  it('scaled from 10 to 15 at (8,5), 25 %: 12 and 7 in proportion, as 19 are allowed', () => {
    const steps = explain(deployment(10), [...second(60), { at: 61 * SECOND, kind: 'scale', replicas: 15 }], [10, Infinity])
    expect(steps.find(({ at }) => at === 61 * SECOND)!.versions.map(({ replicas }) => replicas)).toEqual([12, 7])
  })

  it('paused: nothing moves, and the reason is the pause', () => {
    const steps = explain(deployment(10), [{ at: SECOND, kind: 'pause' }, ...second(60)])
    expect(steps.at(-1)!.waitsFor).toBe('the rollout is paused')
    expect(steps.at(-1)!.versions[0].ready).toBe(10)
  })

  it('a StatefulSet of 3, 10 s to ready and 5 s to stop: ordinals 2, 1, 0, in 45 s', () => {
    const workload = {
      kind: 'StatefulSet',
      replicas: 3,
      podManagement: 'OrderedReady',
      updateStrategy: 'RollingUpdate',
      partition: 0,
      start: 0,
      minReady: 0,
    } as const
    const steps = explain(workload, second(60))
    expect(steps.filter(({ waitsFor }) => waitsFor.includes('gone')).map(({ waitsFor }) => waitsFor)).toEqual([
      'pod 2 must be gone',
      'pod 1 must be gone',
      'pod 0 must be gone',
    ])
    expect(steps.at(-1)).toMatchObject({ complete: true, at: (60 + 45) * SECOND })
  })

  it('a stuck StatefulSet does not heal by a third version under OrderedReady, and does under Parallel', () => {
    const third = [...second(60), { at: 120 * SECOND, kind: 'template', template: 2 } as const]
    const of = (podManagement: 'OrderedReady' | 'Parallel'): boolean =>
      explain(
        { kind: 'StatefulSet', replicas: 3, podManagement, updateStrategy: 'RollingUpdate', partition: 0, start: 0, minReady: 0 },
        third,
        [10, Infinity, 10],
      ).at(-1)!.complete
    expect([of('OrderedReady'), of('Parallel')]).toEqual([false, true])
  })

  it('a StatefulSet of 5 with maxUnavailable 2: pods 4 and 3, then 2 and 1, then 0, each 5 s to stop and 10 s to ready; 30 % of 5 is 1', () => {
    const of = (podManagement: 'OrderedReady' | 'Parallel', maxUnavailable: number | string): readonly [number[], number] => {
      const steps = explain(
        {
          ...{ kind: 'StatefulSet', replicas: 5, updateStrategy: 'RollingUpdate', partition: 0, start: 0, minReady: 0 },
          podManagement,
          maxUnavailable,
        },
        second(60),
      )
      return [
        steps.map(({ versions }) => versions[0].terminating + versions[1].terminating).filter((n) => n > 0),
        steps.at(-1)!.at / SECOND - 60,
      ]
    }
    expect(of('Parallel', 2)).toEqual([[2, 2, 1], 45])
    // One pod is created after another, so that the second one waits for the first.
    expect(of('OrderedReady', 2)[1]).toBe(5 + 10 + 10 + 5 + 10 + 10 + 5 + 10)
    expect(of('Parallel', '30%')).toEqual([[1, 1, 1, 1, 1], 75])
  })

  it('a DaemonSet on 5 nodes with maxUnavailable 2: three waves of 15 s; with surge 1 each node takes 10 s and the old pod goes after it', () => {
    const of = (maxSurge: number, maxUnavailable: number) =>
      explain({ kind: 'DaemonSet', nodes: 5, updateStrategy: 'RollingUpdate', maxSurge, maxUnavailable, minReady: 0 }, second(60))
    const within = of(0, 2)
    expect(Math.min(...within.map(({ ready }) => ready))).toBe(3)
    expect(within.at(-1)).toMatchObject({ complete: true, at: (60 + 45) * SECOND })
    expect(within[1].waitsFor).toBe('2 old pods are stopping; 2 nodes are without an available pod, and 2 may be')
    const beside = of(1, 0)
    expect(Math.min(...beside.map(({ ready }) => ready))).toBe(5)
    expect(beside.at(-1)).toMatchObject({ complete: true, at: (60 + 5 * 10 + 5) * SECOND })
  })

  it('with rollback a rollout is undone 601 s after its last progress', () => {
    const steps = explain({ ...deployment(10), rollback: true } as RolloutInput['workload'], second(60), [10, Infinity])
    const undone = steps.find(({ actions }) => actions.includes('automatic rollback'))!
    expect(undone.at).toBe((60 + 601) * SECOND)
    expect(steps.at(-1)!.versions.map(({ ready }) => ready)).toEqual([10, 0])
  })

  const update = {
    parallelism: 1,
    delay: 0,
    failureAction: 'rollback',
    monitor: 5 * SECOND,
    maxFailureRatio: 0,
    order: 'stop-first',
  } as const
  const swarm = (
    replicas: number,
    change: Partial<typeof update> | { parallelism: number; delay: number } = {},
  ): RolloutInput['workload'] => ({
    ...{ kind: 'SwarmService', mode: 'replicated', replicas, rollback: update, update: { ...update, ...change } },
    restart: { condition: 'any', delay: 5 * SECOND, maxAttempts: Infinity, window: 0 },
  })

  it('a Swarm service of 10, parallelism 2, delay 10 s, 6 s a slot: the last slot runs at 70 s, complete at 80 + 10 + 1 s', () => {
    const versions = ['v1', 'v2'].map((name) => ({ name, ready: 5 * SECOND, stop: SECOND }))
    const steps = explainRollout({
      workload: swarm(10, { parallelism: 2, delay: 10 * SECOND }),
      versions,
      actions: second(60),
      until: 600 * SECOND,
    })
    expect(steps.findLast(({ ready }) => ready < 10)!.at).toBeLessThan((60 + 70) * SECOND)
    expect(steps.find(({ versions: [, fresh] }) => fresh.ready === 10)!.at).toBe((60 + 70) * SECOND)
    expect(steps.at(-1)).toMatchObject({ complete: true, at: (60 + 91) * SECOND })
    expect(steps.map(({ waitsFor }) => waitsFor)).toContain('the delay between slots ends at 1m16s')
  })

  it('tasks that fail: Swarm rolls back after the first one, ECS after 3 of 4, Marathon goes on for ever', () => {
    const versions = [
      { name: 'v1', ready: 5 * SECOND, stop: SECOND },
      { name: 'v2', ready: Infinity, stop: SECOND, fails: 3 * SECOND },
    ]
    const of = (workload: RolloutInput['workload']) => explainRollout({ workload, versions, actions: second(60), until: 600 * SECOND })
    const isBack = ({ actions }: RolloutStep): boolean => actions.includes('automatic rollback')
    expect(of(swarm(4)).filter(isBack)).toMatchObject([{ at: (60 + 1 + 3) * SECOND, ready: 3 }])
    const threshold = { type: 'BOUNDED_PERCENT', value: 50 } as const
    const ecs = of({
      ...{ kind: 'EcsService', replicas: 4, scheduling: 'REPLICA', minimumHealthyPercent: 100, maximumPercent: 150, loadBalancer: true },
      ...{ breaker: { enable: true, rollback: true, resetOnHealthyTask: true, threshold }, healthCheckGrace: 0, unhealthyThreshold: 2 },
    })
    // Two tasks at a time are all that 150 % allow; both of the second pair fail at 6 s.
    expect(ecs[1].waitsFor).toBe('6 tasks are all that 150 % allow; 4 are healthy and 4 must be; 2 new tasks are not healthy yet')
    expect(ecs.filter(isBack)).toMatchObject([{ at: (60 + 6) * SECOND, ready: 4 }])
    const marathon = of({
      ...{ kind: 'MarathonApp', replicas: 4, minimumHealthCapacity: 0.5, maximumOverCapacity: 0, killSelection: 'YOUNGEST_FIRST' },
      ...{ backOff: { first: SECOND, factor: 1.15, max: 300 * SECOND }, unreachable: { inactiveAfter: 0, expungeAfter: 0 } },
    })
    expect(marathon[1].versions).toMatchObject([{ ready: 2, terminating: 2 }, { pods: 0 }])
    expect(marathon.at(-1)!.complete).toBe(false)
    expect(marathon.filter(isBack)).toEqual([])
  })
})
