/**
 * A tier of network devices. An instance has a packet processor and a link, each a queue that is served in order, so a passage costs its wait in
 * both, its own time in both, and the constant delay of the device.
 */
import { NONE, type Time } from '../../common/ids.ts'
import { Leases } from './leases.ts'
import type { DeviceSpec } from './spec.ts'

const SECOND = 1e6

/** A server with a queue: when it is free, and for how long it was busy [µs]. */
class Stage {
  free = 0
  busy = 0

  /** The time at which work that arrives at `at` is done; Infinity when it would wait longer than the bound. */
  serve(at: number, work: number, bound: Time): number {
    const begin = at > this.free ? at : this.free
    if (begin - at > bound) return Infinity
    this.free = begin + work
    this.busy += work
    return this.free
  }

  /** Work that is left at the time belongs to the time after it. */
  reset(now: Time): void {
    this.busy = Math.max(0, this.free - now)
  }

  busyUntil(now: Time): number {
    return this.busy - Math.max(0, this.free - now)
  }
}

/** One device of a tier. */
export class DeviceInstance {
  readonly processor = new Stage()
  readonly link = new Stage()
  readonly entries: Leases
  readonly ports: Leases

  constructor(spec: DeviceSpec) {
    this.entries = new Leases(spec.entryTimeout)
    this.ports = new Leases(spec.timeWait)
  }
}

export class DeviceTier {
  readonly spec: DeviceSpec
  readonly instances: readonly DeviceInstance[]
  /** Packets of clients and of pods go through it. */
  readonly bothWays: boolean
  /** Only packets that open and close flows go through it. */
  readonly setupOnly: boolean
  /** Processor time of a packet, of a flow and of a request, link time of a byte [µs]. */
  private readonly perPacket: number
  private readonly perFlow: number
  private readonly perRequest: number
  private readonly perByte: number
  private readonly origin: Time

  constructor(spec: DeviceSpec, origin: Time) {
    this.spec = spec
    this.origin = origin
    this.instances = Array.from({ length: spec.count }, () => new DeviceInstance(spec))
    const { architecture, packets, flows, requests, bandwidth } = spec
    this.bothWays = architecture === 'nat' || architecture === 'proxy'
    this.setupOnly = architecture === 'distributed'
    this.perPacket = packets === undefined ? 0 : SECOND / packets
    this.perFlow = flows === undefined ? 0 : SECOND / flows
    this.perRequest = requests === undefined || architecture !== 'proxy' ? 0 : SECOND / requests
    this.perByte = bandwidth === undefined ? 0 : (8 * SECOND) / bandwidth
  }

  /** The instance that gets the packets of a flow with this hash (0 to 1) at a time; NONE when none is known to work. */
  route(hash: number, now: Time): number {
    const { count, failures, standby } = this.spec
    const first = Math.floor(hash * count)
    if (failures.length === 0 || standby || !this.isLeft(first, now)) return first
    // The flows of a failed instance are spread over the others; flows of the others stay.
    const others: number[] = []
    for (let one = 0; one < count; one++) if (!this.isLeft(one, now)) others.push(one)
    return others.length === 0 ? NONE : others[Math.floor((hash * count - first) * others.length)]
  }

  /** Whether the failure of an instance is known, so that flows go elsewhere. */
  private isLeft(instance: number, now: Time): boolean {
    const at = now - this.origin
    return this.spec.failures.some((one) => one.instance === instance && at >= one.at + this.spec.failover && at < one.at + one.duration)
  }

  /** Whether packets to the instance are lost: it has failed, and its standby does not work yet. */
  isDown(instance: number, now: Time): boolean {
    const { failures, standby, failover } = this.spec
    if (failures.length === 0) return false
    const at = now - this.origin
    return failures.some((one) => {
      const end = one.at + (standby ? Math.min(one.duration, failover) : one.duration)
      return one.instance === instance && at >= one.at && at < end
    })
  }

  /** Counts the failures of an instance: its table is empty after each, unless its standby has the entries. */
  generation(instance: number, now: Time): number {
    let count = 0
    for (const one of this.spec.failures) if (one.instance === instance && now - this.origin >= one.at) count++
    return count
  }

  /** Time of a passage that begins at `at`; Infinity when it is lost. */
  pass(instance: number, at: number, { packets, bytes, flows, requests }: Passage): number {
    const { processor, link } = this.instances[instance]
    const { buffer, delay } = this.spec
    const work = packets * this.perPacket + flows * this.perFlow + requests * this.perRequest
    const done = work > 0 ? processor.serve(at, work, buffer) : at
    if (done === Infinity) return Infinity
    const sent = this.perByte > 0 ? link.serve(done, bytes * this.perByte, buffer) : done
    return sent - at + delay
  }

  /** The busiest processor or link, as a share of the time since `since`. */
  utilization(since: Time, now: Time): number {
    let most = 0
    for (const { processor, link } of this.instances) most = Math.max(most, processor.busyUntil(now), link.busyUntil(now))
    return most / (now - since)
  }
}

/** What passes at once. */
export interface Passage {
  readonly packets: number
  readonly bytes: number
  readonly flows: number
  readonly requests: number
}
