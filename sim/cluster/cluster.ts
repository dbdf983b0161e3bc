/**
 * The state of the cluster and its only writer: columns of nodes, pods and classes, a log of every change, decisions that are committed or
 * refused in whole groups, and counters that are exact because all amounts are whole numbers. Callers pass the current time [µs].
 */
import { Admissibility } from './feasibility/admissibility.ts'
import { devicesFit } from './feasibility/devices.ts'
import { NodeClasses } from './feasibility/node-classes.ts'
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeClassId, NodeId, OwnerId, PodClassId, PodId, PoolId, ServiceId, Time } from '../common/ids.ts'
import { ExactSums } from '../common/exact-sums.ts'
import { Classes } from './classes.ts'
import { assertRows, DecisionKind } from './decisions.ts'
import type { Decisions } from './decisions.ts'
import { MAX_SERVICES, packEndpoint, packHolding } from './entries.ts'
import { Face, type Shown } from './face.ts'
import { Before, isAlive, nameOfPhase } from './before.ts'
import { ChangeLog } from './log.ts'
import { isPaid, Nodes, offered, rowOfName } from './nodes.ts'
import { Pods } from './pods.ts'
import { Residents } from './residents.ts'
import type { NodeTemplate, PodShape } from './spec.ts'
import { DEVICES, MILLI, NodeState, PodPhase, Subject } from './views.ts'

const UNNAMED = ['cpu', 'memory', 'pods']

/** One cluster; policies get its `view`. */
export class Cluster {
  readonly nodes: Nodes
  readonly pods = new Pods()
  readonly classes: Classes
  readonly nodeClasses: NodeClasses
  readonly admissibility: Admissibility
  readonly residents = new Residents()
  readonly log = new ChangeLog()
  readonly shown: Shown = { images: undefined }
  /** What policies read; the same object for the whole run. */
  readonly view: Face
  /** Names by the rows in `nodes.zone` and `nodes.gpuModel`. */
  readonly zones: string[] = []
  readonly gpuModels: string[] = []
  /** Sums over nodes that are paid for (Ready or Cordoned), [resource], nearest doubles; then the same of devices [milli-GPU]. */
  readonly allocatable: Float64Array
  readonly allocated: Float64Array
  /** The same sums with what a double rounds off: memory may exceed 2^53 bytes. */
  readonly allocatableSums: ExactSums
  readonly allocatedSums: ExactSums
  gpuAllocatable = 0
  gpuAllocated = 0
  pendingPods = 0
  /** Number of nodes that hold a pod. */
  nodesInUse = 0
  /** Number of pods ever created, and of pods that are gone. */
  created = 0
  gone = 0
  private readonly before = new Before()

  /** @param named resources beyond cpu, memory and pods, in order of their rows */
  constructor(named: readonly string[] = []) {
    const resources = [...UNNAMED, ...named]
    if (new Set(resources).size < resources.length)
      throw new Error(`a resource is named twice: ${resources.join(', ')} (the first three are in every cluster)`)
    this.nodes = new Nodes(resources)
    this.classes = new Classes(resources)
    this.nodeClasses = new NodeClasses(resources)
    this.admissibility = new Admissibility(this.classes, this.nodeClasses)
    this.allocatableSums = new ExactSums(resources.length)
    this.allocatedSums = new ExactSums(resources.length)
    this.allocatable = this.allocatableSums.high
    this.allocated = this.allocatedSums.high
    this.view = new Face(this)
  }

  // ---- nodes

  /** Logs two entries, NodeAdded and the initial state, so that a reader of the log needs nothing else. */
  addNode(template: NodeTemplate, pool: PoolId, state: NodeState = NodeState.Ready): NodeId {
    const { nodes, log } = this
    const nodeClass = this.internNodeClass(template)
    const node = nodes.add(template, pool, nodeClass, rowOfName(this.zones, template.zone), rowOfName(this.gpuModels, template.gpuModel))
    this.residents.reserveNodes(nodes.count)
    log.append(Subject.NodeAdded, node, pool)
    this.setNodeState(node, state)
    return node
  }

  setNodeState(node: NodeId, state: NodeState): void {
    const { nodes, log } = this
    this.assertNode(node)
    if (state === NodeState.Gone)
      throw new Error(`node ${node} cannot be set to Gone; accepted: removeNode, which checks that the node is empty`)
    const before = nodes.state[node]
    if (before === state) return
    if (isPaid(before) !== isPaid(state)) this.countNode(node, isPaid(state) ? 1 : -1)
    nodes.setState(node, state)
    nodes.version[node] = log.version
    log.append(Subject.NodeState, node, state)
  }

  /** The node must hold no pod. */
  removeNode(node: NodeId): void {
    const { nodes, log } = this
    this.assertNode(node)
    if (nodes.podCount[node] > 0) throw new Error(`node ${node} cannot be removed: it holds ${nodes.podCount[node]} pods`)
    const before = nodes.state[node]
    if (before === NodeState.Gone) throw new Error(`node ${node} is already gone`)
    if (isPaid(before)) this.countNode(node, -1)
    nodes.setState(node, NodeState.Gone)
    nodes.version[node] = log.version
    log.append(Subject.NodeRemoved, node, NONE)
  }

  /** Calls `visit` with each pod on the node; it may release that pod. */
  eachPodOn(node: NodeId, visit: (pod: PodId) => void): void {
    this.residents.each(node, visit)
  }

  private assertNode(node: NodeId): void {
    if (!(node >= 0 && node < this.nodes.count)) throw new Error(`node ${node} does not exist: rows are 0 to ${this.nodes.count - 1}`)
  }

  /** The node starts (1) or stops (-1) to be paid for. */
  private countNode(node: NodeId, sign: 1 | -1): void {
    const { nodes, allocatableSums, allocatedSums } = this
    for (let resource = 0; resource < nodes.resources.length; resource++) {
      const capacity = nodes.capacity[resource][node]
      allocatableSums.add(resource, sign * capacity)
      allocatedSums.add(resource, sign * (capacity - nodes.free[resource][node]))
    }
    this.gpuAllocatable += sign * nodes.devices[node] * MILLI
    for (let device = 0; device < nodes.devices[node]; device++)
      this.gpuAllocated += sign * (MILLI - nodes.freeDevice[node * DEVICES + device])
  }

  // ---- classes of pods and nodes

  internClass(shape: PodShape): PodClassId {
    return this.classes.intern(shape)
  }

  /** The class of nodes of the template, also of nodes that do not exist (the next node of a pool). */
  internNodeClass(template: NodeTemplate): NodeClassId {
    return this.nodeClasses.intern(template)
  }

  /** Whether pods of the class may run on nodes of the class: selectors, taints, GPU model; memoised. */
  admits(podClass: PodClassId, nodeClass: NodeClassId): boolean {
    return this.admissibility.admits(podClass, nodeClass)
  }

  /** The capacity of a node of the template, [resource], same rows as `nodes.capacity`. */
  vectorOf(template: NodeTemplate): number[] {
    return offered(template, this.nodes.resources)
  }

  /** Whether a pod of the class fits an empty node of the template. */
  fitsEmpty(podClass: PodClassId, template: NodeTemplate): boolean {
    if (!this.admits(podClass, this.internNodeClass(template))) return false
    const { request, gpus } = this.classes
    if (gpus[podClass] > template.gpus) return false
    return this.vectorOf(template).every((amount, resource) => request[resource][podClass] <= amount)
  }

  // ---- pods

  /** A pending pod. @param service NONE for background pods @param duration and deadline [µs]: see `PodsView` */
  createPod(shape: PodShape, service: ServiceId, now: Time, duration: Time = Infinity, deadline: Time = Infinity): PodId {
    return this.createPodOf(this.classes.intern(shape), service, now, duration, deadline)
  }

  /** The same for a class that is known. */
  createPodOf(podClass: PodClassId, service: ServiceId, now: Time, duration: Time = Infinity, deadline: Time = Infinity): PodId {
    if (!(service < MAX_SERVICES)) throw new Error(`service ${service} is out of range: rows are 0 to ${MAX_SERVICES - 1}`)
    const { pods } = this
    const pod = pods.take(this.classes, podClass, service, now, duration, deadline)
    this.residents.reserve(pods.count)
    this.created++
    this.pendingPods++
    return pod
  }

  /** The controller that created the pod. */
  setOwner(pod: PodId, owner: OwnerId): void {
    this.pods.owner[pod] = owner
  }

  /** Gives a pending pod, which no scheduler knows yet, another shape: what its volumes require is known. */
  reshape(pod: PodId, shape: PodShape): void {
    this.pods.setClass(this.classes, pod, this.classes.intern(shape))
  }

  /** Takes a bind back that did not lead to a running pod: the pod is pending again. */
  unbind(pod: PodId): void {
    const { pods, nodes, log } = this
    const node = pods.node[pod]
    if (pods.phase[pod] !== PodPhase.Bound) throw new Error(`pod ${pod} is ${this.phaseName(pod)}; accepted: a bound pod that does not run`)
    nodes.version[node] = log.version
    log.append(Subject.PodReleased, node, packHolding(pods.podClass[pod], pods.deviceMask[pod]))
    this.letGo(pod)
  }

  /** Deletes a pod that was never bound; its row is reused under the next epoch. */
  deletePending(pod: PodId): void {
    if (this.pods.phase[pod] !== PodPhase.Pending) throw new Error(`pod ${pod} is not pending, it is ${this.phaseName(pod)}`)
    this.pendingPods--
    this.gone++
    this.pods.give(pod)
  }

  /** Changes the phase of a bound pod: to Running, to Ready and back, and finally to Terminating. @throws on any other change */
  setPhase(pod: PodId, phase: PodPhase): void {
    const before = this.pods.phase[pod]
    if (before === phase) return
    const moves = phase === PodPhase.Running || phase === PodPhase.Ready || phase === PodPhase.Terminating
    if (!moves || !isAlive(before)) throw new Error(`pod ${pod} is ${this.phaseName(pod)} and cannot become ${nameOfPhase(phase)}`)
    this.pods.phase[pod] = phase
    if (phase === PodPhase.Terminating) this.logTerminating(pod)
  }

  /**
   * Binds a pending pod to a feasible node, with these devices or with those of `pickDevices`. Returns false, and changes nothing, when the
   * pod is not pending, the node is not feasible, or the devices do not fit. `present`: the pod is there already, whatever is free.
   */
  bind(pod: PodId, node: NodeId, deviceMask: DeviceMask = NONE, now: Time = this.pods.created[pod], present = false): boolean {
    if (!this.hold(pod, node, deviceMask, now, present)) return false
    this.logBind(pod)
    return true
  }

  /** Frees what a bound pod holds; its row is reused under the next epoch. */
  release(pod: PodId, now: Time): void {
    const { pods, nodes, log } = this
    const node = pods.node[pod]
    if (node === NONE) throw new Error(`pod ${pod} holds no node, it is ${this.phaseName(pod)}`)
    if (now < pods.bound[pod]) throw new Error(`pod ${pod} is released at ${now}, before it was bound at ${pods.bound[pod]}`)
    const podClass = pods.podClass[pod]
    const mask = pods.deviceMask[pod]
    const service = pods.service[pod]
    const terminated = pods.phase[pod] === PodPhase.Terminating
    this.move(pod, node, podClass, mask, -1)
    this.gone++
    pods.give(pod)
    if (terminated) log.append(Subject.PodTerminated, node, packHolding(podClass, mask, service))
    nodes.version[node] = log.version
    log.append(Subject.PodReleased, node, packHolding(podClass, mask, service))
  }

  /** Logs a change of an endpoint: EndpointAdded, EndpointTerminating or EndpointRemoved. */
  endpoint(subject: Subject, pod: PodId): void {
    const { service, epoch } = this.pods
    if (service[pod] === NONE) throw new Error(`pod ${pod} belongs to no service, so it cannot be an endpoint`)
    this.log.append(subject, pod, packEndpoint(service[pod], epoch[pod]))
  }

  private phaseName(pod: PodId): string {
    return nameOfPhase(this.pods.phase[pod])
  }

  /**
   * Carries out decisions group by group; when one decision of a group is impossible, the whole group is refused and changes nothing. An
   * eviction makes the pod Terminating and frees nothing yet; a nomination is noted; a decline has no effect. Fills `decisions.accepted` and
   * returns the number of accepted decisions. @throws before anything is done when a row does not exist: that is a mistake of the policy,
   * not a conflict
   */
  commit(decisions: Decisions, now: Time): number {
    assertRows(decisions, this.pods.count, this.nodes.count)
    const { count, group } = decisions
    let total = 0
    for (let from = 0; from < count;) {
      let to = from + 1
      while (to < count && group[to] === group[from]) to++
      const accepted = this.commitGroup(decisions, from, to, now) ? 1 : 0
      for (let row = from; row < to; row++) decisions.accepted[row] = accepted
      total += accepted * (to - from)
      from = to
    }
    return total
  }

  /** Columns first, the log only when the whole group is carried out: no reader sees an entry that is taken back. */
  private commitGroup(decisions: Decisions, from: number, to: number, now: Time): boolean {
    const { kind, pod } = decisions
    this.before.reserve(to - from)
    for (let row = from; row < to; row++) {
      if (this.carryOut(decisions, row, row - from, now)) continue
      this.takeBack(decisions, from, row)
      return false
    }
    for (let row = from; row < to; row++) {
      if (kind[row] === DecisionKind.Bind) this.logBind(pod[row])
      else if (kind[row] === DecisionKind.Evict) this.logTerminating(pod[row])
    }
    return true
  }

  /** @param place row of the decision within its group */
  private carryOut({ kind, pod, node, deviceMask }: Decisions, row: number, place: number, now: Time): boolean {
    switch (kind[row]) {
      case DecisionKind.Bind:
        this.before.nominated[place] = this.pods.nominated[pod[row]]
        return this.hold(pod[row], node[row], deviceMask[row], now)
      case DecisionKind.Evict:
        return this.evict(pod[row], place)
      case DecisionKind.Nominate:
        return this.nominate(pod[row], node[row], place)
      case DecisionKind.Decline:
        return true
    }
  }

  private takeBack({ kind, pod }: Decisions, from: number, to: number): void {
    const { before, pods } = this
    for (let row = to - 1; row >= from; row--) {
      if (kind[row] === DecisionKind.Evict) pods.phase[pod[row]] = before.phase[row - from]
      if (kind[row] === DecisionKind.Bind) this.letGo(pod[row])
      if (kind[row] === DecisionKind.Bind || kind[row] === DecisionKind.Nominate) pods.nominated[pod[row]] = before.nominated[row - from]
    }
  }

  private nominate(pod: PodId, node: NodeId, place: number): boolean {
    const { pods, nodes } = this
    if (pods.phase[pod] !== PodPhase.Pending || (node !== NONE && nodes.state[node] === NodeState.Gone)) return false
    this.before.nominated[place] = pods.nominated[pod]
    pods.nominated[pod] = node
    return true
  }

  private evict(pod: PodId, place: number): boolean {
    const before = this.pods.phase[pod]
    if (!isAlive(before)) return false
    this.before.phase[place] = before
    this.pods.phase[pod] = PodPhase.Terminating
    return true
  }

  /** The bind in the columns, not in the log. */
  private hold(pod: PodId, node: NodeId, deviceMask: DeviceMask, now: Time, present = false): boolean {
    const { pods, nodes, classes, view } = this
    if (pods.phase[pod] !== PodPhase.Pending || !(node >= 0 && node < nodes.count)) return false
    const podClass = pods.podClass[pod]
    if (!present && !view.feasible(podClass, node)) return false
    let mask = deviceMask
    if (mask === NONE) mask = view.pickDevices(podClass, node)
    else if (!devicesFit(nodes.freeDevice, node, classes.gpus[podClass], classes.gpuMilli[podClass], mask)) return false
    this.move(pod, node, podClass, mask, 1)
    pods.phase[pod] = PodPhase.Bound
    pods.node[pod] = node
    pods.nominated[pod] = NONE
    pods.deviceMask[pod] = mask
    pods.bound[pod] = now
    this.pendingPods--
    return true
  }

  /** Takes `hold` back, but for the nomination; every other byte is as before. */
  private letGo(pod: PodId): void {
    const { pods } = this
    this.move(pod, pods.node[pod], pods.podClass[pod], pods.deviceMask[pod], -1)
    pods.phase[pod] = PodPhase.Pending
    pods.node[pod] = NONE
    pods.deviceMask[pod] = 0
    pods.bound[pod] = 0
    this.pendingPods++
  }

  private logBind(pod: PodId): void {
    const { pods, nodes, log } = this
    const node = pods.node[pod]
    nodes.version[node] = log.version
    log.append(Subject.PodBound, node, packHolding(pods.podClass[pod], pods.deviceMask[pod], pods.service[pod]))
  }

  private logTerminating(pod: PodId): void {
    const { node, podClass, deviceMask, service } = this.pods
    this.log.append(Subject.PodTerminating, node[pod], packHolding(podClass[pod], deviceMask[pod], service[pod]))
  }

  /** The pod enters (1) or leaves (-1) the node: its vectors, its list, and the counters over all nodes. */
  private move(pod: PodId, node: NodeId, podClass: PodClassId, mask: DeviceMask, sign: 1 | -1): void {
    const { nodes, classes, allocatedSums } = this
    nodes.hold(node, classes, podClass, mask, sign)
    if (sign > 0) {
      this.residents.enter(pod, node)
      if (nodes.podCount[node] === 1) this.nodesInUse++
    } else {
      this.residents.leave(pod, node)
      if (nodes.podCount[node] === 0) this.nodesInUse--
    }
    if (!isPaid(nodes.state[node])) return
    const { request } = classes
    for (let resource = 0; resource < request.length; resource++) allocatedSums.add(resource, sign * request[resource][podClass])
    this.gpuAllocated += sign * classes.gpus[podClass] * classes.gpuMilli[podClass]
  }
}
