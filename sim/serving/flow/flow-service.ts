/**
 * The flow of one service: groups of pods that serve alike, each as equal queues, and what became of the requests. Between two changes
 * (a new rate, other pods) everything is linear in time, so that a reading between them needs no step.
 */
import type { Time } from '../../common/ids.ts'
import type { FlowLedger } from '../../measure/flow-ledger.ts'
import { Cause } from '../../measure/ledger.ts'
import type { Client, Workload } from '../spec.ts'
import type { Spreading } from './balancing.ts'
import { Fates, type PodKind } from './fates.ts'
import { sampleOf, type CostSample } from './sample.ts'
import { Station } from './station.ts'

/** Pods of one kind. */
export interface PodGroup {
  readonly flow: FlowService
  readonly cores: number
  readonly slowness: number
  readonly errors: number
  pods: number
  station: Station
  /** Row in the kinds of the fates. */
  readonly kind: number
  /** Requests inside at the end of the step, and what is served until then [requests/µs, of all pods]. */
  next: number
  served: number
  arrivals: number
  /** CPU that each pod uses [core-µs/µs], and has used since the run began [core-µs]. */
  rate: number
  used: number
  /** The rate and the number of pods when the nodes were last summed up. */
  summed: number
  summedPods: number
}

/** What a service starts with. */
export interface FlowServiceSpec {
  readonly client: Client
  readonly ledger: FlowLedger
  readonly workload: Pick<Workload, 'threads' | 'queue'>
  readonly spreading: Spreading
  /** Balancer instances. */
  readonly balancers: number
  readonly networkDelay: Time
  readonly rateAt: (time: Time) => number
}

/** A backend as the flow sees it. */
export interface FlowPod {
  readonly cores: number
  readonly slowness: number
  readonly errors: number
  /** The group that it was in, null for a new one. */
  readonly from: PodGroup | null
}

/** Points of a step at which its rate is read. */
const POINTS = 4
/** Excess beyond the stationary queue that counts as a backlog, in requests. */
const SOME = 1e-6

export class FlowService {
  readonly spec: FlowServiceSpec
  groups: PodGroup[] = []
  readonly sample: CostSample
  /** Arrivals of the present step [requests/µs], and when it began and ends. */
  arrivals = 0
  private began: Time = 0
  private ends: Time = 0
  /** Backends that are not there any more: that refuse, and that do not answer. */
  private refusing = 0
  private silent = 0
  private counted = false
  private readonly fates: Fates
  private readonly variation: number

  constructor(spec: FlowServiceSpec) {
    const { client, networkDelay, workload } = spec
    this.spec = spec
    this.sample = sampleOf(client.flow!.cost)
    this.fates = new Fates({
      sample: this.sample,
      network: 2 * networkDelay,
      objective: client.objective,
      timeout: client.timeout > 0 ? client.timeout : Infinity,
    })
    this.variation = workload.threads === 0 ? 1 : this.sample.variationOfTime
  }

  /** The rate of a step [requests/µs]: its mean over the points. */
  rateOf(from: Time, to: Time): number {
    let sum = 0
    for (let i = 0; i < POINTS; i++) sum += this.spec.rateAt(from + ((i + 0.5) * (to - from)) / POINTS)
    return sum / POINTS / 1e6
  }

  /** The backends have changed; the step before must be closed. Returns the group of each pod. */
  regroup(pods: readonly FlowPod[], refusing: number, silent: number): PodGroup[] {
    const groups: PodGroup[] = []
    const inside: number[] = []
    const of = pods.map(({ cores, slowness, errors, from }) => {
      let row = groups.findIndex((group) => group.cores === cores && group.slowness === slowness && group.errors === errors)
      if (row < 0) {
        row = groups.length
        const before = this.groups.find((group) => group.cores === cores && group.slowness === slowness && group.errors === errors)
        groups.push(before ?? this.groupOf(cores, slowness, errors))
        inside.push(0)
        counts.push(0)
      }
      counts[row]++
      if (from !== null) inside[row] += from.station.inside / from.pods
      return groups[row]
    })
    const sizes = counts.splice(0)
    groups.forEach((group, row) => {
      const { utilization } = group.station
      group.pods = sizes[row]
      group.station = this.stationOf(group, pods.length, inside[row])
      group.station.utilization = utilization
    })
    this.groups = groups
    this.refusing = refusing
    this.silent = silent
    return of
  }

  private groupOf(cores: number, slowness: number, errors: number): PodGroup {
    const { threads } = this.spec.workload
    const { meanWait, meanWork } = this.sample
    const speed = Math.min(1, cores) / slowness
    // Threads bind before the CPU when they cannot keep it busy.
    const sharing = threads === 0 || threads * meanWork * slowness > cores * (meanWait + meanWork / speed) * 1.0001
    const kind: PodKind = { slowness: 1 / speed, sharing }
    this.fates.kinds.push(kind)
    const station = new Station({ queues: 1, servers: 1, service: 1, variability: 1, choice: 'own', pods: 1 }, 0)
    const row = this.fates.kinds.length - 1
    return {
      flow: this,
      cores,
      slowness,
      errors,
      pods: 0,
      station,
      kind: row,
      next: 0,
      served: 0,
      arrivals: 0,
      rate: 0,
      used: 0,
      summed: 0,
      summedPods: 0,
    }
  }

  /** The queues of a group: each pod's own, or one for all of its pods. */
  private stationOf({ cores, slowness, pods }: PodGroup, all: number, inside: number): Station {
    const { spreading, balancers, workload, client } = this.spec
    const { meanWait, meanWork } = this.sample
    const speed = Math.min(1, cores) / slowness
    const service = meanWait + meanWork / speed
    const most = meanWork === 0 ? Infinity : (cores / slowness) * (service / meanWork)
    const servers = Math.max(1, Math.min(workload.threads === 0 ? Infinity : workload.threads, most))
    const arrivals = client.flow!.dispersion
    const turns = arrivals / all
    const gaps = spreading === 'turns' ? turns + (arrivals - turns) * (1 - 1 / balancers) : arrivals
    const variability = (gaps + this.variation) / 2
    return spreading === 'shared'
      ? new Station({ queues: 1, servers: pods * servers, service, variability, choice: 'all', pods }, inside)
      : new Station(
          { queues: pods, servers, service, variability, choice: spreading === 'two-choices' && all > 1 ? 'two' : 'own', pods: all },
          inside,
        )
  }

  /** A step begins: what arrives is split over the groups. */
  begin(now: Time, ends: Time): void {
    this.began = now
    this.ends = ends
    if (ends <= now) return
    const { groups, arrivals } = this
    let pods = this.refusing + this.silent
    let capacity = 0
    for (const group of groups) {
      pods += group.pods
      capacity += group.station.capacity
    }
    const served = pods === 0 ? 0 : (arrivals * (pods - this.refusing - this.silent)) / pods
    for (const group of groups) {
      const { station } = group
      const share = this.spec.spreading === 'shared' ? station.capacity / capacity : group.pods / (pods - this.refusing - this.silent)
      group.arrivals = served * share * (1 - group.errors)
      group.next = station.step(group.arrivals, ends - now)
      group.served = group.arrivals + (station.inside - group.next) / (ends - now)
      group.rate = (group.served * this.sample.meanWork * group.slowness) / group.pods
    }
  }

  /** The step ends here: requests are counted, and the queues are what they have become. */
  close(now: Time): void {
    const time = now - this.began
    if (time <= 0) return
    const whole = this.ends - this.began
    this.countLost(time)
    for (const group of this.groups) {
      const { station } = group
      group.used += group.rate * time
      const end = station.inside + ((group.next - station.inside) * time) / whole
      const kept = Math.min(end, this.roomOf(group), this.patienceOf(group))
      this.countGroup(group, time, kept, end - kept)
      station.inside = kept
    }
    this.began = now
  }

  /** Requests that reach no pod. */
  private countLost(time: Time): void {
    const { ledger } = this.spec
    const arrived = this.arrivals * time
    ledger.flowed(this.began, arrived, this.counted)
    let pods = this.refusing + this.silent
    for (const group of this.groups) pods += group.pods
    if (pods === 0) {
      ledger.flowFailed(this.began, Cause.NoBackend, arrived, this.counted)
      return
    }
    if (this.refusing > 0) ledger.flowFailed(this.began, Cause.Refused, (arrived * this.refusing) / pods, this.counted)
    if (this.silent > 0)
      ledger.flowFailed(
        this.began,
        this.spec.client.timeout > 0 ? Cause.TimedOut : Cause.Lost,
        (arrived * this.silent) / pods,
        this.counted,
      )
  }

  /** Requests that reach pods: `inside` of them are there at the end, and `excess` found a full queue or lost their patience. */
  private countGroup(group: PodGroup, time: Time, end: number, excess: number): void {
    const { ledger, workload } = this.spec
    const { station, arrivals, errors, kind } = group
    if (errors > 0) ledger.flowFailed(this.began, Cause.Failed, this.errorsOf(group) * time, this.counted)
    const lost = Math.min(excess, arrivals * time)
    if (lost > 0) {
      const full = workload.threads > 0 && end >= this.roomOf(group)
      ledger.flowFailed(this.began, full ? Cause.Rejected : Cause.TimedOut, lost, this.counted)
    }
    const count = arrivals * time - lost
    if (count <= 0) return
    const { queues, servers } = station.spec
    const { utilization } = station
    const inside = (station.inside + end) / 2
    const busy = queues * servers * Math.min(1, utilization)
    const queued = Math.max(0, inside - busy)
    // What exceeds the stationary queue of this load everybody waits for; the rest has the distribution of that queue.
    const load = arrivals / station.capacity
    const usual = load >= 1 ? 0 : Math.min(queued, station.queuedAt(Math.min(load, CLOSEST)))
    const waiting = usual < SOME * arrivals ? 0 : station.waitingAt(Math.min(utilization, CLOSEST))
    const meets = {
      kind,
      waiting,
      wait: waiting === 0 ? 0 : usual / station.capacity / utilization / waiting,
      backlog: queued - usual < SOME ? 0 : Math.min((queued - usual) / station.capacity, this.longestWait(group)),
    }
    const shares = this.fates.meet(meets, count, this.counted)
    ledger.flowAnswered(this.began, count * (1 - shares.timedOut), count * shares.late, this.counted)
    if (this.counted) ledger.flowTimes(count * (1 - shares.timedOut), shares.latency, shares.queued)
    if (shares.timedOut > 0) ledger.flowFailed(this.began, Cause.TimedOut, count * shares.timedOut, this.counted)
  }

  /** Requests that the queues of a group hold. */
  private roomOf({ pods }: PodGroup): number {
    const { threads, queue } = this.spec.workload
    return threads === 0 ? Infinity : pods * (threads + queue)
  }

  /** Requests inside a group beyond which clients take theirs back before they are served. */
  private patienceOf({ station }: PodGroup): number {
    const { timeout, cancel } = this.spec.client
    return timeout > 0 && cancel ? station.capacity * timeout : Infinity
  }

  /** The wait after which those are served that are served at all. */
  private longestWait(group: PodGroup): number {
    const { client, networkDelay } = this.spec
    if (this.patienceOf(group) === Infinity) return Infinity
    return Math.max(0, client.timeout - 2 * networkDelay - LONG_SERVICE * (this.sample.meanWait + this.sample.meanWork * group.slowness))
  }

  private errorsOf({ arrivals, errors }: PodGroup): number {
    return errors < 1 ? (arrivals * errors) / (1 - errors) : 0
  }

  /** The end of warm-up; the step before must be closed. */
  windowBegins(): void {
    this.fates.clear()
    this.counted = true
  }

  /** The horizon: the latencies go into the ledger. */
  finish(): void {
    this.spec.ledger.flowEnds((visit) => this.fates.latencies(visit))
  }

  /** CPU that a pod of the group has used up to now [core-µs]. */
  usedBy(group: PodGroup, now: Time): number {
    return group.used + group.rate * (now - this.began)
  }

  /** Requests that arrived since the step was last closed. */
  arrivedSince(now: Time): number {
    return this.ends <= this.began ? 0 : this.arrivals * (now - this.began)
  }

  /** Requests in the pods of a group now. */
  insideOf({ station, next }: PodGroup, now: Time): number {
    const { began, ends } = this
    return ends <= began ? station.inside : station.inside + ((next - station.inside) * (now - began)) / (ends - began)
  }
}

/** Services in means of them: with this much time left before the timeout, nearly all are answered in time. */
const LONG_SERVICE = 4
/** Utilization beyond which a queue has no stationary state within reach. */
const CLOSEST = 0.995
const counts: number[] = []
