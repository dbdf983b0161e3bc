import { describe, expect, test } from 'vitest'
import { clusterOf } from '../../testing/cluster.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { valuesOf } from '../../common/define.ts'
import { random } from './random.ts'
import { context, counted } from '../scheduling.fixture.ts'

describe('random', () => {
  test('3 of 5 nodes fit, 3,000 pods: 1,000 each, within 4 * sqrt(3000 * 1/3 * 2/3) = 103', () => {
    const { cluster, pods } = clusterOf().node().node({ cpu: 100 }).nodes(2).node({}, NodeState.Cordoned).pod().build()
    const placer = random.create(valuesOf(random.parameters), context())
    const hits = [0, 0, 0, 0, 0]
    for (let i = 0; i < 3000; i++) hits[placer.place(pods[0], cluster.view)]++
    expect([hits[1], hits[4]]).toEqual([0, 0])
    for (const node of [0, 2, 3]) expect(Math.abs(hits[node] - 1000)).toBeLessThan(103)
  })

  test('one draw for a pod that fits, no draw for a pod that does not', () => {
    const { cluster, pods } = clusterOf().nodes(3).pod().pod({ cpu: 99_000 }).build()
    const stream = counted()
    const placer = random.create(valuesOf(random.parameters), { random: stream, now: () => 0, wakeAt: () => undefined })
    placer.place(pods[0], cluster.view)
    expect(stream.draws).toBe(1)
    expect(placer.place(pods[1], cluster.view)).toBe(NONE)
    expect(stream.draws).toBe(1)
  })
})
