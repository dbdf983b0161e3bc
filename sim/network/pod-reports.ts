/**
 * Reports of pods to balancers that define `reported`, `idled` or `busied`: without delay, as in the textbook models with perfect
 * knowledge, or late by the delay of the service's signals. Most algorithms define none of them, and then there are no PodReports.
 */
import { NONE, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import { RowTable, grown } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { RandomStream } from '../random/stream.ts'
import type { BalancerInstance } from './balancer-instance.ts'
import { ServerState } from '../serving/servers.ts'
import type { Servers } from '../serving/servers.ts'

/** The balancer instances of one service that are notified. */
interface Audience {
  readonly counting: readonly BalancerInstance[]
  readonly idling: readonly BalancerInstance[]
  /** Draws the instance that an idle pod notifies. */
  readonly choice: RandomStream
}

/** How late reports are: by service. */
export interface ReportDelays {
  readonly simulator: Simulator
  readonly delays: readonly Time[]
}

/** Reports on their way, in order of their arrival at one service. */
class LateReports extends RowTable {
  server = this.column(Int32Array)
  epoch = this.column(Int32Array)
  before = this.column(Int32Array)
  inside = this.column(Int32Array)
}

export class PodReports {
  private readonly servers: Servers
  private readonly audiences: readonly Audience[]
  /** By server: row in `idling` of the instance notified last. */
  private notified = new Int32Array(64).fill(NONE)

  /** Called after the notifications: a queue of the service may be served now. */
  private readonly after: (service: ServiceId) => void

  private readonly late = new LateReports()
  private readonly lateness: ReportDelays | null
  private readonly arrives: number

  private constructor(
    servers: Servers,
    audiences: readonly Audience[],
    after: (service: ServiceId) => void,
    lateness: ReportDelays | undefined,
  ) {
    this.servers = servers
    this.audiences = audiences
    this.after = after
    this.lateness = lateness !== undefined && lateness.delays.some((delay) => delay > 0) ? lateness : null
    this.arrives = this.lateness === null ? NONE : this.lateness.simulator.register('pod report arrives', (row) => this.arrived(row))
  }

  /** Null when no balancer of any service is to be notified. `choice` opens a service's stream. */
  static of(
    servers: Servers,
    instances: readonly (readonly BalancerInstance[])[],
    choice: (service: ServiceId) => RandomStream,
    after: (service: ServiceId) => void = () => undefined,
    lateness?: ReportDelays,
  ): PodReports | null {
    if (!instances.some((list) => list.some(({ wantsCounts, wantsIdle }) => wantsCounts || wantsIdle))) return null
    return new PodReports(
      servers,
      instances.map((list, row) => ({
        counting: list.filter(({ wantsCounts }) => wantsCounts),
        idling: list.filter(({ wantsIdle }) => wantsIdle),
        choice: choice(row),
      })),
      after,
      lateness,
    )
  }

  /** The number of requests in the server's pod has changed. */
  changed(server: ServerId, before: number, inside: number): void {
    const { servers, lateness, late } = this
    if (lateness === null || lateness.delays[servers.service[server]] === 0) {
      this.notify(server, servers.epoch[server], before, inside)
      return
    }
    const row = late.take()
    late.server[row] = server
    late.epoch[row] = servers.epoch[server]
    late.before[row] = before
    late.inside[row] = inside
    lateness.simulator.at(lateness.simulator.now + lateness.delays[servers.service[server]], this.arrives, row, 0)
  }

  private arrived(row: number): void {
    const { late, servers } = this
    const server = late.server[row]
    late.give(row)
    if (servers.epoch[server] === late.epoch[row]) this.notify(server, late.epoch[row], late.before[row], late.inside[row])
  }

  private notify(server: ServerId, epoch: number, before: number, inside: number): void {
    const { servers } = this
    const { counting, idling } = this.audiences[servers.service[server]]
    for (let i = 0; i < counting.length; i++) counting[i].reported(server, epoch, inside)
    if (idling.length > 0) {
      if (inside === 0 && before > 0) this.idle(server)
      else if (inside > 0 && before === 0) this.busy(server, idling)
    }
    this.after(servers.service[server])
  }

  /** The server's pod has just been added to the balancers. */
  joined(server: ServerId): void {
    if (server >= this.notified.length) this.notified = grown(this.notified, Math.max(server + 1, 2 * this.notified.length), NONE)
    this.notified[server] = NONE
    if (this.servers.inside[server] === 0) this.idle(server)
  }

  /** A terminating pod, or one that no balancer knows yet, notifies nobody. */
  private idle(server: ServerId): void {
    const { servers } = this
    const { idling, choice } = this.audiences[servers.service[server]]
    if (idling.length === 0 || servers.state[server] !== ServerState.Accepting || servers.listed[server] === 0) return
    const row = idling.length === 1 ? 0 : choice.int(idling.length)
    this.notified[server] = row
    idling[row].idled(server, servers.epoch[server])
  }

  private busy(server: ServerId, idling: readonly BalancerInstance[]): void {
    const row = this.notified[server]
    this.notified[server] = NONE
    if (row !== NONE) idling[row].busied(server, this.servers.epoch[server])
  }
}
