/**
 * The service scheduler of Amazon ECS: keeps the desired number of tasks, replaces tasks of old deployments, of draining instances and those
 * that are unhealthy within minimumHealthyPercent and maximumPercent, and ends deployments by the circuit breaker.
 * Source: Amazon ECS developer guide. Not documented, and chosen here: all that the bounds allow is done at once, tasks are stopped as soon as
 * enough others are healthy, and a DAEMON service with a maximum above 100 % starts the new task beside the old one.
 */
import { NONE, type NodeId, type PodId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ApiPhase, type PodController, type PodObjects, type TaskControl } from '../kubernetes/pod-objects.ts'
import { WorkQueue } from '../kubernetes/work-queue.ts'
import { EndReason } from '../owners.ts'
import { boundsOf, failureThreshold, launchPause } from './deployment.ts'
import { EcsService, type EcsServiceGiven, type EcsTask } from './service.ts'
import type { EcsServiceController } from './spec.ts'
import { stoppingOrder, type StoppableTask } from './stopping-order.ts'

/** What the scheduler needs of a run. */
export interface EcsRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: TaskControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  readonly nodes: {
    /** Container instances that are not draining. */
    active(): Iterable<NodeId>
    zoneOf(node: NodeId): number
  }
  /** The state of a service may have changed. */
  reported(service: EcsService): void
  /** A deployment failed, and the service goes back to the last completed one. */
  rolledBack(service: EcsService): void
}

export class EcsServices {
  private readonly services: EcsService[] = []
  private readonly queue: WorkQueue
  private readonly run: EcsRun

  constructor(run: EcsRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'ecs service', (row) => this.sync(this.services[row]), run.latency)
  }

  settle(): boolean {
    return this.queue.flush()
  }

  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(spec: Omit<EcsServiceController, 'kind'>, given: EcsServiceGiven): EcsService {
    const row = this.services.length
    const controller: PodController = {
      workload: given.workload,
      podChanged: (pod) => this.changed(row, pod),
      podGone: (pod) => this.gone(row, pod),
    }
    const service = new EcsService(row, spec, given, controller)
    this.services.push(service)
    this.queue.add(row)
    return service
  }

  // ---- what users do

  scale(service: EcsService, replicas: number): void {
    service.desired = replicas
    this.queue.add(service.row)
  }

  /** A new deployment; launches are not throttled any more. */
  rollOut(service: EcsService, template: number): void {
    service.before = service.template
    this.deploy(service, template)
  }

  private deploy(service: EcsService, template: number): void {
    service.template = template
    service.rollout = 'in-progress'
    service.failures = 0
    service.launchFailures = 0
    service.pausedUntil = 0
    this.queue.add(service.row)
  }

  // ---- instances

  /** Tasks of an instance leave it: PENDING ones are stopped at once, RUNNING ones are replaced within the bounds. */
  drain(service: EcsService, pod: PodId): void {
    const task = service.tasks.find((one) => one.pod === pod)
    if (task === undefined || task.draining) return
    task.draining = true
    if (!task.hasRun) this.stop(service, task, EndReason.Evicted)
    this.queue.add(service.row)
  }

  /** The load balancer's health checks of the tasks on an instance fail, or succeed again before the tasks were replaced. */
  checked(service: EcsService, node: NodeId, healthy: boolean): void {
    for (const task of service.tasks) if (this.run.objects.node[task.pod] === node) task.unhealthy = !healthy
    this.queue.add(service.row)
  }

  /** The agent of an instance is not connected: tasks that never ran there are replaced. */
  disconnected(service: EcsService, node: NodeId): void {
    for (const task of [...service.tasks])
      if (!task.hasRun && this.run.objects.node[task.pod] === node) this.stop(service, task, EndReason.NodeLost)
    this.queue.add(service.row)
  }

  nodesChanged(): void {
    for (const service of this.services) if (service.isDaemon) this.queue.add(service.row)
  }

  // ---- tasks

  private changed(row: number, pod: PodId): void {
    const service = this.services[row]
    const task = service.tasks.find((one) => one.pod === pod)
    if (task !== undefined) {
      if (this.run.objects.phase[pod] === ApiPhase.Running) task.hasRun = true
      if (this.run.objects.ready[pod] === 1) this.becameHealthy(service, task)
    }
    this.queue.add(row)
  }

  private becameHealthy(service: EcsService, task: EcsTask): void {
    if (task.wasHealthy) return
    task.wasHealthy = true
    service.launchFailures = 0
    if (task.template === service.template && service.spec.breaker.resetOnHealthyTask) service.failures = 0
  }

  /** A wanted task has ended by itself. */
  private gone(row: number, pod: PodId): void {
    const service = this.services[row]
    const place = service.tasks.findIndex((one) => one.pod === pod)
    if (place >= 0) {
      const [task] = service.tasks.splice(place, 1)
      if (this.run.objects.phase[pod] === ApiPhase.Failed && task.template === service.template) this.failed(service, task)
    }
    this.queue.add(row)
  }

  /** A task that never ran slows down the launches; one that was never healthy counts for the circuit breaker. */
  private failed(service: EcsService, task: EcsTask): void {
    if (!task.hasRun) {
      service.launchFailures++
      service.pausedUntil = this.run.simulator.now + launchPause(service.launchFailures)
    }
    if (task.wasHealthy || service.rollout !== 'in-progress') return
    service.failures++
    const { breaker } = service.spec
    if (!breaker.enable || service.failures < failureThreshold(breaker, service.desired)) return
    if (breaker.rollback && service.completed !== null && service.completed !== service.template) {
      service.before = null
      this.deploy(service, service.completed)
      this.run.rolledBack(service)
    } else service.rollout = 'failed'
  }

  // ---- one sync

  private sync(service: EcsService): void {
    const { nodes } = this.run
    if (service.isDaemon) {
      service.nodes = [...nodes.active()].filter((node) => service.given.matches(node))
      service.desired = service.nodes.length
    }
    this.stopSome(service)
    this.launch(service)
    this.complete(service)
    this.run.reported(service)
  }

  private complete(service: EcsService): void {
    const { tasks, desired } = service
    if (service.rollout !== 'in-progress' || tasks.length !== desired) return
    if (!tasks.every((task) => service.isCurrent(task) && this.isHealthy(service, task))) return
    service.rollout = 'completed'
    service.completed = service.template
  }

  private isHealthy(service: EcsService, task: EcsTask): boolean {
    return service.isHealthy(task, this.run.objects, this.run.simulator.now)
  }

  private stopSome(service: EcsService): void {
    const { desired, spec } = service
    const { least, most } = boundsOf(desired, spec.minimumHealthyPercent, spec.maximumPercent)
    const current = service.tasks.filter((task) => service.isCurrent(task))
    if (current.length > desired && !service.isDaemon) this.stopFrom(service, current, current.length - desired)
    if (service.isDaemon) this.stopStray(service)
    if (service.rollout === 'failed') return
    const replaced = service.tasks.filter((task) => !service.isCurrent(task))
    for (const task of replaced) if (!task.hasRun) this.stop(service, task)
    this.stopUnhealthy(service, most)
    const healthy = service.tasks.filter((task) => this.isHealthy(service, task))
    const outdated = healthy.filter((task) => !service.isCurrent(task))
    this.stopFrom(service, outdated, Math.min(outdated.length, healthy.length - least))
    this.planSettling(service)
  }

  /** Replacements of unhealthy tasks are started first; where the maximum forbids it, one of them is stopped to make room. */
  private stopUnhealthy(service: EcsService, most: number): void {
    const failing = service.tasks.filter((task) => task.hasRun && !this.isHealthy(service, task) && !service.isCurrent(task))
    if (failing.length === 0) return
    const current = service.tasks.filter((task) => service.isCurrent(task))
    const healthy = current.filter((task) => this.isHealthy(service, task)).length
    const surplus = Math.max(0, service.tasks.length - service.desired)
    // Replaced one by one, or those for which a healthy replacement runs.
    const room = service.tasks.length >= most && current.length === healthy ? 1 : 0
    for (const task of failing.slice(0, Math.max(room, Math.min(surplus, healthy)))) this.stop(service, task)
  }

  /** Without any check a running task counts only after a while. */
  private planSettling({ settling, tasks, row }: EcsService): void {
    if (settling === 0) return
    const { objects, simulator } = this.run
    const times = tasks.filter(({ pod }) => objects.ready[pod] === 1).map(({ pod }) => objects.readyChanged[pod] + settling)
    const next = Math.min(...times.filter((time) => time > simulator.now))
    if (next !== Infinity) this.queue.addAfter(row, next - simulator.now)
  }

  /** Of a DAEMON service: tasks on instances that are not its any more. */
  private stopStray(service: EcsService): void {
    const nodes = new Set(service.nodes)
    for (const task of [...service.tasks]) if (!nodes.has(task.node)) this.stop(service, task, EndReason.Evicted)
  }

  private stopFrom(service: EcsService, candidates: readonly EcsTask[], count: number): void {
    if (count <= 0) return
    const leaving = new Set(candidates)
    const views = (tasks: readonly EcsTask[]): StoppableTask[] => tasks.map((task) => this.viewOf(task))
    const others = service.tasks.filter((task) => !leaving.has(task))
    for (const row of stoppingOrder(views(candidates), views(others), count))
      this.stop(service, candidates[row], candidates[row].draining ? EndReason.Evicted : undefined)
  }

  private viewOf({ pod, hasRun }: EcsTask): StoppableTask {
    const node = this.run.objects.node[pod]
    return { node, zone: node === NONE ? NONE : this.run.nodes.zoneOf(node), running: hasRun }
  }

  private stop(service: EcsService, task: EcsTask, reason?: EndReason): void {
    service.tasks = service.tasks.filter((one) => one !== task)
    if (reason === undefined) this.run.control.delete(task.pod)
    else this.run.control.evict(task.pod, reason)
  }

  private launch(service: EcsService): void {
    if (service.rollout === 'failed') return
    const { desired, spec, tasks } = service
    const { most } = boundsOf(desired, spec.minimumHealthyPercent, spec.maximumPercent)
    const current = tasks.filter((task) => service.isCurrent(task))
    const count = Math.min(desired - current.length, most - tasks.length)
    if (count <= 0) return
    const { now } = this.run.simulator
    if (now < service.pausedUntil) {
      this.queue.addAfter(service.row, service.pausedUntil - now)
      return
    }
    if (service.isDaemon) this.launchOnNodes(service, current, count)
    else for (let i = 0; i < count; i++) this.launchTask(service, NONE)
  }

  /** Nodes without a task come first, then those whose task is to be replaced. */
  private launchOnNodes(service: EcsService, current: readonly EcsTask[], count: number): void {
    const served = new Set(current.map(({ node }) => node))
    const occupied = new Set(service.tasks.map(({ node }) => node))
    const missing = service.nodes.filter((node) => !served.has(node))
    const order = [...missing.filter((node) => !occupied.has(node)), ...missing.filter((node) => occupied.has(node))]
    for (const node of order.slice(0, count)) this.launchTask(service, node)
  }

  private launchTask(service: EcsService, node: NodeId): void {
    const { template } = service
    const pod = this.run.control.create(service.controller, { template, ...(node === NONE ? {} : { node }) })
    service.tasks.push({
      pod,
      template,
      node,
      draining: false,
      unhealthy: false,
      hasRun: this.run.objects.phase[pod] === ApiPhase.Running,
      wasHealthy: false,
    })
  }
}
