import { describe, expect, test } from 'vitest'
import { Decisions, DecisionKind } from '../../../../cluster/decisions.ts'
import { NONE } from '../../../../cluster/views.ts'
import { valuesOf, type ParameterValue } from '../../../../common/define.ts'
import { clusterOf, onNode, shape } from '../../../../testing/cluster.ts'
import { kubernetes } from '../../../members/kubernetes.ts'
import type { SchedulingContext } from '../../../policy.ts'
import type { Driven } from '../../../queue/driver.ts'
import { counted } from '../../../scheduling.fixture.ts'

const SECOND = 1_000_000

/** A scheduler over a cluster, and a clock that the test moves. */
function scheduler(build: ReturnType<typeof clusterOf>, given: Record<string, ParameterValue> = {}, more: Partial<SchedulingContext> = {}) {
  const { cluster, pods } = build.build()
  const clock = { now: 0, alarms: [] as number[] }
  const context = { random: counted(), now: () => clock.now, wakeAt: (time: number) => void clock.alarms.push(time), ...more }
  const member = kubernetes.create(valuesOf(kubernetes.parameters, { ties: 'first', ...given }), context) as unknown as Driven
  const driver = member.drive(cluster.view)!
  const out = new Decisions()
  for (const pod of pods) if (cluster.pods.node[pod] === NONE) driver.enqueue(pod)
  /** One decision, as [kind, pod, node] of each row. */
  const decide = (): number[][] => {
    out.clear()
    driver.wake(0, cluster.view, out)
    cluster.commit(out, clock.now)
    return Array.from({ length: out.count }, (_, row) => [out.kind[row], out.pod[row], out.node[row]])
  }
  return { cluster, pods, clock, driver, decide }
}

const { Bind, Evict, Decline, Nominate } = DecisionKind

describe('the queue', () => {
  test('higher priority first, then the pod that entered first', () => {
    const { decide } = scheduler(clusterOf().node().pod().pod({ priority: 5 }).pod({ priority: 5 }))
    expect([decide(), decide(), decide()].map(([[, pod]]) => pod)).toEqual([1, 2, 0])
  })

  test('a pod that fits nowhere waits until a pod leaves a node on which it then fits', () => {
    const build = clusterOf().nodes(2, { cpu: 1000 }).pod({ cpu: 800 }, onNode(0)).pod({ cpu: 900 }, onNode(1)).pod({ cpu: 600 })
    const { cluster, pods, decide, driver } = scheduler(build)
    expect(decide()).toEqual([[Decline, pods[2], NONE]])
    expect([decide(), driver.idle, driver.waiting]).toEqual([[], true, 1])
    cluster.release(pods[0], 1)
    expect(decide()).toEqual([[Bind, pods[2], 0]])
  })

  test.each([['1, 2, 4, 8, 10, 10 s of back-off without SchedulerPopFromBackoffQ', [1, 2, 4, 8, 10, 10]]])('%s', (_, waits) => {
    const build = clusterOf().node({ cpu: 1000 }).pod({ cpu: 1000 }, onNode(0)).pod({ cpu: 1000 })
    const { cluster, pods, clock, decide } = scheduler(build, { popFromBackoff: false })
    for (const [i, wait] of waits.entries()) {
      expect(decide(), `try ${i + 1}`).toEqual([[Decline, pods[1], NONE]])
      const [holder] = [cluster.residents.first[0]]
      cluster.release(holder, clock.now)
      expect(decide()).toEqual([])
      cluster.bind(cluster.createPod(shape({ cpu: 1000 }), NONE, clock.now), 0, NONE, clock.now)
      clock.now += wait * SECOND - 1
      expect(decide()).toEqual([])
      clock.now++
    }
  })

  test('a pod with scheduling gates is not tried; after five minutes without an event a pod is tried again', () => {
    const build = clusterOf()
      .node({ cpu: 500 })
      .pod({ rules: { schedulingGates: ['quota'] } })
      .pod()
    const { clock, decide, pods } = scheduler(build)
    expect(decide()).toEqual([[Decline, pods[1], NONE]])
    clock.now = 299 * SECOND
    expect(decide()).toEqual([])
    clock.now = 330 * SECOND
    expect(decide()).toEqual([[Decline, pods[1], NONE]])
  })
})

describe('preemption', () => {
  const full = (more = {}) =>
    clusterOf()
      .nodes(2, { cpu: 1000 })
      .pod({ cpu: 600, priority: 1 }, onNode(0))
      .pod({ cpu: 600, priority: 2 }, onNode(1))
      .pod({ cpu: 500, priority: 10, ...more })

  test('evicts the victim of the lowest priority, promises the node, and binds there when it is free', () => {
    const { cluster, pods, decide } = scheduler(full())
    expect(decide()).toEqual([
      [Decline, pods[2], NONE],
      [Nominate, pods[2], 0],
      [Evict, pods[0], NONE],
    ])
    expect([decide(), cluster.pods.nominated[pods[2]]]).toEqual([[], 0])
    cluster.release(pods[0], 1)
    expect(decide()).toEqual([[Bind, pods[2], 0]])
  })

  test('not with preemptionPolicy Never, nor when the profile has it off', () => {
    const never = scheduler(full({ rules: { preemptionPolicy: 'Never' } }))
    expect(never.decide()).toEqual([[Decline, never.pods[2], NONE]])
    const off = scheduler(full(), { preemption: false })
    expect(off.decide()).toEqual([[Decline, off.pods[2], NONE]])
  })

  test('spares a pod whose budget allows no disruption where another one will do', () => {
    const budgets = () => [{ allowed: 0, covers: (pod: number) => pod === 0 }]
    const { pods, decide } = scheduler(full(), {}, { budgets })
    expect(decide()[1]).toEqual([Nominate, pods[2], 1])
  })

  test('another pod of lower priority does not take the promised capacity', () => {
    const { cluster, pods, driver, decide } = scheduler(full())
    decide()
    cluster.release(pods[0], 1)
    const late = cluster.createPod(shape({ cpu: 600, priority: 1 }), NONE, 1)
    driver.enqueue(late)
    // The pod of higher priority backs off, so the other one is tried first.
    expect([decide(), decide()]).toEqual([[[Decline, late, NONE]], [[Bind, pods[2], 0]]])
  })
})
