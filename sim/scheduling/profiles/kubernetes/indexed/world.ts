/**
 * The cluster as the indexed scheduler keeps it: which nodes belong, how many pods of which kind are where, and every tally that a rule reads. It follows
 * the log entry by entry; nothing is counted again.
 */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId, PodClassId, PodId, ServiceId } from '../../../../common/ids.ts'
import { classOfHolding, serviceOfHolding } from '../../../../cluster/entries.ts'
import { NodeState, PodPhase, Subject } from '../../../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../../../cluster/views.ts'
import { imagesOf } from '../plugins/image-locality.ts'
import { HostPorts } from '../ports.ts'
import { searchOrder } from '../run-pods.ts'
import { Kinds, type KindId } from './kinds.ts'
import type { Tally } from './tally.ts'
import { Topology } from './topology.ts'

/** What a pod of a kind adds to a tally. */
interface Effect {
  readonly tally: Tally
  readonly amount: number
}

/** Who is notified of changes. */
export interface WorldListener {
  /** What was derived from labels, and all that plans count, starts over with the cluster of this view. */
  begins(view: ClusterView): void
  /** Pods or the state of a node changed. */
  nodeChanged(row: NodeId): void
  /** A node joined or left. */
  membersChanged(): void
  /** Images came to nodes or left them. */
  imagesChanged(): void
  /** A kind of pods was seen for the first time. */
  kindAdded(kind: KindId, view: ClusterView): void
}

/** Nodes, pods by kind, tallies. */
export class World {
  kinds = new Kinds()
  /** Rows of the nodes of the cluster in the order of the search. */
  order: readonly NodeId[] = []
  /** By row: what scores count above the requests of the pods [millicores, bytes]. */
  extraCpu = new Float64Array(0)
  extraMemory = new Float64Array(0)
  /** By row; absent without ports. */
  ports: (HostPorts | undefined)[] = []
  /** By kind: pods on nodes. */
  readonly alive: number[] = []
  /** By row: 1 for nodes of the cluster. */
  private member = new Uint8Array(0)
  private members = 0
  private ordered = false
  private rows = 0
  private topologies = new Map<string, Topology>()
  private tallies: Tally[] = []
  private effects: Effect[][] = [] // [kind]
  /** By row: 2 * kind of each pod, plus 1 while it terminates. */
  private residents: number[][] = []
  /** By class. */
  private readonly above = { cpu: [] as number[], memory: [] as number[] }
  private readonly images: (readonly string[])[] = []
  private log: LogView | undefined
  private cursor: LogCursor | undefined
  private readonly listeners: WorldListener[] = []

  /** Notifies of everything from the beginning; before the first `follow`. */
  listen(listener: WorldListener): void {
    this.listeners.push(listener)
  }

  /** Number of nodes of the cluster. */
  get size(): number {
    return this.members
  }

  has(row: NodeId): boolean {
    return this.member[row] === 1
  }

  /** Reads the log up to the present. */
  follow(view: ClusterView): void {
    if (view.log !== this.log) return this.begin(view)
    if (view.nodes.count > this.rows) this.extend(view)
    const cursor = this.cursor!
    while (cursor.next()) {
      const { subject, row, value } = cursor
      switch (subject) {
        case Subject.PodBound:
          this.bound(this.kindOf(classOfHolding(value), serviceOfHolding(value), view), row, 1)
          break
        case Subject.PodReleased:
          this.bound(this.kindOf(classOfHolding(value), serviceOfHolding(value), view), row, -1)
          break
        case Subject.PodTerminating:
        case Subject.PodTerminated:
          this.terminating(this.kindOf(classOfHolding(value), serviceOfHolding(value), view), row, subject === Subject.PodTerminating)
          break
        case Subject.NodeState:
          this.belongs(row, value === NodeState.Ready || value === NodeState.Cordoned)
          this.nodeChanged(row)
          break
        case Subject.NodeRemoved:
          this.belongs(row, false)
          this.nodeChanged(row)
          break
        case Subject.NodeClass:
          this.recount(view)
          break
        case Subject.NodeImages:
          for (const listener of this.listeners) listener.imagesChanged()
          break
        default: // NodeAdded is followed by the state; endpoints do not affect placement
      }
    }
    this.sort(view)
  }

  kindOf(podClass: PodClassId, service: ServiceId, view: ClusterView): KindId {
    const kind = this.kinds.of(podClass, service, view)
    if (kind === this.effects.length) {
      this.effects.push([])
      this.alive.push(0)
      this.describe(kind, view)
      for (const listener of this.listeners) listener.kindAdded(kind, view)
    }
    return kind
  }

  kindOfPod(pod: PodId, view: ClusterView): KindId {
    return this.kindOf(view.pods.podClass[pod], view.pods.service[pod], view)
  }

  /** What scores count above the request of a pod of the class. */
  scoredAbove(podClass: PodClassId, resource: 'cpu' | 'memory'): number {
    return this.above[resource][podClass]
  }

  /** Images of the containers of a pod of the class; empty when no image is named. */
  imagesOf(podClass: PodClassId): readonly string[] {
    return this.images[podClass]
  }

  /** The lowest priority of a pod on a node; Infinity without pods. */
  lowestPriority(): number {
    let lowest = Infinity
    for (let kind = 0; kind < this.kinds.count; kind++) if (this.alive[kind] > 0) lowest = Math.min(lowest, this.kinds.info[kind].priority)
    return lowest
  }

  topology(key: string, view: ClusterView): Topology {
    let topology = this.topologies.get(key)
    if (topology === undefined) {
      topology = new Topology(key)
      topology.extend(view)
      this.topologies.set(key, topology)
    }
    return topology
  }

  /** Adds a tally, of which a pod of each kind adds `amountOf(kind)`; kinds that come later are added by `affect`. */
  tally(tally: Tally, amountOf: (kind: KindId) => number): Tally {
    tally.extend(this.rows)
    this.tallies.push(tally)
    for (let row = 0; row < this.rows; row++) if (this.member[row] === 1) tally.member(row, 1)
    const amounts = this.effects.map((_, kind) => amountOf(kind))
    amounts.forEach((amount, kind) => {
      if (amount !== 0) this.effects[kind].push({ tally, amount })
    })
    if (amounts.some((amount, kind) => amount !== 0 && this.alive[kind] > 0))
      this.eachResident((kind, row, active) => {
        if (amounts[kind] !== 0 && (active || !tally.activeOnly)) tally.add(row, amounts[kind])
      })
    return tally
  }

  /** From now on a pod of the kind adds this amount to the tally. */
  affect(tally: Tally, kind: KindId, amount: number): void {
    if (amount === 0) return
    this.effects[kind].push({ tally, amount })
    if (this.alive[kind] === 0) return
    this.eachResident((other, row, active) => {
      if (other === kind && (active || !tally.activeOnly)) tally.add(row, amount)
    })
  }

  /** Adds (1) or removes (-1) a pod in the tallies only: for dry runs, which take it back. */
  pretend(kind: KindId, row: NodeId, by: 1 | -1): void {
    for (const { tally, amount } of this.effects[kind]) tally.add(row, by * amount)
  }

  private nodeChanged(row: NodeId): void {
    for (const listener of this.listeners) listener.nodeChanged(row)
  }

  private describe(kind: KindId, { classes }: ClusterView): void {
    const podClass = this.kinds.podClass[kind]
    const { scoredRequests, pod } = this.kinds.info[kind]
    this.above.cpu[podClass] = scoredRequests.get('cpu')! - classes.cpu[podClass]
    this.above.memory[podClass] = scoredRequests.get('memory')! - classes.memory[podClass]
    this.images[podClass] = pod.containers.some(({ image }) => image !== '') ? imagesOf(pod) : []
  }

  private bound(kind: KindId, row: NodeId, by: 1 | -1): void {
    const info = this.kinds.info[kind]
    const podClass = this.kinds.podClass[kind]
    const list = this.residents[row]
    if (by === 1) list.push(2 * kind)
    else remove(list, 2 * kind)
    this.alive[kind] += by
    this.extraCpu[row] += by * this.above.cpu[podClass]
    this.extraMemory[row] += by * this.above.memory[podClass]
    if (info.ports.length > 0) {
      const ports = (this.ports[row] ??= new HostPorts())
      if (by === 1) ports.add(info.ports)
      else ports.remove(info.ports)
    }
    this.pretend(kind, row, by)
    this.nodeChanged(row)
  }

  private terminating(kind: KindId, row: NodeId, starts: boolean): void {
    const list = this.residents[row]
    remove(list, 2 * kind + (starts ? 0 : 1))
    list.push(2 * kind + (starts ? 1 : 0))
    for (const { tally, amount } of this.effects[kind]) if (tally.activeOnly) tally.add(row, starts ? -amount : amount)
  }

  private belongs(row: NodeId, belongs: boolean): void {
    if ((this.member[row] === 1) === belongs) return
    this.member[row] = belongs ? 1 : 0
    const by = belongs ? 1 : -1
    this.members += by
    this.ordered = false
    for (const tally of this.tallies) tally.member(row, by)
  }

  private sort(view: ClusterView): void {
    if (this.ordered) return
    this.ordered = true
    const rows: NodeId[] = []
    for (let row = 0; row < this.rows; row++) if (this.member[row] === 1) rows.push(row)
    this.order = searchOrder(rows, view)
    for (const listener of this.listeners) listener.membersChanged()
  }

  private begin(view: ClusterView): void {
    this.cursor?.close()
    this.log = view.log
    this.cursor = view.log.open()
    this.kinds = new Kinds()
    this.topologies = new Map()
    this.tallies = []
    this.effects = []
    this.residents = []
    this.ports = []
    this.alive.length = 0
    this.rows = 0
    this.members = 0
    this.member = new Uint8Array(0)
    this.extraCpu = new Float64Array(0)
    this.extraMemory = new Float64Array(0)
    this.ordered = false
    for (const listener of this.listeners) listener.begins(view)
    this.extend(view)
    const { nodes, pods } = view
    for (let row = 0; row < nodes.count; row++)
      this.belongs(row, nodes.state[row] === NodeState.Ready || nodes.state[row] === NodeState.Cordoned)
    for (let pod = 0; pod < pods.count; pod++) {
      if (pods.node[pod] === NONE) continue
      const kind = this.kindOfPod(pod, view)
      this.bound(kind, pods.node[pod], 1)
      if (pods.phase[pod] === PodPhase.Terminating) this.terminating(kind, pods.node[pod], true)
    }
    this.sort(view)
  }

  /** Labels or taints of a node have changed: topologies, counts and scores depend on labels and are computed again. Pod kinds and the pods of nodes stay. */
  private recount(view: ClusterView): void {
    this.topologies = new Map()
    this.tallies = []
    this.effects = this.effects.map(() => [])
    this.ordered = false
    for (const listener of this.listeners) {
      listener.begins(view)
      for (let kind = 0; kind < this.effects.length; kind++) listener.kindAdded(kind, view)
    }
  }

  /** Takes in rows that are new. */
  private extend(view: ClusterView): void {
    const { count } = view.nodes
    if (count > this.member.length) {
      const size = Math.max(64, 2 * count)
      this.member = longer(this.member, new Uint8Array(size))
      this.extraCpu = longer(this.extraCpu, new Float64Array(size))
      this.extraMemory = longer(this.extraMemory, new Float64Array(size))
    }
    for (; this.rows < count; this.rows++) this.residents.push([])
    for (const topology of this.topologies.values()) topology.extend(view)
    for (const tally of this.tallies) tally.extend(count)
  }

  private eachResident(visit: (kind: KindId, row: NodeId, active: boolean) => void): void {
    for (let row = 0; row < this.rows; row++) for (const entry of this.residents[row]) visit(entry >> 1, row, (entry & 1) === 0)
  }
}

function longer<T extends Uint8Array | Float64Array>(column: T, into: T): T {
  into.set(column)
  return into
}

function remove(list: number[], entry: number): void {
  const at = list.indexOf(entry)
  list[at] = list[list.length - 1]
  list.pop()
}
