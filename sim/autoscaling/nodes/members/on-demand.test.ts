import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../../testing/cluster.ts'
import { NodeState, PodPhase } from '../../../cluster/views.ts'
import { packers } from '../../../binpacking/index.ts'
import { valuesOf } from '../../../common/define.ts'
import { nodeAutoscalers } from '../index.ts'
import { context, MINUTE, onDemandWith, scalingView, scan, SECOND, SERVICE } from '../nodes.fixture.ts'

const GIB = 2 ** 30
const four = { cpu: 4000, memory: 8 * GIB, price: 100 }
const core = { cpu: 1000, memory: GIB }
/** Every timer at zero: a node is drained in the scan that finds it unneeded. */
const atOnce = { unneeded: 0, delayAfterAdd: 0 }
const of = <T>(count: number, thing: T): T[] => Array.from({ length: count }, () => thing)

describe('nodes for pods that fit nowhere', () => {
  test('9 pods of 1 core: 2 fit the Ready node, 4 the upcoming one, 3 need one new node of 4', () => {
    const { cluster } = clusterOf().node(four).pods(2, core, onNode(0), SERVICE).build()
    const view = scalingView(cluster, [{ node: four }], { pending: of(9, core), upcoming: [0] })
    expect(scan(onDemandWith(), view).added).toEqual({ 0: 1 })
  })

  test('none when all fit Ready and upcoming nodes', () => {
    const { cluster } = clusterOf().node(four).build()
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: four }], { pending: of(8, core), upcoming: [0] })).added).toEqual({})
  })

  test('a node that is cordoned or being provisioned takes no pods', () => {
    for (const state of [NodeState.Cordoned, NodeState.Provisioning]) {
      const { cluster } = clusterOf().node(four, state).build()
      expect(scan(onDemandWith(), scalingView(cluster, [{ node: four }], { pending: [core] })).added).toEqual({ 0: 1 })
    }
  })

  test('10 nodes needed, the pool is at 7 of 12: 5', () => {
    const { cluster } = clusterOf().build()
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: four, count: 7, max: 12 }], { pending: of(40, core) })).added).toEqual({
      0: 5,
    })
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: four, count: 12, max: 12 }], { pending: of(40, core) })).added).toEqual({})
  })

  test('the pool with the lowest price per pod: 4 pods for 100 before 16 for 500, and only pods of its kind', () => {
    const { cluster } = clusterOf().build()
    const large = { cpu: 16_000, memory: 32 * GIB, price: 500 }
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: large }, { node: four }], { pending: of(16, core) })).added).toEqual({ 1: 4 })
    const tainted = { ...four, price: 1, taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' as const }] }
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: tainted }, { node: four }], { pending: of(4, core) })).added).toEqual({
      1: 1,
    })
  })

  test('GPU pods: three halves of a device and a whole one need two nodes of one device, and one of two', () => {
    const { cluster } = clusterOf().build()
    const pending = [...of(2, { ...core, gpus: 1, gpuMilli: 500 }), { ...core, gpus: 1 }]
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: { ...four, gpus: 1 } }], { pending })).added).toEqual({ 0: 2 })
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: { ...four, gpus: 2 } }], { pending })).added).toEqual({ 0: 1 })
  })

  test('a pod that fits no pool orders nothing', () => {
    const { cluster } = clusterOf().build()
    expect(scan(onDemandWith(), scalingView(cluster, [{ node: four }], { pending: [{ cpu: 5000 }] })).added).toEqual({})
  })

  test('the packer of the run is the estimator: 1 2 3 2 of 4 cores are three nodes in order (1+2, 3, 2), two by size (3+1, 2+2)', () => {
    const { cluster } = clusterOf().build()
    const view = scalingView(cluster, [{ node: four }], { pending: [1, 2, 3, 2].map((cores) => ({ cpu: cores * 1000, memory: 0 })) })
    expect(scan(onDemandWith(), view).added).toEqual({ 0: 3 })
    const { create, parameters } = nodeAutoscalers.find('on-demand')!
    const packer = packers.find('first-fit-decreasing')!.create({}, { now: () => 0 })!
    expect(scan(create(valuesOf(parameters), { ...context(), packer })!, view).added).toEqual({ 0: 2 })
  })
})

describe('unneeded nodes', () => {
  test('scans every 10 s by default', () => {
    expect(onDemandWith().every).toBe(10 * SECOND)
    expect(onDemandWith({ interval: 3 * SECOND }).every).toBe(3 * SECOND)
  })

  test('an empty node is drained after 10 minutes without interruption, to the microsecond', () => {
    const { cluster } = clusterOf().node(four).build()
    const scaler = onDemandWith()
    const drainedAt = (now: number): number[] => scan(scaler, scalingView(cluster, [{ node: four }], { now })).drained
    expect(drainedAt(5 * SECOND)).toEqual([])
    expect(drainedAt(5 * SECOND + 10 * MINUTE - 1)).toEqual([])
    expect(drainedAt(5 * SECOND + 10 * MINUTE)).toEqual([0])
  })

  test('needed once in between, and the timer restarts', () => {
    const { cluster } = clusterOf().node(four).build()
    const scaler = onDemandWith({ unneeded: MINUTE, delayAfterAdd: 0 })
    const drainedAt = (now: number): number[] => scan(scaler, scalingView(cluster, [{ node: four }], { now })).drained
    drainedAt(0)
    const pod = cluster.createPod({ ...emptyShape, cpu: 3000 }, SERVICE, 0)
    cluster.bind(pod, 0)
    expect(drainedAt(50 * SECOND)).toEqual([])
    cluster.release(pod, 55 * SECOND)
    expect(drainedAt(60 * SECOND)).toEqual([])
    expect(drainedAt(119 * SECOND)).toEqual([])
    expect(drainedAt(120 * SECOND)).toEqual([0])
  })

  // Node 0: 2 of 4 cores, 50 %. Not below a threshold of 50 %, below one of 51 %. Memory 2 of 8 GiB does not matter, as the larger share counts.
  test('the larger of the CPU and memory shares against the threshold: at 50 % it stays with 50 %, and is drained with 51 %', () => {
    const { cluster } = clusterOf().nodes(2, four).pods(2, core, onNode(0), SERVICE).pods(3, core, onNode(1), SERVICE).build()
    const twoNodes = clusterOf().nodes(2, four).pods(2, core, onNode(0), SERVICE).pods(2, core, onNode(1), SERVICE).build()
    expect(scan(onDemandWith(atOnce), scalingView(twoNodes.cluster, [{ node: four }])).drained).toEqual([])
    expect(scan(onDemandWith({ ...atOnce, threshold: 0.51 }), scalingView(twoNodes.cluster, [{ node: four }])).drained).toEqual([0])
    // Two cores and one free core: they do not fit elsewhere.
    expect(scan(onDemandWith({ ...atOnce, threshold: 0.51 }), scalingView(cluster, [{ node: four }])).drained).toEqual([])
    // CPU 25 %, memory 75 %.
    const memory = clusterOf()
      .nodes(2, four)
      .pod({ cpu: 1000, memory: 6 * GIB }, onNode(0), SERVICE)
      .pod({ ...core, cpu: 2000 }, onNode(1), SERVICE)
      .build()
    expect(scan(onDemandWith(atOnce), scalingView(memory.cluster, [{ node: four }])).drained).toEqual([])
  })

  test('on a node with devices only their share counts: 1 of 2 devices stays, however idle its CPU; 600 of 2000 is drained, however busy its CPU', () => {
    const gpu = { ...four, gpus: 2 }
    const whole = clusterOf()
      .nodes(2, gpu)
      .pod({ ...core, gpus: 1 }, onNode(0), SERVICE)
      .pods(2, { ...core, gpus: 1 }, onNode(1), SERVICE)
      .build()
    expect(scan(onDemandWith(atOnce), scalingView(whole.cluster, [{ node: gpu }])).drained).toEqual([])
    const share = clusterOf()
      .nodes(2, gpu)
      .pod({ cpu: 3000, gpus: 1, gpuMilli: 600 }, onNode(0), SERVICE)
      .pod({ ...core, gpus: 1 }, onNode(1), SERVICE)
      .build()
    expect(scan(onDemandWith(atOnce), scalingView(share.cluster, [{ node: gpu }])).drained).toEqual([0])
  })

  // Three nodes of 4 cores, 1.5 requested on each. Node 0's pod moves to node 1, which then holds 3 and must move both: node 2 takes one of
  // them (3 of 4), no node the other. Node 2's pod finds node 0 removed and 1 core free on node 1. Examined one by one, all three would be drained.
  test('a simulated drain counts when the next node is examined: of three nodes at 37.5 % one is drained', () => {
    const { cluster, pods } = clusterOf()
      .nodes(3, four)
      .pod({ cpu: 1500 }, onNode(0), SERVICE)
      .pod({ cpu: 1500 }, onNode(1), SERVICE)
      .pod({ cpu: 1500 }, onNode(2), SERVICE)
      .build()
    const scaler = onDemandWith({ unneeded: MINUTE, delayAfterAdd: 0, recheck: 0 })
    const drainedAt = (seconds: number): number[] => scan(scaler, scalingView(cluster, [{ node: four }], { now: seconds * SECOND })).drained
    expect([drainedAt(0), drainedAt(30), drainedAt(60)]).toEqual([[], [], [0]])
    // Node 0's pod ends instead of moving. Now node 1's would fit node 2, but until now node 1 was needed: its timer starts.
    cluster.release(pods[0], 0)
    cluster.removeNode(0)
    expect([drainedAt(70), drainedAt(129), drainedAt(130)]).toEqual([[], [], [1]])
  })

  test('pods that moved onto a node move again with it: the pods of three nodes at one core of four end on one', () => {
    const { cluster } = clusterOf()
      .nodes(3, four)
      .pod(core, onNode(0), SERVICE)
      .pod(core, onNode(1), SERVICE)
      .pod(core, onNode(2), SERVICE)
      .build()
    const scaler = onDemandWith({ unneeded: MINUTE, delayAfterAdd: 0 })
    scan(scaler, scalingView(cluster, [{ node: four }], { now: 0 }))
    expect(scan(scaler, scalingView(cluster, [{ node: four }], { now: MINUTE })).drained).toEqual([0])
    // Node 1's timer ran as well, with two pods to move: it is drained as soon as node 0 is removed (its pod moved to node 2). Node 2 is then at 50 %.
    cluster.setNodeState(0, NodeState.Cordoned)
    expect(scan(scaler, scalingView(cluster, [{ node: four }], { now: MINUTE + SECOND })).drained).toEqual([])
    moveAll(cluster, 0, 2)
    cluster.removeNode(0)
    expect(scan(scaler, scalingView(cluster, [{ node: four }], { now: MINUTE + 2 * SECOND })).drained).toEqual([1])
  })

  // Node 0 (4.5 cores) holds 1 + 3, node 1 (1.5 cores) holds 1, node 2, of a fixed pool, has 1 core free. Node 0's small pod would fit node 2, the large one
  // no node: node 0 stays, and the core on node 2 is free again for node 1's pod.
  test('a node that cannot be emptied has no effect: the capacity that its first pods took is free for the next node', () => {
    const { cluster } = clusterOf()
      .node({ ...four, cpu: 4500 })
      .node({ ...four, cpu: 1500 })
      .node(four, NodeState.Ready, 9)
      .pod({ ...core, cpu: 3000 }, onNode(0), SERVICE)
      .pod(core, onNode(0), SERVICE)
      .pod(core, onNode(1), SERVICE)
      .pods(3, core, onNode(2))
      .build()
    expect(scan(onDemandWith({ ...atOnce, threshold: 1 }), scalingView(cluster, [{ node: four }])).drained).toEqual([1])
  })

  test('and pods may be moved onto it again', () => {
    // As above, but node 2 is full and node 0 has 5 cores free.
    const { cluster } = clusterOf()
      .node({ ...four, cpu: 9000 })
      .node({ ...four, cpu: 1500 })
      .node(four, NodeState.Ready, 9)
      .pod({ ...core, cpu: 3000 }, onNode(0), SERVICE)
      .pod(core, onNode(0), SERVICE)
      .pod(core, onNode(1), SERVICE)
      .pods(4, core, onNode(2))
      .build()
    expect(scan(onDemandWith({ ...atOnce, threshold: 1 }), scalingView(cluster, [{ node: four }])).drained).toEqual([1])
  })

  test('a pod that must not move keeps its node; a terminating one needs no new node', () => {
    const held = clusterOf().nodes(2, four).pod(core, onNode(0)).pods(3, core, onNode(1), SERVICE).build()
    expect(scan(onDemandWith(atOnce), scalingView(held.cluster, [{ node: four }])).drained).toEqual([])
    const leaving = clusterOf().nodes(2, four).pod(core, onNode(0)).pods(4, core, onNode(1), SERVICE).build()
    leaving.cluster.setPhase(leaving.pods[0], PodPhase.Terminating)
    expect(scan(onDemandWith(atOnce), scalingView(leaving.cluster, [{ node: four }])).drained).toEqual([0])
  })

  test('pods do not move onto a node of another pool with a taint', () => {
    const closed = { ...four, taints: [{ key: 'own', value: '', effect: 'NoSchedule' as const }] }
    const { cluster } = clusterOf().node(four).node(closed, NodeState.Ready, 1).pod(core, onNode(0), SERVICE).build()
    expect(scan(onDemandWith(atOnce), scalingView(cluster, [{ node: four }])).drained).toEqual([])
  })

  test('empty nodes in bulk, 10 per scan by default; the pool keeps its minimum, with cordoned nodes counted as removed', () => {
    const { cluster } = clusterOf().nodes(14, four).build()
    expect(scan(onDemandWith(atOnce), scalingView(cluster, [{ node: four }])).drained).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(scan(onDemandWith({ ...atOnce, bulk: 3 }), scalingView(cluster, [{ node: four }])).drained).toEqual([0, 1, 2])
    cluster.setNodeState(0, NodeState.Cordoned)
    expect(scan(onDemandWith(atOnce), scalingView(cluster, [{ node: four, min: 11 }])).drained).toEqual([1, 2])
  })

  test('empty nodes are drained first, then one with pods, all within bulk', () => {
    const build = () =>
      clusterOf().nodes(4, four).pod(core, onNode(0), SERVICE).pod(core, onNode(1), SERVICE).pods(2, core, onNode(3), SERVICE).build()
        .cluster
    expect(scan(onDemandWith(atOnce), scalingView(build(), [{ node: four }])).drained).toEqual([2, 0])
    expect(scan(onDemandWith({ ...atOnce, bulk: 1 }), scalingView(build(), [{ node: four }])).drained).toEqual([2])
  })

  test('pods do not move onto an empty node that will be removed; they may where the pool must keep it', () => {
    const { cluster } = clusterOf().nodes(2, four).pod(core, onNode(0), SERVICE).build()
    expect(scan(onDemandWith({ ...atOnce, bulk: 0 }), scalingView(cluster, [{ node: four }])).drained).toEqual([])
    expect(scan(onDemandWith(atOnce), scalingView(cluster, [{ node: four, min: 2 }])).drained).toEqual([])
    const two = clusterOf().node(four).node(four, NodeState.Ready, 1).pod(core, onNode(0), SERVICE).build().cluster
    expect(scan(onDemandWith(atOnce), scalingView(two, [{ node: four }, { node: four, min: 1 }])).drained).toEqual([0])
    expect(scan(onDemandWith(atOnce), scalingView(two, [{ node: four }, { node: four }])).drained).toEqual([1])
  })

  test('no drain in a scan that orders nodes, nor within 10 minutes of it; the timers continue meanwhile', () => {
    const { cluster } = clusterOf().node(four).build()
    const drainedAt = (scaler: ReturnType<typeof onDemandWith>, now: number, pending: { cpu: number }[] = []): number[] =>
      scan(scaler, scalingView(cluster, [{ node: four }, { node: { ...four, cpu: 8000 } }], { now, pending })).drained
    const scaler = onDemandWith({ unneeded: 0 })
    expect(drainedAt(scaler, 0, [{ cpu: 6000 }])).toEqual([])
    expect(drainedAt(scaler, 10 * MINUTE - 1)).toEqual([])
    expect(drainedAt(scaler, 10 * MINUTE)).toEqual([0])
    const eager = onDemandWith({ unneeded: 0, delayAfterAdd: 0 })
    expect(drainedAt(eager, 0, [{ cpu: 6000 }])).toEqual([])
    expect(drainedAt(eager, 1)).toEqual([0])
  })

  test('30 nodes with pods are tracked at a time by default', () => {
    // 80 nodes with one small pod each, and one that takes them all, of a pool that does not scale: all 80 could be drained. After a minute each scan drains one,
    // which is removed at once: those tracked since 0 are drained at exactly one minute, the timers of the others have only started.
    const watched = (values: Record<string, number>): number => {
      const { cluster } = onePodEach(80)
      const scaler = onDemandWith({ unneeded: MINUTE, delayAfterAdd: 0, ...values })
      scan(scaler, scalingView(cluster, [{ node: four }], { now: 0 }))
      for (let count = 0; ; count++) {
        const { drained } = scan(scaler, scalingView(cluster, [{ node: four }], { now: MINUTE }))
        if (drained.length === 0) return count
        moveAll(cluster, drained[0], 80)
        cluster.removeNode(drained[0])
      }
    }
    expect(watched({})).toBe(30)
    expect(watched({ candidates: 7 })).toBe(7)
  })

  test('a node whose pods could not move is examined again after 5 minutes, or after `recheck`', () => {
    const drainedAfter = (recheck: Record<string, number>, after: number): number[] => {
      const { cluster, pods } = clusterOf().nodes(2, four).pod(core, onNode(0), SERVICE).pods(4, core, onNode(1), SERVICE).build()
      const scaler = onDemandWith({ ...atOnce, ...recheck })
      expect(scan(scaler, scalingView(cluster, [{ node: four }], { now: 0 })).drained).toEqual([])
      cluster.release(pods[1], 1)
      return scan(scaler, scalingView(cluster, [{ node: four }], { now: after })).drained
    }
    expect(drainedAfter({}, 5 * MINUTE - 1)).toEqual([])
    expect(drainedAfter({}, 5 * MINUTE)).toEqual([0])
    expect(drainedAfter({ recheck: 0 }, 1)).toEqual([0])
  })
})

const emptyShape = {
  cpu: 0,
  memory: 0,
  limit: 0,
  gpus: 0,
  gpuMilli: 0,
  gpuModels: [],
  usage: 0,
  resources: {},
  labels: {},
  nodeSelector: {},
  tolerations: [],
  priority: 0,
}

type SmallCluster = ReturnType<ReturnType<typeof clusterOf>['build']>['cluster']

function moveAll(cluster: SmallCluster, from: number, to: number): void {
  const moving: number[] = []
  cluster.eachPodOn(from, (pod) => moving.push(pod))
  for (const pod of moving) {
    cluster.release(pod, 0)
    const again = cluster.createPod({ ...emptyShape, cpu: 1000, memory: GIB }, SERVICE, 0)
    if (!cluster.bind(again, to)) throw new Error(`pod does not fit on node ${to}`)
  }
}

/** `count` nodes with one pod of a core each, and one node that takes them all, of a pool that does not scale. */
function onePodEach(count: number): ReturnType<ReturnType<typeof clusterOf>['build']> {
  let builder = clusterOf()
    .nodes(count, four)
    .node({ cpu: 1_000_000, memory: 1000 * GIB }, NodeState.Ready, 9)
  for (let node = 0; node < count; node++) builder = builder.pod(core, onNode(node), SERVICE)
  return builder.build()
}
