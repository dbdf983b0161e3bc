/**
 * The simulator: a clock in whole microseconds, a queue of events (kind, a, b) and a table of handlers, one per kind. Closures
 * are a thin layer over one kind; the loop knows no promises and no objects.
 */
import { KINDS, refuseKind } from './events.ts'
import { EventQueue, type EventQueueOptions } from './queue.ts'

export type Handler = (a: number, b: number) => void

/** Why `run` came back: nothing pending, the time was reached, so many events were processed, or stop() was called. */
export type Ending = 'empty' | 'until' | 'budget' | 'stopped'

/** The last kind carries closures: the function stands in a table, at the event's slot. */
const CLOSURE = KINDS - 1
const LAST_TIME = Number.MAX_SAFE_INTEGER

export class Simulator {
  /** Now [µs]. Only `run` moves it. */
  now = 0
  /** Events processed since the simulator was made. */
  events = 0
  /**
   * Hears (kind, a, b) after each event, for --check; null costs nothing. Set it before `run`. While it is set, times that are not
   * whole are refused when they are reached: a check at each `at` would cost every run 8 %.
   */
  afterEvent: ((kind: number, a: number, b: number) => void) | null = null
  private readonly queue: EventQueue
  private readonly handlers: Handler[] = []
  /** The function of a pending closure, by slot. */
  private readonly closures: ((() => void) | null)[] = []
  private stopping = false
  private running = false

  constructor(options: EventQueueOptions = {}) {
    this.queue = new EventQueue(options)
    for (let kind = 0; kind < KINDS; kind++) {
      this.handlers.push(() => {
        throw new Error(`event kind ${kind} has no handler; accepted: kinds given to on(kind, handler)`)
      })
    }
  }

  /** Pending events. */
  get size(): number {
    return this.queue.size
  }

  /** The handler of a kind, 0 to 62; one per kind. */
  on(kind: number, handler: Handler): void {
    if (!(Number.isInteger(kind) && kind >= 0 && kind < CLOSURE)) refuseKind(kind, CLOSURE)
    this.handlers[kind] = handler
  }

  /**
   * Sets an event for `time` [whole µs, from now on]; equal times fire in the order they were set. Returns its handle. An event at
   * Infinity (or from 2^53 on) never comes, but may be moved: a timer that is parked.
   */
  at(time: number, kind: number, a: number, b: number): number {
    return this.queue.push(time, kind, a, b)
  }

  /** Sets a pending event for another time; among equal times it is then the last. Its handle stays valid. */
  move(handle: number, time: number): void {
    this.queue.move(handle, time)
  }

  /** Takes a pending event out. A handle that is not pending any more is refused: ask `pending`, or forget it when it fires. */
  cancel(handle: number): void {
    this.queue.cancel(handle)
    const slot = this.queue.slotOf(handle)
    if (slot < this.closures.length) this.closures[slot] = null
  }

  /** Whether the handle names an event that has neither fired nor been cancelled. */
  pending(handle: number): boolean {
    return this.queue.pending(handle)
  }

  /** The time a pending event is set for. */
  timeOf(handle: number): number {
    return this.queue.timeOf(handle)
  }

  /** As `at`, for a closure: for what happens seldom, or for a first draft of a model. */
  call(time: number, fn: () => void): number {
    const handle = this.queue.push(time, CLOSURE, 0, 0)
    const slot = this.queue.slotOf(handle)
    const { closures } = this
    if (slot < closures.length) closures[slot] = fn
    else this.growClosures(slot, fn)
    return handle
  }

  /**
   * Processes events up to and including `until` [µs], at most `budget` of them. When `until` is reached with later events
   * pending, now is `until`; when nothing is pending any more, now stays at the last event. An error in a handler comes out of
   * here with its event processed; `run` may be called again.
   */
  run(until: number, budget = Infinity): Ending {
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

  /** Lets `run` return after the event at hand. */
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

  /** By push: a store far behind the end would turn the array into a dictionary. */
  private growClosures(slot: number, fn: () => void): void {
    while (this.closures.length < slot) this.closures.push(null)
    this.closures.push(fn)
  }

  private loop(until: number, budget: number): Ending {
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
        if (!Number.isInteger(this.now)) throw new RangeError(`event (${kind}, ${a}, ${b}) at ${this.now}; accepted: whole microseconds`)
        afterEvent(kind, a, b)
      }
      if (this.stopping) return 'stopped'
    }
    return 'budget'
  }
}
