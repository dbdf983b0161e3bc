import { expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { NONE } from '../../cluster/views.ts'
import { ecs } from './ecs.ts'
import { context } from '../scheduling.fixture.ts'

type Strategy = 'spread-zone' | 'spread-instance' | 'spread-pool' | 'binpack-cpu' | 'binpack-memory' | 'random'

/** Places and binds each pod with index and twin, which agree; returns the nodes. */
function placed(strategies: readonly Strategy[], cluster: Cluster, pods: readonly number[]): number[] {
  const values = { strategies: strategies.map((by) => ({ by })) }
  const index = ecs.create(values, context())
  const twin = ecs.twin(values, context())
  return pods.map((pod) => {
    const node = index.place(pod, cluster.view)
    expect(twin.place(pod, cluster.view)).toBe(node)
    if (node !== NONE) cluster.bind(pod, node)
    return node
  })
}

test('spread over zones, then instances: two zones of 1 and 2 nodes get 2 pods each', () => {
  const { cluster, pods } = clusterOf().node({ zone: 'a' }).nodes(2, { zone: 'b' }).pods(4, {}, undefined, 7).build()
  expect(placed(['spread-zone', 'spread-instance'], cluster, pods)).toEqual([0, 1, 2, 0]) // zones tie at 1 and 1: the empty node
})

test('spread counts pods of the service, not all: a node with 3 others is as good', () => {
  const { cluster, pods } = clusterOf()
    .nodes(2)
    .pods(3, {}, onNode(0), 1)
    .pod({}, onNode(1), 2)
    .pod({}, undefined, 2)
    .pod({}, undefined, 3)
    .build()
  expect(placed(['spread-instance'], cluster, pods.slice(4))).toEqual([0, 0])
})

test('a chain narrows, it is no weighted sum: the zone with fewer pods wins although its node has most free memory', () => {
  const { cluster, pods } = clusterOf()
    .node({ zone: 'a', memory: '4Gi' })
    .node({ zone: 'b', memory: '64Gi' })
    .node({ zone: 'b', memory: '32Gi' })
    .pod({}, onNode(0), 1)
    .pod({}, undefined, 1)
    .build()
  expect(placed(['spread-zone', 'binpack-memory'], cluster, [pods[1]])).toEqual([2])
})

test('binpack takes the least free amount that still fits, of the named resource', () => {
  const build = () =>
    clusterOf().node({ cpu: '2', memory: '64Gi' }).node({ cpu: '16', memory: '8Gi' }).node({ cpu: 500, memory: '1Gi' }).pod().build()
  const cpu = build()
  const memory = build()
  expect(placed(['binpack-cpu'], cpu.cluster, cpu.pods)).toEqual([0])
  expect(placed(['binpack-memory'], memory.cluster, memory.pods)).toEqual([1])
})

test('spread over pools; without strategies the lowest row', () => {
  const pools = clusterOf().node({}, 1, 0).node({}, 1, 1).pods(2, {}, undefined, 1).build()
  expect(placed(['spread-pool'], pools.cluster, pools.pods)).toEqual([0, 1])
  const plain = clusterOf().nodes(2).pods(2, {}, undefined, 1).build()
  expect(placed([], plain.cluster, plain.pods)).toEqual([0, 0])
})

test('random: every node within 40 pods', () => {
  const { cluster, pods } = clusterOf().nodes(3).pods(40, { cpu: 10, memory: 10 }, undefined, 1).build()
  expect(new Set(placed(['random'], cluster, pods))).toEqual(new Set([0, 1, 2]))
})

test('pods that left, and pods that another scheduler placed, are counted', () => {
  const { cluster, pods } = clusterOf().nodes(2).pods(4, {}, undefined, 1).build()
  const values = { strategies: [{ by: 'spread-instance' }] }
  const placer = ecs.create(values, context())
  const place = (pod: number): number => {
    const node = placer.place(pod, cluster.view)
    cluster.bind(pod, node)
    return node
  }
  expect(place(pods[0])).toBe(0)
  cluster.bind(pods[1], 1) // by another
  cluster.release(pods[0], 0)
  expect(place(pods[2])).toBe(0)
  cluster.release(pods[1], 0)
  expect(place(pods[3])).toBe(1)
})
