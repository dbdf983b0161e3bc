/**
 * The loops of the three autoscaling axes: each reads metrics (scrapes.ts), asks its algorithm, and carries out the answer. Periods start
 * at a random phase, drawn per replication, so that a period costs half of itself on average, as it does in practice.
 */
import type { NodeAutoscaler, NodeAutoscalerDefinition, NodeChanges, NodesScalingView, ScalablePool } from '../autoscaling/nodes/policy.ts'
import { zeroProblem, type ReplicaAutoscaler, type ReplicaAutoscalerDefinition } from '../autoscaling/replicas/policy.ts'
import type { SizeAutoscaler, SizeAutoscalerDefinition } from '../autoscaling/sizes/policy.ts'
import { firstFitInOrder } from '../binpacking/index.ts'
import type { Packer, PackerRole } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { createChosen, type Chosen } from '../common/define.ts'
import { NONE, type NodeId, type Time, type WorkloadId } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { ScalingRecorder } from '../measure/scaling-recorder.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'
import type { Flows } from '../serving/flow/flows.ts'
import type { ServiceLoad } from '../serving/load.ts'
import type { Workload } from '../serving/spec.ts'
import type { Components } from './components.ts'
import { LoadReading } from './load-reading.ts'
import type { NodeLifecycle } from './node-lifecycle.ts'
import type { Owners } from './owners.ts'
import type { Placement } from './placement.ts'
import type { ReplicaSets } from './replica-sets.ts'
import { Scrapes, type Averages } from './scrapes.ts'
import type { Delays } from './spec.ts'
import { UsageSamples } from './usage-samples.ts'

const SECOND = 1e6

/** What the autoscaling loops need of the run. */
export interface AutoscalingRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly load: ServiceLoad
  /** Null or absent: no load is a flow. */
  readonly flows?: Flows | null
  readonly replicaSets: ReplicaSets
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly components: Components
  readonly scaling: ScalingRecorder
  /** The packer of the run, null when none is chosen. */
  readonly packer: Packer | null
  readonly input: {
    readonly workloads: readonly Workload[]
    readonly delays: Delays
    readonly binpacking: { readonly role: PackerRole }
    readonly choices: {
      readonly 'autoscaling.replicas': Chosen<ReplicaAutoscalerDefinition>
      readonly 'autoscaling.sizes': Chosen<SizeAutoscalerDefinition>
      readonly 'autoscaling.nodes': Chosen<NodeAutoscalerDefinition>
    }
  }
}

export class Autoscaling {
  private readonly scrapes: readonly Scrapes[]
  private readonly readings: readonly LoadReading[]
  private readonly changes: NodeChanges
  private readonly run: AutoscalingRun
  private readonly phases: KeyedStream
  private readonly replicas: readonly (ReplicaAutoscaler | null)[]
  private readonly sizes: readonly (SizeAutoscaler | null)[]
  private readonly nodeScaler: NodeAutoscaler | null
  private readonly scrape: Time
  private readonly kinds: { readonly scrape: number; readonly replicas: number; readonly sizes: number; readonly nodes: number }
  private origin = 0
  /** Workloads whose load is read at each scrape: those that are scaled, and those that are called. */
  private readonly scraped: readonly WorkloadId[]
  /** Until when the autoscaler of replicas, a controller, and the others, which need the API server, are held. */
  private readonly held = { replicas: 0, others: 0 }

  constructor(run: AutoscalingRun) {
    const { simulator, streams, nodes, scaling, input, packer } = run
    const { choices, delays, binpacking } = input
    const now = () => simulator.now
    this.run = run
    this.phases = streams.keyed('phases')
    this.replicas = input.workloads.map((_, row) =>
      run.replicaSets.isScalable(row) ? createChosen(choices['autoscaling.replicas'], { now }) : null,
    )
    this.sizes = input.workloads.map(() => createChosen(choices['autoscaling.sizes'], { now }))
    const estimator = packer !== null && binpacking.role !== 'rounds' ? packer : firstFitInOrder
    this.nodeScaler = createChosen(choices['autoscaling.nodes'], {
      now,
      packer: estimator,
      random: streams.stream('node autoscaler'),
    })
    const { definition } = choices['autoscaling.replicas']
    for (const { name, minReplicas } of input.workloads)
      if (minReplicas === 0 && zeroProblem(definition) !== '') throw new Error(`minReplicas of ${name}: ${zeroProblem(definition)}`)
    this.scrape = delays.scrape
    if (this.scrape === 0 && [...this.replicas, ...this.sizes].some((scaler) => scaler?.every === 0)) {
      throw new Error('an autoscaler with a period of 0 follows each scrape, and the scrape period is 0; accepted: one of the two above 0')
    }
    this.scraped = [...input.workloads.keys()].filter(
      (row) => this.replicas[row] !== null || this.sizes[row] !== null || run.load.isCalled(input.workloads[row].service),
    )
    const spans = input.workloads.map((_, row) => this.span(row, delays.window))
    const samples = new UsageSamples(Math.max(1, ...spans))
    this.scrapes = spans.map((span) => new Scrapes(span, samples))
    this.readings = input.workloads.map(
      (spec, row) => new LoadReading(run, row, spec, this.scrapes[row], run.flows?.isFlow(spec.service) === true),
    )
    this.changes = {
      add: (pool, count) => {
        const ordered = nodes.order(pool, count)
        scaling.action(`nodes/${pool}`, ordered, simulator.now)
      },
      drain: (node) => this.drain(node),
    }
    run.components.whenDown('controllers', (until) => (this.held.replicas = until))
    run.components.whenDown('api-server', (until) => (this.held.others = until))
    this.kinds = {
      scrape: simulator.register('metrics scrape', () => this.scrapeAll()),
      replicas: simulator.register('replica autoscaler syncs', (row) => {
        if (simulator.now >= this.held.replicas) this.syncReplicas(row)
        else simulator.at(simulator.now + this.replicas[row]!.every, this.kinds.replicas, row, 0)
      }),
      sizes: simulator.register('size autoscaler syncs', (row) => {
        if (simulator.now >= this.held.others) this.syncSizes(row)
        else simulator.at(simulator.now + this.sizes[row]!.every, this.kinds.sizes, row, 0)
      }),
      nodes: simulator.register('node autoscaler scans', () => {
        if (simulator.now >= this.held.others) this.scanNodes()
        else simulator.at(simulator.now + this.nodeScaler!.every, this.kinds.nodes, 0, 0)
      }),
    }
  }

  /** Scrapes that the averaging window reaches back; without a scrape period samples are taken on demand, so in periods of the loop. */
  private span(row: WorkloadId, window: Time): number {
    const period = this.scrape > 0 ? this.scrape : (this.replicas[row]?.every ?? this.sizes[row]?.every ?? SECOND)
    return Math.max(1, Math.round(window / period))
  }

  /** Starts all loops at the origin. */
  opens(): void {
    const { simulator, input } = this.run
    this.origin = simulator.now
    if (this.scrape > 0) this.first(this.kinds.scrape, 0, this.scrape, 0)
    for (let row = 0; row < input.workloads.length; row++) {
      const replicas = this.replicas[row]
      const sizes = this.sizes[row]
      if (replicas !== null && replicas.every > 0) this.first(this.kinds.replicas, row, replicas.every, 1)
      if (sizes !== null && sizes.every > 0) this.first(this.kinds.sizes, row, sizes.every, 2)
    }
    if (this.nodeScaler !== null) simulator.at(simulator.now + this.phase(this.nodeScaler.every, 3, 0), this.kinds.nodes, 0, 0)
  }

  private first(kind: number, row: WorkloadId, every: number, loop: number): void {
    this.run.simulator.at(this.run.simulator.now + this.phase(every, loop, row), kind, row, 0)
  }

  private phase(every: number, loop: number, row: WorkloadId): number {
    return Math.floor(this.phases.at(loop, row) * every)
  }

  private scrapeAll(): void {
    const { simulator } = this.run
    for (const row of this.scraped) {
      this.scrapeOne(row)
      // A loop without a period of its own follows each scrape.
      if (this.replicas[row]?.every === 0 && simulator.now >= this.held.replicas) this.syncReplicas(row)
      if (this.sizes[row]?.every === 0 && simulator.now >= this.held.others) this.syncSizes(row)
    }
    simulator.at(simulator.now + this.scrape, this.kinds.scrape, 0, 0)
  }

  private scrapeOne(row: WorkloadId): void {
    const { simulator, input, replicaSets, load } = this.run
    if (this.replicas[row] === null && this.sizes[row] === null) {
      this.touch(row)
      return
    }
    this.scrapes[row].take(simulator.now, input.workloads[row].service, replicaSets.podsOf(row), load)
  }

  /**
   * Nothing reads the metrics of this workload. The work of its servers is summed up to now as a scrape would, because the instants at which
   * it is summed decide its rounding: a run without autoscalers keeps its results.
   */
  private touch(row: WorkloadId): void {
    const { replicaSets, load } = this.run
    for (const pod of replicaSets.podsOf(row)) {
      const server = load.serverOf(pod)
      if (server !== NONE) load.cpuUsed(server)
    }
  }

  private measure(row: WorkloadId): Readonly<Averages> {
    const { input, replicaSets, load } = this.run
    if (this.scrape === 0) this.scrapeOne(row)
    return this.scrapes[row].read(input.workloads[row].service, replicaSets.podsOf(row), load)
  }

  private syncReplicas(row: WorkloadId): void {
    const { simulator, input, replicaSets, scaling } = this.run
    const scaler = this.replicas[row]!
    const spec = input.workloads[row]
    if (this.scrape === 0) this.scrapeOne(row)
    const before = replicaSets.desired[row]
    const wanted = scaler.desired(this.readings[row].read(simulator.now, this.origin))
    if (!Number.isInteger(wanted))
      throw new Error(`the replica autoscaler of ${spec.name} wants ${wanted} replicas: a whole number is needed`)
    const after = Math.min(spec.maxReplicas, Math.max(spec.minReplicas, wanted))
    if (after !== before) {
      scaling.action(`replicas/${spec.name}`, after - before, simulator.now)
      replicaSets.scale(row, after)
    }
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, this.kinds.replicas, row, 0)
  }

  private syncSizes(row: WorkloadId): void {
    const { simulator, input, replicaSets, load } = this.run
    const scaler = this.sizes[row]!
    const measured = this.measure(row)
    const { cpu, limit } = replicaSets.shapeOf(row)
    const used = () => this.scrapes[row].usedByMeasured(replicaSets.podsOf(row), load)
    if (measured.measured > 0) {
      const sizes = scaler.recommend({
        now: simulator.now,
        request: cpu,
        limit,
        measured: measured.measured,
        meanUsed: measured.used / measured.measured,
        get used(): readonly number[] {
          return used()
        },
        peakUsed: measured.peak,
      })
      if (!(Number.isInteger(sizes.cpu) && sizes.cpu > 0)) {
        throw new Error(
          `the size autoscaler of ${input.workloads[row].name} recommends ${sizes.cpu} millicores: a whole number above 0 is needed`,
        )
      }
      if (sizes.cpu !== cpu) replicaSets.resize(row, sizes.cpu)
    }
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, this.kinds.sizes, row, 0)
  }

  private scanNodes(): void {
    const { simulator, cluster, nodes, placement, owners } = this.run
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
      movable: (pod) => owners.of(pod).movable(pod),
      eachPodOn: (node, visit) => cluster.eachPodOn(node, visit),
    }
    scaler.propose(view, this.changes)
    if (scaler.every > 0) simulator.at(simulator.now + scaler.every, this.kinds.nodes, 0, 0)
    else throw new Error('the node autoscaler has a scan period of 0: a positive period is needed')
  }

  /** Drains a node and counts it as a scaling action, once. */
  drain(node: NodeId): void {
    const { simulator, cluster, nodes, scaling } = this.run
    const pool = cluster.view.nodes.pool[node]
    if (nodes.drain(node)) scaling.action(`nodes/${pool}`, -1, simulator.now)
  }
}
