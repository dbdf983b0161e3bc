/** One node on which pods are added and removed to see whether a pod would fit. Sums by domain change with them and are as before after `end`. */
import type { NodeId, PodId } from '../../../../common/ids.ts'
import { NONE } from '../../../../common/ids.ts'
import { pickDevices } from '../../../../cluster/feasibility/devices.ts'
import { DEVICES, NodeState, PODS, Reason } from '../../../../cluster/views.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { Rejection } from '../plugin.ts'
import { HostPorts } from '../ports.ts'
import { Checks, isRepelled, type Refused } from './checks.ts'
import type { KindId } from './kinds.ts'
import type { Nominations } from './nominations.ts'
import type { OwnPlugins } from './own-plugins.ts'
import type { Plan } from './plans.ts'
import type { World } from './world.ts'

/** What a trial needs of the index. */
export interface TrialIndex {
  readonly world: World
  readonly nominations: Nominations
  /** The pod that is decided about. */
  readonly deciding: PodId
  /** Whether host ports exclude nodes. */
  readonly checksPorts: boolean
  /** Users' plugins; null: none. */
  readonly own: OwnPlugins | null
  /** Whether the node matches the affinity that the profile adds to all pods. */
  admits(row: NodeId, view: ClusterView): boolean
  kindOf(pod: PodId, view: ClusterView): KindId
}

/** Why a node refuses a pod, and whether removing pods may help. */
export interface Refusal {
  readonly reason: Reason
  readonly resolvable: boolean
  /** The user's plugin that refuses it, and its words. */
  readonly plugin?: Rejection
}

const OF_RULES: Readonly<Record<Exclude<Refused, 'none'>, Refusal>> = {
  spread: { reason: Reason.Spread, resolvable: true },
  'spread label': { reason: Reason.Spread, resolvable: false },
  affinity: { reason: Reason.Affinity, resolvable: false },
  'anti-affinity': { reason: Reason.AntiAffinity, resolvable: true },
  'existing anti-affinity': { reason: Reason.AntiAffinity, resolvable: true },
}

/** A trial of one pod on one node. */
export class DryRun {
  /** By resource: what removed pods free. */
  private readonly freed: number[]
  private readonly devices = new Int32Array(DEVICES)
  private ports: HostPorts | undefined
  private readonly moved: { readonly pod: PodId; readonly by: 1 | -1 }[] = []
  /** The same for users' plugins. */
  private readonly moves: { readonly podClass: number; readonly by: 1 | -1 }[] = []
  private readonly checks = new Checks()
  /** Whether rules about other pods are concerned. */
  private readonly ruled: boolean
  /** Whether the filter InterPodAffinity applies; one that does not is not notified of what is tried. */
  private readonly repels: boolean
  private readonly index: TrialIndex
  private readonly plan: Plan
  private readonly row: NodeId
  private readonly view: ClusterView

  constructor(index: TrialIndex, plan: Plan, row: NodeId, view: ClusterView) {
    this.index = index
    this.plan = plan
    this.row = row
    this.view = view
    this.freed = view.nodes.resources.map(() => 0)
    for (let device = 0; device < DEVICES; device++) this.devices[device] = view.nodes.freeDevice[row * DEVICES + device]
    this.ports = index.world.ports[row]
    this.repels = plan.attracted.length + plan.avoided.length > 0 || isRepelled(plan)
    this.ruled = plan.hard.length + plan.attracted.length + plan.avoided.length + plan.repelled.size > 0
  }

  /** Puts a pod on the node. Its devices are those that it had there, or the ones that it would get. */
  add(pod: PodId): void {
    this.move(pod, 1)
  }

  remove(pod: PodId): void {
    this.move(pod, -1)
  }

  /** Why the pod does not fit, with and without the pods of at least its priority that are promised the node; null: it fits. */
  refusal(): Refusal | null {
    const { index, plan, row, view } = this
    if (!index.nominations.concern(row)) return this.check()
    const promised = index.nominations
      .on(row)
      .filter((other) => other !== index.deciding && index.world.kinds.info[index.kindOf(other, view)].priority >= plan.info.priority)
    if (promised.length === 0) return this.check()
    for (const other of promised) this.add(other)
    const crowded = this.check()
    for (const other of promised) this.remove(other)
    return crowded ?? this.check()
  }

  /** Takes every move back. */
  end(): void {
    if (this.ruled)
      for (const { pod, by } of this.moved) this.index.world.pretend(this.index.kindOf(pod, this.view), this.row, by === 1 ? -1 : 1)
  }

  private move(pod: PodId, by: 1 | -1): void {
    const { index, view, row } = this
    const { classes, pods } = view
    const podClass = pods.podClass[pod]
    for (let resource = 0; resource < this.freed.length; resource++) this.freed[resource] -= by * classes.request[resource][podClass]
    if (classes.gpus[podClass] > 0) this.moveDevices(pod, by)
    const ports = view.shapeOf(podClass).rules?.hostPorts
    if (ports !== undefined) {
      const copy = this.ports === undefined || this.ports === index.world.ports[row] ? (this.ports?.copy() ?? new HostPorts()) : this.ports
      if (by === 1) copy.add(ports)
      else copy.remove(ports)
      this.ports = copy
    }
    if (index.own !== null) this.moves.push({ podClass, by })
    if (!this.ruled) return
    index.world.pretend(index.kindOf(pod, view), row, by)
    this.moved.push({ pod, by })
  }

  private moveDevices(pod: PodId, by: 1 | -1): void {
    const { classes, pods, nodes } = this.view
    const podClass = pods.podClass[pod]
    const own = pods.deviceMask[pod]
    const mask =
      own !== 0
        ? own
        : Math.max(0, pickDevices(this.devices, 0, nodes.devices[this.row], classes.gpus[podClass], classes.gpuMilli[podClass]))
    for (let device = 0; device < DEVICES; device++)
      if ((mask & (1 << device)) !== 0) this.devices[device] -= by * classes.gpuMilli[podClass]
  }

  private check(): Refusal | null {
    const { view, plan, row } = this
    const { nodes } = view
    const podClass = this.index.world.kinds.podClass[plan.kind]
    if (nodes.state[row] !== NodeState.Ready) return { reason: Reason.NotReady, resolvable: false }
    const excluded = view.excludedBy(podClass, row)
    if (excluded !== NONE) return { reason: excluded, resolvable: false }
    if (!this.index.admits(row, view)) return { reason: Reason.Selector, resolvable: false }
    const ports = plan.info.ports
    if (ports.length > 0 && this.index.checksPorts && this.ports?.conflicts(ports) === true)
      return { reason: Reason.Ports, resolvable: true }
    const short = this.shortage(podClass)
    if (short !== null) return short
    if (this.ruled) {
      this.checks.take(plan, this.repels)
      const refused = this.checks.refusal(row)
      if (refused !== 'none') return OF_RULES[refused]
    }
    const rejection = this.index.own?.rejection(podClass, { row, freed: this.freed, moves: this.moves }, view) ?? null
    return rejection === null ? null : { reason: Reason.Plugin, resolvable: rejection.code === 'Unschedulable', plugin: rejection }
  }

  /** The first resource that is short; it cannot be resolved when one request is above what the whole node has. */
  private shortage(podClass: number): Refusal | null {
    const { nodes, classes } = this.view
    const { row, freed } = this
    let reason: Reason | typeof NONE = NONE
    let resolvable = true
    for (let resource = 0; resource < freed.length; resource++) {
      const asked = classes.request[resource][podClass]
      if (asked === 0 || asked <= nodes.free[resource][row] + freed[resource]) continue
      if (reason === NONE) reason = REASON_OF[resource] ?? Reason.Resource
      if (resource !== PODS && asked > nodes.capacity[resource][row]) resolvable = false
    }
    const gpus = classes.gpus[podClass]
    if (gpus > 0 && pickDevices(this.devices, 0, nodes.devices[row], gpus, classes.gpuMilli[podClass]) === NONE) {
      if (reason === NONE) reason = Reason.Devices
      if (gpus > nodes.devices[row]) resolvable = false
    }
    return reason === NONE ? null : { reason, resolvable }
  }
}

const REASON_OF: readonly Reason[] = [Reason.Cpu, Reason.Memory, Reason.Pods]
