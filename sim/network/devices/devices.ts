/**
 * The devices on the ways of requests. A flow is a connection, or a try where balancers pick for each request; it belongs to an instance of each
 * tier on its path, where it has a table entry and, behind source NAT, a port. Sizes become packets of at most one segment.
 */
import { NONE, type RequestId, type Time } from '../../common/ids.ts'
import { RowTable } from '../../common/table.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Requests } from '../../serving/requests.ts'
import type { NetworkPath, Service } from '../../serving/spec.ts'
import type { DeviceSpec } from './spec.ts'
import { DeviceTier, type Passage } from './tier.ts'

/** Answer instead of a time: there is no table entry or port for the flow. */
export const REFUSED = -1
/** Answer instead of a time: the device that gets the packet does not know the flow. */
export const BROKEN = -2

/** Tiers on a path. */
export const MAX_TIERS = 4
/** Largest payload of a packet, and the bytes that a packet adds on the wire: IP and TCP 40, Ethernet with preamble and gap 38. */
const SEGMENT = 1460
const HEADERS = 78
/** A second IP header. */
const TUNNEL = 20
/** SYN, ACK, FIN and ACK of the client; SYN-ACK and FIN of the server. */
const SETUP_FROM_CLIENT = 4
const SETUP_FROM_SERVER = 2

/** What the devices need of the run. */
export interface DevicesRun {
  readonly streams: Streams
  readonly requests: Requests
  readonly times: { readonly origin: Time }
  readonly input: { readonly services: readonly Service[]; readonly devices?: readonly DeviceSpec[] }
  /** By route. */
  readonly routes: readonly { readonly name: string; readonly service: number }[]
}

/** A row per flow: its hash, its backend, and by tier of its path the instance and the count of failures when it got its entry there. */
class Flows extends RowTable {
  hash = this.column(Float64Array)
  server = this.column(Int32Array)
  serverEpoch = this.column(Int32Array)
  tiers = this.column(Int32Array)
  instance = this.column(Int32Array, NONE, MAX_TIERS)
  generation = this.column(Int32Array, 0, MAX_TIERS)
}

/** A row per request or per connection. */
class FlowOf extends RowTable {
  flow = this.column(Int32Array, NONE)
}

/** The tiers on the way to one service, and what a request puts on the wire at each. */
interface Path {
  readonly tiers: readonly DeviceTier[]
  readonly opening: readonly Passage[]
  readonly request: readonly Passage[]
  readonly response: readonly Passage[]
  /** Acknowledgements of a response, one for two segments (RFC 1122). */
  readonly acks: readonly Passage[]
  readonly hashes: KeyedStream
}

export class NetworkDevices {
  readonly tiers: readonly DeviceTier[]
  /** In the window: tries sent, those lost and refused, flows whose device did not know them, and the time that devices added [µs]. */
  sent = 0
  lost = 0
  refused = 0
  broken = 0
  added = 0
  private readonly flows = new Flows()
  private readonly ofRequest = new FlowOf()
  private readonly ofConnection: FlowOf[]
  /** By route; null: no device. */
  private readonly paths: readonly (Path | null)[]
  private readonly requests: Requests

  private constructor({ streams, requests, times, input, routes }: DevicesRun) {
    this.requests = requests
    this.tiers = (input.devices ?? []).map((spec) => new DeviceTier(spec, times.origin))
    this.paths = routes.map(({ name, service }) => {
      const { path } = input.services[service]
      return path === undefined ? null : this.pathOf(path, streams.keyed(`flows/${name}`))
    })
    this.ofConnection = []
  }

  /** Null when no service has a path through devices. */
  static of(run: DevicesRun): NetworkDevices | null {
    return run.input.services.some(({ path }) => path !== undefined) ? new NetworkDevices(run) : null
  }

  private pathOf({ devices, request, response }: NetworkPath, hashes: KeyedStream): Path {
    const tiers = devices.map((row) => this.tiers[row])
    const of = (make: (tier: DeviceTier) => Passage): Passage[] => tiers.map(make)
    return {
      tiers,
      opening: of((tier) => openingOf(tier, request)),
      request: of((tier) => payload(tier, request, 1)),
      response: of((tier) => payload(tier, response, 0)),
      acks: of((tier) => packetsOnly(tier, Math.ceil(segments(tier, response) / 2))),
      hashes,
    }
  }

  /** The end of warm-up. */
  windowBegins(now: Time): void {
    this.sent = this.lost = this.refused = this.broken = this.added = 0
    for (const { instances } of this.tiers)
      for (const { processor, link } of instances) {
        processor.reset(now)
        link.reset(now)
      }
  }

  /**
   * A try goes from its client to its pod: the delay with the time in devices, Infinity when it is lost, REFUSED or BROKEN.
   * @param connection NONE: the try is a flow of its own
   */
  forward(request: RequestId, connection: number, delay: Time, now: Time): number {
    const route = this.requests.route[request]
    const path = this.paths[route]
    if (path === null || delay === Infinity) return delay
    this.sent++
    const isNew = this.flowOf(request, connection, route) === NONE
    if (isNew && !this.open(request, connection, path, now)) return REFUSED
    const flow = this.flowOf(request, connection, route)
    const { tiers } = path
    let time = 0
    for (let hop = 0; hop < tiers.length; hop++) {
      const tier = tiers[hop]
      if (tier.setupOnly && !isNew) continue
      const instance = this.reach(flow, hop, tier, now)
      if (instance < 0) return this.failed(instance)
      const at = now + (delay * (hop + 1)) / (tiers.length + 1) + time
      time += tier.pass(instance, at, isNew ? path.opening[hop] : path.request[hop])
      if (time === Infinity) return this.failed(NONE)
    }
    const extra = Math.round(time)
    this.added += extra
    return delay + extra
  }

  /** A response goes from its pod to its client: as `forward`. */
  back(request: RequestId, connection: number, delay: Time, now: Time): number {
    const route = this.requests.route[request]
    const path = this.paths[route]
    if (path === null || delay === Infinity) return delay
    const flow = this.flowOf(request, connection, route)
    if (flow === NONE) return delay
    const { tiers } = path
    let time = 0
    for (let hop = tiers.length - 1; hop >= 0; hop--) {
      const tier = tiers[hop]
      if (tier.setupOnly) continue
      const at = now + (delay * (tiers.length - hop)) / (tiers.length + 1) + time
      const instance = this.reach(flow, hop, tier, now)
      if (instance < 0) {
        // The pod answers directly; what fails then is the acknowledgement, which the next request will meet.
        if (!tier.bothWays) continue
        return this.failed(instance)
      }
      if (tier.bothWays) time += tier.pass(instance, at, path.response[hop])
      if (time === Infinity) return this.failed(NONE)
      tier.pass(instance, at, path.acks[hop])
    }
    const extra = Math.round(time)
    this.added += extra
    return delay + extra
  }

  private failed(how: number): number {
    if (how === BROKEN) this.broken++
    else this.lost++
    return how === BROKEN ? BROKEN : Infinity
  }

  /** The instance that gets a packet of the flow now; NONE when the packet is lost, BROKEN when the instance does not know the flow. */
  private reach(flow: number, hop: number, tier: DeviceTier, now: Time): number {
    const { flows } = this
    const place = flow * MAX_TIERS + hop
    if (tier.spec.failures.length === 0) return flows.instance[place]
    const instance = tier.route(flows.hash[flow], now)
    if (instance === NONE || tier.isDown(instance, now)) return NONE
    const generation = tier.generation(instance, now)
    if (instance === flows.instance[place] && generation === flows.generation[place]) return instance
    if (tier.spec.state === 'table') return BROKEN
    this.leave(flow, hop, tier, now)
    this.enter(flow, hop, tier, instance, now)
    return instance
  }

  /** A flow gets its entries and ports on all tiers, or none. */
  private open(request: RequestId, connection: number, path: Path, now: Time): boolean {
    const { flows, requests } = this
    const { tiers } = path
    const flow = flows.take()
    flows.hash[flow] = path.hashes.at(requests.ordinal[request], requests.attempt[request])
    flows.server[flow] = requests.server[request]
    flows.serverEpoch[flow] = requests.serverEpoch[request]
    flows.tiers[flow] = 0
    for (let hop = 0; hop < tiers.length; hop++) {
      // When all instances are known to have failed, the packets go to the first one and are lost there.
      const instance = Math.max(0, tiers[hop].route(flows.hash[flow], now))
      if (!this.hasRoom(flow, tiers[hop], instance, now)) {
        this.end(flow, tiers, now)
        this.refused++
        return false
      }
      this.enter(flow, hop, tiers[hop], instance, now)
      flows.tiers[flow] = hop + 1
    }
    const of = connection === NONE ? this.ofRequest : this.connectionsOf(requests.route[request])
    const row = connection === NONE ? request : connection
    of.reserve(row + 1)
    of.flow[row] = flow
    return true
  }

  private hasRoom(flow: number, { spec, instances }: DeviceTier, instance: number, now: Time): boolean {
    const { entries, ports } = instances[instance]
    const server = this.flows.server[flow]
    if (spec.entries !== undefined && entries.count(0, 0, now) >= spec.entries) return false
    return spec.ports === undefined || ports.count(server, this.flows.serverEpoch[flow], now) < spec.ports
  }

  private enter(flow: number, hop: number, tier: DeviceTier, instance: number, now: Time): void {
    const { flows } = this
    const { entries, ports } = tier.instances[instance]
    flows.instance[flow * MAX_TIERS + hop] = instance
    flows.generation[flow * MAX_TIERS + hop] = tier.generation(instance, now)
    if (tier.spec.entries !== undefined) entries.take(0, 0)
    if (tier.spec.ports !== undefined) ports.take(flows.server[flow], flows.serverEpoch[flow])
  }

  private leave(flow: number, hop: number, tier: DeviceTier, now: Time): void {
    const { flows } = this
    const { entries, ports } = tier.instances[flows.instance[flow * MAX_TIERS + hop]]
    if (tier.spec.entries !== undefined) entries.release(0, 0, now)
    if (tier.spec.ports !== undefined) ports.release(flows.server[flow], flows.serverEpoch[flow], now)
  }

  private end(flow: number, tiers: readonly DeviceTier[], now: Time): void {
    for (let hop = 0; hop < this.flows.tiers[flow]; hop++) this.leave(flow, hop, tiers[hop], now)
    this.flows.give(flow)
  }

  /** A try is over; with connections, its flow goes on. */
  ended(request: RequestId, now: Time): void {
    this.close(this.ofRequest, request, this.requests.route[request], now)
  }

  /** A connection of a route is closed. */
  closed(connection: number, route: number, now: Time): void {
    this.close(this.connectionsOf(route), connection, route, now)
  }

  private close(of: FlowOf, row: number, route: number, now: Time): void {
    const flow = row < of.flow.length ? of.flow[row] : NONE
    if (flow === NONE) return
    of.flow[row] = NONE
    this.end(flow, this.paths[route]!.tiers, now)
  }

  private connectionsOf(route: number): FlowOf {
    return (this.ofConnection[route] ??= new FlowOf())
  }

  private flowOf(request: RequestId, connection: number, route: number): number {
    const of = connection === NONE ? this.ofRequest : this.connectionsOf(route)
    const row = connection === NONE ? request : connection
    return row < of.flow.length ? of.flow[row] : NONE
  }
}

const isTunnel = ({ spec }: DeviceTier): boolean => spec.architecture === 'tunnel'

const segments = (tier: DeviceTier, bytes: number): number => Math.ceil(bytes / (isTunnel(tier) ? SEGMENT - TUNNEL : SEGMENT))

/** Packets without payload; a proxy has a connection on each side, so it has twice as many. */
function packetsOnly(tier: DeviceTier, count: number): Passage {
  const packets = tier.spec.architecture === 'proxy' ? 2 * count : count
  return { packets, bytes: packets * (HEADERS + (isTunnel(tier) ? TUNNEL : 0)), flows: 0, requests: 0 }
}

function payload(tier: DeviceTier, bytes: number, requests: number): Passage {
  const packets = segments(tier, bytes)
  return { packets, bytes: bytes + packets * (HEADERS + (isTunnel(tier) ? TUNNEL : 0)), flows: 0, requests }
}

/** A request with the set-up and teardown of its flow, which are counted at its beginning. */
function openingOf(tier: DeviceTier, bytes: number): Passage {
  const setup = packetsOnly(tier, SETUP_FROM_CLIENT + (tier.bothWays ? SETUP_FROM_SERVER : 0))
  const request = tier.setupOnly ? packetsOnly(tier, 0) : payload(tier, bytes, 1)
  return { packets: setup.packets + request.packets, bytes: setup.bytes + request.bytes, flows: 1, requests: request.requests }
}
