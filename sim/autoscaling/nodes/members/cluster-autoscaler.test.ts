import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { clusterOf, onNode } from '../../../testing/cluster.ts'
import { context, MINUTE, scalingView, scan, SECOND, SERVICE, type PoolGiven } from '../nodes.fixture.ts'
import type { NodeAutoscaler } from '../policy.ts'
import { clusterAutoscaler } from './cluster-autoscaler.ts'

const GIB = 2 ** 30
const make = (values: Record<string, ParameterValue> = {}): NodeAutoscaler =>
  clusterAutoscaler.create(valuesOf(clusterAutoscaler.parameters, values), context())!
const problems = (values: Record<string, ParameterValue>): string[] =>
  clusterAutoscaler.problems!(valuesOf(clusterAutoscaler.parameters, values)).map(({ message }) => message)
const pools: PoolGiven[] = [{ node: { cpu: 4000, memory: 16 * GIB } }, { node: { cpu: 16_000, memory: 64 * GIB } }]

describe('cluster-autoscaler', () => {
  const pending = Array.from({ length: 6 }, () => ({ cpu: 1000, memory: 4 * GIB }))

  // wasted of two nodes of 4: 2/8 twice; of one node of 16: 10/16 twice
  test('expanders: least waste takes two small nodes, fewest nodes one large', () => {
    const { cluster } = clusterOf().build()
    expect(scan(make(), scalingView(cluster, pools, { pending })).added).toEqual({ 0: 2 })
    expect(scan(make({ expanders: [{ by: 'least-nodes' }] }), scalingView(cluster, pools, { pending })).added).toEqual({ 1: 1 })
  })

  test('priorities: of the pools of these names', () => {
    const { cluster } = clusterOf().build()
    const values = { expanders: [{ by: 'priority' }], priorities: [{ pool: 'pool-1', priority: 5 }] }
    expect(scan(make(values), scalingView(cluster, pools, { pending })).added).toEqual({ 1: 1 })
  })

  test('provision: a pool that owes its nodes for 15 minutes is left out, and its nodes are not counted on', () => {
    const { cluster } = clusterOf().build()
    const scaler = make()
    const owed = (minute: number) => scalingView(cluster, pools, { now: minute * MINUTE, pending, upcoming: [0, 0] })
    expect(scan(scaler, owed(0)).added).toEqual({}) // the pods fit on what is upcoming
    expect(scan(scaler, owed(14)).added).toEqual({})
    expect(scan(scaler, owed(15)).added).toEqual({ 1: 1 })
  })

  test('unneeded nodes leave after 10 minutes, not within delayAfterAdd, delayAfterDelete apart', () => {
    const { cluster } = clusterOf()
      .nodes(3, { cpu: 4000, memory: 16 * GIB })
      .pods(1, { cpu: 1000 }, onNode(0), SERVICE)
      .pods(1, { cpu: 1000 }, onNode(1), SERVICE)
      .build()
    const scaler = make({ delayAfterDelete: 2 * MINUTE })
    const at = (time: number) => scan(scaler, scalingView(cluster, pools, { now: time })).drained
    expect(at(0)).toEqual([])
    expect(at(10 * MINUTE)).toContain(2)
    expect(at(10 * MINUTE + 10 * SECOND)).toEqual([]) // still the same nodes in this view, but within the delay
    expect(at(12 * MINUTE)).not.toEqual([])
  })

  test('two expanders of one kind, priority without priorities and a pool twice are refused', () => {
    expect(problems({ expanders: [{ by: 'price' }, { by: 'price' }] })[0]).toContain('found price twice')
    expect(problems({ expanders: [{ by: 'priority' }] })[0]).toContain('found priority without priorities')
    const twice = [
      { pool: 'a', priority: 1 },
      { pool: 'a', priority: 2 },
    ]
    expect(problems({ priorities: twice })[0]).toContain('found a twice')
  })
})
