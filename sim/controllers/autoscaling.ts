/**
 * The loops of the three autoscaling axes, and the metric pipeline before them: usage is scraped, averaged over a window and read late.
 * Periods start at a phase that is the replication's luck, so that a period costs half of itself on average, as it does in life.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { NodeState, NONE } from '../cluster/views.ts'
import { grown } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { NodeAutoscaler, NodeChanges, NodesScalingView, ScalablePool } from '../autoscaling/nodes/policy.ts'
import type { LoadView, ReplicaAutoscaler } from '../autoscaling/replicas/policy.ts'
import type { SizeAutoscaler } from '../autoscaling/sizes/policy.ts'
import type { ScalingRecorder } from '../measure/scaling-recorder.ts'
import type { KeyedStream } from '../random/stream.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { ServiceRun } from '../serving/flow.ts'
import type { Servers } from '../serving/servers.ts'
import type { NodeLifecycle } from './node-lifecycle.ts'
import type { Placement } from './placement.ts'
import type { ReplicaSets } from './replica-sets.ts'

const SECOND = 1e6

/** Scrapes of one service: cumulative CPU work per server, and the service's counters, for the last scrapes. */
class Scrapes {
  private readonly times: Float64Array
  private readonly arrived: Float64Array
  private readonly inside: Float64Array
  private readonly queued: Float64Array
  private used: Float64Array[]
  /** First scrape that saw this use of the server row. */
  private first = new Int32Array(64)
  private epoch = new Int32Array(64).fill(-1)
  private taken = 0

  private readonly span: number

  /** @param span scrapes that the averaging window reaches back */
  constructor(span: number) {
    this.span = span
    this.times = new Float64Array(span + 1)
    this.arrived = new Float64Array(span + 1)
    this.inside = new Float64Array(span + 1)
    this.queued = new Float64Array(span + 1)
    this.used = Array.from({ length: span + 1 }, () => new Float64Array(64))
  }

  take(
    now: number,
    service: ServiceRun,
    servers: Servers,
    pods: readonly number[],
    serverOf: (pod: number) => number,
    shares: CpuShares,
  ): void {
    if (this.taken > 0 && this.times[(this.taken - 1) % (this.span + 1)] === now) return // two loops ask at one instant
    const place = this.taken % (this.span + 1)
    this.times[place] = now
    this.arrived[place] = service.ledger.arrived
    this.inside[place] = 0
    this.queued[place] = 0
    for (const pod of pods) {
      const server = serverOf(pod)
      if (server === NONE) continue
      this.room(server)
      shares.advance(server)
      if (this.epoch[server] !== servers.epoch[server]) {
        this.epoch[server] = servers.epoch[server]
        this.first[server] = this.taken
      }
      this.used[place][server] = servers.used[server]
      this.inside[place] += servers.inside[server]
      this.queued[place] += servers.inside[server] - servers.busy[server]
    }
    this.taken++
  }

  /** Averages over the window that ends at the last scrape, written into `out`. */
  read(servers: Servers, pods: readonly number[], serverOf: (pod: number) => number, out: Averages): void {
    out.measured = 0
    out.used = 0
    out.requested = 0
    out.peak = 0
    const last = this.taken - 1
    const to = last % (this.span + 1)
    for (const pod of pods) {
      const server = serverOf(pod)
      if (server === NONE || server >= this.epoch.length || this.epoch[server] !== servers.epoch[server]) continue
      const from = Math.max(this.first[server], last - this.span)
      if (from >= last) continue // one sample gives no rate
      const before = from % (this.span + 1)
      const millicores = (1000 * (this.used[to][server] - this.used[before][server])) / (this.times[to] - this.times[before])
      out.measured++
      out.used += millicores
      out.requested += servers.weight[server]
      if (millicores > out.peak) out.peak = millicores
    }
    const back = Math.max(0, last - this.span)
    const elapsed = last > back ? this.times[to] - this.times[back % (this.span + 1)] : 0
    out.rate = elapsed > 0 ? ((this.arrived[to] - this.arrived[back % (this.span + 1)]) * SECOND) / elapsed : NaN
    out.inFlight = this.perPod(this.inside, back, last, out.measured)
    out.queued = this.perPod(this.queued, back, last, out.measured)
  }

  /** Mean over the scrapes `back` .. `last`, over the pods. */
  private perPod(column: Float64Array, back: number, last: number, pods: number): number {
    if (last < 0 || pods === 0) return NaN
    let sum = 0
    for (let scrape = back; scrape <= last; scrape++) sum += column[scrape % (this.span + 1)]
    return sum / (last - back + 1) / pods
  }

  private room(server: number): void {
    if (server < this.first.length) return
    const length = Math.max(server + 1, this.first.length * 2)
    this.first = grown(this.first, length)
    this.epoch = grown(this.epoch, length, -1)
    this.used = this.used.map((column) => grown(column, length))
  }
}

interface Averages {
  measured: number
  used: number
  requested: number
  peak: number
  rate: number
  inFlight: number
  queued: number
}

export interface AutoscalingParts {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly services: readonly ServiceRun[]
  readonly servers: Servers
  readonly shares: CpuShares
  readonly replicaSets: ReplicaSets
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly recorder: ScalingRecorder
  readonly serverOf: (pod: number) => number
  readonly phases: KeyedStream
}

export class Autoscaling {
  private readonly scrapes: Scrapes[]
  private readonly averages: Averages = { measured: 0, used: 0, requested: 0, peak: 0, rate: NaN, inFlight: NaN, queued: NaN }
  private readonly changes: NodeChanges

  private readonly parts: AutoscalingParts
  private readonly replicas: readonly (ReplicaAutoscaler | null)[]
  private readonly sizes: readonly (SizeAutoscaler | null)[]
  private readonly nodeScaler: NodeAutoscaler | null
  private readonly scrape: number
  private origin = 0

  constructor(
    parts: AutoscalingParts,
    replicas: readonly (ReplicaAutoscaler | null)[],
    sizes: readonly (SizeAutoscaler | null)[],
    nodeScaler: NodeAutoscaler | null,
    scrape: number,
    window: number,
  ) {
    this.parts = parts
    this.replicas = replicas
    this.sizes = sizes
    this.nodeScaler = nodeScaler
    this.scrape = scrape
    const { simulator, services, nodes, recorder } = parts
    if (scrape === 0 && [...replicas, ...sizes].some((scaler) => scaler?.every === 0)) {
      throw new Error('an autoscaler with a period of 0 follows each scrape, and there are none: a scrape period is needed')
    }
    // Without a scrape period the samples are taken when they are asked for, so the window is counted in questions.
    const span = (row: number): number => {
      const period = scrape > 0 ? scrape : (replicas[row]?.every ?? sizes[row]?.every ?? SECOND)
      return Math.max(1, Math.round(window / period))
    }
    this.scrapes = services.map((_, row) => new Scrapes(span(row)))
    this.changes = {
      add: (pool, count) => {
        const ordered = nodes.order(pool, count)
        recorder.action(`nodes/${pool}`, ordered, simulator.now)
      },
      drain: (node) => this.drain(node),
    }
    simulator.on(Kind.Scrape, () => this.scrapeAll())
    simulator.on(Kind.ReplicaSync, (row) => this.syncReplicas(row))
    simulator.on(Kind.SizeSync, (row) => this.syncSizes(row))
    simulator.on(Kind.NodeScan, () => this.scanNodes())
  }

  /** Starts all loops at the origin. */
  open(): void {
    const { simulator, services } = this.parts
    this.origin = simulator.now
    if (this.scrape > 0) this.first(Kind.Scrape, 0, this.scrape, 0)
    for (let row = 0; row < services.length; row++) {
      const replicas = this.replicas[row]
      const sizes = this.sizes[row]
      if (replicas !== null && replicas.every > 0) this.first(Kind.ReplicaSync, row, replicas.every, 1)
      if (sizes !== null && sizes.every > 0) this.first(Kind.SizeSync, row, sizes.every, 2)
    }
    if (this.nodeScaler !== null) simulator.at(simulator.now + this.phase(this.nodeScaler.every, 3, 0), Kind.NodeScan, 0, 0)
  }

  private first(kind: number, row: number, every: number, loop: number): void {
    this.parts.simulator.at(this.parts.simulator.now + this.phase(every, loop, row), kind, row, 0)
  }

  private phase(every: number, loop: number, row: number): number {
    return Math.floor(this.parts.phases.at(loop, row) * every)
  }

  private scrapeAll(): void {
    const { simulator, services } = this.parts
    for (let row = 0; row < services.length; row++) {
      this.scrapeOne(row)
      // A loop without a period of its own follows each scrape.
      if (this.replicas[row]?.every === 0) this.syncReplicas(row)
      if (this.sizes[row]?.every === 0) this.syncSizes(row)
    }
    simulator.at(simulator.now + this.scrape, Kind.Scrape, 0, 0)
  }

  private scrapeOne(row: number): void {
    const { simulator, services, servers, replicaSets, serverOf, shares } = this.parts
    this.scrapes[row].take(simulator.now, services[row], servers, replicaSets.podsOf(row), serverOf, shares)
  }

  private measure(row: number): Averages {
    const { servers, replicaSets, serverOf } = this.parts
    if (this.scrape === 0) this.scrapeOne(row)
    this.scrapes[row].read(servers, replicaSets.podsOf(row), serverOf, this.averages)
    return this.averages
  }

  private syncReplicas(row: number): void {
    const { simulator, services, replicaSets, recorder, serverOf } = this.parts
    const scaler = this.replicas[row]!
    const { spec } = services[row]
    const measured = this.measure(row)
    const before = replicaSets.desired[row]
    let ready = 0
    for (const pod of replicaSets.podsOf(row)) if (serverOf(pod) !== NONE) ready++
    const view: LoadView = {
      now: simulator.now,
      elapsed: simulator.now - this.origin,
      replicas: before,
      measured: measured.measured,
      ready,
      utilization: measured.measured > 0 ? measured.used / measured.requested : NaN,
      rate: measured.rate,
      inFlight: measured.inFlight,
      queued: measured.queued,
      min: spec.minReplicas,
      max: spec.maxReplicas,
    }
    const wanted = scaler.desired(view)
    if (!Number.isInteger(wanted))
      throw new Error(`the replica autoscaler of ${spec.name} wants ${wanted} replicas: a whole number is needed`)
    const after = Math.min(spec.maxReplicas, Math.max(spec.minReplicas, wanted))
    if (after !== before) {
      recorder.action(`replicas/${spec.name}`, after - before, simulator.now)
      replicaSets.scale(row, after)
    }
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, Kind.ReplicaSync, row, 0)
  }

  private syncSizes(row: number): void {
    const { simulator, services, replicaSets } = this.parts
    const scaler = this.sizes[row]!
    const measured = this.measure(row)
    const { cpu, limit } = replicaSets.shapeOf(row)
    if (measured.measured > 0) {
      const sizes = scaler.recommend({
        now: simulator.now,
        request: cpu,
        limit,
        measured: measured.measured,
        meanUsed: measured.used / measured.measured,
        peakUsed: measured.peak,
      })
      if (!(Number.isInteger(sizes.cpu) && sizes.cpu > 0)) {
        throw new Error(
          `the size autoscaler of ${services[row].spec.name} recommends ${sizes.cpu} millicores: a whole number above 0 is needed`,
        )
      }
      if (sizes.cpu !== cpu) replicaSets.resize(row, sizes.cpu)
    }
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, Kind.SizeSync, row, 0)
  }

  private scanNodes(): void {
    const { simulator, cluster, nodes, placement } = this.parts
    const scaler = this.nodeScaler!
    const pending: number[] = []
    const { pods } = cluster.view
    placement.eachUnschedulable((pod) => pending.push(pods.podClass[pod]))
    const pools: ScalablePool[] = []
    const upcoming: number[] = []
    for (let pool = 0; pool < nodes.pools.length; pool++) {
      const { spec, ordered } = nodes.pools[pool]
      if (spec.min === spec.max) continue
      pools.push({ pool, type: nodes.nextType(pool), count: nodes.size(pool), min: spec.min, max: spec.max })
      for (let i = 0; i < ordered; i++) upcoming.push(pool)
    }
    const view: NodesScalingView = {
      now: simulator.now,
      cluster: cluster.view,
      pools,
      pending: Int32Array.from(pending),
      pendingCount: pending.length,
      upcoming: Int32Array.from(upcoming),
      upcomingCount: upcoming.length,
      movable: (pod) => pods.service[pod] !== NONE,
      eachPodOn: (node, visit) => cluster.eachPodOn(node, visit),
    }
    scaler.propose(view, this.changes)
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, Kind.NodeScan, 0, 0)
    else throw new Error('the node autoscaler has a scan period of 0: a positive period is needed')
  }

  /** Takes a Ready node out of use: its service pods are replaced elsewhere, it leaves when the last pod has gone. */
  drain(node: number): void {
    const { simulator, cluster, nodes, replicaSets, recorder } = this.parts
    if (nodes.isDraining(node)) return
    const { pods, nodes: rows } = cluster.view
    if (rows.state[node] !== NodeState.Ready) {
      throw new Error(
        `the node autoscaler drains node ${node}, which is ${node >= 0 && node < rows.count ? 'gone' : 'not there'}: a Ready node is needed`,
      )
    }
    recorder.action(`nodes/${rows.pool[node]}`, -1, simulator.now)
    const leaving: number[] = []
    cluster.eachPodOn(node, (pod) => {
      if (pods.service[pod] !== NONE) leaving.push(pod)
    })
    nodes.cordon(node)
    for (const pod of leaving) replicaSets.evict(pod)
  }
}
