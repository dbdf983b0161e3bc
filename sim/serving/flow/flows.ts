/**
 * Services whose load is a flow: no event per request. Rates change at steps of time, backends when their endpoints reach the balancers;
 * between two changes everything is linear. A pod's cores are its limit, or what its node has left beside the mean use of all others, its
 * share by weight at least.
 */
import { NONE, type PodId, type ServerId, type ServiceId, type Time } from '../../common/ids.ts'
import type { Chosen } from '../../common/define.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { FlowLedger } from '../../measure/flow-ledger.ts'
import type { BalancerDefinition } from '../../slb/policy.ts'
import type { Clients } from '../clients.ts'
import type { CpuShares } from '../cpu-shares.ts'
import { ServerState, type Servers } from '../servers.ts'
import type { Client, Service, Workload } from '../spec.ts'
import { spreadingOf } from './balancing.ts'
import { FlowCohorts, queuedIn, type PodCohorts } from './cohorts.ts'
import { FlowService, type FlowPod, type PodGroup } from './flow-service.ts'
import { FlowServers, NodeUse, type FlowBackends } from './node-use.ts'

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

/** A service with its backends. */
interface Flow extends FlowBackends {
  readonly service: ServiceId
  readonly step: Time
  readonly cohorts: FlowCohorts
  /** Servers in its groups. */
  members: ServerId[]
  /** Changes of the service's servers when its groups were made. */
  changes: number
}

export class Flows {
  private readonly run: FlowsRun
  private readonly list: Flow[]
  /** By service; undefined: its requests are simulated one by one. */
  private readonly of: (Flow | undefined)[]
  /** By step. */
  private readonly due = new Map<Time, readonly Flow[]>()
  private readonly rows = new FlowServers()
  private readonly groups: (PodGroup | null)[] = []
  private readonly freeGroups: number[] = []
  private readonly groupRows = new Map<PodGroup, number>()
  private readonly kinds: { readonly step: number }
  private opened = false
  private readonly nodes: NodeUse

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
      const cohorts = new FlowCohorts({ simulator, servers: run.servers, rows: this.rows, groups: this.groups }, made, service)
      return [{ service, flow: made, step: flow.step, cohorts, backends: [], members: [], changes: NONE, stale: true }]
    })
    for (const { step } of this.list)
      this.due.set(
        step,
        this.list.filter((one) => one.step === step),
      )
    this.nodes = new NodeUse(run, this.list, this.rows, this.groups)
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
    for (const step of this.due.keys()) this.step(step)
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
    one.backends = [...one.backends, { pod, server, epoch: server === NONE ? 0 : this.run.servers.epoch[server] }]
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
    const due = this.due.get(step)!
    for (const { flow } of due) {
      flow.close(now)
      flow.arrivals = flow.rateOf(now, now + step)
    }
    this.nodes.share()
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
    one.cohorts.regroups++
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
    return group === null ? 0 : queuedIn(group, this.of[service]!.flow.insideOf(group, this.run.simulator.now))
  }

  /** The groups of a flow as scrapes read them, null for other services. */
  cohorts(service: ServiceId): PodCohorts | null {
    return service === NONE ? null : (this.of[service]?.cohorts ?? null)
  }

  /** Requests offered to a service up to now. */
  offered(service: ServiceId): number {
    const { flow } = this.of[service]!
    return flow.spec.ledger.arrived + flow.arrivedSince(this.run.simulator.now)
  }
}
