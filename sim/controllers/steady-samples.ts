/**
 * Samples of a workload whose pods serve in groups, while no pod comes, goes or changes its group: one sample a group instead of one a pod.
 * When something changes, the samples of the pods within the window are written as if each had been scraped.
 */
import { NONE, type PodId, type ServerId, type Time } from '../common/ids.ts'
import type { PodCohorts } from '../serving/flow/cohorts.ts'
import type { ServiceLoad } from '../serving/load.ts'
import type { UsageSamples } from './usage-samples.ts'

export class SteadySamples {
  readonly pods: readonly PodId[]
  readonly version: number
  /** Ready pods and what they request [millicores]. */
  readonly ready: number
  readonly requested: number
  /** By ready pod: its group here. */
  readonly of: Int32Array
  /** By group: its row, NONE for the pods without requests; its pods. */
  readonly rows: number[] = []
  readonly counts: number[] = []
  private readonly servers: Int32Array
  private readonly epochs: Int32Array
  /** CPU of a pod less that of its group [core-µs]. */
  private readonly offsets: Float64Array
  /** CPU by group and place of the window [core-µs]. */
  private readonly used: Float64Array
  private readonly samples: UsageSamples
  private readonly cohorts: PodCohorts
  /** Scrapes before this one have been written to the samples of the pods. */
  private written: number
  /** The scrape with which it began. */
  readonly began: number

  /**
   * All ready pods have just been sampled one by one.
   *
   * @param scrape number of this scrape, and its place in the window
   */
  constructor(pods: readonly PodId[], load: ServiceLoad, cohorts: PodCohorts, samples: UsageSamples, scrape: number, place: number) {
    this.pods = pods
    this.cohorts = cohorts
    this.samples = samples
    this.version = cohorts.version
    this.began = scrape
    this.written = scrape + 1
    const servers = pods.map((pod) => load.serverOf(pod)).filter((server) => server !== NONE)
    this.ready = servers.length
    this.servers = Int32Array.from(servers)
    this.epochs = this.servers.map((server) => load.epoch(server))
    this.requested = servers.reduce((sum, server) => sum + load.cpuRequest(server), 0)
    this.of = this.servers.map((server) => this.groupOf(cohorts.groupOf(server)))
    this.used = new Float64Array(this.rows.length * samples.width)
    this.sample(place)
    this.offsets = Float64Array.from(servers, (server, i) => samples.used[server * samples.width + place] - this.at(this.of[i], place))
  }

  private groupOf(row: number): number {
    let group = this.rows.indexOf(row)
    if (group < 0) {
      group = this.rows.push(row) - 1
      this.counts.push(0)
    }
    this.counts[group]++
    return group
  }

  private at(group: number, place: number): number {
    return this.used[group * this.samples.width + place]
  }

  /** The pods have been sampled one by one at this scrape, too. */
  sampledEach(scrape: number): void {
    this.written = scrape + 1
  }

  /** Whether the pods and their groups are as they were. */
  holds(pods: readonly PodId[], cohorts: PodCohorts): boolean {
    return pods === this.pods && cohorts.version === this.version
  }

  /** Reads the groups at a scrape. */
  sample(place: number): void {
    const { rows, used, cohorts } = this
    const { width } = this.samples
    for (let group = 0; group < rows.length; group++) used[group * width + place] = rows[group] === NONE ? 0 : cohorts.used(rows[group])
  }

  /** CPU that each pod of a group used in a window [millicores]. */
  millicores(group: number, from: number, to: number, elapsed: Time): number {
    return (1000 * (this.at(group, to) - this.at(group, from))) / elapsed
  }

  /** Requests in all pods. */
  inside(): number {
    const { rows, counts, cohorts } = this
    let sum = 0
    for (let group = 0; group < rows.length; group++) if (rows[group] !== NONE) sum += counts[group] * cohorts.inside(rows[group])
    return sum
  }

  /** Those of them that have no thread. */
  queued(): number {
    const { rows, counts, cohorts } = this
    let sum = 0
    for (let group = 0; group < rows.length; group++) if (rows[group] !== NONE) sum += counts[group] * cohorts.queued(rows[group])
    return sum
  }

  /** Writes the samples of the pods that are still there, for the scrapes of the window up to the last one. */
  write(load: ServiceLoad, first: number, last: number, places: number): void {
    const { samples, servers, epochs, offsets, of } = this
    const from = Math.max(this.written, first)
    if (from > last) return
    this.written = last + 1
    for (let i = 0; i < servers.length; i++) {
      const server: ServerId = servers[i]
      if (load.epoch(server) !== epochs[i]) continue
      for (let scrape = from; scrape <= last; scrape++) {
        const place = scrape % places
        samples.used[server * samples.width + place] = offsets[i] + this.at(of[i], place)
      }
    }
  }
}
