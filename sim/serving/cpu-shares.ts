/**
 * The CPU that each pod gets on its node: through it, placement affects latency. Served pods and background pods share the node's cores by weighted
 * max-min, weights being the CPU requests (as cgroup weights do). A node whose demands fit skips everything: each server then runs at
 * its own demand. A contended node is shared out again at each change of demand (`epoch` 0, the exact twin), or at most every `epoch`:
 * at once when the last sharing is that long ago, else when it will be; meanwhile a change is served at the last level.
 */
import { NONE, type NodeId, type ServerId, type Time } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'
import { Level } from '../measure/level.ts'
import type { Simulator } from '../engine/simulator.ts'
import { waterLevel } from './max-min.ts'
import type { Servers } from './servers.ts'
import type { WorkHeaps } from './work-heaps.ts'

/** Virtual work that counts as none [core-µs]: a nanosecond of one core, far above rounding, far below a µs of time. */
const SLACK = 1e-3

/** What the shares need of the run. */
export interface CpuSharesRun {
  readonly simulator: Simulator
  readonly servers: Servers
  readonly heaps: WorkHeaps
  /** A contended node is shared out again at most once in this time; 0: at each change of demand. */
  readonly input: { readonly contentionEpoch: Time }
}

/** One row per node. */
export class CpuShares extends ColumnTable {
  private allocatable = this.column(Float64Array)
  /** Demand of all on the node [millicores]. */
  private total = this.column(Float64Array)
  /** Water level of the last sharing; Infinity: all demands fit. */
  private level = this.column(Float64Array, Infinity)
  /** 1: a sharing is pending. */
  private dirty = this.column(Uint8Array)
  /** The node is not shared out again before this time. */
  private nextShare = this.column(Float64Array)
  private firstServer = this.column(Int32Array, NONE)
  /** CPU that flows of requests use on the node [whole millicores]; part of the total. */
  private flows = this.column(Float64Array)
  /** Work that a core does relative to a healthy one; 0: it stands still. */
  private speed = this.column(Float64Array, 1)
  /** Requests of running background pods, by group of equal usage: [group][node] in millicores. */
  private backgroundRequest: Float64Array[] = []
  private readonly usage: number[] = []
  private claimDemand = new Float64Array(64)
  private claimWeight = new Float64Array(64)

  /** CPU demanded and CPU delivered on all nodes [millicores]. */
  readonly demanded = new Level()
  readonly delivered = new Level()
  /** Kind of the event at which the first running request of a server has finished its work; the pod queue handles it. */
  readonly workEnds: number

  private readonly simulator: Simulator
  private readonly servers: Servers
  private readonly heaps: WorkHeaps
  private readonly epoch: number
  private readonly sharesKind: number

  constructor({ simulator, servers, heaps, input }: CpuSharesRun) {
    super()
    this.simulator = simulator
    this.servers = servers
    this.heaps = heaps
    this.epoch = input.contentionEpoch
    this.workEnds = simulator.kind('work ends')
    this.sharesKind = simulator.register('node shares its cpu', (node) => {
      this.dirty[node] = 0
      this.share(node)
    })
  }

  /** The end of warm-up. */
  windowBegins(now: Time): void {
    this.demanded.reset(now)
    this.delivered.reset(now)
  }

  addNode(node: NodeId, millicores: number): void {
    this.reserve(node + 1)
    this.allocatable[node] = millicores
  }

  /** A background pod starts (+1) or ends (-1) using CPU: `usage` times its request, spread evenly in time. */
  background(node: NodeId, request: number, usage: number, sign: number): void {
    if (request === 0 || usage === 0) return
    const group = this.group(usage)
    const requests = this.backgroundRequest[group]
    const before = wantedBy(requests[node], usage)
    requests[node] += sign * request
    const change = wantedBy(requests[node], usage) - before
    this.account(node, change)
    this.reshare(node)
  }

  /** Each core of the node does this share of its usual work from now on: 1 healthy, 0 stands still. */
  setSpeed(node: NodeId, speed: number): void {
    if (speed === this.speed[node]) return
    for (let server = this.firstServer[node]; server >= 0; server = this.servers.nextOnNode[server]) this.advance(server)
    this.speed[node] = speed
    this.share(node)
  }

  /** What flows of requests use from now on, by node [whole millicores]; the levels change once for all nodes. */
  flowsUse(millicores: Float64Array, nodes: number): void {
    let demanded = 0
    let delivered = 0
    for (let node = 0; node < nodes; node++) {
      const change = millicores[node] - this.flows[node]
      if (change === 0) continue
      const before = this.total[node]
      const capacity = this.allocatable[node]
      this.flows[node] = millicores[node]
      this.total[node] = before + change
      demanded += change
      delivered += Math.min(before + change, capacity) - Math.min(before, capacity)
      this.reshare(node)
    }
    this.demanded.add(demanded, this.simulator.now)
    this.delivered.add(delivered, this.simulator.now)
  }

  /** CPU of a node that flows may use, and what others demand of it [millicores]. */
  allocatableOf(node: NodeId): number {
    return this.allocatable[node]
  }

  othersOn(node: NodeId): number {
    return this.total[node] - this.flows[node]
  }

  /** CPU demanded on a node now [millicores]; may exceed what it has. */
  demandOn(node: NodeId): number {
    return this.total[node]
  }

  attach(server: ServerId, node: NodeId): void {
    const { nextOnNode, previousOnNode } = this.servers
    const first = this.firstServer[node]
    nextOnNode[server] = first
    previousOnNode[server] = -1
    if (first >= 0) previousOnNode[first] = server
    this.firstServer[node] = server
  }

  /** The server must be idle. */
  detach(server: ServerId, node: NodeId): void {
    const { nextOnNode, previousOnNode } = this.servers
    const next = nextOnNode[server]
    const previous = previousOnNode[server]
    if (next >= 0) previousOnNode[next] = previous
    if (previous >= 0) nextOnNode[previous] = next
    else this.firstServer[node] = next
  }

  /** Brings a server's virtual work up to now; before any change of its running requests or its rate. */
  advance(server: ServerId): void {
    const { updated, virtual, rate, used } = this.servers
    const now = this.simulator.now
    const elapsed = now - updated[server]
    if (elapsed === 0) return
    updated[server] = now
    const running = this.heaps.size[server]
    if (running === 0) return
    const done = elapsed * rate[server]
    virtual[server] += done
    const speed = this.speed[this.servers.node[server]]
    // CPU time, which a slow core needs more of for the same work.
    if (speed === 1) used[server] += done * running
    else if (speed > 0) used[server] += (done * running) / speed
  }

  /** The number of running requests has changed (after `advance`): new demand, new rate, new next event. */
  demandChanged(server: ServerId): void {
    const servers = this.servers
    const node = servers.node[server]
    const running = this.heaps.size[server]
    const limit = servers.limit[server]
    const wanted = running * 1000 < limit ? running * 1000 : limit
    const change = wanted - servers.demand[server]
    servers.demand[server] = wanted
    if (change !== 0) this.account(node, change)
    if (running === 0) {
      this.aim(server)
      this.reshare(node)
      return
    }
    const fits = this.level[node] === Infinity && this.total[node] <= this.allocatable[node]
    if (fits || this.simulator.now < this.nextShare[node]) {
      const fair = fits ? Infinity : servers.weight[server] * this.level[node]
      servers.rate[server] = ((wanted < fair ? wanted : fair) / (1000 * running)) * this.speed[node]
      this.aim(server)
    } else servers.rate[server] = NaN // differs from every rate, so the sharing below aims this server whatever it gets
    if (!fits) this.reshare(node)
  }

  /**
   * CPU work beside requests [core-µs], such as the answer to a probe. Running requests of a pod that is at its limit are held up by it; a pod with a core to spare, or
   * an idle one, does it beside them.
   */
  takeAway(server: ServerId, work: number): void {
    const { servers } = this
    this.advance(server)
    servers.used[server] += work
    const running = this.heaps.size[server]
    if (running === 0 || running * 1000 < servers.limit[server]) return
    servers.virtual[server] -= work / running
    this.aim(server)
  }

  /** Schedules the end of work of the server's first running request. */
  aim(server: ServerId): void {
    const servers = this.servers
    const event = servers.event[server]
    if (this.heaps.size[server] === 0) {
      if (event >= 0) {
        this.simulator.cancel(event)
        servers.event[server] = -1
      }
      servers.virtual[server] = 0
      return
    }
    const work = this.heaps.first(server) - servers.virtual[server] - SLACK
    const time = this.simulator.now + (work > 0 ? Math.ceil(work / servers.rate[server]) : 0)
    if (event < 0) servers.event[server] = this.simulator.at(time, this.workEnds, server, 0)
    else if (time !== servers.eventTime[server]) this.simulator.move(event, time)
    servers.eventTime[server] = time
  }

  /** Whether the first running request has finished its work. */
  firstIsFinished(server: ServerId): boolean {
    return this.heaps.size[server] > 0 && this.heaps.first(server) - this.servers.virtual[server] <= SLACK
  }

  /** CPU used by all on a node now [millicores]. */
  usedOn(node: NodeId): number {
    return Math.min(this.total[node], this.allocatable[node])
  }

  private account(node: NodeId, change: number): void {
    const before = this.total[node]
    const after = before + change
    const capacity = this.allocatable[node]
    const now = this.simulator.now
    this.total[node] = after
    this.demanded.add(change, now)
    const given = (after < capacity ? after : capacity) - (before < capacity ? before : capacity)
    if (given !== 0) this.delivered.add(given, now)
  }

  private reshare(node: NodeId): void {
    if (this.level[node] === Infinity && this.total[node] <= this.allocatable[node]) return
    if (this.simulator.now >= this.nextShare[node]) this.share(node)
    else if (this.dirty[node] === 0) {
      this.dirty[node] = 1
      this.simulator.at(this.nextShare[node], this.sharesKind, node, 0)
    }
  }

  /** Finds the node's water level and gives every server on it its rate. */
  private share(node: NodeId): void {
    const servers = this.servers
    this.nextShare[node] = this.simulator.now + this.epoch
    let claims = 0
    for (let server = this.firstServer[node]; server >= 0; server = servers.nextOnNode[server]) {
      if (servers.demand[server] === 0) continue
      if (claims === this.claimDemand.length) this.growClaims()
      this.claimDemand[claims] = servers.demand[server]
      this.claimWeight[claims++] = servers.weight[server]
    }
    for (let group = 0; group < this.usage.length; group++) {
      const request = this.backgroundRequest[group][node]
      if (request === 0) continue
      if (claims === this.claimDemand.length) this.growClaims()
      this.claimDemand[claims] = wantedBy(request, this.usage[group])
      this.claimWeight[claims++] = request
    }
    if (this.flows[node] > 0) {
      if (claims === this.claimDemand.length) this.growClaims()
      this.claimDemand[claims] = this.flows[node]
      this.claimWeight[claims++] = this.flows[node]
    }
    const level = waterLevel(this.allocatable[node], claims, this.claimDemand, this.claimWeight)
    this.level[node] = level
    for (let server = this.firstServer[node]; server >= 0; server = servers.nextOnNode[server]) {
      const running = this.heaps.size[server]
      if (running === 0) continue
      const wanted = servers.demand[server]
      const fair = servers.weight[server] * level
      const rate = ((wanted < fair ? wanted : fair) / (1000 * running)) * this.speed[node]
      if (rate === servers.rate[server]) continue
      this.advance(server)
      servers.rate[server] = rate
      this.aim(server)
    }
  }

  private group(usage: number): number {
    const known = this.usage.indexOf(usage)
    if (known >= 0) return known
    this.usage.push(usage)
    this.backgroundRequest.push(new Float64Array(this.reserved))
    return this.usage.length - 1
  }

  protected override grew(): void {
    this.backgroundRequest = this.backgroundRequest.map((column) => grown(column, this.reserved))
  }

  private growClaims(): void {
    const length = this.claimDemand.length * 2
    this.claimDemand = grown(this.claimDemand, length)
    this.claimWeight = grown(this.claimWeight, length)
  }
}

/** Whole millicores that a group of background pods wants. */
function wantedBy(request: number, usage: number): number {
  return Math.round(request * usage)
}
