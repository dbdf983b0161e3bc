/**
 * The state of the cluster and its only writer. Columns of nodes, pods and classes; a log of every change; decisions that are committed or
 * refused whole; counters that are exact because all amounts are whole numbers.
 */
import { admissible } from '../feasibility/admissible.ts'
import { pickDevices } from '../feasibility/devices.ts'
import { grown } from '../columns.ts'
import type { NodeTemplate } from '../input.ts'
import type { PodShape } from '../workload.ts'
import { Classes } from './classes.ts'
import { DecisionKind } from './decisions.ts'
import type { Decisions } from './decisions.ts'
import { ChangeLog } from './log.ts'
import { Nodes } from './nodes.ts'
import { Pods } from './pods.ts'
import { CPU, DEVICES, FIRST_NAMED, MILLI, NodeState, NONE, PodPhase, Subject } from './views.ts'
import type { ClusterView } from './views.ts'

/** An endpoint entry's value is `service + EPOCH_SPAN * epoch` of the pod's row. */
export const EPOCH_SPAN = 65_536
/** A bind or release entry's value is `podClass * MASK_SPAN + deviceMask`. */
export const MASK_SPAN = 1 << DEVICES

const UNKNOWN = 2

export class Cluster implements ClusterView {
  readonly nodes: Nodes
  readonly pods = new Pods()
  readonly classes: Classes
  readonly log = new ChangeLog()
  /** What policies get; the same object for the whole run. */
  readonly view: ClusterView = this

  /** Over nodes that are paid for (Ready or Cordoned), by resource; and GPU in milli. */
  readonly allocatable: Float64Array
  readonly allocated: Float64Array
  gpuAllocatable = 0
  gpuAllocated = 0
  pendingPods = 0
  /** Nodes that hold a pod. */
  nodesInUse = 0
  /** Pods ever created, and pods that are gone. */
  created = 0
  gone = 0

  private readonly templates: NodeTemplate[] = []
  private readonly nodeClassByKey = new Map<string, number>()
  private readonly nodeClassByTemplate = new Map<NodeTemplate, number>()
  private readonly zones: string[] = []
  private readonly models: string[] = []
  /** Memo of `admits`: 0 no, 1 yes, UNKNOWN; row podClass * width + nodeClass. */
  private memo = new Uint8Array(256).fill(UNKNOWN)
  private memoWidth = 16

  /** @param named resources beyond cpu, memory and pods, in order of their rows */
  constructor(named: readonly string[] = []) {
    this.nodes = new Nodes(named)
    this.classes = new Classes(this.nodes.resources)
    this.allocatable = new Float64Array(this.nodes.resources.length)
    this.allocated = new Float64Array(this.nodes.resources.length)
  }

  // ---- nodes

  addNode(template: NodeTemplate, pool: number, state: number = NodeState.Ready): number {
    const { nodes } = this
    const nodeClass = this.internNodeClass(template)
    const gpuModel = template.gpuModel === '' ? NONE : indexIn(this.models, template.gpuModel)
    const node = nodes.add(template, pool, nodeClass, indexIn(this.zones, template.zone), gpuModel)
    nodes.state[node] = state
    nodes.version[node] = this.log.version
    if (state === NodeState.Ready) nodes.ready++
    if (isPaid(state)) this.countNode(node, 1)
    this.log.append(Subject.NodeAdded, node, pool)
    return node
  }

  setNodeState(node: number, state: number): void {
    const { nodes } = this
    const before = nodes.state[node]
    if (before === state) return
    if (isPaid(before) !== isPaid(state)) this.countNode(node, isPaid(state) ? 1 : -1)
    if (before === NodeState.Ready) nodes.ready--
    if (state === NodeState.Ready) nodes.ready++
    nodes.state[node] = state
    nodes.version[node] = this.log.version
    this.log.append(Subject.NodeState, node, state)
  }

  /** The node must hold no pod. */
  removeNode(node: number): void {
    const { nodes } = this
    if (nodes.podCount[node] > 0) throw new Error(`node ${node} cannot be removed: it holds ${nodes.podCount[node]} pods`)
    const before = nodes.state[node]
    if (before === NodeState.Gone) throw new Error(`node ${node} is gone already`)
    if (isPaid(before)) this.countNode(node, -1)
    if (before === NodeState.Ready) nodes.ready--
    nodes.state[node] = NodeState.Gone
    nodes.version[node] = this.log.version
    this.log.append(Subject.NodeRemoved, node, NONE)
  }

  private countNode(node: number, sign: number): void {
    const { nodes } = this
    for (let resource = 0; resource < this.allocatable.length; resource++) {
      const capacity = nodes.capacity[resource][node]
      this.allocatable[resource] += sign * capacity
      this.allocated[resource] += sign * (capacity - nodes.free[resource][node])
    }
    const devices = nodes.devices[node]
    this.gpuAllocatable += sign * devices * MILLI
    for (let device = 0; device < devices; device++) this.gpuAllocated += sign * (MILLI - nodes.freeDevice[node * DEVICES + device])
  }

  // ---- kinds of pods and nodes

  internClass(shape: PodShape): number {
    return this.classes.intern(shape)
  }

  /** The class of nodes like this one, also of nodes that do not exist (a pool's next node). */
  internNodeClass(template: NodeTemplate): number {
    const known = this.nodeClassByTemplate.get(template)
    if (known !== undefined) return known
    const sorted = Object.entries(template.labels).sort(([a], [b]) => (a < b ? -1 : 1))
    const taints = template.taints.map((t) => [t.key, t.value, t.effect].join('\n')).sort()
    const key = JSON.stringify([sorted, taints, template.gpuModel])
    let row = this.nodeClassByKey.get(key)
    if (row === undefined) {
      row = this.templates.length
      this.templates.push(template)
      this.nodeClassByKey.set(key, row)
    }
    this.nodeClassByTemplate.set(template, row)
    return row
  }

  /** May pods of the class run on nodes of the class: selectors, taints, GPU model; memoised. */
  admits(podClass: number, nodeClass: number): boolean {
    if (nodeClass >= this.memoWidth || (podClass + 1) * this.memoWidth > this.memo.length) this.widenMemo(podClass, nodeClass)
    const place = podClass * this.memoWidth + nodeClass
    const known = this.memo[place]
    if (known !== UNKNOWN) return known === 1
    const answer = !this.classes.impossible[podClass] && admissible(this.classes.shapes[podClass], this.templates[nodeClass])
    this.memo[place] = answer ? 1 : 0
    return answer
  }

  private widenMemo(podClass: number, nodeClass: number): void {
    if (nodeClass >= this.memoWidth) {
      this.memoWidth = Math.max(nodeClass + 1, this.memoWidth * 2)
      this.memo = new Uint8Array((podClass + 1) * this.memoWidth).fill(UNKNOWN)
    }
    this.memo = grown(this.memo, Math.max((podClass + 1) * this.memoWidth, this.memo.length * 2), UNKNOWN)
  }

  admissible(podClass: number, node: number): boolean {
    return this.admits(podClass, this.nodes.nodeClass[node])
  }

  feasible(podClass: number, node: number): boolean {
    const { nodes, classes } = this
    if (nodes.state[node] !== NodeState.Ready) return false
    const { request } = classes
    const { free } = nodes
    for (let resource = 0; resource < request.length; resource++) if (request[resource][podClass] > free[resource][node]) return false
    if (!this.admits(podClass, nodes.nodeClass[node])) return false
    return classes.gpus[podClass] === 0 || this.pickDevices(podClass, node) !== NONE
  }

  pickDevices(podClass: number, node: number): number {
    const { nodes, classes } = this
    return pickDevices(nodes.freeDevice, node, nodes.devices[node], classes.gpus[podClass], classes.gpuMilli[podClass])
  }

  /** Would a pod of the class fit an empty node of this template? */
  fitsEmpty(podClass: number, template: NodeTemplate): boolean {
    const { classes } = this
    if (!this.admits(podClass, this.internNodeClass(template))) return false
    const { request } = classes
    if (request[CPU][podClass] > template.cpu || request[1][podClass] > template.memory || template.pods < 1) return false
    for (let resource = FIRST_NAMED; resource < request.length; resource++) {
      if (request[resource][podClass] > (template.resources[this.nodes.resources[resource]] ?? 0)) return false
    }
    return classes.gpus[podClass] <= template.gpus
  }

  // ---- pods

  /** A pod that waits for a node. */
  createPod(shape: PodShape, service: number, now: number): number {
    const podClass = this.classes.intern(shape)
    this.created++
    this.pendingPods++
    return this.pods.take(podClass, shape.cpu, shape.memory, service, now)
  }

  deletePending(pod: number): void {
    if (this.pods.phase[pod] !== PodPhase.Pending) throw new Error(`pod ${pod} is not pending, its phase is ${this.pods.phase[pod]}`)
    this.pendingPods--
    this.gone++
    this.pods.give(pod)
  }

  setPhase(pod: number, phase: number): void {
    this.pods.phase[pod] = phase
  }

  /** Binds at once when the pod fits, devices given or picked; false, and nothing has changed, when it does not. */
  bind(pod: number, node: number, deviceMask: number = NONE): boolean {
    const { pods, nodes } = this
    if (!(node >= 0 && node < nodes.count) || pods.phase[pod] !== PodPhase.Pending) return false
    const podClass = pods.podClass[pod]
    if (!this.feasible(podClass, node)) return false
    const mask = deviceMask === NONE ? this.pickDevices(podClass, node) : deviceMask
    if (deviceMask !== NONE && !this.maskFits(podClass, node, mask)) return false
    this.take(podClass, node, mask, 1)
    pods.phase[pod] = PodPhase.Bound
    pods.node[pod] = node
    pods.deviceMask[pod] = mask
    this.pendingPods--
    this.link(pod, node)
    this.log.append(Subject.PodBound, node, podClass * MASK_SPAN + mask)
    return true
  }

  /** Frees what a bound pod holds; its row is used again under the next epoch. */
  release(pod: number, _now: number): void {
    const { pods } = this
    const node = pods.node[pod]
    if (node === NONE) throw new Error(`pod ${pod} holds no node, its phase is ${pods.phase[pod]}`)
    const podClass = pods.podClass[pod]
    const mask = pods.deviceMask[pod]
    this.unlink(pod, node)
    this.take(podClass, node, mask, -1)
    this.gone++
    pods.give(pod)
    this.log.append(Subject.PodReleased, node, podClass * MASK_SPAN + mask)
  }

  endpointAdded(pod: number): void {
    this.log.append(Subject.EndpointAdded, pod, this.pods.service[pod] + EPOCH_SPAN * this.pods.epoch[pod])
  }

  endpointRemoved(pod: number): void {
    this.log.append(Subject.EndpointRemoved, pod, this.pods.service[pod] + EPOCH_SPAN * this.pods.epoch[pod])
  }

  eachPodOn(node: number, visit: (pod: number) => void): void {
    for (let pod = this.nodes.firstPod[node]; pod !== NONE; ) {
      const next = this.pods.next[pod]
      visit(pod)
      pod = next
    }
  }

  // ---- decisions

  /**
   * Carries out decisions group by group; a group that cannot be carried out whole is refused whole and leaves no trace. Fills
   * `decisions.accepted` and returns the number of decisions accepted. Declines are always accepted.
   */
  commit(decisions: Decisions, now: number): number {
    let accepted = 0
    for (let from = 0; from < decisions.count; ) {
      let to = from + 1
      while (to < decisions.count && decisions.group[to] === decisions.group[from]) to++
      if (this.commitGroup(decisions, from, to, now)) {
        decisions.accepted.fill(1, from, to)
        accepted += to - from
      } else decisions.accepted.fill(0, from, to)
      from = to
    }
    return accepted
  }

  private commitGroup(decisions: Decisions, from: number, to: number, _now: number): boolean {
    const { kind, pod, node, deviceMask } = decisions
    // Evictions are checked before anything is changed, binds may take back what the group has bound so far.
    for (let row = from; row < to; row++) if (kind[row] === DecisionKind.Evict && !this.evictable(pod[row])) return false
    const version = this.log.version
    for (let row = from; row < to; row++) {
      if (kind[row] !== DecisionKind.Bind || this.bind(pod[row], node[row], deviceMask[row])) continue
      for (let back = row - 1; back >= from; back--) if (kind[back] === DecisionKind.Bind) this.unbind(pod[back])
      this.log.takeBack(version)
      return false
    }
    for (let row = from; row < to; row++) if (kind[row] === DecisionKind.Evict) this.pods.phase[pod[row]] = PodPhase.Terminating
    return true
  }

  private evictable(pod: number): boolean {
    const phase = this.pods.phase[pod]
    return phase === PodPhase.Bound || phase === PodPhase.Running || phase === PodPhase.Ready
  }

  /** Takes a bind of this same transaction back. */
  private unbind(pod: number): void {
    const { pods } = this
    const node = pods.node[pod]
    this.unlink(pod, node)
    this.take(pods.podClass[pod], node, pods.deviceMask[pod], -1)
    pods.phase[pod] = PodPhase.Pending
    pods.node[pod] = NONE
    pods.deviceMask[pod] = 0
    this.pendingPods++
  }

  private maskFits(podClass: number, node: number, mask: number): boolean {
    const { nodes, classes } = this
    const milli = classes.gpuMilli[podClass]
    let count = 0
    for (let device = 0; device < DEVICES; device++) {
      if ((mask & (1 << device)) === 0) continue
      if (device >= nodes.devices[node] || nodes.freeDevice[node * DEVICES + device] < milli) return false
      count++
    }
    return count === classes.gpus[podClass]
  }

  /** Takes (+1) or gives back (-1) what a class asks for. */
  private take(podClass: number, node: number, mask: number, sign: number): void {
    const { nodes, classes, allocated } = this
    const { request } = classes
    const { free } = nodes
    for (let resource = 0; resource < request.length; resource++) {
      const amount = sign * request[resource][podClass]
      free[resource][node] -= amount
      allocated[resource] += amount
    }
    if (mask !== 0) {
      const milli = sign * classes.gpuMilli[podClass]
      for (let device = 0; device < DEVICES; device++) {
        if ((mask & (1 << device)) === 0) continue
        nodes.freeDevice[node * DEVICES + device] -= milli
        this.gpuAllocated += milli
      }
    }
    nodes.version[node] = this.log.version
  }

  private link(pod: number, node: number): void {
    const { pods, nodes } = this
    const first = nodes.firstPod[node]
    pods.next[pod] = first
    pods.previous[pod] = NONE
    if (first !== NONE) pods.previous[first] = pod
    nodes.firstPod[node] = pod
    if (nodes.podCount[node]++ === 0) this.nodesInUse++
  }

  private unlink(pod: number, node: number): void {
    const { pods, nodes } = this
    const next = pods.next[pod]
    const previous = pods.previous[pod]
    if (next !== NONE) pods.previous[next] = previous
    if (previous !== NONE) pods.next[previous] = next
    else nodes.firstPod[node] = next
    if (--nodes.podCount[node] === 0) this.nodesInUse--
  }
}

const isPaid = (state: number): boolean => state === NodeState.Ready || state === NodeState.Cordoned

/** Row of a name in a short list, added when it is new. */
function indexIn(names: string[], name: string): number {
  const at = names.indexOf(name)
  return at >= 0 ? at : names.push(name) - 1
}
