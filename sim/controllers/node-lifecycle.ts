/** Nodes of the pools: ordered, provisioned after a delay, drained, removed when empty. */
import type { BinType } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeTemplate } from '../cluster/spec.ts'
import { relabelNode } from '../cluster/relabel.ts'
import { NodeState, PodPhase } from '../cluster/views.ts'
import { NONE, type NodeId, type PodId, type PoolId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import { EndReason, type Owners } from './owners.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'
import type { Pool } from './spec.ts'
import { HOST_LABEL, type Storage } from './storage/spec.ts'

/** What the node life cycle needs of the run. */
export interface NodeLifecycleRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly owners: Owners
  readonly shares: CpuShares
  readonly lifecycle: PodLifecycle
  readonly nodeLevels: NodeRecorder
  readonly input: { readonly pools: readonly Pool[]; readonly orchestration?: { readonly storage?: Storage } }
}

/** Why a node takes no further pods: an operator cordoned it, its kubelet is silent, it is lost or about to be, or it shuts down. */
export type CordonReason = 'operator' | 'unreachable' | 'lost' | 'shutdown'

interface PoolRun {
  readonly spec: Pool
  /** Nodes present, and nodes ordered. */
  count: number
  ordered: number
  /** Template of the next node. */
  turn: number
  /** The provider delivers no node of the pool before this time. */
  soldOut: Time
}

export class NodeLifecycle {
  readonly pools: PoolRun[]
  private readonly draining = new Set<NodeId>()
  private readonly types: BinType[][]
  private readonly joinListeners: ((node: NodeId) => void)[] = []
  private readonly leaveListeners: ((node: NodeId) => void)[] = []
  /** Evicts a pod of a node that is drained; the orchestrator may keep it waiting for a disruption budget. */
  private evict: (pod: PodId, node: NodeId) => void
  /** Reasons why a node takes no further pods. */
  private readonly cordons = new Map<NodeId, Set<CordonReason>>()
  /** By node: row of its template in its pool. */
  private readonly templates: number[] = []
  /** Nodes that the provider refused. */
  refusals = 0
  /** Pools whose nodes have local volumes, and the number of such nodes so far. */
  private readonly withVolumes: ReadonlySet<PoolId>
  private hosts = 0
  private readonly joins: number
  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly owners: Owners
  private readonly shares: CpuShares
  private readonly lifecycle: PodLifecycle
  private readonly recorder: NodeRecorder

  constructor({ simulator, cluster, owners, shares, lifecycle, nodeLevels, input }: NodeLifecycleRun) {
    this.simulator = simulator
    this.cluster = cluster
    this.owners = owners
    this.shares = shares
    this.lifecycle = lifecycle
    this.recorder = nodeLevels
    this.withVolumes = new Set(input.orchestration?.storage?.volumes.map(({ pool }) => pool))
    this.pools = input.pools.map((spec) => ({ spec, count: 0, ordered: 0, turn: 0, soldOut: 0 }))
    this.types = input.pools.map((pool) => pool.templates.map((template) => this.binType(pool, template)))
    this.joins = simulator.register('node joins', (pool, template) => {
      this.pools[pool].ordered--
      const node = this.join(pool, template === NONE ? this.nextTemplate(pool) : this.pools[pool].spec.templates[template])
      for (const joined of this.joinListeners) joined(node)
    })
    this.evict = (pod, node) => {
      if (this.isOn(pod, node)) lifecycle.terminate(pod, EndReason.Evicted)
    }
    lifecycle.listen({
      reserved: () => nodeLevels.requestsChanged(simulator.now),
      bound: () => nodeLevels.requestsChanged(simulator.now),
      released: (node) => {
        nodeLevels.requestsChanged(simulator.now)
        this.podLeft(node)
      },
    })
  }

  /** Calls back whenever a node takes pods from now on: an ordered one has joined, or a cordoned one is in use again. */
  whenJoined(joined: (node: NodeId) => void): void {
    this.joinListeners.push(joined)
  }

  /** Calls back whenever a node has been removed. */
  whenLeft(left: (node: NodeId) => void): void {
    this.leaveListeners.push(left)
  }

  /** Called once, by the orchestrator: its pods leave a drained node through the eviction API. */
  evictBy(evict: (pod: PodId, node: NodeId) => void): void {
    this.evict = evict
  }

  /** The node takes no further pods for this reason. */
  cordon(node: NodeId, reason: CordonReason): void {
    const { nodes } = this.cluster.view
    if (nodes.state[node] === NodeState.Gone) return
    const reasons = this.cordons.get(node) ?? new Set()
    this.cordons.set(node, reasons.add(reason))
    if (nodes.state[node] === NodeState.Ready) this.cluster.setNodeState(node, NodeState.Cordoned)
  }

  /** The reason holds no longer; without another one the node takes pods again. */
  uncordon(node: NodeId, reason: CordonReason): void {
    const reasons = this.cordons.get(node)
    if (reasons?.delete(reason) !== true || reasons.size > 0 || this.draining.has(node)) return
    this.cordons.delete(node)
    if (this.cluster.view.nodes.state[node] !== NodeState.Cordoned) return
    this.cluster.setNodeState(node, NodeState.Ready)
    for (const joined of this.joinListeners) joined(node)
  }

  /** The node has other labels and taints from now on; what could not run on it is tried again. */
  relabel(node: NodeId, labels: NodeTemplate['labels'], taints: NodeTemplate['taints']): void {
    relabelNode(this.cluster, node, labels, taints)
    if (this.cluster.view.nodes.state[node] === NodeState.Ready) for (const joined of this.joinListeners) joined(node)
  }

  /** The node is gone for good: it is removed when its last pod has ended. */
  lose(node: NodeId): void {
    this.cordon(node, 'lost')
    this.draining.add(node)
    this.podLeft(node)
  }

  /** The nodes that are present at the start of the ageing. */
  starts(): void {
    for (let pool = 0; pool < this.pools.length; pool++) {
      const { spec } = this.pools[pool]
      for (let i = 0; i < spec.initial.length; i++) this.join(pool, spec.templates[spec.initial[i]])
      this.pools[pool].turn = spec.initial.length % (spec.added ?? spec.templates.length)
    }
  }

  /** Nodes present or ordered. */
  size(pool: PoolId): number {
    return this.pools[pool].count + this.pools[pool].ordered
  }

  /** The kind of node a pool would add next. */
  nextType(pool: PoolId): BinType {
    return this.types[pool][this.pools[pool].turn]
  }

  /** Orders nodes, at most up to the pool's bound; returns their number, 0 while the provider has none. */
  order(pool: PoolId, wanted: number): number {
    const run = this.pools[pool]
    const count = Math.max(0, Math.min(wanted, run.spec.max - this.size(pool)))
    if (this.simulator.now < run.soldOut) {
      this.refusals += count
      return 0
    }
    for (let i = 0; i < count; i++) {
      run.ordered++
      this.simulator.at(this.simulator.now + run.spec.provision, this.joins, pool, NONE)
    }
    return count
  }

  /** The node group orders another instance of the same kind for one that is lost; it goes on asking while the provider has none. */
  replace(node: NodeId): void {
    const { nodes } = this.cluster.view
    const pool = nodes.pool[node]
    const run = this.pools[pool]
    run.ordered++
    if (this.simulator.now < run.soldOut) this.refusals++
    this.simulator.at(Math.max(this.simulator.now, run.soldOut) + run.spec.provision, this.joins, pool, this.templates[node])
  }

  /** The provider has no capacity for nodes of the pool until this time. */
  sellOut(pool: PoolId, until: Time): void {
    this.pools[pool].soldOut = Math.max(this.pools[pool].soldOut, until)
  }

  /**
   * Takes a Ready node out of use: its movable pods are evicted, and it is removed when the last pod has ended. False when it is being
   * drained already; throws when it is not Ready.
   */
  drain(node: NodeId): boolean {
    const { nodes } = this.cluster.view
    if (this.draining.has(node)) return false
    if (nodes.state[node] !== NodeState.Ready) {
      const found = node >= 0 && node < nodes.count ? 'is gone' : 'does not exist'
      throw new Error(`the node autoscaler drains node ${node}, which ${found}; accepted: a Ready node`)
    }
    const leaving: PodId[] = []
    this.cluster.eachPodOn(node, (pod) => {
      if (this.owners.of(pod).movable(pod)) leaving.push(pod)
    })
    this.cluster.setNodeState(node, NodeState.Cordoned)
    this.draining.add(node)
    this.podLeft(node)
    for (const pod of leaving) this.evict(pod, node)
    return true
  }

  /** Whether the pod still runs on the node and is not terminating already. */
  private isOn(pod: PodId, node: NodeId): boolean {
    const { pods } = this.cluster.view
    return pods.node[pod] === node && pods.phase[pod] !== PodPhase.Terminating
  }

  /** A pod of the node was released. */
  private podLeft(node: NodeId): void {
    if (node === NONE || this.draining.size === 0 || !this.draining.has(node)) return
    const { nodes } = this.cluster.view
    if (nodes.podCount[node] > 0) {
      this.endDaemons(node)
      return
    }
    this.draining.delete(node)
    const price = nodes.price[node]
    this.pools[nodes.pool[node]].count--
    this.cluster.removeNode(node)
    this.recorder.left(price, this.simulator.now)
    for (const left of this.leaveListeners) left(node)
  }

  /** Pods of DaemonSets leave with their node, when no others are left on it. */
  private endDaemons(node: NodeId): void {
    const daemons: PodId[] = []
    let others = 0
    this.cluster.eachPodOn(node, (pod) => {
      if (this.owners.of(pod).daemon !== true || !this.isOn(pod, node)) others++
      else daemons.push(pod)
    })
    if (others === 0) for (const pod of daemons) this.lifecycle.terminate(pod, EndReason.NodeLost)
  }

  private join(pool: PoolId, template: NodeTemplate): NodeId {
    const node = this.cluster.addNode(this.named(template, pool), pool, NodeState.Ready)
    this.templates[node] = this.pools[pool].spec.templates.indexOf(template)
    this.shares.addNode(node, template.cpu)
    this.pools[pool].count++
    this.recorder.joined(template.price, this.simulator.now)
    return node
  }

  /** A node with local volumes has a label of its own, by which these are reached. */
  private named(template: NodeTemplate, pool: PoolId): NodeTemplate {
    if (!this.withVolumes.has(pool)) return template
    const host = `${this.pools[pool].spec.name}-${this.hosts++}`
    return { ...template, labels: { ...template.labels, [HOST_LABEL]: host } }
  }

  private nextTemplate(pool: PoolId): NodeTemplate {
    const run = this.pools[pool]
    const template = run.spec.templates[run.turn]
    run.turn = (run.turn + 1) % (run.spec.added ?? run.spec.templates.length)
    return template
  }

  private binType(pool: Pool, template: NodeTemplate): BinType {
    const { cluster } = this
    const nodeClass = cluster.internNodeClass(template)
    return {
      name: pool.name,
      capacity: cluster.vectorOf(template),
      devices: template.gpus,
      price: template.price,
      limit: pool.max,
      admits: (podClass) => cluster.admits(podClass, nodeClass),
    }
  }
}
