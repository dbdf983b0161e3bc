/**
 * What pods say of themselves to balancers that listen (`reported`, `idled`, `busied` of a Balancer): at once, since these are the
 * textbook's balancers of perfect knowledge. Most algorithms listen to nothing, and then there is no PodNews.
 */
import { grown } from '../common/table.ts'
import type { RandomStream } from '../random/stream.ts'
import type { Device } from './balancer-instance.ts'
import { ServerState } from '../serving/servers.ts'
import type { Servers } from '../serving/servers.ts'

const NOBODY = -1

interface Audience {
  readonly devices: readonly Device[]
  /** Those who want to know who is idle. */
  readonly waiting: readonly Device[]
  /** Whom an idle pod tells. */
  readonly choice: RandomStream
}

export class PodNews {
  private readonly servers: Servers
  private readonly audiences: readonly Audience[]
  /** By server: row in `waiting` of the one told last. */
  private told = new Int32Array(64).fill(NOBODY)

  private constructor(servers: Servers, audiences: readonly Audience[]) {
    this.servers = servers
    this.audiences = audiences
  }

  /** Null when no balancer of any service listens. `choice` opens a service's stream. */
  static of(
    servers: Servers,
    services: readonly { readonly devices: readonly Device[] }[],
    choice: (service: number) => RandomStream,
  ): PodNews | null {
    if (!services.some(({ devices }) => devices.some((device) => device.hearsCounts || device.hearsIdle))) return null
    return new PodNews(
      servers,
      services.map(({ devices }, row) => ({
        devices: devices.filter((device) => device.hearsCounts),
        waiting: devices.filter((device) => device.hearsIdle),
        choice: choice(row),
      })),
    )
  }

  /** The number of requests in the server's pod has changed. */
  changed(server: number, before: number, inside: number): void {
    const { servers } = this
    const { devices, waiting } = this.audiences[servers.service[server]]
    const epoch = servers.epoch[server]
    for (let i = 0; i < devices.length; i++) devices[i].reported(server, epoch, inside)
    if (waiting.length === 0) return
    if (inside === 0 && before > 0) this.idle(server)
    else if (inside > 0 && before === 0) this.busy(server, waiting)
  }

  /** The balancers have just learned of the server's pod. */
  joined(server: number): void {
    if (server >= this.told.length) this.told = grown(this.told, Math.max(server + 1, 2 * this.told.length), NOBODY)
    this.told[server] = NOBODY
    if (this.servers.inside[server] === 0) this.idle(server)
  }

  /** A pod that is going away, or that no balancer knows yet, tells nobody. */
  private idle(server: number): void {
    const { servers } = this
    const { waiting, choice } = this.audiences[servers.service[server]]
    if (waiting.length === 0 || servers.state[server] !== ServerState.Accepting || servers.listed[server] === 0) return
    const row = waiting.length === 1 ? 0 : choice.int(waiting.length)
    this.told[server] = row
    waiting[row].idled(server, servers.epoch[server])
  }

  private busy(server: number, waiting: readonly Device[]): void {
    const row = this.told[server]
    this.told[server] = NOBODY
    if (row !== NOBODY) waiting[row].busied(server, this.servers.epoch[server])
  }
}
