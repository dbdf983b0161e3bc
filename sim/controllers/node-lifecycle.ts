/** Nodes of the pools: ordered, provisioned after a delay, drained, removed when empty. */
import type { BinType } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeTemplate } from '../cluster/spec.ts'
import { NodeState, PodPhase } from '../cluster/views.ts'
import { NONE, type NodeId, type PodId, type PoolId } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import { EndReason, type Owners } from './owners.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'
import type { Pool } from './spec.ts'

/** What the node life cycle needs of the run. */
export interface NodeLifecycleRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly owners: Owners
  readonly shares: CpuShares
  readonly lifecycle: PodLifecycle
  readonly nodeLevels: NodeRecorder
  readonly input: { readonly pools: readonly Pool[] }
}

interface PoolRun {
  readonly spec: Pool
  /** Nodes present, and nodes ordered. */
  count: number
  ordered: number
  /** Template of the next node. */
  turn: number
}

export class NodeLifecycle {
  readonly pools: PoolRun[]
  private readonly draining = new Set<NodeId>()
  private readonly types: BinType[][]
  private readonly joinListeners: (() => void)[] = []
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
    this.pools = input.pools.map((spec) => ({ spec, count: 0, ordered: 0, turn: 0 }))
    this.types = input.pools.map((pool) => pool.templates.map((template) => this.binType(pool, template)))
    this.joins = simulator.register('node joins', (pool) => {
      this.pools[pool].ordered--
      this.join(pool, this.nextTemplate(pool))
      for (const joined of this.joinListeners) joined()
    })
    lifecycle.listen({
      bound: () => nodeLevels.requestsChanged(simulator.now),
      released: (node) => {
        nodeLevels.requestsChanged(simulator.now)
        this.podLeft(node)
      },
    })
  }

  /** Calls back whenever an ordered node has joined. */
  whenJoined(joined: () => void): void {
    this.joinListeners.push(joined)
  }

  /** The nodes that are present at the start of the ageing. */
  starts(): void {
    for (let pool = 0; pool < this.pools.length; pool++) {
      const { spec } = this.pools[pool]
      for (let i = 0; i < spec.initial.length; i++) this.join(pool, spec.templates[spec.initial[i]])
      this.pools[pool].turn = spec.initial.length % spec.templates.length
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

  /** Orders nodes, at most up to the pool's bound; returns their number. */
  order(pool: PoolId, wanted: number): number {
    const run = this.pools[pool]
    const count = Math.max(0, Math.min(wanted, run.spec.max - this.size(pool)))
    for (let i = 0; i < count; i++) {
      run.ordered++
      this.simulator.at(this.simulator.now + run.spec.provision, this.joins, pool, 0)
    }
    return count
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
    for (const pod of leaving) if (this.isOn(pod, node)) this.lifecycle.terminate(pod, EndReason.Evicted)
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
    if (nodes.podCount[node] > 0) return
    this.draining.delete(node)
    const price = nodes.price[node]
    this.pools[nodes.pool[node]].count--
    this.cluster.removeNode(node)
    this.recorder.left(price, this.simulator.now)
  }

  private join(pool: PoolId, template: NodeTemplate): void {
    const node = this.cluster.addNode(template, pool, NodeState.Ready)
    this.shares.addNode(node, template.cpu)
    this.pools[pool].count++
    this.recorder.joined(template.price, this.simulator.now)
  }

  private nextTemplate(pool: PoolId): NodeTemplate {
    const run = this.pools[pool]
    const template = run.spec.templates[run.turn]
    run.turn = (run.turn + 1) % run.spec.templates.length
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
