/**
 * Antagonists: load of other tenants of a node that comes and goes. Each one demands CPU while it is on, with a weight under contention as a pod has, and
 * nothing while it is off. Nodes that are there at the origin have them from then on.
 */
import { NodeState, type ClusterView } from '../cluster/views.ts'
import type { NodeId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import { distribution, type Distribution, type DistributionSpec } from '../random/distributions.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'
import type { CpuShares } from './cpu-shares.ts'

/** Equal antagonists on the nodes of a pool. */
export interface Antagonist {
  readonly name: string
  /** A row of the pools; absent: on all nodes. */
  readonly pool?: number
  /** Of them on each node. */
  readonly count: number
  /** Demand while it is on, and weight under contention [millicores]. */
  readonly cpu: number
  readonly weight: number
  /** Durations of being on and off [µs]. */
  readonly on: DistributionSpec
  readonly off: DistributionSpec
}

/** What the antagonists need of the run. */
export interface AntagonistsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: { readonly view: ClusterView }
  readonly shares: CpuShares
  readonly input: { readonly antagonists?: readonly Antagonist[] }
}

/** One antagonist of one node. */
interface Tenant {
  readonly spec: Antagonist
  readonly node: NodeId
  readonly on: Distribution
  readonly off: Distribution
  readonly draws: KeyedStream
  /** Whose draws: the node, and which of the equal antagonists on it. */
  readonly key: number
  isOn: boolean
  turns: number
}

/** Places for antagonists of one kind on a node, in the keys of draws. */
const PLACES = 1024

export class Antagonists {
  private readonly tenants: Tenant[] = []
  private readonly run: AntagonistsRun
  private readonly turns: number

  private constructor(run: AntagonistsRun) {
    this.run = run
    this.turns = run.simulator.register('antagonist turns', (tenant) => this.turn(this.tenants[tenant]!, tenant))
  }

  /** Null without antagonists. */
  static of(run: AntagonistsRun): Antagonists | null {
    return (run.input.antagonists ?? []).length === 0 ? null : new Antagonists(run)
  }

  /** At the origin each is on with the share of time that it is on, and the first duration begins. */
  opens(): void {
    const { streams, cluster, input } = this.run
    const { nodes } = cluster.view
    for (const spec of input.antagonists ?? []) {
      const on = distribution(spec.on)
      const off = distribution(spec.off)
      const draws = streams.keyed(`antagonists/${spec.name}`)
      const share = on.mean / (on.mean + off.mean)
      for (let node = 0; node < nodes.count; node++) {
        if (nodes.state[node] !== NodeState.Ready || (spec.pool !== undefined && nodes.pool[node] !== spec.pool)) continue
        for (let i = 0; i < spec.count; i++) {
          const key = node * PLACES + i
          // Before its first turn it is as it will not be after it.
          this.start({ spec, node, on, off, draws, key, isOn: draws.at(key, 0) < share, turns: 1 })
        }
      }
    }
  }

  private start(tenant: Tenant): void {
    const row = this.tenants.push(tenant) - 1
    if (tenant.isOn) this.change(tenant, 1)
    this.schedule(tenant, row)
  }

  private turn(tenant: Tenant, row: number): void {
    tenant.isOn = !tenant.isOn
    this.change(tenant, tenant.isOn ? 1 : -1)
    this.schedule(tenant, row)
  }

  private change({ spec, node }: Tenant, sign: 1 | -1): void {
    this.run.shares.background(node, spec.weight, spec.cpu / spec.weight, sign)
  }

  private schedule(tenant: Tenant, row: number): void {
    const { simulator } = this.run
    const duration = (tenant.isOn ? tenant.on : tenant.off).quantile(tenant.draws.at(tenant.key, tenant.turns++))
    const time: Time = simulator.now + Math.max(1, Math.round(duration))
    simulator.at(time, this.turns, row, 0)
  }
}
