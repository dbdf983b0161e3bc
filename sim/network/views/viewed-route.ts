/** A route whose backends are picked by viewers with views of their own, instead of balancer instances that are all notified at once. */
import type { NodesView, PodsView } from '../../cluster/views.ts'
import type { PodId, RequestId, ServerId, SlotId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Streams } from '../../random/stream.ts'
import type { Clients } from '../../serving/clients.ts'
import type { Requests } from '../../serving/requests.ts'
import type { Servers } from '../../serving/servers.ts'
import type { BalancerInstance } from '../balancer-instance.ts'

/** Answer of `choose` beside a slot and NO_BACKEND: the packet is dropped, and the client gets no answer. */
export const DROPPED = -4

/** What the viewers of a route need of the run. */
export interface ViewsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly clients: Clients
  readonly nodes: NodesView
  readonly pods: PodsView
}

/** In the window: picks, those of pods that had left the endpoints, those by a node and of them the ones in another zone, dropped ones, and queries. */
export interface ViewCounts {
  picks: number
  stale: number
  located: number
  crossings: number
  drops: number
  queries: number
}

/** What the network asks. */
export interface ViewedRoute {
  /** One for each viewer, by `Requests.instance`. */
  readonly instances: BalancerInstance[]
  /** Viewers between which clients draw; 1: `choose` sets the viewer. */
  readonly viewers: number
  counts: ViewCounts
  /** Sets viewer, slot and slot epoch of the request. Answers its slot, NO_BACKEND or DROPPED. @param process of the client, NONE without connections */
  choose(request: RequestId, process: number): SlotId
  /** The time that the last `choose` took. */
  readonly took: Time
  /** Longer way between the client and the pod of the request, one way. */
  wayOf(request: RequestId): Time
  /** @param atOnce all viewers know it now */
  added(pod: PodId, server: ServerId, now: Time, atOnce: boolean): void
  removed(pod: PodId, now: Time): void
}

/** Nothing counted yet. */
export const noCounts = (): ViewCounts => ({ picks: 0, stale: 0, located: 0, crossings: 0, drops: 0, queries: 0 })
