/**
 * The metrics pipeline before the autoscalers: usage of the pods of one workload is scraped periodically and averaged over a window.
 */
import { NONE, type PodId, type ServiceId, type Time } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'
import type { ServiceLoad } from '../serving/load.ts'

const SECOND = 1e6

/** Which scrape first saw the present use of a server row. */
class Seen extends ColumnTable {
  first = this.column(Int32Array)
  epoch = this.column(Int32Array, NONE)
}

/** Averages over a window, as an autoscaler reads them. */
export interface Averages {
  /** Ready pods with at least two samples. */
  measured: number
  /** CPU that they used and requested, in sum, and the largest use of one [millicores]. */
  used: number
  requested: number
  peak: number
  /** Arrivals [requests/s]. */
  rate: number
  /** Requests per measured pod, and those of them without a thread. */
  inFlight: number
  queued: number
}

/** The last scrapes of one workload: CPU work per server since it became ready, and the counters of its service. */
export class Scrapes {
  private readonly times: Float64Array
  private readonly arrived: Float64Array
  private readonly inside: Float64Array
  private readonly queued: Float64Array
  private used: Float64Array[]
  private readonly seen = new Seen()
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

  take(now: Time, service: ServiceId, pods: readonly PodId[], load: ServiceLoad): void {
    if (this.taken > 0 && this.times[(this.taken - 1) % (this.span + 1)] === now) return // two loops ask at one instant
    const { seen } = this
    const place = this.taken % (this.span + 1)
    this.times[place] = now
    this.arrived[place] = service === NONE ? 0 : load.offered(service)
    this.inside[place] = 0
    this.queued[place] = 0
    for (const pod of pods) {
      const server = load.serverOf(pod)
      if (server === NONE) continue
      seen.reserve(server + 1)
      if (server >= this.used[place].length) this.used = this.used.map((column) => grown(column, Math.max(server + 1, 2 * column.length)))
      const epoch = load.epoch(server)
      if (seen.epoch[server] !== epoch) {
        seen.epoch[server] = epoch
        seen.first[server] = this.taken
      }
      this.used[place][server] = load.cpuUsed(server)
      this.inside[place] += load.inside(server)
      this.queued[place] += load.backlog(server)
    }
    this.taken++
  }

  /** Averages over the window that ends at the last scrape, written into `out`. */
  read(pods: readonly PodId[], load: ServiceLoad, out: Averages): void {
    out.measured = 0
    out.used = 0
    out.requested = 0
    out.peak = 0
    const last = this.taken - 1
    const to = last % (this.span + 1)
    for (const pod of pods) {
      const server = load.serverOf(pod)
      if (server === NONE || server >= this.seen.epoch.length || this.seen.epoch[server] !== load.epoch(server)) continue
      const from = Math.max(this.seen.first[server], last - this.span)
      if (from >= last) continue // one sample gives no rate
      const before = from % (this.span + 1)
      const millicores = (1000 * (this.used[to][server] - this.used[before][server])) / (this.times[to] - this.times[before])
      out.measured++
      out.used += millicores
      out.requested += load.cpuRequest(server)
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
}
