import { describe, expect, it } from 'vitest'
import { bytesOf } from './bytes.fixture.ts'
import { clusterOf, onNode, shape, template } from '../testing/cluster.ts'
import { ClusterCheck } from './check.ts'
import { Cluster } from './cluster.ts'
import { MAX_SERVICES, packEndpoint, packHolding } from './entries.ts'
import { CPU, DEVICES, MEMORY, NodeState, NONE, PodPhase, PODS, Subject } from './views.ts'
import type { LogCursor } from './views.ts'

const GIB = 1024 ** 3
const entries = (cursor: LogCursor): number[][] => {
  const list: number[][] = []
  while (cursor.next()) list.push([cursor.subject, cursor.row, cursor.value])
  return list
}

describe('nodes', () => {
  it('have the amounts of the template, and are counted while they are paid for', () => {
    const { cluster } = clusterOf()
      .node({ cpu: '4', memory: '8Gi', gpus: 2, zone: 'b', resources: { fpga: 3 } })
      .build()
    const { nodes } = cluster.view
    expect(nodes.resources).toEqual(['cpu', 'memory', 'pods', 'fpga'])
    expect(nodes.capacity.map((column) => column[0])).toEqual([4000, 8 * GIB, 110, 3])
    expect(nodes.free.map((column) => column[0])).toEqual([4000, 8 * GIB, 110, 3])
    expect([nodes.cpu[0], nodes.memory[0], nodes.freeCpu[0], nodes.freeMemory[0]]).toEqual([4000, 8 * GIB, 4000, 8 * GIB])
    expect([nodes.zone[0], nodes.gpuModel[0], nodes.devices[0], nodes.price[0]]).toEqual([0, 0, 2, 770_000])
    expect([cluster.zones, cluster.gpuModels]).toEqual([['b'], ['T4']])
    expect([...cluster.allocatable, cluster.gpuAllocatable, nodes.ready]).toEqual([4000, 8 * GIB, 110, 3, 2000, 1])
    cluster.setNodeState(0, NodeState.Cordoned)
    expect([cluster.allocatable[CPU], nodes.ready]).toEqual([4000, 0])
    cluster.removeNode(0)
    expect([...cluster.allocatable, cluster.gpuAllocatable]).toEqual([0, 0, 0, 0, 0])
  })
  it('in Provisioning are not paid for', () => {
    const { cluster } = clusterOf().node({}, NodeState.Provisioning).build()
    expect([cluster.allocatable[CPU], cluster.view.nodes.ready]).toEqual([0, 0])
    cluster.setNodeState(0, NodeState.Ready)
    expect([cluster.allocatable[CPU], cluster.view.nodes.ready]).toEqual([16_000, 1])
  })
  it('are logged when they are added, with their state, and when they are removed', () => {
    const cluster = new Cluster()
    const cursor = cluster.log.open()
    cluster.addNode(template(), 3)
    cluster.setNodeState(0, NodeState.Cordoned)
    cluster.setNodeState(0, NodeState.Cordoned)
    cluster.removeNode(0)
    expect(entries(cursor)).toEqual([
      [Subject.NodeAdded, 0, 3],
      [Subject.NodeState, 0, NodeState.Ready],
      [Subject.NodeState, 0, NodeState.Cordoned],
      [Subject.NodeRemoved, 0, NONE],
    ])
    expect(cluster.nodes.version[0]).toBe(3)
  })
  it('without a zone or devices have NONE and 0', () => {
    const { cluster } = clusterOf().node().build()
    expect([cluster.nodes.zone[0], cluster.nodes.gpuModel[0]]).toEqual([NONE, NONE])
  })
  it('are refused with what was found and what is accepted', () => {
    const { cluster } = clusterOf().node().pod({}, onNode(0)).build()
    expect(() => cluster.removeNode(0)).toThrow('node 0 cannot be removed: it holds 1 pods')
    expect(() => cluster.setNodeState(0, NodeState.Gone)).toThrow('removeNode')
    expect(() => cluster.setNodeState(7, NodeState.Ready)).toThrow('node 7 does not exist: rows are 0 to 0')
    expect(() => cluster.addNode(template({ cpu: 0.5 }), 0)).toThrow('the cpu of a node [millicores] is 0.5')
    expect(() => cluster.addNode(template({ gpus: 9 }), 0)).toThrow('from 0 to 8')
    expect(() => cluster.addNode(template({ resources: { fpga: 1 } }), 0)).toThrow('it counts cpu, memory, pods')
    expect(() => new Cluster(['memory'])).toThrow('a resource is named twice')
  })
  it('may together have more than 2^53 bytes: 100,000 nodes of 1 TiB, 2^40 * 100,000 = 1.0995e17, counted to the byte', () => {
    const cluster = new Cluster()
    const node = template({ memory: 1024 * GIB })
    for (let i = 0; i < 100_000; i++) cluster.addNode(node, 0)
    expect(cluster.allocatable[MEMORY]).toBe(2 ** 40 * 100_000)
    const large = cluster.internClass(shape({ cpu: 0, memory: 1024 * GIB - 1 }))
    const pods = Array.from({ length: 50_000 }, (_, row) => {
      const pod = cluster.createPodOf(large, NONE, 0)
      cluster.bind(pod, row)
      return pod
    })
    const allocated = (): bigint => BigInt(cluster.allocatedSums.high[MEMORY]) + BigInt(cluster.allocatedSums.low[MEMORY])
    expect(allocated()).toBe(50_000n * (2n ** 40n - 1n))
    new ClusterCheck(cluster).full()
    for (const pod of pods.slice(1)) cluster.release(pod, 1)
    expect(allocated()).toBe(2n ** 40n - 1n)
    new ClusterCheck(cluster).full()
  })
})

describe('classes', () => {
  it('are one for equal shapes, whatever the order of their keys and lists', () => {
    const cluster = new Cluster()
    const tolerations = [
      { key: 'a', operator: 'Exists', value: '', effect: '' },
      { key: 'b', operator: 'Equal', value: 'x', effect: 'NoSchedule' },
    ] as const
    const one = shape({ labels: { a: '1', b: '2' }, gpus: 1, gpuModels: ['T4', 'A10'], tolerations })
    const same = shape({ labels: { b: '2', a: '1' }, gpus: 1, gpuModels: ['A10', 'T4'], tolerations: [...tolerations].reverse() })
    expect(cluster.internClass(same)).toBe(cluster.internClass(one))
    expect(cluster.classes.count).toBe(1)
  })
  it('differ by every property of a shape', () => {
    const cluster = new Cluster(['fpga'])
    const variants = [
      {},
      { cpu: 2 },
      { memory: 2 },
      { limit: 2 },
      { gpus: 1 },
      { gpus: 1, gpuMilli: 500 },
      { gpus: 1, gpuModels: ['T4'] },
      { usage: 0.5 },
      { resources: { fpga: 1 } },
      { labels: { a: '1' } },
      { nodeSelector: { a: '1' } },
      { priority: 7 },
      { tolerations: [{ key: 'a', operator: 'Exists', value: '', effect: '' }] },
    ] as const
    expect(new Set(variants.map((partial) => cluster.internClass(shape(partial)))).size).toBe(variants.length)
    const { classes } = cluster.view
    expect([
      classes.cpu[1],
      classes.memory[2],
      classes.limit[3],
      classes.gpuMilli[5],
      classes.usage[7],
      classes.request[3][8],
      classes.priority[11],
    ]).toEqual([2, 2, 2, 500, 0.5, 1, 7])
    expect(classes.request[PODS][0]).toBe(1)
  })
  it('have unambiguous keys: names and values may hold any character', () => {
    const cluster = new Cluster()
    const a = shape({ tolerations: [{ key: 'a\nEqual', operator: 'Exists', value: '', effect: '' }] })
    const b = shape({ tolerations: [{ key: 'a', operator: 'Equal', value: 'Exists\n', effect: '' }] })
    expect(cluster.internClass(a)).not.toBe(cluster.internClass(b))
  })
  it('without devices ignore GPU model and share', () => {
    const cluster = new Cluster()
    expect(cluster.internClass(shape({ gpuMilli: 1000, gpuModels: ['T4'] }))).toBe(cluster.internClass(shape()))
  })
  it.each([
    [{ cpu: -1 }, 'the cpu request of a pod'],
    [{ memory: NaN }, 'the memory request of a pod'],
    [{ gpus: 2, gpuMilli: 500 }, 'a pod requests 2 devices with 500 milli-GPU each'],
    [{ gpus: 1, gpuMilli: 0 }, 'a pod requests 1 devices with 0 milli-GPU each'],
    [{ gpus: 1, gpuMilli: 1500 }, 'from 0 to 1000'],
    [{ usage: -1 }, 'the usage of a pod is -1'],
    [{ priority: 0.5 }, 'the priority of a pod is 0.5'],
    [{ resources: { fpga: 1.5 } }, 'the request of a pod for fpga is 1.5'],
    [{ tolerations: [{ key: '', operator: 'Equal', value: '', effect: '' }] }, 'accepted: Exists'],
  ] as const)('refuse what cannot be counted: %o', (partial, message) => {
    expect(() => new Cluster().internClass(shape(partial))).toThrow(message)
  })
})

describe('pods', () => {
  it('are pending, bound and gone, and free exactly what they held', () => {
    const {
      cluster,
      pods: [pod],
    } = clusterOf()
      .node({ gpus: 2, resources: { fpga: 4 } })
      .pod({ cpu: 3000, memory: '2Gi', gpus: 1, gpuMilli: 300, resources: { fpga: 1 } })
      .build()
    const { view } = cluster
    const cursor = cluster.log.open()
    expect([cluster.pendingPods, view.pods.phase[pod], view.pods.node[pod], view.pods.cpu[pod], view.pods.memory[pod]]).toEqual([
      1,
      PodPhase.Pending,
      NONE,
      3000,
      2 * GIB,
    ])
    expect(cluster.bind(pod, 0)).toBe(true)
    expect(view.nodes.free.map((column) => column[0])).toEqual([13_000, 62 * GIB, 109, 3])
    expect([
      view.nodes.freeDevice[0],
      view.nodes.freeDevice[1],
      view.nodes.podCount[0],
      view.pods.deviceMask[pod],
      cluster.nodesInUse,
    ]).toEqual([700, 1000, 1, 1, 1])
    expect([...cluster.allocated, cluster.gpuAllocated, cluster.pendingPods]).toEqual([3000, 2 * GIB, 1, 1, 300, 0])
    cluster.setPhase(pod, PodPhase.Running)
    const epoch = view.pods.epoch[pod]
    cluster.release(pod, 10)
    expect(view.nodes.free.map((column) => column[0])).toEqual([16_000, 64 * GIB, 110, 4])
    expect([...cluster.allocated, cluster.gpuAllocated, view.nodes.freeDevice[0], view.nodes.podCount[0], cluster.nodesInUse]).toEqual([
      0, 0, 0, 0, 0, 1000, 0, 0,
    ])
    expect([view.pods.phase[pod], view.pods.node[pod], view.pods.epoch[pod]]).toEqual([PodPhase.Gone, NONE, epoch + 1])
    expect([cluster.created, cluster.gone]).toEqual([1, 1])
    const value = packHolding(view.pods.podClass[pod], 1)
    expect(entries(cursor)).toEqual([
      [Subject.PodBound, 0, value],
      [Subject.PodReleased, 0, value],
    ])
  })
  it('reuse rows under the next epoch, last in the order of creation', () => {
    const {
      cluster,
      pods: [first, second],
    } = clusterOf().pods(2).build()
    cluster.deletePending(first)
    const again = cluster.createPod(shape({ cpu: 7 }), 4, 99)
    const { pods } = cluster.view
    expect([again, pods.count]).toEqual([first, 2])
    expect([pods.epoch[again], pods.order[again], pods.order[second], pods.service[again], pods.created[again], pods.cpu[again]]).toEqual([
      1, 2, 1, 4, 99, 7,
    ])
    expect(cluster.pendingPods).toBe(2)
  })
  it('are found by node, also while they are released', () => {
    const { cluster, pods } = clusterOf().nodes(2).pods(3, {}, onNode(0)).pod({}, onNode(1)).pod({}, onNode(0)).build()
    const on = (node: number): number[] => {
      const list: number[] = []
      cluster.eachPodOn(node, (pod) => list.push(pod))
      return list.sort((a, b) => a - b)
    }
    expect([on(0), on(1)]).toEqual([[pods[0], pods[1], pods[2], pods[4]], [pods[3]]])
    cluster.release(pods[1], 0)
    expect(on(0)).toEqual([pods[0], pods[2], pods[4]])
    cluster.eachPodOn(0, (pod) => cluster.release(pod, 0))
    expect([on(0), on(1)]).toEqual([[], [pods[3]]])
  })
  it('are bound only to feasible nodes, and a refusal changes nothing', () => {
    const {
      cluster,
      pods: [big, small, gpu],
    } = clusterOf()
      .node({ cpu: 2000, gpus: 1 })
      .node({}, NodeState.Cordoned)
      .pod({ cpu: 2001 })
      .pod()
      .pod({ gpus: 1, gpuMilli: 500 })
      .build()
    const before = bytesOf(cluster)
    expect(cluster.bind(big, 0)).toBe(false)
    expect(cluster.bind(small, 1)).toBe(false)
    expect(cluster.bind(small, 2)).toBe(false)
    expect(cluster.bind(small, 0, 1)).toBe(false) // a device it did not ask for
    expect(cluster.bind(gpu, 0, 0)).toBe(false) // no device, and it wants one
    expect(cluster.bind(gpu, 0, 2)).toBe(false) // a device the node lacks
    expect(cluster.bind(gpu, 0, 256)).toBe(false)
    expect(bytesOf(cluster)).toEqual(before)
    expect(cluster.bind(gpu, 0, 1)).toBe(true)
    expect(cluster.bind(gpu, 0, 1)).toBe(false) // it waits no more
    expect(cluster.nodes.freeDevice[0]).toBe(500)
  })
  it('change phase only in the order of their life', () => {
    const {
      cluster,
      pods: [pending, bound],
    } = clusterOf().node().pod().pod({}, onNode(0)).build()
    expect(() => cluster.setPhase(pending, PodPhase.Running)).toThrow(`pod ${pending} is Pending and cannot become Running`)
    expect(() => cluster.setPhase(bound, PodPhase.Gone)).toThrow('cannot become Gone')
    cluster.setPhase(bound, PodPhase.Ready)
    cluster.setPhase(bound, PodPhase.Terminating)
    expect(() => cluster.setPhase(bound, PodPhase.Ready)).toThrow(`pod ${bound} is Terminating and cannot become Ready`)
    expect(() => cluster.deletePending(bound)).toThrow(`pod ${bound} is not pending, it is Terminating`)
    expect(() => cluster.release(pending, 0)).toThrow(`pod ${pending} holds no node, it is Pending`)
  })
  it('are not released before they were bound', () => {
    const {
      cluster,
      pods: [pod],
    } = clusterOf().node().pod().build()
    cluster.bind(pod, 0, NONE, 50)
    expect(cluster.pods.bound[pod]).toBe(50)
    expect(() => cluster.release(pod, 49)).toThrow('is released at 49, before it was bound at 50')
  })
  it('become endpoints under service and epoch, so that a late reader does not confuse them with the next pod of the row', () => {
    const {
      cluster,
      pods: [pod],
    } = clusterOf().node().pod({}, undefined, 5).build()
    cluster.deletePending(pod)
    cluster.createPod(shape(), 5, 0)
    const cursor = cluster.log.open()
    cluster.endpoint(Subject.EndpointAdded, pod)
    cluster.endpoint(Subject.EndpointRemoved, pod)
    expect(entries(cursor)).toEqual([
      [Subject.EndpointAdded, pod, packEndpoint(5, 1)],
      [Subject.EndpointRemoved, pod, packEndpoint(5, 1)],
    ])
    const background = cluster.createPod(shape(), NONE, 0)
    expect(() => cluster.endpoint(Subject.EndpointAdded, background)).toThrow('belongs to no service')
    expect(() => cluster.createPod(shape(), MAX_SERVICES, 0)).toThrow('is out of range')
  })
  it('on a node that is not paid for are not counted, and are counted again when it is', () => {
    const {
      cluster,
      pods: [one, two],
    } = clusterOf().node().pods(2, {}, onNode(0)).build()
    cluster.setNodeState(0, NodeState.Provisioning)
    expect(cluster.allocated[CPU]).toBe(0)
    cluster.release(one, 0)
    expect(cluster.allocated[CPU]).toBe(0)
    cluster.setNodeState(0, NodeState.Ready)
    expect(cluster.allocated[CPU]).toBe(1000)
    cluster.release(two, 0)
    expect([cluster.allocated[CPU], cluster.allocated[MEMORY]]).toEqual([0, 0])
  })
})

describe('growth', () => {
  it("replaces the columns and changes nothing else: the view's fields are the new ones, columns kept from before are unchanged", () => {
    const { cluster } = clusterOf().node({ cpu: 5000, gpus: 8 }).pod({ cpu: 1000, gpus: 3 }, onNode(0)).build()
    const { view } = cluster
    const kept = view.nodes.freeCpu
    const pod = cluster.createPod(shape(), 3, 8)
    for (let i = 1; i < 1000; i++) cluster.addNode(template({ cpu: i }), i % 5)
    for (let i = 0; i < 3000; i++) cluster.createPod(shape({ cpu: i % 700 }), NONE, i)
    expect(view.nodes.freeCpu).not.toBe(kept)
    expect([view.nodes.freeCpu, view.nodes.cpu, view.nodes.freeMemory, view.nodes.memory]).toEqual([
      view.nodes.free[CPU],
      view.nodes.capacity[CPU],
      view.nodes.free[MEMORY],
      view.nodes.capacity[MEMORY],
    ])
    expect([view.nodes.freeCpu[0], view.nodes.freeDevice[2], view.nodes.freeDevice[3], view.nodes.freeDevice[999 * DEVICES]]).toEqual([
      4000, 0, 1000, 0,
    ])
    expect([view.pods.service[pod], view.pods.created[pod], view.classes.count, view.classes.cpu[view.pods.podClass[2 + 699]]]).toEqual([
      3, 8, 702, 699,
    ]) // the 700 sizes, and the first two pods' 1000 millicores with and without devices
    new ClusterCheck(cluster).full()
  })
})
