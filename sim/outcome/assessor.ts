/** Looks at ready pods and at nodes every so often, when the run has an assessment; what is seen holds until the next look. */
import type { Cluster } from '../cluster/cluster.ts'
import { NodeState, NONE } from '../cluster/views.ts'
import type { NodeId, Time } from '../common/ids.ts'
import type { NodeLifecycle } from '../controllers/node-lifecycle.ts'
import type { PodLifecycle } from '../controllers/pod-lifecycle.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { AssessmentSpec, PowerSpec } from '../measure/assessment-spec.ts'
import { Elasticity } from '../measure/elasticity.ts'
import { Level } from '../measure/level.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import { powerAt } from '../measure/power.ts'
import type { Clients } from '../serving/clients.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { ServiceLoad } from '../serving/load.ts'
import type { Servers } from '../serving/servers.ts'
import type { Workload } from '../serving/spec.ts'
import { put, type Sheet } from './sheet.ts'
import type { MetricId } from './standard.ts'

const HOUR = 3600e6

/** What the assessor needs of the run. */
export interface AssessorRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
  readonly nodeLevels: NodeRecorder
  readonly shares: CpuShares
  readonly servers: Servers
  readonly load: ServiceLoad
  readonly clients: Clients
  readonly times: { readonly origin: Time; readonly windowStart: Time }
  readonly input: { readonly assessment?: AssessmentSpec; readonly workloads: readonly Workload[] }
}

type Keys = keyof ReturnType<Elasticity['result']>
const IDS: readonly (readonly [Keys, MetricId])[] = [
  ['under', 'elasticity-under'],
  ['over', 'elasticity-over'],
  ['underTime', 'elasticity-under-time'],
  ['overTime', 'elasticity-over-time'],
  ['instability', 'elasticity-instability'],
  ['jitter', 'elasticity-jitter'],
  ['speedup', 'elastic-speedup'],
  ['deviation', 'elasticity-deviation'],
  ['oscillation', 'oscillation'],
]

export class Assessor {
  private readonly run: AssessorRun
  private readonly spec: AssessmentSpec
  private readonly looks: number
  private readonly services: { readonly service: number; readonly sums: Elasticity; supply: number; arrived: number }[]
  private readonly powerOf: (PowerSpec | undefined)[]
  private readonly pods = new Level()
  private podStarts = 0
  /** Of the last look: its time, the power of all nodes [W], and the price of what is not requested [micro-dollars per hour]. */
  private last = { time: 0, power: 0, unrequested: 0 }
  private begun: Time = NONE
  private intervalBegan: Time = 0
  private joules = 0
  private grams = 0
  private unrequested = 0
  /** By node: since when it has no pod [µs], NONE while it has some. */
  private readonly emptySince: Time[] = []

  private constructor(run: AssessorRun, spec: AssessmentSpec) {
    const { simulator, lifecycle, nodes, input } = run
    this.run = run
    this.spec = spec
    this.services = spec.demand.map(({ service, perPod }) => {
      const initial = input.workloads.find((workload) => workload.service === service)!.replicas
      return { service, sums: new Elasticity(perPod, initial), supply: 0, arrived: 0 }
    })
    const general = spec.power.find(({ pool }) => pool === undefined)
    this.powerOf = nodes.pools.map((_, pool) => spec.power.find((one) => one.pool === pool) ?? general)
    const on = new Set<number>()
    lifecycle.listen({
      bound: (pod) => {
        if (on.has(pod)) return
        on.add(pod)
        this.pods.add(1, simulator.now)
        this.podStarts++
      },
      ending: (pod) => {
        if (on.delete(pod)) this.pods.add(-1, simulator.now)
      },
    })
    this.looks = simulator.register('assessment', () => {
      this.look()
      simulator.at(simulator.now + spec.every, this.looks, 0, 0)
    })
  }

  /** Null when the run has no assessment. */
  static of(run: AssessorRun): Assessor | null {
    return run.input.assessment === undefined ? null : new Assessor(run, run.input.assessment)
  }

  /** The end of warm-up: the first look. */
  windowBegins(now: Time): void {
    this.pods.reset(now)
    this.podStarts = 0
    this.begun = now
    this.intervalBegan = now
    for (const service of this.services) service.arrived = this.run.load.offered(service.service)
    this.see(now)
    this.run.simulator.at(now + this.spec.every, this.looks, 0, 0)
  }

  /** The horizon. */
  ends(): void {
    this.look()
  }

  private look(): void {
    const { now } = this.run.simulator
    const time = now - this.last.time
    if (time === 0) return
    const joules = (this.last.power * time) / 1e6
    this.joules += joules
    this.grams += (joules / 3.6e6) * this.intensityAt(this.last.time - this.run.times.origin)
    this.unrequested += (this.last.unrequested * time) / HOUR
    const closes = now - this.intervalBegan >= this.spec.demandOver
    for (const service of this.services) {
      service.sums.held(service.supply, time)
      if (!closes) continue
      const arrived = this.run.load.offered(service.service)
      service.sums.closed(arrived - service.arrived)
      service.arrived = arrived
    }
    if (closes) this.intervalBegan = now
    this.see(now)
  }

  private see(now: Time): void {
    const { cluster, servers } = this.run
    for (const service of this.services) service.supply = servers.listedOf(service.service).count
    let power = 0
    let unrequested = 0
    const { nodes } = cluster.view
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.state[node] === NodeState.Gone) continue
      power += this.power(node, now)
      const requested = Math.max(1 - nodes.freeCpu[node] / nodes.cpu[node], 1 - nodes.freeMemory[node] / nodes.memory[node])
      unrequested += nodes.price[node] * (1 - requested)
    }
    this.last = { time: now, power, unrequested }
  }

  private power(node: NodeId, now: Time): number {
    const { cluster, shares } = this.run
    const { nodes } = cluster.view
    const spec = this.powerOf[nodes.pool[node]]
    if (spec === undefined) return 0
    if (nodes.podCount[node] > 0) this.emptySince[node] = NONE
    else if ((this.emptySince[node] ?? NONE) === NONE) this.emptySince[node] = now
    if (spec.sleep !== undefined && this.emptySince[node] !== NONE && now - this.emptySince[node] >= spec.sleep.after)
      return spec.sleep.power
    return powerAt(spec.curve, shares.usedOn(node) / nodes.cpu[node])
  }

  private intensityAt(elapsed: Time): number {
    const { carbon, carbonPeriod } = this.spec
    const time = carbonPeriod > 0 ? elapsed % carbonPeriod : elapsed
    let found = 0
    for (const { at, intensity } of carbon) if (at <= time) found = intensity
    return found
  }

  /** Fills the metrics (assessment-rows.ts). */
  put(sheet: Sheet, now: Time): void {
    const { nodeLevels, clients } = this.run
    const hours = (now - this.begun) / HOUR
    const results = this.services.map(({ sums }) => sums.result())
    for (const [key, id] of IDS) {
      put(sheet, id, results.reduce((sum, result) => sum + result[key], 0) / results.length)
      if (results.length > 0 && Number.isNaN(results[0].under)) sheet.refused[id] = 'the window holds no whole interval of demand'
    }
    put(sheet, 'pod-starts', this.podStarts / hours)
    put(sheet, 'pod-hours', this.pods.integral(now) / HOUR)
    put(sheet, 'node-hours', nodeLevels.nodes.integral(now) / HOUR)
    put(sheet, 'cost-unrequested', this.unrequested / 1e6)
    if (this.spec.power.length === 0) return
    const energy = (this.joules * this.spec.pue) / 3.6e6
    put(sheet, 'energy', energy)
    let good = 0
    for (const { ledger } of clients.list) good += ledger.good
    if (clients.list.length > 0) put(sheet, 'energy-per-million', (energy / good) * 1e6)
    if (this.spec.carbon.length > 0) put(sheet, 'carbon', this.grams * this.spec.pue)
  }
}
