/**
 * The controllers of Swarm services, replicated and global: they keep the slots of each service filled, restart tasks that end, start held
 * tasks when their delay is over, and run updates. One sync brings a service as far as it gets at an instant.
 * Source: swarmkit manager/orchestrator/{replicated,global,restart,update}.
 */
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { PodController, PodObjects, TaskControl } from '../kubernetes/pod-objects.ts'
import { WorkQueue } from '../kubernetes/work-queue.ts'
import { EndReason } from '../owners.ts'
import { RestartHistory } from './restarts.ts'
import { keepingOrder } from './scale-down.ts'
import { SwarmService, type DelayedStart, type RestartReason, type Slot, type Task, type UpdateOutcome } from './service.ts'
import type { SwarmServiceController } from './spec.ts'
import { ServiceUpdate, type UpdateControl } from './update.ts'

/** A new task waits no longer than this for the end of the one that it replaces [µs]. */
const OLD_TASK_TIMEOUT: Time = 60_000_000

/** What the controller needs of a run. */
export interface SwarmRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: TaskControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Nodes that global services have a task on: neither drained nor down. `paused`: they take no further tasks. */
  readonly nodes: { existing(): Iterable<NodeId>; isPaused(node: NodeId): boolean }
  /** The state of a service may have changed. */
  reported(service: SwarmService): void
  /** An update failed, and the service goes back to its previous template. */
  rolledBack(service: SwarmService): void
}

export class SwarmServices implements UpdateControl {
  private readonly services: SwarmService[] = []
  private readonly histories: RestartHistory[] = []
  /** Tasks that have ended since the last sync, in order. */
  private readonly ended: Task[][] = []
  private readonly queue: WorkQueue
  private readonly run: SwarmRun

  constructor(run: SwarmRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'swarm service', (row) => this.sync(this.services[row]), run.latency)
  }

  settle(): boolean {
    return this.queue.flush()
  }

  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(
    spec: Omit<SwarmServiceController, 'kind' | 'health'>,
    given: { readonly workload?: WorkloadId; readonly replicas: number; matches(node: NodeId): boolean },
  ): SwarmService {
    const row = this.services.length
    const controller: PodController = {
      workload: given.workload,
      podChanged: () => this.queue.add(row),
      podGone: (pod) => this.gone(row, pod),
    }
    const service = new SwarmService(row, spec, given, controller)
    this.services.push(service)
    this.histories.push(new RestartHistory(spec.restart))
    this.ended.push([])
    this.queue.add(row)
    return service
  }

  // ---- what users do

  scale(service: SwarmService, replicas: number): void {
    if (service.replicas === replicas) return
    service.replicas = replicas
    this.changed(service)
  }

  /** `docker service update`: a rolling update to the template. */
  rollOut(service: SwarmService, template: number): void {
    service.before = service.template
    service.template = template
    this.changed(service)
  }

  /** `docker service rollback`: back to the previous template, by `rollback_config`; nothing when there is none. */
  rollBack(service: SwarmService): void {
    if (service.before === null) return
    service.template = service.before
    service.before = null
    this.changed(service)
    service.state = 'rollback-started'
  }

  private changed(service: SwarmService): void {
    service.version++
    service.state = 'none'
    service.dirty = true
    this.queue.add(service.row)
  }

  // ---- nodes

  /** The node is down, or drained: its tasks are replaced elsewhere, those of global services only stopped. */
  nodeUnusable(node: NodeId, why: 'lost' | 'drained'): void {
    for (const service of this.services) {
      for (const task of [...service.tasks.values()]) {
        if (this.run.objects.node[task.pod] !== node) continue
        if (why === 'lost') this.stopWaitingFor(service, task)
        if (task.wanted) this.leaves(service, task, why)
      }
      this.nodesChanged(service)
    }
  }

  /** The task of one pod leaves its node. */
  leave(service: SwarmService, pod: PodId): void {
    const task = service.tasks.get(pod)
    if (task?.wanted === true) this.leaves(service, task, 'drained')
  }

  private leaves(service: SwarmService, task: Task, why: 'lost' | 'drained'): void {
    if (service.isGlobal) this.stop(service, task, reasonOf(why))
    else this.restart(service, task, why)
    this.queue.add(service.row)
  }

  /** Nodes have joined, left, or changed their availability. */
  nodesChanged(only?: SwarmService): void {
    for (const service of only === undefined ? this.services : [only]) {
      if (!service.isGlobal) continue
      service.dirty = true
      this.queue.add(service.row)
    }
  }

  // ---- one sync

  private sync(service: SwarmService): void {
    this.processEnded(service)
    do {
      if (service.dirty) this.reconcile(service)
      this.stepUpdate(service)
    } while (this.startDue(service) || service.dirty)
    this.plan(service)
    this.run.reported(service)
  }

  private stepUpdate(service: SwarmService): void {
    while (service.update !== null) {
      const outcome = service.update.step()
      if (outcome === 'running') return
      this.follow(service, outcome)
    }
  }

  /** The next instant at which a delay, a watch or a wait ends. */
  private plan(service: SwarmService): void {
    let next = service.update?.next() ?? Infinity
    for (const { start } of service.delayed) {
      const { due, until, waitsFor } = start!
      next = Math.min(next, due > this.now() || waitsFor === null ? due : until)
    }
    if (next !== Infinity) this.queue.addAfter(service.row, Math.max(1, next - this.now()))
  }

  private processEnded(service: SwarmService): void {
    for (const task of this.ended[service.row].splice(0)) {
      if (task.wanted) this.restart(service, task, 'failed')
      if (service.update !== null) this.follow(service, service.update.ended(task))
    }
  }

  private follow(service: SwarmService, outcome: UpdateOutcome): void {
    switch (outcome) {
      case 'completed':
        service.update = null
        if (service.state !== 'none') service.state = service.state === 'rollback-started' ? 'rollback-completed' : 'completed'
        // The service was written: slots that meanwhile got a second task are put in order.
        service.dirty = true
        return
      case 'paused':
        service.state = service.state === 'rollback-started' ? 'rollback-paused' : 'paused'
        return
      case 'ended':
        service.update = null
        return
      case 'running':
        return
      case 'rollback':
        service.update = null
        if (service.before === null) service.state = 'paused'
        else {
          this.rollBack(service)
          this.run.rolledBack(service)
        }
    }
  }

  /** Starts the held tasks whose time has come; false when there is none. */
  private startDue(service: SwarmService): boolean {
    const now = this.now()
    let any = false
    for (const task of [...service.delayed]) {
      const { due, until, waitsFor, restart } = task.start!
      if (now < due || (waitsFor !== null && now < until)) continue
      any = true
      task.start = null
      service.delayed.delete(task)
      if (!task.ended) this.run.control.release(task.pod)
      if (restart !== null) this.restart(service, task, restart)
    }
    return any
  }

  // ---- slots

  private reconcile(service: SwarmService): void {
    service.dirty = false
    if (service.state === 'rollback-started') service.finished.clear()
    if (service.isGlobal) this.reconcileGlobal(service)
    else this.reconcileReplicated(service)
  }

  private reconcileReplicated(service: SwarmService): void {
    const { slots, finished, replicas } = service
    const present = [...new Set([...slots.keys(), ...finished.keys()])].sort((a, b) => a - b)
    if (present.length <= replicas) {
      this.beginUpdate(service, present)
      const missing = replicas - present.length
      for (let slot = 1, added = 0; added < missing; slot++) {
        if (service.exists(slot)) continue
        this.createTask(service, slot, false)
        added++
      }
      return
    }
    const order = keepingOrder(present.map((slot) => this.viewOf(service, slot)))
    this.beginUpdate(service, order.slice(0, replicas))
    for (const slot of order.slice(replicas)) {
      finished.delete(slot)
      for (const task of service.inSlot(slot)) this.stop(service, task)
    }
  }

  private viewOf(service: SwarmService, slot: Slot) {
    const tasks = service.inSlot(slot)
    const node = tasks.length === 1 ? this.run.objects.node[tasks[0].pod] : NONE
    return { slot, node, running: tasks.some((task) => this.isRunning(task)) }
  }

  private reconcileGlobal(service: SwarmService): void {
    const { nodes } = this.run
    const wanted = new Set<Slot>()
    const missing: Slot[] = []
    for (const node of nodes.existing()) {
      if (!service.matches(node)) continue
      wanted.add(node)
      if (!service.exists(node) && !nodes.isPaused(node)) missing.push(node)
    }
    for (const slot of [...service.slots.keys()]) if (!wanted.has(slot)) for (const task of service.inSlot(slot)) this.stop(service, task)
    for (const slot of service.finished.keys()) if (!wanted.has(slot)) service.finished.delete(slot)
    service.replicas = wanted.size
    for (const slot of missing) this.createTask(service, slot, false)
    const updated = [...wanted].filter((slot) => service.exists(slot) && !nodes.isPaused(slot))
    this.beginUpdate(service, updated)
  }

  /** An update towards the present version goes on; one towards an earlier version is given up. */
  private beginUpdate(service: SwarmService, slots: readonly Slot[]): void {
    if (service.update?.version === service.version) return
    service.update = null
    if (service.state === 'paused' || service.state === 'rollback-paused') return
    const dirty = slots.filter((slot) => service.isSlotDirty(slot))
    if (dirty.length === 0) {
      if (service.state === 'updating') service.state = 'completed'
      else if (service.state === 'rollback-started') service.state = 'rollback-completed'
      return
    }
    if (service.state === 'none') service.state = 'updating'
    const { rollback, update } = service.spec
    service.update = new ServiceUpdate(service, this, service.state === 'rollback-started' ? rollback : update, dirty)
  }

  // ---- tasks

  private restart(service: SwarmService, task: Task, why: RestartReason): void {
    if (task.start !== null) {
      task.start.restart ??= why
      return
    }
    const now = this.now()
    service.leave(task)
    if (this.histories[service.row].allows(task.slot, task.version, now)) {
      const next = this.createTask(service, task.slot, true, why === 'failed')
      this.histories[service.row].record(task.slot, next.version, now)
      const waitsFor = task.ended || why === 'lost' ? null : task
      this.delay(service, next, { due: now + (why === 'drained' ? 0 : service.spec.restart.delay), waitsFor })
    } else if (!service.exists(task.slot)) service.finished.set(task.slot, task)
    if (!task.ended) this.stop(service, task, reasonOf(why))
  }

  private delay(service: SwarmService, task: Task, { due, waitsFor }: Pick<DelayedStart, 'due' | 'waitsFor'>): void {
    task.start = { due, until: this.now() + OLD_TASK_TIMEOUT, waitsFor, restart: null }
    service.delayed.add(task)
  }

  private createTask(service: SwarmService, slot: Slot, held: boolean, replaces = false): Task {
    const { template, version } = service
    const pod = this.run.control.create(service.controller, {
      template,
      ordinal: slot,
      held,
      replaces,
      ...(service.isGlobal ? { node: slot } : {}),
    })
    const task: Task = { pod, slot, template, version, start: null, wanted: true, ended: false }
    service.enter(task)
    return task
  }

  private gone(row: number, pod: PodId): void {
    const service = this.services[row]
    const task = service.tasks.get(pod)
    if (task === undefined) return
    service.tasks.delete(pod)
    task.ended = true
    this.stopWaitingFor(service, task)
    this.ended[row].push(task)
    this.queue.add(row)
  }

  private stopWaitingFor(service: SwarmService, old: Task): void {
    for (const { start } of service.delayed) if (start!.waitsFor === old) start!.waitsFor = null
  }

  // ---- what an update does

  now(): Time {
    return this.run.simulator.now
  }

  createHeld(service: SwarmService, slot: Slot): Task {
    return this.createTask(service, slot, true)
  }

  start(service: SwarmService, task: Task, old: Task | null): void {
    this.delay(service, task, { due: this.now(), waitsFor: old?.ended === false ? old : null })
  }

  stop(service: SwarmService, task: Task, reason?: EndReason): void {
    service.leave(task)
    if (task.ended) return
    if (reason === undefined) this.run.control.delete(task.pod)
    else this.run.control.evict(task.pod, reason)
  }

  isRunning({ pod, ended }: Task): boolean {
    return !ended && this.run.objects.ready[pod] === 1
  }
}

/** Why the pod of a task ends that is replaced; undefined for one that has ended already. */
function reasonOf(why: RestartReason): EndReason | undefined {
  if (why === 'failed') return undefined
  return why === 'drained' ? EndReason.Evicted : EndReason.NodeLost
}
