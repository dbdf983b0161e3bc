import { describe, expect, it } from 'vitest'
import { explainRollout, type RolloutInput, type RolloutStep } from './rollout-explanation.ts'

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
})
