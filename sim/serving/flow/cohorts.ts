/** The groups of a flow as scrapes read them: one reading a group, however many pods it has. */
import { NONE, type ServerId, type ServiceId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Servers } from '../servers.ts'
import type { FlowService, PodGroup } from './flow-service.ts'
import type { FlowServers } from './node-use.ts'

/** The pods of a service whose load is a flow, in groups that serve alike. A group keeps its row while it exists. */
export interface PodCohorts {
  /** Another number whenever pods come, go or change their groups. */
  readonly version: number
  /** NONE: it gets no requests. */
  groupOf(server: ServerId): number
  /** CPU that each pod of the group has used since some time [core-µs]; requests in each, and those of them that have no thread. */
  used(group: number): number
  inside(group: number): number
  queued(group: number): number
}

/** What the groups are read from. */
export interface CohortsRun {
  readonly simulator: Simulator
  readonly servers: Servers
  readonly rows: FlowServers
  /** By row. */
  readonly groups: readonly (PodGroup | null)[]
}

/** The groups of one flow. */
export class FlowCohorts implements PodCohorts {
  /** Times that its groups were made. */
  regroups = 0
  private readonly run: CohortsRun
  private readonly flow: FlowService
  private readonly service: ServiceId

  constructor(run: CohortsRun, flow: FlowService, service: ServiceId) {
    this.run = run
    this.flow = flow
    this.service = service
  }

  get version(): number {
    return this.run.servers.changes(this.service) + this.regroups
  }

  groupOf(server: ServerId): number {
    const { rows, servers } = this.run
    return server < rows.group.length && rows.epoch[server] === servers.epoch[server] ? rows.group[server] : NONE
  }

  used(row: number): number {
    return this.flow.usedBy(this.run.groups[row]!, this.run.simulator.now)
  }

  inside(row: number): number {
    const group = this.run.groups[row]!
    return this.flow.insideOf(group, this.run.simulator.now) / group.pods
  }

  queued(row: number): number {
    const group = this.run.groups[row]!
    return queuedIn(group, this.flow.insideOf(group, this.run.simulator.now))
  }
}

/** Requests that wait in each pod of a group that has `inside` requests. */
export function queuedIn({ station, pods }: PodGroup, inside: number): number {
  const { queues, servers } = station.spec
  const busy = (queues * servers * Math.min(1, station.utilization)) / pods
  return Math.max(0, inside / pods - busy)
}
