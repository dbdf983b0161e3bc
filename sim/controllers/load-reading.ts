/** What the autoscaler of a workload's replicas reads: averages over the window, and its pods one by one or those that are alike together. */
import type { LoadView, PodSample, PodSamples } from '../autoscaling/replicas/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { NONE, type PodId, type ServiceId, type Time, type WorkloadId } from '../common/ids.ts'
import type { ServiceLoad } from '../serving/load.ts'
import type { Workload } from '../serving/spec.ts'
import type { ReplicaSets } from './replica-sets.ts'
import type { Averages, Scrapes } from './scrapes.ts'
import type { SteadySamples } from './steady-samples.ts'

const HOUR = 3600e6

/** What the readings need of the run. */
export interface LoadReadingRun {
  readonly cluster: Cluster
  readonly load: ServiceLoad
  readonly replicaSets: ReplicaSets
}

/** Two uses [millicores] that differ by rounding. */
const equal = (a: number, b: number): boolean => a === b || Math.abs(a - b) < 1e-3

type Alike = { -readonly [K in keyof PodSamples]: PodSamples[K] }

type View = { -readonly [K in keyof LoadView]: LoadView[K] }

/** One object a workload; its view is read during the decision for which it was made. */
export class LoadReading {
  private readonly view: View
  private readonly run: LoadReadingRun
  private readonly row: WorkloadId
  private readonly service: ServiceId
  private readonly scrapes: Scrapes
  /** Whether its load is a flow. */
  private readonly isFlow: boolean
  /** Pods that are alike while the groups stay as they are, the group of each entry, and until when none of them grows older than an hour. */
  private list: Alike[] = []
  private groups: number[] = []
  private steady: SteadySamples | null = null
  private until: Time = 0

  constructor(run: LoadReadingRun, row: WorkloadId, spec: Workload, scrapes: Scrapes, isFlow: boolean) {
    this.run = run
    this.row = row
    this.service = spec.service
    this.scrapes = scrapes
    this.isFlow = isFlow
    this.view = this.viewOf(spec)
  }

  /** The view of a decision at this time: averages are computed when they are read. */
  read(now: Time, origin: Time): LoadView {
    const { view, scrapes } = this
    view.now = now
    view.elapsed = now - origin
    view.replicas = this.run.replicaSets.desired[this.row]
    view.sampled = scrapes.sampled
    view.window = scrapes.window
    return view
  }

  /** The readings are fields of the view itself, so that a copy of it has them. */
  private viewOf({ minReplicas, maxReplicas }: Workload): View {
    const averages = () => this.averages()
    const pods = () => this.pods()
    const alike = () => this.alike()
    return {
      now: 0,
      elapsed: 0,
      replicas: 0,
      get measured() {
        return averages().measured
      },
      get ready() {
        return averages().ready
      },
      get utilization() {
        const { measured, used, requested } = averages()
        return measured > 0 ? used / requested : NaN
      },
      get rate() {
        return averages().rate
      },
      get inFlight() {
        return averages().inFlight
      },
      get queued() {
        return averages().queued
      },
      get pods() {
        return pods()
      },
      get alike() {
        return alike()
      },
      sampled: 0,
      window: 0,
      min: minReplicas,
      max: maxReplicas,
    }
  }

  private averages(): Readonly<Averages> {
    return this.scrapes.read(this.service, this.run.replicaSets.podsOf(this.row), this.run.load)
  }

  private pods(): PodSample[] {
    return Array.from(this.run.replicaSets.podsOf(this.row), (pod) => this.sampleOf(pod))
  }

  /** Null where requests are simulated one by one. The list is the same one as long as the same pods are alike. */
  private alike(): readonly PodSamples[] | null {
    if (!this.isFlow) return null
    const { load, replicaSets } = this.run
    const pods = replicaSets.podsOf(this.row)
    const steady = this.scrapes.groups(pods, this.service, load)
    if (steady === null || steady.ready < pods.length) {
      this.steady = null
      return this.alikeNow(pods)
    }
    if (steady !== this.steady || this.view.now >= this.until) this.arrange(pods, steady)
    for (let i = 0; i < this.list.length; i++) this.list[i].used = this.scrapes.usedByGroup(steady, this.groups[i])
    return this.list
  }

  private sampleOf(pod: PodId): PodSample {
    const { cluster, load } = this.run
    const { node, bound, created, cpu } = cluster.view.pods
    const server = load.serverOf(pod)
    return {
      started: node[pod] === NONE ? NaN : bound[pod],
      ready: server !== NONE && load.isListed(server),
      readySince: server === NONE ? created[pod] : load.listedSince(server),
      request: cpu[pod],
      used: this.scrapes.usedBy(server, load),
    }
  }

  /** Pods that have been ready for an hour are told apart by their use and request only. */
  private alikeNow(pods: readonly PodId[]): Alike[] {
    const before = this.view.now - HOUR
    const found: Alike[] = []
    for (const pod of pods) {
      const sample = this.sampleOf(pod)
      const { ready, readySince, request, used } = sample
      const same =
        ready && readySince < before
          ? found.find((one) => one.ready && one.readySince < before && one.request === request && equal(one.used, used))
          : undefined
      if (same === undefined) found.push({ ...sample, count: 1 })
      else same.count++
    }
    return found
  }

  /** The same from groups: all pods serve, and those of a group use the same. */
  private arrange(pods: readonly PodId[], steady: SteadySamples): void {
    const { cluster, load } = this.run
    const { bound, cpu } = cluster.view.pods
    const before = this.view.now - HOUR
    this.steady = steady
    this.list = []
    this.groups = []
    this.until = Infinity
    pods.forEach((pod, i) => {
      const server = load.serverOf(pod)
      const ready = load.isListed(server)
      const readySince = load.listedSince(server)
      const isOld = ready && readySince < before
      if (ready && !isOld) this.until = Math.min(this.until, readySince + HOUR + 1)
      const same = isOld
        ? this.list.findIndex(
            (one, k) => this.groups[k] === steady.of[i] && one.ready && one.readySince < before && one.request === cpu[pod],
          )
        : NONE
      if (same >= 0) {
        this.list[same].count++
        return
      }
      this.list.push({ started: bound[pod], ready, readySince, request: cpu[pod], used: 0, count: 1 })
      this.groups.push(steady.of[i])
    })
  }
}
