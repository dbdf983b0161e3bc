/**
 * Services whose load is a flow: no event per request. Rates change at steps of time, backends when their endpoints reach the balancers;
 * between two changes everything is linear. A pod's cores are its limit, or what its node has left beside the mean use of all others, its
 * share by weight at least.
 */
import { NONE, type NodeId, type PodId, type ServerId, type ServiceId, type Time } from '../../common/ids.ts'
import { ColumnTable, grown } from '../../common/table.ts'
import type { Chosen } from '../../common/define.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { FlowLedger } from '../../measure/flow-ledger.ts'
import type { BalancerDefinition } from '../../slb/policy.ts'
import type { Clients } from '../clients.ts'
import type { CpuShares } from '../cpu-shares.ts'
import { ServerState, type Servers } from '../servers.ts'
import type { Client, Service, Workload } from '../spec.ts'
import { spreadingOf } from './balancing.ts'
import { FlowService, type FlowPod, type PodGroup } from './flow-service.ts'

/** What the flows need of the run. */
export interface FlowsRun {
  readonly simulator: Simulator
  readonly servers: Servers
  readonly shares: CpuShares
  readonly clients: Clients
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly input: {
    readonly clients: readonly Client[]
    readonly services: readonly Service[]
    readonly workloads: readonly Workload[]
    readonly balancers: number
    readonly choices: { readonly slb: Chosen<BalancerDefinition> }
  }
}

/** An endpoint as the balancers know it. */
interface Backend {
  readonly pod: PodId
  readonly server: ServerId
  readonly epoch: number
}

/** A service with its backends. */
interface Flow {
  readonly service: ServiceId
  readonly flow: FlowService
  readonly step: Time
  backends: Backend[]
  /** Servers in its groups. */
  members: ServerId[]
  /** Changes of the service's servers when its groups were made. */
  changes: number
  /** Cores of a backend have changed. */
  stale: boolean
}

/** A row per server. */
class FlowServers extends ColumnTable {
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

export class Flows {
  private readonly run: FlowsRun
  private readonly list: Flow[]
  /** By service; undefined: its requests are simulated one by one. */
  private readonly of: (Flow | undefined)[]
  private readonly rows = new FlowServers()
  private readonly groups: (PodGroup | null)[] = []
  private readonly freeGroups: number[] = []
  private readonly groupRows = new Map<PodGroup, number>()
  private readonly kinds: { readonly step: number }
  private opened = false
  private onNode = new Float64Array(64)
  private weightOn = new Float64Array(64)
  private whole = new Float64Array(64)

  private constructor(run: FlowsRun) {
    this.run = run
    const { input, clients, simulator, times } = run
    this.list = clients.list.flatMap(({ spec, ledger, source }) => {
      const { service, flow } = spec
      if (flow === undefined) return []
      const slb = input.services[service].slb ?? input.choices.slb
      const workload = input.workloads.find((one) => one.service === service)!
      const made = new FlowService({
        client: spec as Client,
        ledger: ledger as FlowLedger,
        workload,
        spreading: spreadingOf(slb.definition.name),
        balancers: input.balancers,
        networkDelay: input.services[service].networkDelay,
        rateAt: (time) => source!.rateAt(time - times.origin),
      })
      return [{ service, flow: made, step: flow.step, backends: [], members: [], changes: NONE, stale: true }]
    })
    this.of = input.services.map((_, service) => this.list.find((one) => one.service === service))
    this.kinds = { step: simulator.register('flow step', (step) => this.step(step)) }
  }

  /** Null when no client is a flow. */
  static of(run: FlowsRun): Flows | null {
    return run.input.clients.some(({ flow }) => flow !== undefined) ? new Flows(run) : null
  }

  isFlow(service: ServiceId): boolean {
    return service !== NONE && this.of[service] !== undefined
  }

  /** The traffic starts. */
  opens(): void {
    this.opened = true
    for (const step of new Set(this.list.map((one) => one.step))) this.step(step)
  }

  windowBegins(now: Time): void {
    for (const { flow } of this.list) {
      flow.close(now)
      flow.windowBegins()
    }
    for (const one of this.list) this.resume(one)
  }

  ends(now: Time): void {
    for (const { flow } of this.list) {
      flow.close(now)
      flow.finish()
    }
  }

  notes(): readonly string[] {
    const names = this.list.map(({ service }) => this.run.input.services[service].name)
    const who = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
    return [
      `the load of ${who} is a flow: latencies and misses are those of queueing formulas, and metrics of single requests (imbalance, requests in flight, retries) are left out`,
    ]
  }

  // ---- backends

  /** An endpoint has reached the balancers. */
  added(service: ServiceId, pod: PodId, server: ServerId): void {
    const one = this.of[service]
    if (one === undefined) return
    this.removed(service, pod, false)
    one.backends.push({ pod, server, epoch: server === NONE ? 0 : this.run.servers.epoch[server] })
    this.changed(one)
  }

  removed(service: ServiceId, pod: PodId, apply = true): void {
    const one = this.of[service]
    if (one === undefined) return
    one.backends = one.backends.filter((backend) => backend.pod !== pod)
    if (apply) this.changed(one)
  }

  private changed(one: Flow): void {
    one.stale = true
    if (!this.opened) return
    one.flow.close(this.run.simulator.now)
    this.resume(one)
  }

  // ---- steps of time

  private step(step: Time): void {
    const { simulator } = this.run
    const { now } = simulator
    const due = this.list.filter((one) => one.step === step)
    for (const { flow } of due) {
      flow.close(now)
      flow.arrivals = flow.rateOf(now, now + step)
    }
    this.shareNodes()
    for (const one of due) this.resume(one)
    for (const one of this.list) if (one.step !== step && one.stale) this.changed(one)
    if (now + step <= this.run.times.end) simulator.at(now + step, this.kinds.step, step, 0)
  }

  /** The rest of the present step begins. */
  private resume(one: Flow): void {
    const { simulator, servers, times } = this.run
    const { now } = simulator
    if (one.stale || one.changes !== servers.changes(one.service)) this.regroup(one)
    const since = (now - times.origin) % one.step
    one.flow.begin(now, now - since + one.step)
  }

  private regroup(one: Flow): void {
    const { servers } = this.run
    const pods: FlowPod[] = []
    const rows: ServerId[] = []
    let silent = 0
    let refusing = 0
    const now = this.run.simulator.now
    for (const { server, epoch } of one.backends) {
      const present = server !== NONE && servers.epoch[server] === epoch
      const state = present ? servers.state[server] : ServerState.Free
      if (state !== ServerState.Accepting) {
        if (state === ServerState.Silent) silent++
        else refusing++
        continue
      }
      rows.push(server)
      pods.push({
        cores: this.coresOf(server),
        slowness: servers.slowness[server],
        errors: servers.errors[server],
        from: this.groupOf(server),
      })
    }
    this.leave(one, now)
    const groups = one.flow.regroup(pods, refusing, silent)
    one.members = rows
    rows.forEach((server, i) => this.join(one.flow, server, groups[i], now))
    this.freeGroupsOf(one.flow)
    one.changes = servers.changes(one.service)
    one.stale = false
  }

  private coresOf(server: ServerId): number {
    this.rows.reserve(server + 1)
    const { servers } = this.run
    if (this.rows.epoch[server] !== servers.epoch[server]) {
      this.rows.epoch[server] = servers.epoch[server]
      this.rows.group[server] = NONE
      this.rows.base[server] = 0
      this.rows.cores[server] = servers.limit[server] / 1000
    }
    return this.rows.cores[server]
  }

  private groupOf(server: ServerId): PodGroup | null {
    const row = this.rows.group[server]
    return row === NONE ? null : this.groups[row]
  }

  /** All pods of the flow leave their groups. */
  private leave({ flow, members }: Flow, now: Time): void {
    const { rows } = this
    for (const server of members) {
      const group = this.groupOf(server)
      if (group === null || group.flow !== flow) continue
      rows.base[server] += flow.usedBy(group, now)
      rows.group[server] = NONE
    }
  }

  private join(flow: FlowService, server: ServerId, group: PodGroup, now: Time): void {
    let row = this.groupRows.get(group)
    if (row === undefined) {
      row = this.freeGroups.pop() ?? this.groups.length
      this.groups[row] = group
      this.groupRows.set(group, row)
    }
    this.rows.group[server] = row
    this.rows.base[server] -= flow.usedBy(group, now)
  }

  /** Groups that the flow does not have any more. */
  private freeGroupsOf(flow: FlowService): void {
    for (const [group, row] of this.groupRows) {
      if (group.flow !== flow || flow.groups.includes(group)) continue
      this.groups[row] = null
      this.groupRows.delete(group)
      this.freeGroups.push(row)
    }
  }

  // ---- nodes

  /** What the pods use of their nodes, and the cores that are left for each. */
  private shareNodes(): void {
    const { servers, shares } = this.run
    if (!this.hasMoved()) return
    const nodes = this.sumByNode()
    const { onNode, weightOn, whole } = this
    for (let node = 0; node < nodes; node++) whole[node] = Math.round(onNode[node])
    shares.flowsUse(whole, nodes)
    for (const one of this.list) {
      for (const { server, epoch } of one.backends) {
        if (server === NONE || servers.epoch[server] !== epoch || server >= this.rows.cores.length) continue
        if (this.rows.epoch[server] !== epoch) continue
        const node = servers.node[server]
        const room = shares.allocatableOf(node) - shares.othersOn(node)
        const left = room - onNode[node] + this.useOf(server)
        const fair = (shares.allocatableOf(node) * servers.weight[server]) / (weightOn[node] + shares.othersOn(node))
        const cores = coresWithin(servers.limit[server], Math.max(left, fair))
        if (cores === this.rows.cores[server]) continue
        this.rows.cores[server] = cores
        one.stale = true
      }
    }
  }

  /** Whether the pods of a group use more or less than when the nodes were last summed up, by more than CHANGE of it, or are others. */
  private hasMoved(): boolean {
    let moved = false
    for (const one of this.list) {
      for (const group of one.flow.groups) {
        if (Math.abs(group.rate - group.summed) <= CHANGE * group.summed && group.pods === group.summedPods) continue
        moved = true
        group.summed = group.rate
        group.summedPods = group.pods
      }
      if (one.flow.groups.length === 0 && one.stale) moved = true
    }
    return moved
  }

  /** CPU that a pod uses at present [millicores]. */
  private useOf(server: ServerId): number {
    const group = this.groupOf(server)
    return group === null ? 0 : 1000 * group.rate
  }

  private sumByNode(): number {
    const { servers } = this.run
    let nodes = 0
    this.onNode.fill(0)
    this.weightOn.fill(0)
    for (const { backends } of this.list) {
      for (const { server, epoch } of backends) {
        if (server === NONE || servers.epoch[server] !== epoch || server >= this.rows.group.length) continue
        const node: NodeId = servers.node[server]
        if (node >= this.onNode.length) this.grow(node + 1)
        this.onNode[node] += this.useOf(server)
        this.weightOn[node] += servers.weight[server]
        if (node >= nodes) nodes = node + 1
      }
    }
    return Math.max(nodes, this.lastNodes(nodes))
  }

  private highest = 0

  /** Nodes that had any use before are told that they have none now. */
  private lastNodes(nodes: number): number {
    if (nodes > this.highest) this.highest = nodes
    return this.highest
  }

  private grow(nodes: number): void {
    this.onNode = grown(this.onNode, 2 * nodes)
    this.weightOn = grown(this.weightOn, 2 * nodes)
    this.whole = grown(this.whole, 2 * nodes)
  }

  // ---- readings

  /** CPU that a server has used [core-µs]. */
  cpuUsed(service: ServiceId, server: ServerId): number {
    if (server >= this.rows.base.length || this.rows.epoch[server] !== this.run.servers.epoch[server]) return 0
    const group = this.groupOf(server)
    const before = this.rows.base[server]
    return group === null ? before : before + this.of[service]!.flow.usedBy(group, this.run.simulator.now)
  }

  /** Requests in a server, and those of them that wait. */
  inside(service: ServiceId, server: ServerId): number {
    const group = server < this.rows.group.length ? this.groupOf(server) : null
    return group === null ? 0 : this.of[service]!.flow.insideOf(group, this.run.simulator.now) / group.pods
  }

  queued(service: ServiceId, server: ServerId): number {
    const group = server < this.rows.group.length ? this.groupOf(server) : null
    if (group === null) return 0
    const { queues, servers } = group.station.spec
    const busy = (queues * servers * Math.min(1, group.station.utilization)) / group.pods
    return Math.max(0, this.inside(service, server) - busy)
  }

  /** Requests offered to a service up to now. */
  offered(service: ServiceId): number {
    const { flow } = this.of[service]!
    return flow.spec.ledger.arrived + flow.arrivedSince(this.run.simulator.now)
  }
}

/** Cores out of what is left of a node [millicores]. */
function coresWithin(limit: number, left: number): number {
  if (left >= limit) return limit / 1000
  const step = Math.floor((STEPS * Math.log(Math.max(left / 1000, LEAST_CORES))) / Math.LN2 + 1e-9)
  return Math.min(limit / 1000, Math.exp((step / STEPS) * Math.LN2))
}
