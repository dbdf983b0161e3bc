/** Nodes of the pools: ordered, provisioned after a delay, drained, removed when empty. */
import type { BinType } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { NodeState, NONE } from '../cluster/views.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { NodeTemplate } from '../cluster/spec.ts'
import type { Pool } from '../input.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { Placement } from './placement.ts'

interface PoolRun {
  readonly spec: Pool
  /** Nodes there, and nodes ordered. */
  count: number
  ordered: number
  /** Template of the next node. */
  turn: number
}

export class NodeLifecycle {
  readonly pools: PoolRun[]
  private readonly draining = new Set<number>()
  private readonly types: BinType[][]
  private placement!: Placement

  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly shares: CpuShares
  private readonly recorder: NodeRecorder

  constructor(simulator: Simulator, cluster: Cluster, shares: CpuShares, recorder: NodeRecorder, pools: readonly Pool[]) {
    this.simulator = simulator
    this.cluster = cluster
    this.shares = shares
    this.recorder = recorder
    this.pools = pools.map((spec) => ({ spec, count: 0, ordered: 0, turn: 0 }))
    this.types = pools.map((pool) => pool.templates.map((template) => this.binType(pool, template)))
    simulator.on(Kind.NodeJoins, (pool) => {
      this.pools[pool].ordered--
      this.join(pool, this.nextTemplate(pool))
      this.placement.roomFreed()
    })
  }

  connect(placement: Placement): void {
    this.placement = placement
  }

  /** The nodes that are there at the start. */
  open(): void {
    for (let pool = 0; pool < this.pools.length; pool++) {
      const { spec } = this.pools[pool]
      for (let i = 0; i < spec.initial.length; i++) this.join(pool, spec.templates[spec.initial[i]])
      this.pools[pool].turn = spec.initial.length % spec.templates.length
    }
  }

  /** Nodes there or on their way. */
  size(pool: number): number {
    return this.pools[pool].count + this.pools[pool].ordered
  }

  /** The kind of node a pool would add next. */
  nextType(pool: number): BinType {
    return this.types[pool][this.pools[pool].turn]
  }

  /** Orders nodes, at most up to the pool's bound; returns how many. */
  order(pool: number, wanted: number): number {
    const run = this.pools[pool]
    const count = Math.max(0, Math.min(wanted, run.spec.max - this.size(pool)))
    for (let i = 0; i < count; i++) {
      run.ordered++
      this.simulator.at(this.simulator.now + run.spec.provision, Kind.NodeJoins, pool, 0)
    }
    return count
  }

  /** No new pods; the node leaves when the last pod has gone. */
  cordon(node: number): void {
    this.cluster.setNodeState(node, NodeState.Cordoned)
    this.draining.add(node)
    this.podLeft(node)
  }

  isDraining(node: number): boolean {
    return this.draining.has(node)
  }

  /** A pod of the node was released. */
  podLeft(node: number): void {
    if (node === NONE || this.draining.size === 0 || !this.draining.has(node)) return
    const { nodes } = this.cluster.view
    if (nodes.podCount[node] > 0) return
    this.draining.delete(node)
    const price = nodes.price[node]
    this.pools[nodes.pool[node]].count--
    this.cluster.removeNode(node)
    this.recorder.left(price, this.simulator.now)
  }

  private join(pool: number, template: NodeTemplate): void {
    const node = this.cluster.addNode(template, pool, NodeState.Ready)
    this.shares.addNode(node, template.cpu)
    this.pools[pool].count++
    this.recorder.joined(template.price, this.simulator.now)
  }

  private nextTemplate(pool: number): NodeTemplate {
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
      capacity: cluster.view.nodes.resources.map((resource, row) =>
        row === 0 ? template.cpu : row === 1 ? template.memory : row === 2 ? template.pods : (template.resources[resource] ?? 0),
      ),
      devices: template.gpus,
      price: template.price,
      limit: pool.max,
      admits: (podClass) => cluster.admits(podClass, nodeClass),
    }
  }
}
