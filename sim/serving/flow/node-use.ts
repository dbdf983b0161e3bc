/** What flows use of their nodes, and the cores that each of their pods has: its limit, or what its node has left, its share by weight at least. */
import { NONE, type PodId, type ServerId } from '../../common/ids.ts'
import { ColumnTable, grown } from '../../common/table.ts'
import type { CpuShares } from '../cpu-shares.ts'
import type { Servers } from '../servers.ts'
import type { FlowService, PodGroup } from './flow-service.ts'

/** An endpoint as the balancers know it. */
interface Backend {
  readonly pod: PodId
  readonly server: ServerId
  readonly epoch: number
}

/** A service with its backends. */
export interface FlowBackends {
  readonly flow: FlowService
  /** Another list at each change. */
  backends: readonly Backend[]
  /** Cores of a backend have changed. */
  stale: boolean
}

/** A row per server. */
export class FlowServers extends ColumnTable {
  /** Cores that the pod has for requests; 0: not known yet. */
  readonly cores = this.column(Float64Array)
  epoch = this.column(Int32Array, NONE)
  /** Row of the group in `groups` of the flows, NONE: none. */
  group = this.column(Int32Array, NONE)
  /** CPU used before it joined its group, less what the group had used by then [core-µs]. */
  base = this.column(Float64Array)
}

/** Cores below a limit are rounded down to steps of an eighth of an octave, so that pods with nearly the same make one group. */
const STEPS = 8
const LEAST_CORES = 1 / 32
/** Share by which the use of pods may change before their nodes are summed up again. */
const CHANGE = 0.01

/** The backends of a flow as columns. */
interface Placed {
  from: FlowBackends['backends'] | null
  servers: Int32Array
  epochs: Int32Array
}

export class NodeUse {
  private readonly servers: Servers
  private readonly shares: CpuShares
  private readonly list: readonly FlowBackends[]
  private readonly rows: FlowServers
  private readonly groups: readonly (PodGroup | null)[]
  private readonly placed: Placed[]
  /** CPU that a pod of each group uses at present [millicores], by row; the last is that of pods without a group. */
  private uses = new Float64Array(64)
  private onNode = new Float64Array(64)
  private weightOn = new Float64Array(64)
  private whole = new Float64Array(64)
  /** 1: whatever a pod's limit is, the node has it left. */
  private roomy = new Uint8Array(64)
  /** Nodes that have had any use: they are told when they have none. */
  private nodes = 0

  constructor(
    { servers, shares }: { readonly servers: Servers; readonly shares: CpuShares },
    list: readonly FlowBackends[],
    rows: FlowServers,
    groups: readonly (PodGroup | null)[],
  ) {
    this.servers = servers
    this.shares = shares
    this.list = list
    this.rows = rows
    this.groups = groups
    this.placed = list.map(() => ({ from: null, servers: new Int32Array(0), epochs: new Int32Array(0) }))
  }

  /** Sums up the nodes if any use has moved, and shares out what is left of them. */
  share(): void {
    if (!this.hasMoved()) return
    const largest = this.sumByNode()
    const { onNode, whole, nodes, shares, roomy, weightOn } = this
    for (let node = 0; node < nodes; node++) whole[node] = Math.round(onNode[node])
    shares.flowsUse(whole, nodes)
    for (let node = 0; node < nodes; node++)
      roomy[node] = weightOn[node] > 0 && shares.allocatableOf(node) - shares.othersOn(node) - onNode[node] >= largest ? 1 : 0
    for (let i = 0; i < this.list.length; i++) if (this.shareOut(this.placed[i])) this.list[i].stale = true
  }

  /** Whether the cores of any pod of a flow have changed. */
  private shareOut({ servers: members, epochs }: Placed): boolean {
    const { rows, roomy, servers } = this
    const { node: nodeOf, limit, epoch } = servers
    const { cores: known, epoch: joined } = rows
    let changed = false
    for (let i = 0; i < members.length; i++) {
      const server = members[i]
      if (epoch[server] !== epochs[i] || joined[server] !== epochs[i]) continue
      const node = nodeOf[server]
      const cores = roomy[node] === 1 ? limit[server] / 1000 : this.coresOn(node, server)
      if (cores === known[server]) continue
      known[server] = cores
      changed = true
    }
    return changed
  }

  private coresOn(node: number, server: ServerId): number {
    const { shares, servers, onNode, weightOn } = this
    const others = shares.othersOn(node)
    const left = shares.allocatableOf(node) - others - onNode[node] + this.useOf(server)
    const fair = (shares.allocatableOf(node) * servers.weight[server]) / (weightOn[node] + others)
    return coresWithin(servers.limit[server], Math.max(left, fair))
  }

  private useOf(server: ServerId): number {
    const row = this.rows.group[server]
    return row === NONE ? 0 : this.uses[row]
  }

  /** Whether the pods of a group use more or less than when the nodes were last summed up, by more than CHANGE of it, or are others. */
  private hasMoved(): boolean {
    let moved = false
    for (const { flow, stale } of this.list) {
      for (const group of flow.groups) {
        if (Math.abs(group.rate - group.summed) <= CHANGE * group.summed && group.pods === group.summedPods) continue
        moved = true
        group.summed = group.rate
        group.summedPods = group.pods
      }
      if (flow.groups.length === 0 && stale) moved = true
    }
    return moved
  }

  /** Returns the largest limit of a pod [millicores]. */
  private sumByNode(): number {
    const { groups } = this
    if (this.uses.length < groups.length) this.uses = new Float64Array(2 * groups.length)
    for (let row = 0; row < groups.length; row++) this.uses[row] = groups[row] === null ? 0 : 1000 * groups[row]!.rate
    this.onNode.fill(0)
    this.weightOn.fill(0)
    let largest = 0
    for (let i = 0; i < this.list.length; i++) {
      const placed = this.placed[i]
      if (placed.from !== this.list[i].backends) this.place(placed, this.list[i].backends)
      largest = Math.max(largest, this.sumFlow(placed))
    }
    return largest
  }

  private place(placed: Placed, backends: FlowBackends['backends']): void {
    const served = backends.filter(({ server }) => server !== NONE)
    placed.from = backends
    placed.servers = Int32Array.from(served, ({ server }) => server)
    placed.epochs = Int32Array.from(served, ({ epoch }) => epoch)
  }

  private sumFlow({ servers: members, epochs }: Placed): number {
    const { node: nodeOf, limit, epoch, weight } = this.servers
    const { group } = this.rows
    const { uses } = this
    let largest = 0
    for (let i = 0; i < members.length; i++) {
      const server = members[i]
      if (epoch[server] !== epochs[i] || server >= group.length) continue
      const node = nodeOf[server]
      if (node >= this.nodes) this.grow(node + 1)
      if (group[server] !== NONE) this.onNode[node] += uses[group[server]]
      this.weightOn[node] += weight[server]
      if (limit[server] > largest) largest = limit[server]
    }
    return largest
  }

  private grow(nodes: number): void {
    this.nodes = nodes
    if (nodes <= this.onNode.length) return
    this.onNode = grown(this.onNode, 2 * nodes)
    this.weightOn = grown(this.weightOn, 2 * nodes)
    this.whole = grown(this.whole, 2 * nodes)
    this.roomy = grown(this.roomy, 2 * nodes)
  }
}

/** Cores out of what is left of a node [millicores]. */
function coresWithin(limit: number, left: number): number {
  if (left >= limit) return limit / 1000
  const step = Math.floor((STEPS * Math.log(Math.max(left / 1000, LEAST_CORES))) / Math.LN2 + 1e-9)
  return Math.min(limit / 1000, Math.exp((step / STEPS) * Math.LN2))
}
