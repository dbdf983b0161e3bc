/**
 * C3's score of a backend: the time that its requests spend outside of service, and the service time times a power of the estimated queue:
 *   score = R - T + T q^b,  q = 1 + w in flight from here + Q
 * R, T and Q are moving averages of response time, service time and queue that come with each response; w is the number of clients.
 */
import type { SlotId, Time } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { pow } from '../../../random/math.ts'

/** A row per slot. */
export class Scores extends ColumnTable {
  readonly score = this.column(Float64Array)
  private readonly outside = this.column(Float64Array)
  private readonly service = this.column(Float64Array)
  private readonly queue = this.column(Float64Array)
  private readonly seen = this.column(Uint8Array)
  private readonly weight: number
  private readonly exponent: number
  private readonly clients: number

  /** @param weight of the last response in the averages */
  constructor(weight: number, exponent: number, clients: number) {
    super(16)
    this.weight = weight
    this.exponent = exponent
    this.clients = clients
  }

  open(slot: SlotId): void {
    this.reserve(slot + 1)
    this.score[slot] = 0
    this.seen[slot] = 0
  }

  observe(slot: SlotId, latency: Time, service: Time, inside: number): void {
    const weight = this.seen[slot] === 1 ? this.weight : 1
    this.outside[slot] = weight * (latency - service) + (1 - weight) * (weight === 1 ? 0 : this.outside[slot])
    this.service[slot] = weight * service + (1 - weight) * (weight === 1 ? 0 : this.service[slot])
    this.queue[slot] = weight * inside + (1 - weight) * (weight === 1 ? 0 : this.queue[slot])
    this.seen[slot] = 1
  }

  /** The score with this number of requests in flight from here; 0 without a response. */
  update(slot: SlotId, inFlight: number): void {
    if (this.seen[slot] === 0) return
    const q = 1 + inFlight * this.clients + this.queue[slot]
    const power = this.exponent === 3 ? q * q * q : pow(q, this.exponent)
    this.score[slot] = this.outside[slot] + this.service[slot] * power
  }
}
