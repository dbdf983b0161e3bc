import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { DecisionKind, Decisions } from '../../cluster/decisions.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { firstFit } from '../members/first-fit.ts'
import { leastAllocated } from '../members/least-allocated.ts'
import { SchedulingLoop } from './loop.ts'
import { NaiveLoop } from './naive-loop.ts'
import { orderMembers } from '../orders/index.ts'
import { PendingQueue } from './queue.ts'
import { valuesOf } from '../../common/define.ts'
import { random } from '../members/random.ts'
import { changeNodes, context, emptyCluster, shapeOf, steps, templates } from '../scheduling.fixture.ts'
import type { Step } from '../scheduling.fixture.ts'
import type { PodShape } from '../../cluster/spec.ts'
import { slowCases } from '../../testing/index.ts'

/** The common interface of the loop and its twin. */
interface Pending {
  enqueue(pod: number): void
  drop(pod: number): void
  step(out: Decisions): boolean
  unschedulable(): number[]
}

/** Replays the history and records every bind, and the pending pods after each step. */
function recorded(cluster: Cluster, loop: Pending, history: readonly Step[]): unknown[] {
  const lines: unknown[] = []
  const bound: number[] = []
  const pending: number[] = []
  const out = new Decisions()
  for (const step of history) {
    if (step.kind === 'pod') {
      const pod = createPod(cluster, step.which)
      pending.push(pod)
      loop.enqueue(pod)
    } else if (step.kind === 'release') {
      if (bound.length > 0) cluster.release(bound.splice(step.which % bound.length, 1)[0], 0)
    } else if (step.kind === 'drop') {
      if (pending.length > 0) {
        const [pod] = pending.splice(step.which % pending.length, 1)
        loop.drop(pod)
        cluster.deletePending(pod)
      }
    } else changeNodes(cluster, step)
    if (step.which % 3 === 0) continue // several things happen before the scheduler looks again
    for (;;) {
      out.clear()
      if (!loop.step(out)) break
      cluster.commit(out, 0)
      for (let row = 0; row < out.count; row++) {
        if (out.kind[row] !== DecisionKind.Bind) continue
        expect(out.accepted[row]).toBe(1)
        lines.push([out.pod[row], out.node[row]])
        bound.push(out.pod[row])
        pending.splice(pending.indexOf(out.pod[row]), 1)
      }
    }
    lines.push(loop.unschedulable())
  }
  return lines
}

/** Pods of four tenants and three priorities, with eleven durations (one endless) and with deadlines (some without). */
function createPod(cluster: Cluster, which: number): number {
  const shape: PodShape = { ...shapeOf(which), tenant: ['', 'ana', 'ben', 'cem'][which % 4], priority: [0, 0, 1000, -5][(which >> 2) % 4] }
  const duration = which % 11 === 0 ? Infinity : (which % 11) * 1e6
  const deadline = which % 7 === 0 ? Infinity : (which % 97) * 1e6
  return cluster.createPod(shape, NONE, 0, duration, deadline)
}

function few(count: number): Cluster {
  const cluster = emptyCluster()
  for (let i = 0; i < count; i++) cluster.addNode(templates[i % templates.length], 0)
  return cluster
}

/** Defaults, and weights where tenants have some: the tenants of the histories get different ones. */
const valuesFor = ({ parameters }: (typeof orderMembers)[number]): never =>
  ({
    ...valuesOf(parameters),
    ...('weights' in parameters
      ? {
          weights: [
            { tenant: 'ana', weight: 3 },
            { tenant: 'ben', weight: 0.5 },
          ],
        }
      : {}),
  }) as never

// Orders with a discipline drive jobs: job-loop.test.ts.
const ofPods = orderMembers.filter((order) => order.create(valuesFor(order), undefined).discipline === undefined)
const pairs = ofPods.flatMap((order) =>
  [firstFit, leastAllocated, random].map((member) => ({ order, member, name: `${order.name}, ${member.name}` })),
)

describe.each(pairs)('the queue with hints against the naive one: $name', ({ order, member }) => {
  test('the same pods on the same nodes in the same order, and the same pods stay pending', () => {
    let pendingSteps = 0
    fc.assert(
      fc.property(steps(300), fc.integer({ min: 1, max: 8 }), (history, count) => {
        const hinted = few(count)
        const loop = new SchedulingLoop(
          hinted.view,
          member.create(valuesOf(member.parameters) as never, context()),
          new PendingQueue(order.create(valuesFor(order), undefined)),
        )
        const plain = few(count)
        const naive = new NaiveLoop(member.twin(valuesOf(member.parameters) as never, context()), order.twin!(valuesFor(order)))
        const expected = recorded(
          plain,
          {
            enqueue: (pod) => naive.enqueue(pod),
            drop: (pod) => naive.drop(pod),
            step: (out) => naive.step(plain.view, out),
            unschedulable: () => [...naive.unschedulable(plain.view)],
          },
          history,
        )
        const seen = recorded(
          hinted,
          {
            enqueue: (pod) => loop.enqueue(pod),
            drop: (pod) => loop.drop(pod),
            step: (out) => loop.step(hinted.view, out),
            unschedulable: () => {
              const pods: number[] = []
              loop.unschedulable((pod) => pods.push(pod))
              expect(pods.length).toBe(loop.waiting)
              return pods
            },
          },
          history,
        )
        expect(seen).toEqual(expected)
        pendingSteps += expected.filter((line) => (line as number[]).length > 2).length
      }),
      { numRuns: slowCases(30, 3), seed: 4 },
    )
    expect(pendingSteps).toBeGreaterThan(slowCases(100, 3))
  })
})

describe('what is tried', () => {
  /** The pods that the loop tried, in order, with the node of each. */
  function tries(loop: SchedulingLoop, cluster: Cluster): [number, number][] {
    const out = new Decisions()
    const seen: [number, number][] = []
    for (;;) {
      out.clear()
      if (!loop.step(cluster.view, out)) return seen
      cluster.commit(out, 0)
      seen.push([out.pod[0], out.node[0]])
    }
  }
  const loopOf = (cluster: Cluster) => new SchedulingLoop(cluster.view, firstFit.create({}, context()))

  test('a large pod at the head blocks no other pod; of three large ones one is tried; a freed node that is too small causes no try', () => {
    const { cluster, pods } = clusterOf()
      .nodes(2, { cpu: '4' })
      .pod({ cpu: '3' }, onNode(0))
      .pod({ cpu: '1' }, onNode(1))
      .pod({ cpu: '2' }, onNode(1))
      .pods(3, { cpu: '4' })
      .pods(2, { cpu: '1' })
      .build()
    const [three, one, two, large, , , small, smaller] = pods
    const loop = loopOf(cluster)
    for (const pod of pods.slice(3)) loop.enqueue(pod)
    expect(tries(loop, cluster)).toEqual([
      [large, NONE],
      [small, 0],
      [smaller, 1],
    ])
    cluster.release(one, 0) // node 1: 2 of 4 cores free
    expect(tries(loop, cluster)).toEqual([])
    cluster.release(two, 0) // 3 of 4: the small one is still bound
    expect(tries(loop, cluster)).toEqual([])
    cluster.release(three, 0) // node 0: 3 of 4
    cluster.release(small, 0) // all of node 0
    expect(tries(loop, cluster)).toEqual([
      [large, 0],
      [large + 1, NONE],
    ])
    expect(loop.waiting).toBe(2)
  })

  test('a node that joins or is uncordoned causes a try of the classes that fit there, in the order of the pods', () => {
    const { cluster, pods } = clusterOf().node({}, NodeState.Cordoned).pod({ cpu: '20' }).pod({ cpu: '2' }).pod({ cpu: '20' }).build()
    const loop = loopOf(cluster)
    for (const pod of pods) loop.enqueue(pod)
    expect(tries(loop, cluster)).toEqual([
      [pods[0], NONE],
      [pods[1], NONE],
    ])
    cluster.setNodeState(0, NodeState.Ready)
    expect(tries(loop, cluster)).toEqual([[pods[1], 0]])
    cluster.addNode({ ...templates[1], cpu: 64_000 }, 0)
    expect(tries(loop, cluster)).toEqual([
      [pods[0], 1],
      [pods[2], 1],
    ])
  })

  test('a pod of a class that is known to fit nowhere is unschedulable without a try', () => {
    const { cluster, pods } = clusterOf().node().pods(2, { cpu: '20' }).build()
    const loop = loopOf(cluster)
    loop.enqueue(pods[0])
    expect(tries(loop, cluster)).toEqual([[pods[0], NONE]])
    loop.enqueue(pods[1])
    expect(tries(loop, cluster)).toEqual([])
    const pending: number[] = []
    loop.unschedulable((pod) => pending.push(pod))
    expect(pending).toEqual(pods)
  })
})

describe('order within the queue', () => {
  test('pods leave from any place; a returning pod is first again; adding twice throws, removing twice does nothing', () => {
    const { cluster, pods } = clusterOf().node().pods(5).build()
    const queue = new PendingQueue()
    for (const pod of pods) queue.add(pod, cluster.view)
    queue.remove(pods[0])
    queue.remove(pods[2])
    queue.remove(pods[2])
    expect([queue.size, queue.head(cluster.view), queue.has(pods[2])]).toEqual([3, pods[1], false])
    queue.add(pods[0], cluster.view)
    expect(queue.head(cluster.view)).toBe(pods[0])
    expect(() => queue.add(pods[0], cluster.view)).toThrow(`pod ${pods[0]} is already in the queue`)
    queue.add(pods[2], cluster.view)
    const order: number[] = []
    while (queue.size > 0) {
      order.push(queue.head(cluster.view))
      queue.remove(order[order.length - 1])
    }
    expect(order).toEqual(pods)
    expect(queue.head(cluster.view)).toBe(NONE)
  })

  test('with a rank: equal ranks go in the order of creation, also after a pod returns', () => {
    const { cluster, pods } = clusterOf().node().pod({ cpu: 3 }).pod({ cpu: 1 }).pod({ cpu: 2 }).pod({ cpu: 1 }).build()
    const queue = new PendingQueue({ rank: (pod, view) => view.pods.cpu[pod] })
    for (const pod of pods) queue.add(pod, cluster.view)
    queue.remove(pods[1])
    queue.add(pods[1], cluster.view)
    const order: number[] = []
    while (queue.size > 0) {
      order.push(queue.head(cluster.view))
      queue.remove(order[order.length - 1])
    }
    expect(order).toEqual([pods[1], pods[3], pods[2], pods[0]])
  })
})
