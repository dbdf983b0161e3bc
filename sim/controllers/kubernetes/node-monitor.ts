/**
 * The node life cycle controller: notices that a node's kubelet is silent, marks the node Unknown, and taints unhealthy nodes zone by zone.
 * The monitor looks at the nodes once per period; while every node is healthy no pass is simulated, since it would change nothing.
 * Source: Kubernetes 1.34 pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
import type { NodeId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ZoneQueue } from './zone-queue.ts'

const SECOND = 1_000_000

/** The condition Ready of a node. */
export type NodeCondition = 'True' | 'False' | 'Unknown'
/** Taints that the controller sets, by the condition: node.kubernetes.io/not-ready and node.kubernetes.io/unreachable. */
export type NodeTaint = 'not-ready' | 'unreachable'

/** Settings, with the defaults of the controller. */
export interface NodeMonitorOptions {
  /** From one pass to the next: the period of 5 s and the duration of a pass [µs]. */
  readonly period: Time
  /** Silence after which a node is Unknown [µs]. */
  readonly grace: Time
  /** Taints per second in a healthy zone, and in a large zone that is partly disrupted. */
  readonly rate: number
  readonly reducedRate: number
  /** Nodes above which a zone is large. */
  readonly largeZone: number
  /** Share of unhealthy nodes from which a zone is partly disrupted. */
  readonly unhealthyShare: number
}

export const NODE_MONITOR_DEFAULTS: NodeMonitorOptions = {
  period: 5.001 * SECOND,
  grace: 50 * SECOND,
  rate: 0.1,
  reducedRate: 0.01,
  largeZone: 50,
  unhealthyShare: 0.55,
}

/** Notified at the time of each change. */
export interface NodeListener {
  /** The condition Ready was changed by the monitor. */
  becameUnknown(node: NodeId): void
  /** `taint` has the effect NoSchedule, or NoExecute. */
  tainted(node: NodeId, taint: NodeTaint, effect: 'NoSchedule' | 'NoExecute'): void
  untainted(node: NodeId, taint: NodeTaint, effect: 'NoSchedule' | 'NoExecute'): void
}

/** Between two looks at the queues of the zones [µs]. */
const POLL: Time = 100_000
/** Renewals of a lease are this far apart [µs]. */
const LEASE: Time = 10 * SECOND

type ZoneState = 'Normal' | 'Partial' | 'Full'

interface Zone {
  readonly queue: ZoneQueue
  nodes: number
  unhealthy: number
  state: ZoneState
}

interface MonitoredNode {
  readonly zone: Zone
  /** The lease is renewed at this time of every ten seconds. */
  readonly leasePhase: Time
  condition: NodeCondition
  /** When its kubelet became silent; Infinity while it is alive. */
  silentSince: Time
  /** When it posted a status that the monitor may not have seen. */
  posted: Time
  noSchedule: NodeTaint | null
  noExecute: NodeTaint | null
}

const taintOf = (condition: NodeCondition): NodeTaint | null =>
  condition === 'True' ? null : condition === 'False' ? 'not-ready' : 'unreachable'

export class NodeMonitor {
  private readonly nodes = new Map<NodeId, MonitoredNode>()
  private readonly zones = new Map<string, Zone>()
  /** Nodes that a pass may change: silent, not Ready, tainted or queued. */
  private readonly watched = new Set<NodeId>()
  private readonly simulator: Simulator
  private readonly options: NodeMonitorOptions
  private readonly listener: NodeListener
  private readonly passes: number
  private readonly polls: number
  private passPending = false
  private pollPending = false
  /** All zones were fully disrupted at the last pass: evictions have stopped. */
  private allDisrupted = false
  /** Silence is counted from here at the earliest: the end of a disruption of all zones. */
  private countedFrom: Time = 0
  private heldUntil: Time = 0

  constructor(simulator: Simulator, listener: NodeListener, options: NodeMonitorOptions = NODE_MONITOR_DEFAULTS) {
    this.simulator = simulator
    this.listener = listener
    this.options = options
    this.passes = simulator.register('node monitor looks at the nodes', () => this.pass())
    this.polls = simulator.register('node monitor taints nodes', () => this.poll())
  }

  /** A healthy node. @param leasePhase its lease is renewed at leasePhase + k * 10 s */
  added(node: NodeId, zone: string, leasePhase: Time): void {
    let found = this.zones.get(zone)
    if (found === undefined) {
      found = { queue: new ZoneQueue(this.options.rate, this.simulator.now), nodes: 0, unhealthy: 0, state: 'Normal' }
      this.zones.set(zone, found)
    }
    found.nodes++
    const healthy = { condition: 'True' as const, silentSince: Infinity, posted: this.simulator.now, noSchedule: null, noExecute: null }
    this.nodes.set(node, { zone: found, leasePhase, ...healthy })
  }

  /** The node object is deleted. */
  removed(node: NodeId): void {
    const found = this.of(node)
    found.zone.nodes--
    if (found.condition !== 'True') found.zone.unhealthy--
    found.zone.queue.remove(node)
    this.nodes.delete(node)
    this.watched.delete(node)
  }

  /** The kubelet is silent from now on: the node crashed, or is cut off from the control plane. */
  crashed(node: NodeId): void {
    const found = this.of(node)
    if (found.silentSince === Infinity) found.silentSince = this.simulator.now
    this.watch(node)
  }

  /** The kubelet reports whether the node is ready; a silent one is heard again. */
  reported(node: NodeId, ready: boolean): void {
    const found = this.of(node)
    found.silentSince = Infinity
    found.posted = this.simulator.now
    this.setCondition(node, found, ready ? 'True' : 'False')
    this.watch(node)
  }

  /** The controller is down until this time. It has forgotten then when it last saw each node: silence is counted from there. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
    this.countedFrom = Math.max(this.countedFrom, until)
  }

  private of(node: NodeId): MonitoredNode {
    const found = this.nodes.get(node)
    if (found === undefined) throw new Error(`node ${node} is not monitored; accepted: nodes that were added and not removed`)
    return found
  }

  /** The NoSchedule taint follows the condition at once. */
  private setCondition(node: NodeId, found: MonitoredNode, condition: NodeCondition): void {
    if (found.condition === condition) return
    if (found.condition === 'True') found.zone.unhealthy++
    else if (condition === 'True') found.zone.unhealthy--
    found.condition = condition
    const taint = taintOf(condition)
    if (found.noSchedule !== null) this.listener.untainted(node, found.noSchedule, 'NoSchedule')
    if (taint !== null) this.listener.tainted(node, taint, 'NoSchedule')
    found.noSchedule = taint
  }

  private watch(node: NodeId): void {
    this.watched.add(node)
    this.planPass()
  }

  private planPass(): void {
    if (this.passPending) return
    this.passPending = true
    const { period } = this.options
    this.simulator.at(Math.ceil(Math.max(this.simulator.now, this.heldUntil) / period) * period, this.passes, 0, 0)
  }

  private planPoll(): void {
    if (this.pollPending) return
    this.pollPending = true
    this.simulator.at(Math.ceil(Math.max(this.simulator.now, this.heldUntil) / POLL) * POLL, this.polls, 0, 0)
  }

  private pass(): void {
    this.passPending = false
    if (this.simulator.now < this.heldUntil) {
      this.planPass()
      return
    }
    for (const node of this.watched) this.look(node, this.nodes.get(node)!)
    this.judgeZones()
    for (const { queue } of this.zones.values()) if (queue.length > 0) this.planPoll()
    if (this.watched.size === 0) return
    this.passPending = true
    this.simulator.at(this.simulator.now + this.options.period, this.passes, 0, 0)
  }

  private look(node: NodeId, found: MonitoredNode): void {
    if (found.condition !== 'Unknown' && this.isOverdue(found)) {
      this.setCondition(node, found, 'Unknown')
      this.listener.becameUnknown(node)
    }
    const taint = taintOf(found.condition)
    if (taint === null) {
      this.healthy(node, found)
      if (found.silentSince === Infinity) this.watched.delete(node)
    } else if (found.noExecute === null) found.zone.queue.add(node)
    else this.taint(node, found, taint)
  }

  private healthy(node: NodeId, found: MonitoredNode): void {
    found.zone.queue.remove(node)
    if (found.noExecute !== null) this.listener.untainted(node, found.noExecute, 'NoExecute')
    found.noExecute = null
  }

  private taint(node: NodeId, found: MonitoredNode, taint: NodeTaint): void {
    if (found.noExecute === taint) return
    if (found.noExecute !== null) this.listener.untainted(node, found.noExecute, 'NoExecute')
    found.noExecute = taint
    this.listener.tainted(node, taint, 'NoExecute')
  }

  /** The monitor counts from the pass at which it saw the last sign of life. */
  private isOverdue({ silentSince, leasePhase, posted }: MonitoredNode): boolean {
    if (silentSince === Infinity) return false
    const { period, grace } = this.options
    const renewed = leasePhase + Math.floor((silentSince - leasePhase) / LEASE) * LEASE
    const seen = Math.ceil(Math.max(renewed, posted, 0) / period) * period
    return this.simulator.now > Math.max(seen, this.countedFrom) + grace
  }

  private stateOf({ nodes, unhealthy }: Zone): ZoneState {
    if (unhealthy > 0 && unhealthy === nodes) return 'Full'
    return unhealthy > 2 && unhealthy / nodes >= this.options.unhealthyShare ? 'Partial' : 'Normal'
  }

  private rateOf(state: ZoneState, nodes: number): number {
    if (state !== 'Partial') return this.options.rate
    return nodes > this.options.largeZone ? this.options.reducedRate : 0
  }

  /** Zones change their rates; when all are fully disrupted the fault is taken to be the control plane's own, and nothing is evicted. */
  private judgeZones(): void {
    const { now } = this.simulator
    const zones = [...this.zones.values()].filter(({ nodes }) => nodes > 0)
    const states = zones.map((zone) => this.stateOf(zone))
    const all = states.length > 0 && states.every((state) => state === 'Full')
    if (all && this.allDisrupted) return
    if (all) {
      for (const node of this.watched) this.healthy(node, this.nodes.get(node)!)
      for (const { queue } of zones) queue.setRate(0, now)
    } else if (this.allDisrupted) this.countedFrom = now
    zones.forEach((zone, i) => {
      if (!all && (this.allDisrupted || zone.state !== states[i])) zone.queue.setRate(this.rateOf(states[i], zone.nodes), now)
      zone.state = states[i]
    })
    this.allDisrupted = all
  }

  private poll(): void {
    this.pollPending = false
    if (this.simulator.now < this.heldUntil) {
      this.planPoll()
      return
    }
    const { now } = this.simulator
    let waiting = 0
    for (const { queue } of this.zones.values()) {
      queue.process(now, (node) => {
        const found = this.nodes.get(node)
        const taint = found === undefined ? null : taintOf(found.condition)
        if (taint !== null) this.taint(node, found!, taint)
      })
      waiting += queue.length
    }
    if (waiting === 0) return
    this.pollPending = true
    this.simulator.at(now + POLL, this.polls, 0, 0)
  }
}
