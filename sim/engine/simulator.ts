/**
 * The simulator: a clock in whole microseconds, a queue of events (kind, a, b) and a table of handlers, one per kind. Closures
 * are events of one reserved kind; the loop handles no promises and no objects.
 */
import type { EventHandle, Time } from '../common/ids.ts'
import { KINDS, refuseKind } from './events.ts'
import { EventQueue, type EventQueueOptions } from './queue.ts'

/** Called with the two numbers of the event. */
export type Handler = (a: number, b: number) => void

/** A number below 1023 that says which handler an event goes to. */
export type EventKind = number

/** Why `run` returned: no event is pending, the time was reached, the event budget was used up, or stop() was called. */
export type Ending = 'empty' | 'until' | 'budget' | 'stopped'

/** The last kind is reserved for closures: the function is in a table, at the event's slot. */
const CLOSURE = KINDS - 1
const LAST_TIME = Number.MAX_SAFE_INTEGER

export class Simulator {
  /** The current time [µs]. Only `run` advances it. */
  now: Time = 0
  /** Events processed since the simulator was created. */
  events = 0
  /**
   * Called with (kind, a, b) after each event, for --check; null costs nothing. Set it before `run`. While it is set, times that are
   * not whole are refused when they are reached: a check at each `at` would cost every run 8 %.
   */
  afterEvent: ((kind: number, a: number, b: number) => void) | null = null
  private readonly queue: EventQueue
  private readonly handlers: Handler[] = []
  private readonly handled = new Set<EventKind>()
  private readonly names: (string | undefined)[] = []
  private nextKind = 0
  /** The function of a pending closure, by slot. */
  private readonly closures: ((() => void) | null)[] = []
  private stopping = false
  private running = false

  constructor(options: EventQueueOptions = {}) {
    this.queue = new EventQueue(options)
    for (let kind = 0; kind < KINDS; kind++) {
      this.handlers.push(() => {
        throw new Error(`event kind ${this.nameOf(kind)} has no handler; accepted: kinds given to on(kind, handler)`)
      })
    }
  }

  /** Number of pending events. */
  get size(): number {
    return this.queue.size
  }

  /** The next free kind, under a name for messages. Its handler is attached with `on`. */
  kind(name: string): EventKind {
    while (this.names[this.nextKind] !== undefined) this.nextKind++
    const kind = this.nextKind++
    if (kind >= CLOSURE) refuseKind(kind, CLOSURE)
    this.names[kind] = name
    return kind
  }

  /** Attaches the handler of a kind, 0 to 1022. A second handler for one kind is refused. */
  on(kind: EventKind, handler: Handler): void {
    if (!(Number.isInteger(kind) && kind >= 0 && kind < CLOSURE)) refuseKind(kind, CLOSURE)
    if (this.handled.has(kind)) throw new Error(`event kind ${this.nameOf(kind)} has a handler already; accepted: one handler per kind`)
    this.handled.add(kind)
    this.names[kind] ??= `${kind}`
    this.handlers[kind] = handler
  }

  /** A kind of its own for this handler: `kind` and `on` in one step. */
  register(name: string, handler: Handler): EventKind {
    const kind = this.kind(name)
    this.on(kind, handler)
    return kind
  }

  private nameOf(kind: EventKind): string {
    return this.names[kind] ?? `${kind}`
  }

  /**
   * Schedules an event for `time` [whole µs, from now on]; events of equal times fire in the order in which they were scheduled.
   * Returns its handle. An event at Infinity (or from 2^53 on) never fires, but may be moved: a parked timer.
   */
  at(time: Time, kind: number, a: number, b: number): EventHandle {
    return this.queue.push(time, kind, a, b)
  }

  /** Reschedules a pending event; among equal times it is then the last. Its handle stays valid. */
  move(handle: EventHandle, time: Time): void {
    this.queue.move(handle, time)
  }

  /** Removes a pending event. A handle that is no longer pending is refused: ask `pending`, or forget it when it fires. */
  cancel(handle: EventHandle): void {
    this.queue.cancel(handle)
    const slot = this.queue.slotOf(handle)
    if (slot < this.closures.length) this.closures[slot] = null
  }

  /**
   * For an event at `time` that has an effect only if another event comes before it: true when none does, so that it need not be
   * scheduled. It counts as processed. False also when no event is pending: the clock would not reach `time`.
   */
  spare(time: Time): boolean {
    const { queue } = this
    const { next } = queue
    if (next <= time || next === Infinity || time > queue.limit) return false
    this.events++
    return true
  }

  /** Whether the handle names an event that has neither fired nor been cancelled. */
  pending(handle: EventHandle): boolean {
    return this.queue.pending(handle)
  }

  /** The time a pending event is scheduled for. */
  timeOf(handle: EventHandle): Time {
    return this.queue.timeOf(handle)
  }

  /** As `at`, for a closure: for rare events, or for a first draft of a model. */
  call(time: Time, fn: () => void): EventHandle {
    const handle = this.queue.push(time, CLOSURE, 0, 0)
    const slot = this.queue.slotOf(handle)
    const { closures } = this
    if (slot < closures.length) closures[slot] = fn
    else this.growClosures(slot, fn)
    return handle
  }

  /**
   * Processes events up to and including `until` [µs], at most `budget` of them. When `until` is reached and later events are
   * pending, `now` becomes `until`; when no event is pending, `now` stays at the last event. An error thrown by a handler propagates
   * and its event counts as processed; `run` may be called again.
   */
  run(until: Time, budget = Infinity): Ending {
    if (this.running) throw new Error('run was called from inside an event; accepted: at(), call() or stop()')
    if (!(until >= this.now)) throw new RangeError(`run until ${until}: before now, ${this.now}`)
    this.running = true
    this.stopping = false
    this.queue.limit = Math.min(until, LAST_TIME)
    try {
      return this.loop(until, budget)
    } finally {
      this.running = false
    }
  }

  /** Makes `run` return after the current event. */
  stop(): void {
    this.stopping = true
  }

  private fire(slot: number): void {
    const { closures } = this
    const fn = slot < closures.length ? closures[slot] : null
    if (fn === null) refuseKind(CLOSURE, CLOSURE)
    closures[slot] = null
    fn()
  }

  /** Grows by push: a store far behind the end would turn the array into a dictionary. */
  private growClosures(slot: number, fn: () => void): void {
    while (this.closures.length < slot) this.closures.push(null)
    this.closures.push(fn)
  }

  private loop(until: Time, budget: number): Ending {
    const { queue, handlers, afterEvent } = this
    const end = this.events + budget
    while (this.events < end) {
      const slot = queue.pop()
      if (slot < 0) {
        if (queue.size === 0 || until > LAST_TIME) return 'empty'
        this.now = until
        queue.time = until
        return 'until'
      }
      this.now = queue.time
      this.events++
      const kind = queue.kind(slot)
      const a = queue.a(slot)
      const b = queue.b(slot)
      if (kind === CLOSURE) this.fire(slot)
      else handlers[kind](a, b)
      if (afterEvent !== null) {
        if (!Number.isInteger(this.now))
          throw new RangeError(`event ${this.nameOf(kind)} (${a}, ${b}) at ${this.now}; accepted: whole microseconds`)
        afterEvent(kind, a, b)
      }
      if (this.stopping) return 'stopped'
    }
    return 'budget'
  }
}
