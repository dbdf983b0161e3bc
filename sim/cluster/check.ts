/** The cluster's laws for `--check`: what is free plus what the bound pods hold is what the node has, with ===, on every resource and device. */
import type { Cluster } from './cluster.ts'
import { DEVICES, MILLI, NodeState, PodPhase, Subject } from './views.ts'
import type { LogCursor } from './views.ts'

export class ClusterCheck {
  private readonly cluster: Cluster
  private readonly cursor: LogCursor

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.cursor = cluster.log.open()
  }

  /** The nodes that changed since the last call. */
  touched(): void {
    const { cursor } = this
    while (cursor.next()) {
      const { subject, row } = cursor
      if (subject === Subject.PodBound || subject === Subject.PodReleased || subject === Subject.NodeAdded) this.node(row)
    }
  }

  /** Every node, and the counters over all of them. */
  full(): void {
    const { nodes, pods, classes, allocatable, allocated } = this.cluster
    const capacity = new Float64Array(allocatable.length)
    const held = new Float64Array(allocatable.length)
    let ready = 0
    let inUse = 0
    for (let node = 0; node < nodes.count; node++) {
      this.node(node)
      if (nodes.state[node] === NodeState.Ready) ready++
      if (nodes.podCount[node] > 0) inUse++
      if (nodes.state[node] !== NodeState.Ready && nodes.state[node] !== NodeState.Cordoned) continue
      for (let resource = 0; resource < capacity.length; resource++) capacity[resource] += nodes.capacity[resource][node]
    }
    let pending = 0
    for (let pod = 0; pod < pods.count; pod++) {
      const phase = pods.phase[pod]
      if (phase === PodPhase.Pending) pending++
      if (phase === PodPhase.Pending || phase === PodPhase.Gone) continue
      for (let resource = 0; resource < held.length; resource++) held[resource] += classes.request[resource][pods.podClass[pod]]
    }
    nodes.resources.forEach((name, resource) => {
      equal(`allocatable ${name} of all nodes`, allocatable[resource], capacity[resource])
      equal(`allocated ${name} of all nodes`, allocated[resource], held[resource])
    })
    equal('ready nodes', nodes.ready, ready)
    equal('nodes in use', this.cluster.nodesInUse, inUse)
    equal('pending pods', this.cluster.pendingPods, pending)
  }

  private node(node: number): void {
    const { cluster } = this
    const { nodes, pods, classes } = cluster
    const held = new Float64Array(nodes.resources.length)
    const devices = new Int32Array(DEVICES)
    let count = 0
    cluster.eachPodOn(node, (pod) => {
      count++
      equal(`node of pod ${pod} in the list of node ${node}`, pods.node[pod], node)
      const podClass = pods.podClass[pod]
      for (let resource = 0; resource < held.length; resource++) held[resource] += classes.request[resource][podClass]
      for (let device = 0; device < DEVICES; device++) if (pods.deviceMask[pod] & (1 << device)) devices[device] += classes.gpuMilli[podClass]
    })
    equal(`pods on node ${node}`, nodes.podCount[node], count)
    nodes.resources.forEach((name, resource) => {
      if (nodes.free[resource][node] < 0) throw new Error(`node ${node} is over its capacity: ${name} free is ${nodes.free[resource][node]}`)
      equal(`${name} free plus held on node ${node}`, nodes.free[resource][node] + held[resource], nodes.capacity[resource][node])
    })
    for (let device = 0; device < nodes.devices[node]; device++) {
      const free = nodes.freeDevice[node * DEVICES + device]
      if (free < 0) throw new Error(`node ${node} is over its capacity: device ${device} has ${free} milli-GPU free`)
      equal(`milli-GPU free plus held on device ${device} of node ${node}`, free + devices[device], MILLI)
    }
  }
}

function equal(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: found ${found}, expected ${expected}`)
}
