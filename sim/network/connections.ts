/**
 * Connections between client processes and pods that carry several requests: the balancer picks a pod when a connection is opened, and counts connections, not
 * requests. So pods that come later get no requests until connections end (keep-alive, HTTP/2).
 */
import { NONE, type RequestId, type SlotId, type Time } from '../common/ids.ts'
import { RowTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { KeyedStream } from '../random/stream.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import type { Requests } from '../serving/requests.ts'
import type { ConnectionSpec } from '../serving/spec.ts'
import { Outcome } from '../slb/policy.ts'
import type { BalancerInstance } from './balancer-instance.ts'

/** What the connections of one route need of the run. */
export interface ConnectionsRun {
  readonly simulator: Simulator
  readonly requests: Requests
  readonly servers: Servers
  readonly instances: readonly BalancerInstance[]
  /** Which client process sends a request. */
  readonly processes: KeyedStream
  /** A connection is closed. */
  closed(connection: number): void
}

/** A row per connection. */
class Rows extends RowTable {
  process = this.column(Int32Array)
  instance = this.column(Int32Array)
  slot = this.column(Int32Array)
  slotEpoch = this.column(Int32Array)
  server = this.column(Int32Array)
  serverEpoch = this.column(Int32Array)
  opened = this.column(Float64Array)
  /** Requests under way on it. */
  active = this.column(Int32Array)
  /** 1: takes no further request, and is closed when it has none. */
  closing = this.column(Uint8Array)
}

/** A row per row of `Requests`. */
class OfRequests extends RowTable {
  connection = this.column(Int32Array, NONE)
}

export class Connections {
  /** Opened since the end of warm-up. */
  opened = 0
  private readonly rows = new Rows()
  private readonly of = new OfRequests()
  /** By process: connections that may take a request, the one used last at the end. */
  private readonly usable: number[][]
  private readonly spec: ConnectionSpec
  private readonly run: ConnectionsRun

  constructor(spec: ConnectionSpec, run: ConnectionsRun) {
    this.spec = spec
    this.run = run
    this.usable = Array.from({ length: spec.clients }, () => [])
  }

  /** Null where balancers pick for each request. */
  static of(spec: ConnectionSpec | undefined, run: ConnectionsRun): Connections | null {
    return spec === undefined ? null : new Connections(spec, run)
  }

  /** The process of a request: that of its client identity, else drawn. */
  processOf(request: RequestId): number {
    const { requests, processes } = this.run
    const { clients } = this.spec
    const key = requests.key[request]
    return key === NONE ? Math.floor(processes.at(requests.ordinal[request], 0) * clients) : key % clients
  }

  /** Puts the request on a connection that is open; false when there is none. */
  reuse(request: RequestId): boolean {
    const { rows, of, run, spec } = this
    of.reserve(request + 1)
    of.connection[request] = NONE
    const usable = this.usable[this.processOf(request)]
    while (usable.length > 0) {
      const connection = usable[usable.length - 1]
      if (!this.isOpen(connection)) {
        usable.pop()
        rows.closing[connection] = 1
        if (rows.active[connection] === 0) this.close(connection, Outcome.Cancelled)
        continue
      }
      if (++rows.active[connection] >= spec.streams) usable.pop()
      of.connection[request] = connection
      const { requests } = run
      requests.instance[request] = rows.instance[connection]
      requests.slot[request] = rows.slot[connection]
      requests.slotEpoch[request] = rows.slotEpoch[connection]
      requests.server[request] = rows.server[connection]
      requests.serverEpoch[request] = rows.serverEpoch[connection]
      return true
    }
    return false
  }

  /** The pod closes its connections when it stops accepting, and the client's age limit ends one. */
  private isOpen(connection: number): boolean {
    const { rows, spec } = this
    const { servers, simulator } = this.run
    const server = rows.server[connection]
    return (
      server !== NONE &&
      servers.epoch[server] === rows.serverEpoch[connection] &&
      servers.state[server] !== ServerState.Refusing &&
      simulator.now - rows.opened[connection] < spec.maxAge
    )
  }

  /** A connection for the backend that was just picked for the request. */
  open(request: RequestId): void {
    const { rows, of } = this
    const { requests, simulator } = this.run
    const connection = rows.take()
    rows.process[connection] = this.processOf(request)
    rows.instance[connection] = requests.instance[request]
    rows.slot[connection] = requests.slot[request]
    rows.slotEpoch[connection] = requests.slotEpoch[request]
    rows.server[connection] = requests.server[request]
    rows.serverEpoch[connection] = requests.serverEpoch[request]
    rows.opened[connection] = simulator.now
    rows.active[connection] = 1
    rows.closing[connection] = 0
    of.reserve(request + 1)
    of.connection[request] = connection
    this.opened++
    if (this.spec.streams > 1) this.usable[rows.process[connection]].push(connection)
  }

  /** The try is over: its connection is used again, or closed. */
  ended(request: RequestId, outcome: Outcome): void {
    const { rows, of, spec } = this
    const connection = request < of.connection.length ? of.connection[request] : NONE
    if (connection === NONE) return
    of.connection[request] = NONE
    const usable = this.usable[rows.process[connection]]
    const wasFull = rows.active[connection]-- >= spec.streams
    // A request that is given up ends its connection in HTTP/1.1; with streams only the pod's end does.
    if (outcome === Outcome.Refused || outcome === Outcome.Lost || (spec.streams === 1 && outcome !== Outcome.Answered))
      this.retire(connection)
    if (rows.closing[connection] === 1) {
      if (rows.active[connection] === 0) this.close(connection, outcome)
    } else if (rows.active[connection] === 0 && wasFull && usable.length >= spec.idle) {
      rows.closing[connection] = 1
      this.close(connection, outcome)
    } else if (wasFull) usable.push(connection)
  }

  private retire(connection: number): void {
    const { rows } = this
    if (rows.closing[connection] === 1) return
    rows.closing[connection] = 1
    const usable = this.usable[rows.process[connection]]
    const at = usable.indexOf(connection)
    if (at >= 0) usable.splice(at, 1)
  }

  private close(connection: number, outcome: Outcome): void {
    const { rows, run } = this
    const slot: SlotId = rows.slot[connection]
    const latency: Time = run.simulator.now - rows.opened[connection]
    run.instances[rows.instance[connection]].ended(slot, rows.slotEpoch[connection], latency, outcome)
    run.closed(connection)
    rows.give(connection)
  }

  /** The connection of a try, NONE without one. */
  connectionOf(request: RequestId): number {
    return request < this.of.connection.length ? this.of.connection[request] : NONE
  }
}
