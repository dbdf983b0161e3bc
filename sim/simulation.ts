/**
 * One run: takes everything resolved (SimulationInput), wires the parts, lets time pass, returns plain results. This file alone knows
 * all families; the parts know each other only through what is handed to them here.
 *
 *   ageing [0, origin)      background pods are placed and churned by the run's own scheduler, without delays
 *   origin                  services start warm: placed, ready, known to the balancers
 *   [origin, warm-up end)   the run proper; nothing is measured yet
 *   [warm-up end, horizon]  the window
 */
import { firstFitInOrder } from './binpacking/index.ts'
import { Cluster } from './cluster/cluster.ts'
import { Autoscaling } from './controllers/autoscaling.ts'
import { Background } from './controllers/background.ts'
import { NodeLifecycle } from './controllers/node-lifecycle.ts'
import { Placement } from './controllers/placement.ts'
import type { Rounds } from './controllers/placement.ts'
import { PodLifecycle } from './controllers/pod-lifecycle.ts'
import { ReplicaSets } from './controllers/replica-sets.ts'
import { Simulator } from './engine/simulator.ts'
import { Kind } from './engine/kinds.ts'
import type { Chosen, SimulationInput } from './input.ts'
import type { Definition, Values } from './common/define.ts'
import { Imbalance } from './measure/imbalance.ts'
import { JobRecorder } from './measure/job-recorder.ts'
import { NodeRecorder } from './measure/node-recorder.ts'
import { outcome } from './outcome/outcome.ts'
import { PodRecorder } from './measure/pod-recorder.ts'
import { Sampler } from './outcome/sampler.ts'
import { ScalingRecorder } from './measure/scaling-recorder.ts'
import { Streams } from './random/stream.ts'
import type { RunResult } from './outcome/results.ts'
import type { PodSource } from './workload.ts'
import { SchedulingLoop } from './scheduling/queue/loop.ts'
import { PendingQueue } from './scheduling/queue/queue.ts'
import { CpuShares } from './serving/cpu-shares.ts'
import { Device } from './network/balancer-instance.ts'
import { Endpoints } from './network/endpoints.ts'
import { RequestFlow } from './serving/flow.ts'
import type { ServiceRun } from './serving/flow.ts'
import { Ledger } from './measure/ledger.ts'
import { PodNews } from './network/pod-reports.ts'
import { NO_HANDLE } from './serving/requests.ts'
import { Servers } from './serving/servers.ts'
import { WorkHeaps } from './serving/work-heaps.ts'
import { Checker } from './outcome/checker.ts'

/** Everything of a run that results are read from. */
export interface Parts {
  readonly input: SimulationInput
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly services: readonly ServiceRun[]
  readonly servers: Servers
  readonly shares: CpuShares
  readonly flow: RequestFlow
  readonly replicaSets: ReplicaSets
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly pods: PodRecorder
  readonly jobs: JobRecorder
  readonly nodeLevels: NodeRecorder
  readonly autoscaling: Autoscaling
  readonly scaling: ScalingRecorder
  readonly sampler: Sampler
  readonly background: Background
  readonly notes: string[]
}

const make = <Made, Context>(chosen: Chosen<Definition<Made, Context>>, context: Context): Made =>
  chosen.definition.create(chosen.values as Values, context)

const unsupported = (): never => {
  throw new Error('a balancer used a timer or a probe, which requests do not carry out yet')
}

/** Runs to the horizon and returns the results. Throws a plain Error with a sentence when an algorithm breaks its contract or a check fails. */
export function simulate(input: SimulationInput): RunResult {
  const run = new Simulation(input)
  return run.run()
}

export class Simulation {
  readonly parts: Parts
  private readonly origin: number
  private readonly end: number
  private readonly checker: Checker | null
  private readonly sources: readonly PodSource[]

  constructor(input: SimulationInput) {
    const origin = (this.origin = input.ageing)
    const end = (this.end = origin + input.horizon)
    const windowStart = origin + input.warmup
    const streams = new Streams(input.seed, input.replication)
    const simulator = new Simulator()
    const cluster = new Cluster(namedResources(input))
    const now = () => simulator.now

    const servers = new Servers()
    const heaps = new WorkHeaps()
    const shares = new CpuShares(simulator, servers, heaps, input.contentionEpoch)
    const services = input.services.map((spec, row): ServiceRun => {
      const stream = (purpose: string) => streams.stream(`${purpose}/${spec.name}`)
      return {
        spec,
        row,
        source: spec.requests(stream),
        devices: Array.from(
          { length: input.balancers },
          (_, i) =>
            new Device(
              make(input.slb, { random: stream(`balancer-${i}`), now, wakeAt: unsupported, probe: unsupported }),
              input.slb.definition.name,
            ),
        ),
        clients: stream('clients'),
        backoff: streams.keyed(`backoff/${spec.name}`),
        ledger: new Ledger(origin, windowStart, spec.objective, input.horizon),
        imbalance: new Imbalance(),
        retryTokens: 0,
        arrival: NO_HANDLE,
      }
    })

    const news = PodNews.of(servers, services, (row) => streams.stream(`idle/${input.services[row].name}`))

    const pods = new PodRecorder(windowStart, end)
    const jobs = new JobRecorder(windowStart, end)
    const nodeLevels = new NodeRecorder(cluster)
    const scaling = new ScalingRecorder(windowStart)
    const nodes = new NodeLifecycle(simulator, cluster, shares, nodeLevels, input.pools)
    const lifecycle = new PodLifecycle(
      simulator,
      cluster,
      services,
      servers,
      heaps,
      shares,
      pods,
      input.delays,
      services.map(({ spec }) => streams.keyed(`startup/${spec.name}`)),
    )
    const endpoints = new Endpoints(
      simulator,
      cluster,
      services,
      servers,
      (pod, epoch) => lifecycle.serverOf(pod, epoch),
      input.delays.propagation,
      news,
    )

    const packer = make(input.binpacking, { now })
    const { seat } = input.binpacking
    const rounds: Rounds | null =
      packer !== null && seat !== 'estimator'
        ? {
            packer,
            every: input.binpacking.every,
            types: () => nodes.pools.flatMap((pool, row) => (pool.spec.max > pool.spec.min ? [nodes.nextType(row)] : [])),
          }
        : null
    const placer = make(input.scheduling, { random: streams.stream('scheduling'), now })
    const order = input.scheduling.order === undefined ? undefined : make(input.scheduling.order, undefined)
    const loop = new SchedulingLoop(cluster.view, placer, new PendingQueue(order), input.scheduling.definition.name)
    const placement = new Placement(
      simulator,
      cluster,
      loop,
      rounds,
      pods,
      input.delays,
      rounds === null ? input.scheduling.definition.name : input.binpacking.definition.name,
    )
    const replicaSets = new ReplicaSets(simulator, cluster, services, lifecycle, placement)
    const sources = input.background.map((background) =>
      background.pods((purpose) => streams.stream(`${purpose}/background/${background.name}`)),
    )
    const background = new Background(simulator, cluster, sources, origin, end, lifecycle, placement, jobs)
    const flow = new RequestFlow(simulator, services, servers, heaps, shares, origin, end, (server) => lifecycle.emptied(server), news)

    lifecycle.connect(flow, endpoints, {
      released: (_pod, node) => {
        nodeLevels.requestsChanged(simulator.now)
        placement.roomFreed()
        nodes.podLeft(node)
      },
      bound: (pod, time) => {
        nodeLevels.requestsChanged(simulator.now)
        background.bound(pod, time)
      },
      backgroundEnded: (pod) => background.ended(pod),
    })
    placement.connect(lifecycle)
    nodes.connect(placement)

    const { view } = cluster
    const serverOf = (pod: number) => lifecycle.serverOf(pod, view.pods.epoch[pod])
    const autoscaling = new Autoscaling(
      {
        simulator,
        cluster,
        services,
        servers,
        shares,
        replicaSets,
        nodes,
        placement,
        recorder: scaling,
        serverOf,
        phases: streams.keyed('phases'),
      },
      services.map(() => make(input.replicas, { now })),
      services.map(() => make(input.sizes, { now })),
      make(input.nodes, { now, packer: packer !== null && seat !== 'rounds' ? packer : firstFitInOrder }),
      input.delays.scrape,
      input.delays.window,
    )
    const notes: string[] = []
    const sampler = new Sampler({
      simulator,
      cluster,
      services,
      servers,
      shares,
      replicaSets,
      pods,
      nodeLevels,
      origin,
      windowStart,
      step: input.sample,
      end: this.end,
      picture: input.replication === 0,
    })
    this.sources = sources
    this.parts = {
      input,
      simulator,
      cluster,
      services,
      servers,
      shares,
      flow,
      replicaSets,
      nodes,
      placement,
      pods,
      jobs,
      nodeLevels,
      autoscaling,
      scaling,
      sampler,
      background,
      notes,
    }

    simulator.on(Kind.Origin, () => {
      services.forEach(({ spec }, row) => replicaSets.scale(row, spec.replicas))
      placement.settle()
      lifecycle.warm = false
      placement.warm = false
      autoscaling.open()
      sampler.open()
      for (let row = 0; row < services.length; row++) flow.open(row)
    })
    simulator.on(Kind.WarmupEnds, () => this.beginWindow())

    nodes.open()
    background.open()
    simulator.at(origin, Kind.Origin, 0, 0)
    simulator.at(windowStart, Kind.WarmupEnds, 0, 0)
    this.checker = input.check ? new Checker(this.parts) : null
    this.checker?.watch()
  }

  run(): RunResult {
    const { simulator, flow, services, notes, input } = this.parts
    const how = simulator.run(this.end, input.eventBudget)
    if (how === 'budget')
      throw new Error(
        `the run used up its budget of ${input.eventBudget} events at ${(simulator.now - this.origin) / 1e6} s of ${input.horizon / 1e6} s`,
      )
    this.checker?.full()
    flow.finish()
    for (const service of services) checkLittlesLaw(service, simulator.now)
    // A source that is read as it goes knows only now what it left out.
    for (const source of this.sources) notes.push(...source.notes)
    return outcome(this.parts, simulator.now, notes)
  }

  /** The end of warm-up: levels and time-weighted counts begin anew. */
  private beginWindow(): void {
    const { simulator, services, servers, shares, nodeLevels } = this.parts
    const now = simulator.now
    shares.demanded.reset(now)
    shares.delivered.reset(now)
    nodeLevels.reset(now)
    for (const { imbalance } of services) imbalance.reset(now)
    servers.insideSince.fill(now)
  }
}

/** Little's law with its boundary terms, exact: the integral of requests in the system is the sum of the times spent in it. */
function checkLittlesLaw({ spec, ledger }: ServiceRun, now: number): void {
  const integral = ledger.inSystem.integral(now)
  if (integral !== ledger.sojournSum) {
    throw new Error(
      `Little's law does not hold for ${spec.name}: requests in the system add up to ${integral} request·µs, their times to ${ledger.sojournSum}`,
    )
  }
}

/** Resources beyond cpu, memory and pods that a node offers or a pod asks for, in order of their names. */
function namedResources(input: SimulationInput): string[] {
  const names = new Set<string>()
  for (const pool of input.pools) for (const template of pool.templates) for (const name of Object.keys(template.resources)) names.add(name)
  for (const { shape } of input.services) for (const name of Object.keys(shape.resources)) names.add(name)
  return [...names].sort()
}
