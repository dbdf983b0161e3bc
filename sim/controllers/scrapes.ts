/**
 * The metrics pipeline before the autoscalers: usage of the pods of one workload is scraped periodically and averaged over a window.
 * A pod is measured once the window holds nothing but samples of it. Otherwise the averages of old pods would still hold the time before
 * a new pod took its share of the load, those of the new pod only the time after it, and the sum would hold the same load twice. The HPA
 * sets such samples aside for the same reason (kubernetes PR 68068).
 */
import { NONE, type PodId, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import type { PodCohorts } from '../serving/flow/cohorts.ts'
import type { ServiceLoad } from '../serving/load.ts'
import { SteadySamples } from './steady-samples.ts'
import type { UsageSamples } from './usage-samples.ts'

const SECOND = 1e6

/** Averages over a window, as an autoscaler reads them. */
export interface Averages {
  /** Pods that are ready now. */
  ready: number
  /** Those of them that have been scraped since the window began. */
  measured: number
  /** CPU that the measured pods used and requested, in sum, and the largest use of one [millicores]. */
  used: number
  requested: number
  peak: number
  /** Arrivals [requests/s]. */
  rate: number
  /** Requests in all pods of the workload over the ready pods, and those of them without a thread. */
  inFlight: number
  queued: number
}

/** The last scrapes of one workload: the CPU work of its servers, and the counters of its service. */
export class Scrapes {
  private readonly times: Float64Array
  private readonly arrived: Float64Array
  private readonly inside: Float64Array
  private readonly queued: Float64Array
  private readonly samples: UsageSamples
  private readonly latest: Averages = { ready: 0, measured: 0, used: 0, requested: 0, peak: 0, rate: NaN, inFlight: NaN, queued: NaN }
  /** Changes of the service's servers when `latest` was summed up; it is summed up again only after another one. */
  private changes = NONE
  private taken = 0
  /** The window: its first scrape, the places of its first and last scrape, and its length, 0 while there is only one. */
  private back = 0
  private from = 0
  private to = 0
  private elapsed: Time = 0
  private readonly span: number
  /** Null while pods come, go or change their groups, or have no groups. */
  private steady: SteadySamples | null = null
  /** The version of the groups at the last scrape. */
  private version = NONE
  /** The groups have been sampled and not summed up yet. */
  private unsummed = false

  /**
   * @param span scrapes that the averaging window reaches back
   * @param samples of all workloads, wide enough for `span`
   */
  constructor(span: number, samples: UsageSamples) {
    this.span = span
    this.samples = samples
    this.times = new Float64Array(span + 1)
    this.arrived = new Float64Array(span + 1)
    this.inside = new Float64Array(span + 1)
    this.queued = new Float64Array(span + 1)
  }

  /** Time of the last scrape, and length of the window before it; 0 while there is only one. */
  get sampled(): Time {
    return this.taken === 0 ? 0 : this.times[this.to]
  }

  get window(): Time {
    return this.elapsed
  }

  /**
   * CPU that a pod used, averaged over the whole window [millicores]: what it did not use before it was ready counts as well, so that the sum over all
   * pods is the work of the window. NaN without a window. `server` is NONE for a pod that is not ready.
   */
  usedBy(server: ServerId, load: ServiceLoad): number {
    this.writeSteady(load)
    const { samples, elapsed, from, to, back } = this
    if (elapsed === 0) return NaN
    if (server === NONE || server >= samples.epoch.length || samples.epoch[server] !== load.epoch(server)) return 0
    const row = server * samples.width
    return (1000 * (samples.used[row + to] - (samples.first[server] > back ? 0 : samples.used[row + from]))) / elapsed
  }

  /** CPU used by each measured pod [millicores]. */
  usedByMeasured(pods: readonly PodId[], load: ServiceLoad): number[] {
    const { samples, back } = this
    const used: number[] = []
    this.writeSteady(load)
    for (const pod of pods) {
      const server = load.serverOf(pod)
      if (server === NONE || server >= samples.epoch.length || samples.epoch[server] !== load.epoch(server)) continue
      if (this.elapsed > 0 && samples.first[server] <= back) used.push(this.usedBy(server, load))
    }
    return used
  }

  take(now: Time, service: ServiceId, pods: readonly PodId[], load: ServiceLoad): void {
    if (this.taken > 0 && this.times[(this.taken - 1) % (this.span + 1)] === now) return // two loops ask at one instant
    const place = this.taken % (this.span + 1)
    this.times[place] = now
    this.taken++
    this.moveWindow()
    this.arrived[place] = service === NONE ? 0 : load.offered(service)
    this.inside[place] = 0
    this.queued[place] = 0
    const cohorts = load.cohorts(service)
    if (cohorts === null) this.sum(service, pods, load, true)
    else this.takeCohorts(service, pods, load, cohorts)
  }

  /** Pods in groups: the groups are sampled once they have stayed the same from one scrape to the next, the pods while the window reaches back before. */
  private takeCohorts(service: ServiceId, pods: readonly PodId[], load: ServiceLoad, cohorts: PodCohorts): void {
    const { to, taken } = this
    if (this.steady?.holds(pods, cohorts) === false) this.endSteady(load)
    const { steady } = this
    if (steady === null) {
      this.sum(service, pods, load, true)
      if (cohorts.version === this.version) this.steady = new SteadySamples(pods, load, cohorts, this.samples, taken - 1, to)
      this.version = cohorts.version
      return
    }
    steady.sample(to)
    if (this.back >= steady.began) {
      this.inside[to] = steady.inside()
      this.queued[to] = steady.queued()
      this.changes = load.changes(service)
      this.unsummed = true
    } else {
      this.sum(service, pods, load, true)
      steady.sampledEach(taken - 1)
    }
  }

  private sumSteady(steady: SteadySamples): void {
    const { latest, elapsed, from, to } = this
    latest.ready = latest.measured = steady.ready
    latest.requested = steady.requested
    latest.used = latest.peak = 0
    for (let group = 0; group < steady.counts.length; group++) {
      const millicores = steady.millicores(group, from, to, elapsed)
      latest.used += steady.counts[group] * millicores
      if (millicores > latest.peak) latest.peak = millicores
    }
  }

  /** The samples of the pods are written as if each had been scraped. */
  private writeSteady(load: ServiceLoad): void {
    this.steady?.write(load, Math.max(0, this.taken - 1 - this.span), this.taken - 1, this.span + 1)
  }

  private endSteady(load: ServiceLoad): void {
    const taken = this.taken
    this.steady!.write(load, Math.max(0, taken - 2 - this.span), taken - 2, this.span + 1)
    this.steady = null
  }

  /** The groups whose samples fill the window, null: the pods are sampled one by one, or are others by now. */
  groups(pods: readonly PodId[], service: ServiceId, load: ServiceLoad): SteadySamples | null {
    const { steady } = this
    if (steady === null || this.elapsed === 0 || this.back < steady.began) return null
    return steady.holds(pods, load.cohorts(service)!) ? steady : null
  }

  /** CPU that each pod of a group used, averaged over the window [millicores]. */
  usedByGroup(steady: SteadySamples, group: number): number {
    return steady.millicores(group, this.from, this.to, this.elapsed)
  }

  /** Averages over the window that ends at the last scrape; valid until the next call. */
  read(service: ServiceId, pods: readonly PodId[], load: ServiceLoad): Readonly<Averages> {
    const { latest, elapsed, from, to } = this
    if (this.changes !== load.changes(service)) {
      this.writeSteady(load)
      this.sum(service, pods, load, false)
    } else if (this.unsummed) this.sumSteady(this.steady!)
    this.unsummed = false
    latest.rate = elapsed > 0 ? ((this.arrived[to] - this.arrived[from]) * SECOND) / elapsed : NaN
    latest.inFlight = elapsed > 0 && latest.ready > 0 ? this.mean(this.inside) / latest.ready : NaN
    latest.queued = elapsed > 0 && latest.ready > 0 ? this.mean(this.queued) / latest.ready : NaN
    return latest
  }

  /** Sums up the ready pods, and samples them first when `scraping`. One without a sample at the start of the window is not measured. */
  private sum(service: ServiceId, pods: readonly PodId[], load: ServiceLoad, scraping: boolean): void {
    const { samples, elapsed, from, to, back, latest } = this
    const { width } = samples
    let ready = 0
    let measured = 0
    let used = 0
    let requested = 0
    let peak = 0
    for (let i = 0; i < pods.length; i++) {
      const server = load.serverOf(pods[i])
      if (server === NONE) continue
      ready++
      if (scraping) this.sample(server, load)
      if (elapsed === 0 || server >= samples.epoch.length) continue
      if (samples.epoch[server] !== load.epoch(server) || samples.first[server] > back) continue
      const row = server * width
      const millicores = (1000 * (samples.used[row + to] - samples.used[row + from])) / elapsed
      measured++
      used += millicores
      requested += load.cpuRequest(server)
      if (millicores > peak) peak = millicores
    }
    latest.ready = ready
    latest.measured = measured
    latest.used = used
    latest.requested = requested
    latest.peak = peak
    this.changes = load.changes(service)
  }

  private sample(server: ServerId, load: ServiceLoad): void {
    const { samples, to } = this
    samples.reserve(server + 1)
    const epoch = load.epoch(server)
    if (samples.epoch[server] !== epoch) {
      samples.epoch[server] = epoch
      samples.first[server] = this.taken - 1
    }
    samples.used[server * samples.width + to] = load.cpuUsed(server)
    this.inside[to] += load.inside(server)
    this.queued[to] += load.backlog(server)
  }

  /** Moves the window to the last scrape. */
  private moveWindow(): void {
    const { times, span } = this
    const last = this.taken - 1
    this.back = Math.max(0, last - span)
    this.from = this.back % (span + 1)
    this.to = last % (span + 1)
    this.elapsed = times[this.to] - times[this.from]
  }

  /** Over the scrapes of the window. */
  private mean(column: Float64Array): number {
    let sum = 0
    for (let scrape = this.back; scrape < this.taken; scrape++) sum += column[scrape % (this.span + 1)]
    return sum / (this.taken - this.back)
  }
}
