/**
 * Downloads from a registry. Each gets the bandwidth of one pull, or an equal share of that of the registry when this is less: processor
 * sharing in virtual time, so that a download that begins or ends moves one event.
 */
import type { Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'

const SECOND = 1e6
/** Rounding of the virtual time [bytes]. */
const TOLERANCE = 1e-3

/** A download: what is called when it has ended, and the virtual time of its end. */
interface Download {
  readonly end: number
  finished(): void
}

/** A download that goes on. */
export type DownloadHandle = Download

export class Registry {
  private readonly simulator: Simulator
  private readonly bandwidth: number
  private readonly total: number
  private readonly ends: number
  /** By virtual time of their end. */
  private readonly active: Download[] = []
  /** Bytes that a download has got since the start of the run, and when that was so. */
  private served = 0
  private since: Time = 0
  /** Number of the pending event; earlier ones are void. */
  private turn = 0

  constructor(simulator: Simulator, { bandwidth, total }: { readonly bandwidth: number; readonly total: number }) {
    this.simulator = simulator
    this.bandwidth = bandwidth
    this.total = total
    this.ends = simulator.register('download ends', (turn) => {
      if (turn === this.turn) this.end()
    })
  }

  /** Number of downloads that go on. */
  get count(): number {
    return this.active.length
  }

  /** Calls `finished` when all bytes have come. */
  begin(bytes: number, finished: () => void): DownloadHandle {
    this.settle()
    const download: Download = { end: this.served + bytes, finished }
    let place = this.active.length
    while (place > 0 && this.active[place - 1].end > download.end) place--
    this.active.splice(place, 0, download)
    this.aim()
    return download
  }

  cancel(download: DownloadHandle): void {
    const place = this.active.indexOf(download)
    if (place < 0) return
    this.settle()
    this.active.splice(place, 1)
    this.aim()
  }

  /** [bytes/µs] */
  private rate(): number {
    return Math.min(this.bandwidth, this.total / this.active.length) / SECOND
  }

  private settle(): void {
    const { now } = this.simulator
    if (this.active.length > 0) this.served += (now - this.since) * this.rate()
    this.since = now
  }

  private aim(): void {
    this.turn++
    if (this.active.length === 0) return
    const wait = Math.max(0, Math.ceil((this.active[0].end - this.served - TOLERANCE) / this.rate()))
    this.simulator.at(this.simulator.now + wait, this.ends, this.turn, 0)
  }

  private end(): void {
    this.settle()
    const done: Download[] = []
    while (this.active.length > 0 && this.active[0].end <= this.served + TOLERANCE) done.push(this.active.shift()!)
    this.aim()
    for (const { finished } of done) finished()
  }
}
