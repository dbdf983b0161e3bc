import { describe, expect, test } from 'vitest'
import { NodeState } from '../../../cluster/views.ts'
import { clusterOf, onNode } from '../../../testing/cluster.ts'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { context, MINUTE, scalingView, scan, SECOND, SERVICE, type PoolGiven } from '../nodes.fixture.ts'
import type { NodeAutoscaler } from '../policy.ts'
import { karpenter } from './karpenter.ts'

const scaler = (values: Record<string, ParameterValue> = {}): NodeAutoscaler =>
  karpenter.create(valuesOf(karpenter.parameters, values), context())!

const small = { cpu: '4', memory: '16Gi', price: 40 }
const large = { cpu: '16', memory: '64Gi', price: 150 }
const pools: PoolGiven[] = [{ node: small }, { node: large }]

interface Waiting {
  readonly cpu: string
  readonly gpus?: number
}

const times = (count: number, pod: Waiting): Waiting[] => Array.from({ length: count }, () => pod)

describe('orders', () => {
  const ordered = (pending: Waiting[], given = pools, upcoming: number[] = []): Record<number, number> =>
    scan(scaler(), scalingView(clusterOf().build().cluster, given, { pending, upcoming })).added

  test('one planned node of the cheapest type that holds its pods: 3 x 1 core on 4 cores for 40, 6 x 1 core on 16 for 150', () => {
    expect(ordered(times(3, { cpu: '1' }))).toEqual({ 0: 1 })
    expect(ordered(times(6, { cpu: '1' }))).toEqual({ 1: 1 })
  })

  test('the dearest is used when the cheapest has reached its maximum, and nothing when all have', () => {
    expect(ordered([{ cpu: '1' }], [{ node: small, max: 0 }, { node: large }])).toEqual({ 1: 1 })
    expect(ordered([{ cpu: '1' }], [{ node: small, max: 0 }])).toEqual({})
    // two nodes of 16 cores are planned, one is allowed
    expect(ordered(times(2, { cpu: '10' }), [{ node: small }, { node: large, max: 1 }])).toEqual({ 1: 1 })
  })

  test('pods that fit on upcoming nodes need no others', () => {
    expect(ordered(times(5, { cpu: '1' }), pools, [0])).toEqual({ 0: 1 })
    expect(ordered(times(4, { cpu: '1' }), pools, [0])).toEqual({})
  })

  test('selectors and devices leave only the pools that admit a class', () => {
    const gpu: PoolGiven[] = [{ node: small }, { node: { ...large, gpus: 2 } }]
    expect(ordered([{ cpu: '1', gpus: 1 }], gpu)).toEqual({ 1: 1 })
    expect(ordered(times(3, { cpu: '1', gpus: 1 }), gpu)).toEqual({ 1: 2 })
  })
})

describe('disruption', () => {
  const build = (busy = 1) =>
    clusterOf().nodes(3, small).pods(busy, { cpu: '1' }, onNode(0), SERVICE).pod({ cpu: '1' }, onNode(1), SERVICE).build().cluster

  test('empty nodes first, within the budget: 10 % of 3 nodes is one', () => {
    const cluster = clusterOf().nodes(3, small).build().cluster
    expect(scan(scaler(), scalingView(cluster, [{ node: small }])).drained).toEqual([0])
    expect(scan(scaler({ budget: 0.5 }), scalingView(cluster, [{ node: small }])).drained).toEqual([0, 1])
    expect(scan(scaler({ budget: 1 }), scalingView(cluster, [{ node: small, min: 2 }])).drained).toEqual([0])
  })

  test('then one node whose pods fit elsewhere, the one with the fewest pods', () => {
    const cluster = clusterOf()
      .nodes(2, small)
      .pods(2, { cpu: '1' }, onNode(0), SERVICE)
      .pod({ cpu: '1' }, onNode(1), SERVICE)
      .build().cluster
    const view = scalingView(cluster, [{ node: small }])
    expect(scan(scaler(), view).drained).toEqual([1])
    expect(scan(scaler({ policy: 'when-empty' }), view).drained).toEqual([])
    expect(scan(scaler({ budget: 0 }), view).drained).toEqual([])
  })

  test('not while pods wait or nodes are upcoming, and not more often than every 10 s', () => {
    const cluster = build()
    const given = [{ node: small }]
    expect(scan(scaler(), scalingView(cluster, given, { pending: [{ cpu: '9' }] })).drained).toEqual([])
    expect(scan(scaler(), scalingView(cluster, given, { upcoming: [0] })).drained).toEqual([])
    const patient = scaler()
    expect(scan(patient, scalingView(cluster, given)).drained).toEqual([2])
    expect(scan(patient, scalingView(cluster, given, { now: 9 * SECOND })).drained).toEqual([])
    expect(scan(patient, scalingView(cluster, given, { now: 10 * SECOND })).drained).toEqual([2])
    expect(scan(scaler({ disruption: 0 }), scalingView(cluster, given)).drained).toEqual([2])
  })

  test('consolidateAfter counts from the last change of the node', () => {
    const cluster = build()
    const given = [{ node: small }]
    const late = scaler({ consolidateAfter: MINUTE })
    expect(scan(late, scalingView(cluster, given)).drained).toEqual([])
    expect(scan(late, scalingView(cluster, given, { now: 59 * SECOND })).drained).toEqual([])
    expect(scan(late, scalingView(cluster, given, { now: 69 * SECOND })).drained).toEqual([2])
  })

  test('a pod that must not move keeps its node', () => {
    const cluster = clusterOf().nodes(2, small).pod({ cpu: '1' }, onNode(0)).pods(2, { cpu: '1' }, onNode(1), SERVICE).build().cluster
    expect(scan(scaler(), scalingView(cluster, [{ node: small }])).drained).toEqual([1])
  })

  test('several nodes together: the longest part that fits, of three nodes with 1 of 4 cores two, one of them with a budget of one', () => {
    const cluster = clusterOf()
      .nodes(3, small)
      .pod({ cpu: '1' }, onNode(0), SERVICE)
      .pod({ cpu: '1' }, onNode(1), SERVICE)
      .pod({ cpu: '1' }, onNode(2), SERVICE)
      .build().cluster
    const view = scalingView(cluster, [{ node: small }])
    expect(scan(scaler({ budget: 1 }), view).drained).toEqual([0, 1])
    expect(scan(scaler({ budget: 1, multiNode: false }), view).drained).toEqual([0])
    expect(scan(scaler({ budget: 0.1 }), view).drained).toEqual([0])
  })

  test('a cheaper node replaces one: 2 cores on 16 for 150 move to 4 for 40 once it has joined', () => {
    const build = (joined: number) =>
      clusterOf().node(large).nodes(joined, small, NodeState.Ready, 1).pods(2, { cpu: '1' }, onNode(0), SERVICE).build().cluster
    const given = [{ node: large }, { node: small }]
    const before = scalingView(build(0), given)
    const waiting = scaler()
    expect(scan(waiting, before)).toEqual({ added: { 1: 1 }, drained: [] })
    expect(scan(waiting, scalingView(build(0), given, { now: 30 * SECOND, upcoming: [1] }))).toEqual({ added: {}, drained: [] })
    expect(scan(waiting, scalingView(build(1), given, { now: 60 * SECOND }))).toEqual({ added: {}, drained: [0] })
    expect(scan(scaler({ replace: false }), before)).toEqual({ added: {}, drained: [] })
    // Not by its like, and not by a dearer one.
    expect(scan(scaler(), scalingView(build(0), [{ node: large }]))).toEqual({ added: {}, drained: [] })
    expect(scan(scaler(), scalingView(build(0), [{ node: large }, { node: { ...small, price: 150 } }])).added).toEqual({})
  })

  test('expireAfter drains a node of that age whatever the budget, within the minimum of its pool', () => {
    const cluster = build(4)
    const given = [{ node: small, min: 1 }]
    const old = scaler({ expireAfter: MINUTE, budget: 0 })
    expect(scan(old, scalingView(cluster, given)).drained).toEqual([])
    expect(scan(old, scalingView(cluster, given, { now: MINUTE })).drained).toEqual([0, 1])
  })
})
