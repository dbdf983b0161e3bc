import { describe, expect, test } from 'vitest'
import { clusterOf } from '../../testing/cluster.ts'
import { DecisionKind, Decisions } from '../../cluster/decisions.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { firstFit } from '../members/first-fit.ts'
import { SchedulingLoop } from './loop.ts'
import { Wake } from '../policy.ts'
import type { Placer } from '../policy.ts'
import { PendingQueue } from './queue.ts'
import { context } from '../scheduling.fixture.ts'

const always = (node: number): Placer => ({ examined: 7, place: () => node })

describe('the loop', () => {
  test('one decision a step, with its work; a bound pod leaves the queue, a declined one stays', () => {
    const { cluster, pods } = clusterOf().nodes(2, { cpu: '1' }).pods(3).build()
    const loop = new SchedulingLoop(cluster.view, firstFit.create({}, context()))
    for (const pod of pods) loop.enqueue(pod)
    const out = new Decisions()
    const seen: number[][] = []
    while (loop.step(cluster.view, out)) {
      cluster.commit(out, 0)
      seen.push([out.count, out.kind[0], out.pod[0], out.node[0], out.examined, loop.waiting])
      out.clear()
    }
    expect(seen).toEqual([
      [1, DecisionKind.Bind, pods[0], 0, 1, 2],
      [1, DecisionKind.Bind, pods[1], 1, 2, 1],
      [1, DecisionKind.Decline, pods[2], NONE, 2, 1],
    ])
  })

  test('a bind that the commit refused is tried again, before the younger pods', () => {
    const { cluster, pods } = clusterOf().nodes(2).pods(2).build()
    const loop = new SchedulingLoop(cluster.view, firstFit.create({}, context()))
    for (const pod of pods) loop.enqueue(pod)
    const out = new Decisions()
    loop.wake(Wake.PodsArrived, cluster.view, out)
    cluster.setNodeState(0, NodeState.Cordoned) // between the decision and its commit
    expect(cluster.commit(out, 0)).toBe(0)
    loop.refused(out.pod[0])
    out.clear()
    loop.wake(Wake.Timer, cluster.view, out)
    expect([out.pod[0], out.node[0]]).toEqual([pods[0], 1])
  })
})

describe('a placer that chooses what it must not', () => {
  const attempt = (placer: Placer, builder = clusterOf().node({ cpu: 500 }).pod()) => {
    const { cluster, pods } = builder.build()
    const loop = new SchedulingLoop(cluster.view, placer, new PendingQueue(), 'my-idea')
    loop.enqueue(pods[pods.length - 1])
    return () => loop.step(cluster.view, new Decisions())
  }
  test.each([
    { why: 'too little cpu', node: 0, message: 'my-idea placed pod 0 on node 0, on which it does not fit (cpu 1000 requested, 500 free)' },
    {
      why: 'no such row',
      node: 4,
      message: "my-idea placed pod 0 on node 4, which is no node's row: 0 to 0, or -1 for none, are accepted",
    },
    { why: 'between two rows', node: 0.5, message: "my-idea placed pod 0 on node 0.5, which is no node's row" },
    { why: 'NaN', node: NaN, message: "my-idea placed pod 0 on node NaN, which is no node's row" },
    { why: 'another negative number', node: -2, message: "my-idea placed pod 0 on node -2, which is no node's row" },
  ])('$why', ({ node, message }) => expect(attempt(always(node))).toThrow(message))

  test('a selector, and a cordoned node', () => {
    expect(
      attempt(
        always(0),
        clusterOf()
          .node()
          .pod({ nodeSelector: { disk: 'ssd' } }),
      ),
    ).toThrow('its selectors, tolerations or GPU model exclude the node')
    expect(attempt(always(0), clusterOf().node({}, NodeState.Cordoned).pod())).toThrow('it is not Ready, or its devices are taken')
  })
})
