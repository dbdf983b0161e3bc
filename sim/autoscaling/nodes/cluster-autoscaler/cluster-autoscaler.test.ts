/** Parts of the Cluster Autoscaler on worked examples: estimator, expanders, balancing, back-off. */
import { describe, expect, test } from 'vitest'
import { clusterOf, shape, type LooseShape } from '../../../testing/cluster.ts'
import { Streams } from '../../../random/stream.ts'
import { context, MINUTE, scalingView, type PoolGiven } from '../nodes.fixture.ts'
import type { NodesScalingView, ScalablePool } from '../policy.ts'
import { BackOff } from './back-off.ts'
import { balanced, isSimilar } from './balancing.ts'
import { Estimator, grouped, type Estimate } from './estimator.ts'
import { chosen, type ExpanderName, type Option } from './expanders.ts'
import { ScaleUp, type ScaleUpSettings } from './scale-up.ts'
import { tanh } from './tanh.ts'

const GIB = 2 ** 30
const node = { cpu: 4000, memory: 16 * GIB }
const repeat = (count: number, pod: LooseShape): LooseShape[] => Array.from({ length: count }, () => pod)

function estimated(pods: readonly LooseShape[], given: PoolGiven = { node }, limit = 1000): Estimate {
  const { cluster } = clusterOf().build()
  const view = scalingView(cluster, [given], { pending: pods })
  return new Estimator().estimate(grouped(Array.from(view.pending)), view.pools[0].type, limit, view.cluster.classes)
}

describe('the estimator', () => {
  test('seven pods of one core need two nodes of four', () => {
    expect(estimated(repeat(7, { cpu: 1000, memory: GIB }))).toEqual({ nodes: 2, pods: 7, cpu: 7000, memory: 7 * GIB })
  })

  // Shares of a node: 3 cores and 1 GiB are 0.75 + 0.0625, one core and 1 GiB 0.25 + 0.0625; two nodes for the large pods have a core left each
  test('the largest pods first: small ones take what is left on all new nodes', () => {
    expect(estimated([...repeat(2, { cpu: 1000, memory: GIB }), ...repeat(2, { cpu: 3000, memory: GIB })]).nodes).toBe(2)
  })

  // 3.5 cores on one node each: 0.5 left on each of three. Two pods of 0.5 take nodes one and two; the pod of 0.6 cores fits on none and opens a fourth
  test('a group that fits no node opens one, and its later pods are tried on the newest only', () => {
    const pods = [...repeat(3, { cpu: 3500, memory: 0 }), ...repeat(5, { cpu: 600, memory: 0 }), ...repeat(3, { cpu: 500, memory: 0 })]
    // five of 0.6 on the fourth node, where 1.0 is left; three of 0.5 on the first three
    expect(estimated(pods)).toMatchObject({ nodes: 4, pods: 11 })
  })

  test('pods that no empty node holds, or that it does not admit, are left out', () => {
    expect(
      estimated([
        { cpu: 5000, memory: 0 },
        { cpu: 1000, memory: 0, nodeSelector: { disk: 'ssd' } },
        { cpu: 1000, memory: 0 },
      ]),
    ).toMatchObject({ nodes: 1, pods: 1 })
  })

  test('limit: no further node, but what fits on the others is placed', () => {
    expect(estimated([...repeat(3, { cpu: 3000, memory: 0 }), ...repeat(3, { cpu: 500, memory: 0 })], { node }, 1)).toMatchObject({
      nodes: 1,
      pods: 3,
    })
  })

  test('devices: three pods of two need two nodes of four', () => {
    expect(estimated(repeat(3, { cpu: 100, memory: 0, gpus: 2 }), { node: { ...node, gpus: 4 } }).nodes).toBe(2)
  })
})

/** Options of pools with nodes of this number of cores and GiB. */
function option(
  cores: number,
  gib: number,
  estimate: Partial<Estimate>,
  more: { name?: string; price?: number; gpus?: number } = {},
): Option {
  const { cluster } = clusterOf().build()
  const [group] = scalingView(cluster, [{ node: { cpu: cores * 1000, memory: gib * GIB, ...more } }]).pools
  return { group: { ...group, type: { ...group.type, name: more.name ?? 'a' } }, nodes: 1, pods: 1, cpu: 1000, memory: GIB, ...estimate }
}

function choose(options: readonly Option[], ...expanders: ExpanderName[]): number {
  const situation = { clusterSize: 10, priorities: new Map([['spot', 10]]) }
  return options.indexOf(chosen(options, expanders, situation, new Streams('expander', 0).stream('ties')))
}

describe('expanders', () => {
  // wasted: 3/4 + 15/16 = 1.6875 against 1/2 + 3/4 = 1.25
  test('least-waste: shares of CPU and memory that no pod asks for, added', () => {
    expect(choose([option(4, 16, {}), option(2, 4, {})], 'least-waste')).toBe(1)
  })

  test('most-pods and least-nodes', () => {
    const options = [option(4, 16, { pods: 5, nodes: 3 }), option(4, 16, { pods: 7, nodes: 4 })]
    expect(choose(options, 'most-pods')).toBe(1)
    expect(choose(options, 'least-nodes')).toBe(0)
  })

  test('priority: the highest; a pool without one comes last', () => {
    expect(choose([option(4, 16, {}), option(4, 16, {}, { name: 'spot' })], 'priority')).toBe(1)
  })

  test('ties go to the next expander, and then are drawn', () => {
    const options = [option(4, 16, { nodes: 2, cpu: 2000, memory: 2 * GIB }), option(4, 16, {}), option(4, 16, {})]
    expect(choose(options, 'least-waste', 'least-nodes')).toBeGreaterThan(0)
    const random = new Streams('expander', 1).stream('ties')
    const situation = { clusterSize: 10, priorities: new Map<string, number>() }
    const drawn = new Set(Array.from({ length: 50 }, () => options.indexOf(chosen(options, ['random'], situation, random))))
    expect([...drawn].sort((a, b) => a - b)).toEqual([0, 1, 2])
  })

  // 10 nodes prefer 4 cores; both hold the pods. s = 0.5 core and 500 MiB = 18,758; pods 4 cores, 8 GiB = 168,264
  // 4 cores: (200,000 + s) / (168,264 + s) * 1 = 1.17; 16 cores: (400,000 + s) / (168,264 + s) * 4 = 8.96
  test('price: nodes over pods, times the unfitness of a node that is four times the preferred size', () => {
    const pods = { cpu: 4000, memory: 8 * GIB }
    expect(choose([option(16, 64, pods, { price: 400_000 }), option(4, 16, pods, { price: 200_000 })], 'price')).toBe(1)
    // a node of the preferred size that costs ten times as much loses
    expect(choose([option(16, 64, pods, { price: 400_000 }), option(4, 16, pods, { price: 4_000_000 })], 'price')).toBe(0)
    expect(choose([option(4, 16, pods, { price: 1000, gpus: 1 }), option(4, 16, pods, { price: 900_000 })], 'price')).toBe(1)
  })

  test('tanh is that of Math within 1e-15', () => {
    for (let x = -4; x <= 4; x += 0.25) expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-15)
  })
})

describe('balancing', () => {
  const pool = (count: number, max: number, given: PoolGiven = { node }): ScalablePool => ({
    ...scalingView(clusterOf().build().cluster, [given]).pools[0],
    count,
    max,
  })

  test('five nodes over groups of 1, 3 and 2: sizes 4, 4, 3', () => {
    expect(balanced([pool(1, 10), pool(3, 10), pool(2, 10)], 5)).toEqual([3, 1, 1])
  })

  test('a full group gets none, and what no group can take is not ordered', () => {
    expect(balanced([pool(1, 2), pool(3, 4)], 5)).toEqual([1, 1])
  })

  test('similar: the same CPU, memory within 1.5 %', () => {
    const near = pool(0, 1, { node: { ...node, memory: Math.floor(15.9 * GIB) } })
    const far = pool(0, 1, { node: { ...node, memory: 15 * GIB } })
    expect(isSimilar(pool(0, 1), near, [])).toBe(true)
    expect(isSimilar(pool(0, 1), far, [])).toBe(false)
    expect(isSimilar(pool(0, 1), pool(0, 1, { node: { ...node, cpu: 4001 } }), [])).toBe(false)
  })
})

describe('back-off of a pool whose nodes do not come', () => {
  const at = (minute: number, upcoming: number): NodesScalingView =>
    scalingView(clusterOf().build().cluster, [{ node, count: 0 }], { now: minute * MINUTE, upcoming: new Array<number>(upcoming).fill(0) })

  test('after 15 minutes without a node: 5 minutes, then 10, then at most 30', () => {
    const backOff = new BackOff(15 * MINUTE)
    const backedOff: number[] = []
    for (let minute = 0; minute <= 90; minute++) {
      backOff.scan(at(minute, 2))
      if (backOff.isBackedOff(0, minute * MINUTE)) backedOff.push(minute)
    }
    expect(backedOff[0]).toBe(15)
    expect(backOff.isWrittenOff(0, 90 * MINUTE)).toBe(true)
    expect(backedOff).toHaveLength(76) // 15 to 90: each time begins where the last one ends
  })

  test('a node that joins starts the wait again', () => {
    const backOff = new BackOff(15 * MINUTE)
    for (let minute = 0; minute <= 14; minute++) backOff.scan(at(minute, 2))
    backOff.scan(at(15, 1))
    expect(backOff.isBackedOff(0, 15 * MINUTE)).toBe(false)
    backOff.scan(at(30, 1))
    expect(backOff.isBackedOff(0, 30 * MINUTE)).toBe(true)
    expect(backOff.isBackedOff(0, 35 * MINUTE)).toBe(false)
  })
})

describe('scale-up', () => {
  const settings: ScaleUpSettings = { expanders: ['least-waste'], priorities: new Map(), balance: false, atOnce: 1000 }
  const orders = (view: NodesScalingView, given: Partial<ScaleUpSettings> = {}) => {
    const { packer, random } = context()
    return new ScaleUp({ ...settings, ...given }, packer, random, new BackOff(15 * MINUTE)).orders(view)
  }
  const { cluster } = clusterOf().node({ cpu: 2000 }).build()
  const pools: PoolGiven[] = [{ node }, { node: { cpu: 8000, memory: 16 * GIB } }, { node: { ...node } }]
  const view = (pending: readonly LooseShape[], upcoming: readonly number[] = []): NodesScalingView =>
    scalingView(cluster, pools, { pending, upcoming })

  test('pods that fit on Ready or upcoming nodes need none; one pool per scan', () => {
    expect(orders(view(repeat(6, { cpu: 1000, memory: 0 }), [0]))).toEqual([])
    expect(orders(view(repeat(10, { cpu: 1000, memory: 4 * GIB }), [0]))).toHaveLength(1)
  })

  test('balance: similar pools share the nodes', () => {
    const pending = repeat(9, { cpu: 2000, memory: 8 * GIB }) // one fits on the Ready node
    const counts = orders(view(pending), { balance: true })
    expect(counts.map(({ pool }) => pool)).toEqual([0, 2])
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(4)
  })

  test('atOnce: at most this number of nodes', () => {
    expect(orders(view(repeat(50, { cpu: 4000, memory: 8 * GIB })), { atOnce: 3 })).toEqual([{ pool: expect.any(Number), count: 3 }])
  })

  test('10,000 pods of 50 shapes over 20 pools take well below a second', () => {
    const shapes = Array.from({ length: 10_000 }, (_, i) => ({ cpu: 100 + (i % 50) * 37, memory: ((i * 7) % 50) * 2 ** 26 }))
    const many = Array.from({ length: 20 }, (_, i): PoolGiven => ({ node: { cpu: 4000 + 1000 * i, memory: (8 + i) * GIB } }))
    const large = scalingView(clusterOf().build().cluster, many, { pending: shapes.map((pod) => shape(pod)) })
    const started = performance.now()
    expect(orders(large)).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
