/**
 * One rolling update of a Swarm service: workers that take the slots one by one, and the watch over failing tasks.
 * Source: swarmkit manager/orchestrator/update/updater.go. The real workers are goroutines; here `step` brings all of them as far as they
 * get at an instant. Where the real order is a race, a failure is seen before the next slot is taken, and slots are taken by number.
 */
import type { Time } from '../../common/ids.ts'
import type { OngoingUpdate, Slot, SwarmService, Task, UpdateOutcome } from './service.ts'
import type { UpdateConfig } from './spec.ts'

/** Between the end of the delay of the last worker and the end of the watch, if the delay is longer than the watch. */
const AFTER_DELAY: Time = 1_000_000

/** What an update does to tasks. */
export interface UpdateControl {
  now(): Time
  /** Creates a task of the present template, prepared and not started. */
  createHeld(service: SwarmService, slot: Slot): Task
  /** Starts a held task once `old` has stopped; null: now. */
  start(service: SwarmService, task: Task, old: Task | null): void
  stop(service: SwarmService, task: Task): void
  isRunning(task: Task): boolean
}

interface Worker {
  slot: Slot
  task: Task | null
  phase: 'idle' | 'replacing' | 'starting' | 'delaying'
  until: Time
}

export class ServiceUpdate implements OngoingUpdate {
  /** Version of the service that it works towards. */
  readonly version: number
  private readonly service: SwarmService
  private readonly control: UpdateControl
  private readonly config: UpdateConfig
  private readonly waiting: Slot[]
  private readonly slots: number
  private readonly workers: Worker[]
  /** Tasks that it created, and when they ran or ended; null before. */
  private readonly created = new Map<Task, Time | null>()
  /** Ended tasks that were noticed while the last workers finish. */
  private readonly late: Task[] = []
  private failures = 0
  private stopped = false
  private watchUntil: Time = Infinity

  constructor(service: SwarmService, control: UpdateControl, config: UpdateConfig, slots: readonly Slot[]) {
    this.service = service
    this.control = control
    this.config = config
    this.version = service.version
    this.waiting = [...slots]
    this.slots = slots.length
    const count = config.parallelism === 0 ? slots.length : Math.min(config.parallelism, slots.length)
    this.workers = Array.from({ length: count }, () => ({ slot: 0, task: null, phase: 'idle', until: 0 }))
  }

  /** A task of the service has ended; what follows of it. */
  ended(task: Task): UpdateOutcome {
    if (this.config.failureAction === 'continue' || this.stopped || !this.created.has(task)) return 'running'
    if (this.waiting.length === 0 && this.watchUntil === Infinity && this.isBusy()) {
      this.late.push(task)
      return 'running'
    }
    return this.judge(task)
  }

  private judge(task: Task): UpdateOutcome {
    const started = this.created.get(task)!
    if (started !== null && this.control.now() - started > this.config.monitor) return 'running'
    this.failures++
    // Shares are single precision numbers there.
    if (Math.fround(this.failures / this.slots) <= Math.fround(this.config.maxFailureRatio)) return 'running'
    this.stopped = true
    return this.config.failureAction === 'rollback' && this.service.state !== 'rollback-started' ? 'rollback' : 'paused'
  }

  /** Brings all workers as far as they get now. */
  step(): UpdateOutcome {
    for (const worker of this.workers) this.advance(worker)
    if (this.isBusy()) return 'running'
    if (this.stopped) return 'ended'
    if (this.watchUntil === Infinity) {
      const { monitor, delay } = this.config
      this.watchUntil = this.control.now() + (delay >= monitor ? delay + AFTER_DELAY : monitor)
      for (const task of this.late) {
        const outcome = this.judge(task)
        if (outcome !== 'running') return outcome
      }
    }
    return this.control.now() >= this.watchUntil ? 'completed' : 'running'
  }

  private isBusy(): boolean {
    return this.workers.some(({ phase }) => phase !== 'idle') || (!this.stopped && this.waiting.length > 0)
  }

  /** The next time at which something happens without any event; Infinity: none. */
  next(): Time {
    const times = this.workers.map(({ phase, until }) => (phase === 'delaying' ? until : Infinity))
    return Math.min(this.watchUntil, ...times)
  }

  private advance(worker: Worker): void {
    for (;;) {
      switch (worker.phase) {
        case 'idle': {
          const slot = this.stopped ? undefined : this.waiting.shift()
          if (slot === undefined) return
          worker.slot = slot
          if (this.service.exists(slot)) this.begin(worker)
          break
        }
        case 'replacing':
          if (worker.task!.start !== null && worker.task!.wanted) return
          this.rest(worker)
          break
        case 'starting':
          if (!this.isUp(worker.task!)) return
          this.rest(worker)
          break
        case 'delaying':
          if (this.control.now() < worker.until) return
          worker.phase = 'idle'
      }
    }
  }

  private rest(worker: Worker): void {
    worker.phase = 'delaying'
    worker.until = this.control.now() + this.config.delay
  }

  /** The tasks of a slot are replaced, or one of them that is up to date is kept. */
  private begin(worker: Worker): void {
    const { service, control, config } = this
    const tasks = [...service.inSlot(worker.slot)]
    const clean = tasks.filter(({ template }) => template === service.template)
    const kept = clean.find(({ start }) => start === null) ?? clean.at(0)
    if (kept !== undefined) {
      this.keep(worker, kept)
      return
    }
    const task = control.createHeld(service, worker.slot)
    worker.task = task
    worker.phase = 'starting'
    this.created.set(task, null)
    control.start(service, task, config.order === 'stop-first' ? (tasks.at(-1) ?? null) : null)
    if (config.order === 'stop-first') for (const old of tasks) control.stop(service, old)
  }

  private keep(worker: Worker, kept: Task): void {
    const { service, control } = this
    const others = service.inSlot(kept.slot).filter((task) => task !== kept)
    worker.task = kept
    worker.phase = 'replacing'
    if (kept.start !== null) control.start(service, kept, others.at(-1) ?? null)
    for (const task of others) control.stop(service, task)
  }

  /** The new task runs or has ended already, for which a worker waits without limit, even when its node is lost; with start-first the old ones stop once it runs. */
  private isUp(task: Task): boolean {
    const { service, control, config } = this
    const running = control.isRunning(task)
    if (!running && !task.ended) return false
    this.created.set(task, control.now())
    if (running && config.order === 'start-first') for (const old of service.inSlot(task.slot)) if (old !== task) control.stop(service, old)
    return true
  }
}
