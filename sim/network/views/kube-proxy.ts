/**
 * kube-proxy as the way to a service: the node of the client, or the node that traffic from outside enters, picks a pod for each connection, by rules that
 * lag behind the endpoints. Which endpoints its rules have is decided as in Kubernetes 1.34 (pkg/proxy/topology.go); iptables and nftables draw one of
 * them, ipvs has a scheduler in each node's kernel.
 */
import { PodPhase } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodId, type RequestId, type ServerId, type SlotId, type Time } from '../../common/ids.ts'
import type { KeyedRandom } from '../../random/stream.ts'
import type { Exposure } from '../../serving/access-spec.ts'
import { ServerState } from '../../serving/servers.ts'
import { NO_BACKEND, type Balancer } from '../../slb/policy.ts'
import { BalancerInstance } from '../balancer-instance.ts'
import { EndpointHistory, type EndpointView } from './endpoint-history.ts'
import { HealthyNodes } from './load-balancer.ts'
import type { NodeClocks } from './node-clocks.ts'
import type { KubeProxySpec } from './spec.ts'
import type { UpNodes } from './up-nodes.ts'
import { DROPPED, noCounts, type ViewedRoute, type ViewsRun } from './viewed-route.ts'
import { VirtualServer } from './virtual-servers.ts'

/** The rules of a node for one service and one direction: places of a view, null for all; a place is drawn. */
interface Rules {
  readonly view: EndpointView
  readonly places: Int32Array | null
}

/** A client's pod on one node. */
interface Session {
  slot: SlotId
  epoch: number
  used: Time
}

/** Draws that belong to a client. */
interface ClientDraws {
  readonly nodes: KeyedRandom
  readonly endpoints: KeyedRandom
}

/** In the modes without a scheduler nothing is remembered of connections. */
const MEMORYLESS: Balancer = { added: () => undefined, removed: () => undefined, pick: () => NO_BACKEND, ended: () => undefined }

export class KubeProxies implements ViewedRoute {
  /** By 2 × node, + 1 for traffic from outside. */
  readonly instances: BalancerInstance[] = []
  readonly viewers = 1
  readonly took = 0
  counts = noCounts()
  private readonly history: EndpointHistory
  private readonly servers: (VirtualServer | null)[] = []
  private readonly sessions: Map<number, Session>[] = []
  private readonly draws: (ClientDraws | undefined)[] = []
  private readonly healthy: HealthyNodes | null
  private readonly nodeOfSlot = new Map<SlotId, NodeId>()
  private readonly asked = { client: NONE, attempt: 0, queued: 0 }
  private readonly run: ViewsRun
  private readonly name: string
  private readonly exposure: Exposure
  private readonly spec: KubeProxySpec
  private readonly clocks: NodeClocks
  private readonly up: UpNodes

  constructor(
    run: ViewsRun,
    name: string,
    exposure: Exposure,
    proxy: { readonly spec: KubeProxySpec; readonly clocks: NodeClocks; readonly up: UpNodes },
  ) {
    this.run = run
    this.name = name
    this.exposure = exposure
    this.spec = proxy.spec
    this.clocks = proxy.clocks
    this.up = proxy.up
    this.history = new EndpointHistory(run.servers)
    const { type, externalTrafficPolicy, checks } = exposure
    const checked = type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
    this.healthy = checked ? new HealthyNodes(run.simulator, checks, run.streams.keyed(`health checks/${name}`)) : null
  }

  // ---- endpoints

  added(pod: PodId, server: ServerId, now: Time, atOnce: boolean): void {
    const { servers, nodes } = this.run
    const node = server === NONE ? NONE : servers.node[server]
    const change = this.clocks.note(atOnce ? -Infinity : now)
    this.history.added(pod, server, node === NONE ? NONE : nodes.zone[node], change, now)
    if (this.healthy === null || node === NONE) return
    this.nodeOfSlot.set(this.history.slots.slotOf(server, servers.epoch[server]), node)
    this.healthy.changed(node, 1, atOnce ? -Infinity : this.clocks.effective(node, change))
  }

  removed(pod: PodId, now: Time): void {
    const change = this.clocks.note(now)
    const slot = this.history.removed(pod, change, now)
    const node = this.nodeOfSlot.get(slot)
    if (this.healthy === null || node === undefined) return
    this.nodeOfSlot.delete(slot)
    this.healthy.changed(node, -1, this.clocks.effective(node, change))
  }

  // ---- requests

  choose(request: RequestId, process: number): SlotId {
    const { requests, simulator } = this.run
    const external = this.exposure.type !== 'ClusterIP' && !this.isCall(request)
    const node = this.entryOf(request, process, external)
    if (node === NONE) return NO_BACKEND
    this.clocks.advance(node, simulator.now)
    const viewer = 2 * node + (external ? 1 : 0)
    requests.instance[request] = viewer
    const instance = this.instanceOf(viewer)
    const view = this.history.viewAt(this.history.countBelow(this.clocks.applied[node]))
    const rules = this.rulesOf(view, node, external)
    if (rules === null) return this.without(request, view, node, external)
    const place = this.placeFor(request, node, rules, viewer)
    return place < 0 ? NO_BACKEND : this.take(request, instance, view.slots[place], view.epochs[place], view.zones[place], node)
  }

  private isCall(request: RequestId): boolean {
    return this.run.clients.all[this.run.requests.client[request]].call !== null
  }

  private drawsOf(client: number): ClientDraws {
    const known = this.draws[client]
    if (known !== undefined) return known
    const { streams, clients } = this.run
    const { name } = clients.all[client].spec
    const made = { nodes: streams.keyed(`nodes/${name}/${this.name}`), endpoints: streams.keyed(`kube-proxy/${name}/${this.name}`) }
    this.draws[client] = made
    return made
  }

  /** The node whose rules the connection meets first; NONE when the load balancer has none. */
  private entryOf(request: RequestId, process: number, external: boolean): NodeId {
    const { requests, pods } = this.run
    const key = requests.key[request]
    if (!external && this.isCall(request) && key !== NONE) return pods.node[key]
    const { nodes } = this.drawsOf(requests.client[request])
    if (external && this.exposure.type === 'LoadBalancer') {
      const uniform = nodes.at(requests.ordinal[request], requests.attempt[request])
      return this.healthy === null ? this.up.at(uniform) : this.healthy.at(uniform)
    }
    // A client has a place in the cluster, or an address of a node that it uses.
    return this.up.at(nodes.at(process !== NONE ? process : key !== NONE ? key : requests.ordinal[request], 0))
  }

  private instanceOf(viewer: number): BalancerInstance {
    const known = this.instances[viewer]
    if (known !== undefined) return known
    const { ipvs } = this.spec
    const { streams, simulator } = this.run
    const made =
      ipvs === undefined
        ? null
        : new VirtualServer(ipvs, {
            random: streams.stream(`ipvs-${viewer}/${this.name}`),
            now: () => simulator.now,
            wakeAt: () => undefined,
            probe: () => undefined,
          })
    this.servers[viewer] = made
    return (this.instances[viewer] = new BalancerInstance(made ?? MEMORYLESS, this.history.slots, 'kube-proxy'))
  }

  /** The endpoints that a node's rules send to; null when there is none. */
  private rulesOf(view: EndpointView, node: NodeId, external: boolean): Rules | null {
    const { internalTrafficPolicy, externalTrafficPolicy, trafficDistribution } = this.exposure
    const policy = external ? externalTrafficPolicy : internalTrafficPolicy
    const own = policy === 'Local' || trafficDistribution === 'PreferSameNode' ? view.onNode(node) : null
    if (policy === 'Local') return own!.length === 0 ? null : { view, places: own }
    if (view.slots.length === 0) return null
    if (own !== null && own.length > 0) return { view, places: own }
    if (trafficDistribution !== 'Any') {
      const near = view.inZone(this.run.nodes.zone[node])
      if (near.length > 0) return { view, places: near }
    }
    return { view, places: null }
  }

  /** A place of the view for a connection; below 0 when the scheduler has none. */
  private placeFor(request: RequestId, node: NodeId, { view, places }: Rules, viewer: number): number {
    const { requests, simulator } = this.run
    const { affinity } = this.exposure
    const key = requests.key[request]
    const session = affinity > 0 && key !== NONE ? this.sessionsOf(node).get(key) : undefined
    if (session !== undefined && simulator.now - session.used <= affinity) {
      const place = view.placeOf(session.slot, session.epoch)
      if (place !== NONE && (places === null || places.includes(place))) {
        session.used = simulator.now
        return place
      }
    }
    const place = this.drawn(request, view, places, viewer)
    if (affinity > 0 && key !== NONE && place >= 0)
      this.sessionsOf(node).set(key, { slot: view.slots[place], epoch: view.epochs[place], used: simulator.now })
    return place
  }

  private drawn(request: RequestId, view: EndpointView, places: Int32Array | null, viewer: number): number {
    const { requests } = this.run
    const virtual = this.servers[viewer]
    if (virtual === null) {
      const uniform = this.drawsOf(requests.client[request]).endpoints.at(requests.ordinal[request], requests.attempt[request])
      return places === null ? Math.floor(uniform * view.slots.length) : places[Math.floor(uniform * places.length)]
    }
    virtual.program(view, places)
    this.asked.client = requests.key[request]
    this.asked.attempt = requests.attempt[request]
    const slot = virtual.pick(this.asked)
    return slot < 0 ? NONE : view.slots.indexOf(slot)
  }

  private sessionsOf(node: NodeId): Map<number, Session> {
    return (this.sessions[node] ??= new Map())
  }

  /** No endpoint is ready: terminating ones that still serve are used, else the connection is refused, or dropped where only other nodes have endpoints. */
  private without(request: RequestId, view: EndpointView, node: NodeId, external: boolean): SlotId {
    const { servers, pods, requests, nodes } = this.run
    const local = (external ? this.exposure.externalTrafficPolicy : this.exposure.internalTrafficPolicy) === 'Local'
    const { slots } = this.history
    const serving = this.history.departing.filter(
      ({ slot, pod }) => servers.state[slots.server[slot]] === ServerState.Accepting && pods.phase[pod] === PodPhase.Terminating,
    )
    const usable = local ? serving.filter(({ slot }) => servers.node[slots.server[slot]] === node) : serving
    if (usable.length === 0) {
      if (!local || (serving.length === 0 && view.slots.length === 0)) return NO_BACKEND
      this.counts.drops++
      return DROPPED
    }
    const uniform = this.drawsOf(requests.client[request]).endpoints.at(requests.ordinal[request], requests.attempt[request])
    const { slot } = usable[Math.floor(uniform * usable.length)]
    const zone = nodes.zone[servers.node[slots.server[slot]]]
    return this.take(request, this.instanceOf(requests.instance[request]), slot, slots.slotEpoch[slot], zone, node)
  }

  private take(request: RequestId, { slots }: BalancerInstance, slot: SlotId, epoch: number, zone: number, node: NodeId): SlotId {
    const { requests, nodes } = this.run
    const { counts } = this
    const known = slots.slotEpoch[slot] === epoch
    requests.slot[request] = slot
    requests.slotEpoch[request] = epoch
    requests.server[request] = known ? slots.server[slot] : NONE
    requests.serverEpoch[request] = known ? slots.serverEpoch[slot] : 0
    counts.picks++
    counts.located++
    if (zone !== nodes.zone[node]) counts.crossings++
    if (!this.history.isReady(slot, epoch)) counts.stale++
    return slot
  }

  wayOf(request: RequestId): Time {
    const { zoneDelay, hop } = this.spec
    const { requests, servers, nodes } = this.run
    const server = requests.server[request]
    if ((zoneDelay === 0 && hop === 0) || server === NONE) return 0
    const viewer = requests.instance[request]
    const node = viewer >> 1
    const own = servers.node[server]
    return (nodes.zone[node] === nodes.zone[own] ? 0 : zoneDelay) + (viewer % 2 === 1 && node !== own ? hop : 0)
  }
}
