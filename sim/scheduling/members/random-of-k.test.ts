import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { randomOfK } from './random-of-k.ts'
import { context, counted } from '../scheduling.fixture.ts'

const placerOf = (given: Record<string, ParameterValue>) => randomOfK.create(valuesOf(randomOfK.parameters, given), context())

/** How often each of `count` nodes (node i holds i pods of 1 core) is chosen in `tries` placements. */
function hits(count: number, tries: number, given: Record<string, ParameterValue>): number[] {
  const build = clusterOf().nodes(count)
  for (let node = 1; node < count; node++) build.pods(node, {}, onNode(node))
  const { cluster, pods } = build.pod().build()
  const placer = placerOf(given)
  const seen = Array.from({ length: count }, () => 0)
  for (let i = 0; i < tries; i++) seen[placer.place(pods[pods.length - 1], cluster.view)]++
  return seen
}

describe('random-of-k', () => {
  test('k = 2 of 4 different nodes: the i-th least loaded wins with C(4-i, 1) / C(4, 2) = 3/6, 2/6, 1/6, 0; within 4 sd of 6,000', () => {
    const seen = hits(4, 6000, {})
    const expected = [3000, 2000, 1000, 0]
    for (let i = 0; i < 4; i++)
      expect(Math.abs(seen[i] - expected[i])).toBeLessThanOrEqual(4 * Math.sqrt((expected[i] * (6000 - expected[i])) / 6000))
  })

  test('with replacement: ((5-i)^2 - (4-i)^2) / 16 = 7/16, 5/16, 3/16, 1/16', () => {
    const seen = hits(4, 6400, { replacement: true })
    const expected = [2800, 2000, 1200, 400]
    for (let i = 0; i < 4; i++)
      expect(Math.abs(seen[i] - expected[i])).toBeLessThan(4 * Math.sqrt((expected[i] * (6400 - expected[i])) / 6400))
  })

  test('k = 3 of 4: C(3, 2) / C(4, 3) = 3/4, 1/4; k = 1: a quarter each; k of all: always the least loaded', () => {
    const three = hits(4, 4000, { k: 3 })
    expect(Math.abs(three[0] - 3000)).toBeLessThan(4 * Math.sqrt((4000 * 3) / 16))
    expect([three[2], three[3]]).toEqual([0, 0])
    for (const one of hits(4, 4000, { k: 1 })) expect(Math.abs(one - 1000)).toBeLessThan(4 * Math.sqrt((4000 * 3) / 16))
    expect(hits(4, 100, { k: 9 })).toEqual([100, 0, 0, 0])
  })

  test('load: one large pod, or two small ones', () => {
    const build = () => clusterOf().nodes(2).pod({ cpu: '8' }, onNode(0)).pods(2, {}, onNode(1)).pod().build()
    for (const [load, node] of [
      ['pods', 0],
      ['share', 1],
    ] as const) {
      const { cluster, pods } = build()
      expect(placerOf({ load }).place(pods[3], cluster.view)).toBe(node)
    }
  })

  test('nine full nodes and an empty one: any samples 2 and, when neither fits, 1 feasible node; feasible samples only that one', () => {
    const { cluster, pods } = clusterOf().node().nodes(9, { cpu: 500 }).pod().build()
    for (const [sample, least, most] of [
      ['any', 2, 3],
      ['feasible', 1, 1],
    ] as const) {
      const placer = placerOf({ sample })
      const examined = new Set<number>()
      for (let i = 0; i < 100; i++) {
        expect(placer.place(pods[0], cluster.view)).toBe(0)
        examined.add(placer.examined)
      }
      expect([Math.min(...examined), Math.max(...examined)]).toEqual([least, most])
    }
  })

  test('1 of 2 feasible nodes is loaded: any takes it when it samples it without the empty one, feasible never', () => {
    const { cluster, pods } = clusterOf().nodes(8, { cpu: 500 }).node().node().pod({ cpu: '4' }, onNode(8)).pod().build()
    const loaded = (sample: string) => {
      const placer = placerOf({ sample })
      let count = 0
      for (let i = 0; i < 900; i++) if (placer.place(pods[1], cluster.view) === 8) count++
      return count
    }
    // Two of ten: the loaded one without the empty one with 8 / C(10, 2) = 8/45.
    expect(Math.abs(loaded('any') - 160)).toBeLessThan(4 * Math.sqrt((900 * 8 * 37) / (45 * 45)))
    expect(loaded('feasible')).toBe(0)
  })

  test('only Ready nodes are sampled, also after state changes', () => {
    const { cluster, pods } = clusterOf().node({}, NodeState.Cordoned).node().pod().build()
    const placer = placerOf({ k: 1 })
    expect([placer.place(pods[0], cluster.view), placer.examined]).toEqual([1, 1])
    cluster.setNodeState(1, NodeState.Cordoned)
    expect([placer.place(pods[0], cluster.view), placer.examined]).toEqual([NONE, 0])
    cluster.setNodeState(0, NodeState.Ready)
    expect([placer.place(pods[0], cluster.view), placer.examined]).toEqual([0, 1])
  })

  test('one draw per probe', () => {
    const { cluster, pods } = clusterOf().nodes(20).pod().build()
    const stream = counted()
    randomOfK
      .create(valuesOf(randomOfK.parameters, { k: 7 }), { random: stream, now: () => 0, wakeAt: () => undefined })
      .place(pods[0], cluster.view)
    expect(stream.draws).toBe(7)
  })
})
