/**
 * The invariants of the cluster, for `--check`: free plus held by bound pods equals capacity, exactly, for every resource and device of a
 * node; no node is over its capacity; counters equal what a count finds. It sums up columns and lists itself and shares no arithmetic with
 * `Cluster`.
 */
import type { ExactSums } from '../common/exact-sums.ts'
import type { Cluster } from './cluster.ts'
import { DEVICES, MILLI, NodeState, NONE, PodPhase, Subject } from './views.ts'
import type { LogCursor } from './views.ts'

/** Each method throws at the first difference, with its place, the value found and the one expected. */
export class ClusterCheck {
  private readonly cluster: Cluster
  private readonly cursor: LogCursor
  /** Sums over the pods of the node that `node` was called with last. */
  private readonly held: Float64Array
  private readonly deviceHeld = new Int32Array(DEVICES)

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.cursor = cluster.log.open()
    this.held = new Float64Array(cluster.nodes.resources.length)
  }

  /** Checks the nodes that changed since the last call. */
  touched(): void {
    const { cursor } = this
    let last = NONE
    while (cursor.next()) {
      const { subject, row } = cursor
      if (isOfPod(subject) || row === last) continue
      last = row
      this.node(row)
    }
  }

  /** Checks every node, every pod, and the counters over all of them. */
  full(): void {
    const { cluster } = this
    const { nodes } = cluster
    const capacity = nodes.resources.map(() => new LimbSum())
    const held = nodes.resources.map(() => new LimbSum())
    let listed = 0
    let ready = 0
    let inUse = 0
    let gpuCapacity = 0
    let gpuHeld = 0
    for (let node = 0; node < nodes.count; node++) {
      listed += this.node(node)
      const state = nodes.state[node]
      if (state === NodeState.Ready) ready++
      if (nodes.podCount[node] > 0) inUse++
      if (state !== NodeState.Ready && state !== NodeState.Cordoned) continue
      for (let resource = 0; resource < capacity.length; resource++) {
        capacity[resource].add(nodes.capacity[resource][node])
        held[resource].add(this.held[resource])
      }
      gpuCapacity += nodes.devices[node] * MILLI
      for (let device = 0; device < DEVICES; device++) gpuHeld += this.deviceHeld[device]
    }
    nodes.resources.forEach((name, resource) => {
      same(`allocatable ${name} of all nodes`, cluster.allocatableSums, resource, capacity[resource])
      same(`allocated ${name} of all nodes`, cluster.allocatedSums, resource, held[resource])
    })
    equal('allocatable milli-GPU of all nodes', cluster.gpuAllocatable, gpuCapacity)
    equal('allocated milli-GPU of all nodes', cluster.gpuAllocated, gpuHeld)
    equal('ready nodes', nodes.ready, ready)
    equal('nodes in use', cluster.nodesInUse, inUse)
    this.pods(listed)
  }

  private pods(listed: number): void {
    const { cluster } = this
    const { pods } = cluster
    let pending = 0
    let bound = 0
    let gone = 0
    for (let pod = 0; pod < pods.count; pod++) {
      const phase = pods.phase[pod]
      if (phase === PodPhase.Pending) pending++
      else if (phase === PodPhase.Gone) gone++
      else bound++
      if (phase === PodPhase.Pending || phase === PodPhase.Gone) equal(`node of pod ${pod}, which holds none`, pods.node[pod], NONE)
    }
    equal('pending pods', cluster.pendingPods, pending)
    equal('pods in the lists of all nodes', listed, bound)
    equal('free rows of pods', pods.spare, gone)
    equal('pods created less pods gone', cluster.created - cluster.gone, pending + bound)
  }

  /** Checks one node, leaves in `held` what its pods hold, and returns their number. */
  private node(node: number): number {
    const { nodes } = this.cluster
    const count = this.sum(node)
    equal(`pods on node ${node}`, nodes.podCount[node], count)
    if (nodes.state[node] === NodeState.Gone) equal(`pods on node ${node}, which is gone`, count, 0)
    for (let resource = 0; resource < this.held.length; resource++) {
      const free = nodes.free[resource][node]
      if (free < 0 && !nodes.overdrawn.has(node))
        throw new Error(`node ${node} is over its capacity: ${nodes.resources[resource]} free is ${free}, expected 0 or more`)
      const expected = nodes.capacity[resource][node] - this.held[resource]
      if (free !== expected) differs(`free ${nodes.resources[resource]} of node ${node}`, free, expected)
    }
    for (let device = 0; device < DEVICES; device++) {
      const free = nodes.freeDevice[node * DEVICES + device]
      if (free < 0) throw new Error(`node ${node} is over its capacity: device ${device} has ${free} milli-GPU free, expected 0 or more`)
      const expected = (device < nodes.devices[node] ? MILLI : 0) - this.deviceHeld[device]
      if (free !== expected) differs(`free milli-GPU on device ${device} of node ${node}`, free, expected)
    }
    return count
  }

  private sum(node: number): number {
    const { pods, classes, residents } = this.cluster
    const { held, deviceHeld } = this
    held.fill(0)
    deviceHeld.fill(0)
    let count = 0
    let before = NONE
    for (let pod = residents.first[node]; pod !== NONE; pod = residents.next[pod]) {
      count++
      if (pods.node[pod] !== node) differs(`node of pod ${pod} in the list of node ${node}`, pods.node[pod], node)
      // In a list with a cycle some pod has two predecessors, so this also ends the loop.
      if (residents.previous[pod] !== before) differs(`pod before pod ${pod} in the list of node ${node}`, residents.previous[pod], before)
      if (pods.phase[pod] < PodPhase.Bound) differs(`phase of pod ${pod} on node ${node}`, pods.phase[pod], PodPhase.Bound)
      before = pod
      const podClass = pods.podClass[pod]
      const mask = pods.deviceMask[pod]
      for (let resource = 0; resource < held.length; resource++) held[resource] += classes.request[resource][podClass]
      if (mask === 0) continue
      for (let device = 0; device < DEVICES; device++) if ((mask & (1 << device)) !== 0) deviceHeld[device] += classes.gpuMilli[podClass]
    }
    return count
  }
}

/** A sum of whole numbers in two parts, each exact: multiples of 2^26, and the rest. */
class LimbSum {
  private multiples = 0
  private rest = 0

  add(x: number): void {
    this.rest += x % LIMB
    this.multiples += Math.floor(x / LIMB)
  }

  get value(): bigint {
    return BigInt(this.multiples) * BigInt(LIMB) + BigInt(this.rest)
  }
}
const LIMB = 67_108_864

function same(what: string, { high, low }: ExactSums, row: number, expected: LimbSum): void {
  const found = BigInt(high[row]) + BigInt(low[row])
  if (found !== expected.value) differs(what, found, expected.value)
}

function equal(what: string, found: number, expected: number): void {
  if (found !== expected) differs(what, found, expected)
}

function differs(what: string, found: number | bigint, expected: number | bigint): never {
  throw new Error(`${what}: found ${found}, expected ${expected}`)
}

/** Whether the row of an entry is a pod. */
const isOfPod = (subject: Subject): boolean =>
  subject === Subject.EndpointAdded || subject === Subject.EndpointTerminating || subject === Subject.EndpointRemoved
