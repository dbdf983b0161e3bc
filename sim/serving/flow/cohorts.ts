/** The groups of a flow as scrapes read them: one reading a group, however many pods it has. */
import { NONE, type ServerId } from '../../common/ids.ts'
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

/** The groups of one flow. @param version of its groups */
export function cohortsOf({ simulator, servers, rows, groups }: CohortsRun, flow: FlowService, version: () => number): PodCohorts {
  const inside = (row: number): number => flow.insideOf(groups[row]!, simulator.now)
  return {
    get version() {
      return version()
    },
    groupOf: (server) => (server < rows.group.length && rows.epoch[server] === servers.epoch[server] ? rows.group[server] : NONE),
    used: (row) => flow.usedBy(groups[row]!, simulator.now),
    inside: (row) => inside(row) / groups[row]!.pods,
    queued: (row) => queuedIn(groups[row]!, inside(row)),
  }
}

/** Requests that wait in each pod of a group with so many requests inside. */
export function queuedIn({ station, pods }: PodGroup, inside: number): number {
  const { queues, servers } = station.spec
  const busy = (queues * servers * Math.min(1, station.utilization)) / pods
  return Math.max(0, inside / pods - busy)
}
