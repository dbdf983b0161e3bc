/** The object of a Swarm service: its slots, their tasks, and the state of its update. */
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { PodController } from '../kubernetes/pod-objects.ts'
import type { SwarmServiceController } from './spec.ts'

/** Number of a slot from 1 on; of a global service the node, since it has a slot on each. */
export type Slot = number

/** A task whose start waits: for a delay, and for the end of the task that it replaces. */
export interface DelayedStart {
  readonly due: Time
  /** The start waits no longer for the old task than until this time. */
  readonly until: Time
  waitsFor: Task | null
  /** The task is to be restarted itself as soon as the delay is over, because of what happened meanwhile; null: it is not. */
  restart: RestartReason | null
}

/** Why a task is replaced: it ended, its node is down, or its node is drained. */
export type RestartReason = 'failed' | 'lost' | 'drained'

/** One task. Its pod row is reused once it has ended. */
export interface Task {
  readonly pod: PodId
  readonly slot: Slot
  readonly template: number
  /** Version of the service when it was created. */
  readonly version: number
  /** Null: it was told to run. */
  start: DelayedStart | null
  /** False: the service wants it to stop. */
  wanted: boolean
  ended: boolean
}

/** The states of `docker service inspect`'s UpdateStatus; none: the service was not updated since it was last changed. */
export type UpdateState = 'none' | 'updating' | 'paused' | 'completed' | 'rollback-started' | 'rollback-paused' | 'rollback-completed'

/** What an update has come to. */
export type UpdateOutcome = 'running' | 'completed' | 'paused' | 'rollback' | 'ended'

/** The update that a service is in (update.ts). */
export interface OngoingUpdate {
  /** Version of the service that it works towards. */
  readonly version: number
  /** Brings it as far as it gets now. */
  step(): UpdateOutcome
  /** A task has ended. */
  ended(task: Task): UpdateOutcome
  /** When there is something to do again. */
  next(): Time
}

export class SwarmService {
  readonly row: number
  readonly workload: WorkloadId | undefined
  readonly spec: Omit<SwarmServiceController, 'kind' | 'health'>
  readonly controller: PodController
  /** Of a global service: whether its tasks may run on the node. */
  readonly matches: (node: NodeId) => boolean
  replicas: number
  template: number
  /** The template before the last change, which a rollback goes back to; null: there is none. */
  before: number | null = null
  /** Counts the changes of the service. */
  version = 0
  /** Tasks that the service wants, by slot. More than one while a task is replaced. */
  readonly slots = new Map<Slot, Task[]>()
  /** The last task of each slot that is not restarted. */
  readonly finished = new Map<Slot, Task>()
  /** All tasks with a pod, by the pod. */
  readonly tasks = new Map<PodId, Task>()
  /** Wanted tasks that were not told to run yet. */
  readonly delayed = new Set<Task>()
  state: UpdateState = 'none'
  update: OngoingUpdate | null = null
  /** The number of slots may differ from the replicas, or their tasks may have another template. */
  dirty = true

  constructor(
    row: number,
    spec: Omit<SwarmServiceController, 'kind' | 'health'>,
    { workload, replicas, matches }: { workload?: WorkloadId; replicas: number; matches: (node: NodeId) => boolean },
    controller: PodController,
  ) {
    this.row = row
    this.spec = spec
    this.workload = workload
    this.replicas = replicas
    this.matches = matches
    this.controller = controller
    this.template = 0
  }

  get isGlobal(): boolean {
    return this.spec.mode === 'global'
  }

  /** The tasks of a slot that are wanted. */
  inSlot(slot: Slot): readonly Task[] {
    return this.slots.get(slot) ?? []
  }

  /** Whether the slot has a task, or had one that is not restarted. */
  exists(slot: Slot): boolean {
    return this.slots.has(slot) || this.finished.has(slot)
  }

  enter(task: Task): void {
    this.tasks.set(task.pod, task)
    const others = this.slots.get(task.slot)
    if (others === undefined) this.slots.set(task.slot, [task])
    else others.push(task)
    this.finished.delete(task.slot)
  }

  /** The task is wanted no longer. */
  leave(task: Task): void {
    task.wanted = false
    this.delayed.delete(task)
    const others = this.slots.get(task.slot)
    if (others === undefined) return
    const left = others.filter((one) => one !== task)
    if (left.length === 0) this.slots.delete(task.slot)
    else this.slots.set(task.slot, left)
  }

  /** Whether an update has to do something about the slot. */
  isSlotDirty(slot: Slot): boolean {
    const tasks = this.inSlot(slot)
    if (tasks.length === 0) return this.finished.get(slot)!.template !== this.template
    return tasks.length > 1 || tasks[0].template !== this.template
  }
}
