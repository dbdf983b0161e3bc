/**
 * Docker Swarm mode's scheduler (SwarmKit v2.0.0, manager/scheduler): per tick all waiting tasks, grouped by service version.
 * Ties: the order of walking, which is random (Go maps); the number of active tasks on the node decides before that.
 */
import { NONE } from '../../../common/ids.ts'
import type { Time } from '../../../common/ids.ts'
import { FilterPipeline } from './filters.ts'
import { placeGroup, type GroupRules, type Order } from './group.ts'
import { MAX_FAILURES, SwarmNode } from './node.ts'
import { labelOf, type SwarmNodeSpec, type SwarmTaskSpec } from './specs.ts'

/** Time without further changes after which the scheduler acts [µs]. */
export const DEBOUNCE: Time = 50_000

/** A task that the scheduler knows. */
interface Task {
  readonly id: number
  readonly spec: SwarmTaskSpec
  node: SwarmNode | null
  /** Why it waits; '' when it was not tried, or has a node. */
  error: string
  /** False once it was deleted. */
  exists: boolean
  readonly preassigned: boolean
}

/** The scheduler with its nodes and tasks. Changes are told by calls; `settle` decides. */
export class SwarmScheduler {
  private readonly order: Order
  private readonly nodes = new Map<string, SwarmNode>()
  private readonly tasks: Task[] = []
  private waiting = new Set<Task>()
  /** Tasks of global services that are not confirmed on their node. */
  private readonly unconfirmed = new Set<Task>()
  private readonly versions = new Map<string, number>()
  private readonly pipeline = new FilterPipeline()
  private changed = false

  constructor(order: Order) {
    this.order = order
  }

  /** Adds a node, or takes a new description of a known one. */
  describe(spec: SwarmNodeSpec): void {
    const node = this.nodes.get(spec.id)
    if (node === undefined) this.nodes.set(spec.id, new SwarmNode(spec))
    else node.describe(spec)
    this.changed = true
  }

  /** The service has a new specification; waiting tasks of older versions are tried once more and then given up. */
  publish(service: string, version: number): void {
    this.versions.set(service, version)
  }

  /** Creates a task that waits for a node and returns its number. */
  create(spec: SwarmTaskSpec): number {
    const task = this.task(spec, null, false)
    this.waiting.add(task)
    this.changed = true
    return task.id
  }

  /** Creates a task that runs on the node already. */
  createRunning(spec: SwarmTaskSpec, node: string): number {
    const task = this.task(spec, this.known(node), false)
    task.node!.add(task.id, spec)
    return task.id
  }

  /** Creates a task of a global service for this node: the filters confirm it, or it waits. */
  createPreassigned(spec: SwarmTaskSpec, node: string): number {
    const task = this.task(spec, this.known(node), true)
    this.unconfirmed.add(task)
    return task.id
  }

  /** The task failed on its node; the scheduler remembers it against the node, unless it did not choose the node. */
  fail(id: number, now: Time): void {
    const task = this.tasks[id]
    if (task.node !== null && !task.preassigned) task.node.failed(task.spec, now)
    task.node?.remove(id)
    this.forget(task)
    this.changed = true
  }

  /**
   * Deletes the task. A waiting one stays in the queue, as in the real scheduler: it takes part in further ticks until it gets a node, which
   * is given back after that tick.
   */
  remove(id: number): void {
    const task = this.tasks[id]
    if (task.node?.remove(id) === true) this.changed = true
    this.forget(task)
  }

  /** The task is to be shut down: it counts no longer but keeps its reservation. */
  shutDown(id: number): void {
    this.tasks[id].node?.deactivate(id)
  }

  /** The node of a task, null while it waits. */
  nodeOf(id: number): string | null {
    const task = this.tasks[id]
    return task.node === null || this.unconfirmed.has(task) ? null : task.node.spec.id
  }

  /** Why the task waits, as Docker words it. */
  errorOf(id: number): string {
    return this.tasks[id].error
  }

  /** Ticks every `DEBOUNCE` from `now` on, until nothing changes any more or `until` is reached. A changed explanation is a change. */
  settle(now: Time, until: Time): void {
    for (let time = now + DEBOUNCE; time < until; time += DEBOUNCE) {
      this.confirm()
      if (!this.changed) return
      this.changed = false
      this.tick(time)
    }
  }

  private task(spec: SwarmTaskSpec, node: SwarmNode | null, preassigned: boolean): Task {
    const task = { id: this.tasks.length, spec, node, error: '', exists: true, preassigned }
    this.tasks.push(task)
    return task
  }

  private known(id: string): SwarmNode {
    const node = this.nodes.get(id)
    if (node === undefined) throw new Error(`node ${JSON.stringify(id)} is not known; accepted: ${[...this.nodes.keys()].join(', ')}`)
    return node
  }

  private forget(task: Task): void {
    task.exists = false
    task.node = null
    this.unconfirmed.delete(task)
  }

  private confirm(): void {
    for (const task of this.order([...this.unconfirmed])) {
      this.pipeline.begin(task.spec)
      if (this.pipeline.passes(task.node!)) {
        task.node!.add(task.id, task.spec)
        task.error = ''
        this.unconfirmed.delete(task)
      } else task.error = this.pipeline.explain().replace(/^no suitable node \((.*)\)$/, '$1')
    }
  }

  private tick(now: Time): void {
    const waiting = this.order([...this.waiting])
    this.waiting = new Set()
    const groups = new Map<string, Task[]>()
    const single: Task[][] = []
    for (const task of waiting) {
      const { service, version } = task.spec
      if (version === null) single.push([task])
      else {
        const key = `${version} ${service}`
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [task])
        else group.push(task)
      }
    }
    for (const group of this.order([...groups.values()])) this.placeTasks(group, now)
    for (const group of single) this.placeTasks(group, now)
    for (const task of waiting)
      if (!task.exists) {
        task.node?.remove(task.id)
        task.node = null
      }
  }

  private placeTasks(group: readonly Task[], now: Time): void {
    const { spec } = group[0]
    this.pipeline.begin(spec)
    let next = 0
    const rules: GroupRules<SwarmNode> = {
      fits: (node) => this.pipeline.passes(node),
      better: (a, b) => better(a, b, spec, now),
      tasks: (node) => node.activeOf(spec.service),
      path: (node) => spec.preferences.map((key) => labelOf(node.spec, key)).filter((value) => value !== null),
      assign: (node) => {
        const task = group[next++]
        node.add(task.id, spec)
        task.node = node
        task.error = ''
      },
    }
    const placed = placeGroup(group.length, [...this.nodes.values()], rules, this.order)
    const error = this.pipeline.explain()
    for (const task of group.slice(placed)) this.wait(task, error)
  }

  private wait(task: Task, error: string): void {
    if ((this.versions.get(task.spec.service) ?? NONE) > (task.spec.version ?? Infinity)) return
    this.waiting.add(task)
    if (!task.exists || task.error === error) return
    task.error = error
    this.changed = true
  }
}

/**
 * Whether `a` is preferred: if one of the two has MAX_FAILURES recent failures of the service version, the one with fewer; else, and when
 * they are equal, the one with fewer active tasks of the service, then with fewer active tasks.
 */
function better(a: SwarmNode, b: SwarmNode, spec: SwarmTaskSpec, now: Time): boolean {
  const failuresA = a.recentFailures(spec, now)
  const failuresB = b.recentFailures(spec, now)
  if ((failuresA >= MAX_FAILURES || failuresB >= MAX_FAILURES) && failuresA !== failuresB) return failuresA < failuresB
  const tasksA = a.activeOf(spec.service)
  const tasksB = b.activeOf(spec.service)
  return tasksA !== tasksB ? tasksA < tasksB : a.active < b.active
}
