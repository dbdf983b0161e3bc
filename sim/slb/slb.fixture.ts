/** What the tests of this folder share: a request, a seeded context, a scripted one, and long random histories. */
import * as fc from 'fast-check'
import { NONE } from '../common/ids.ts'
import { Outcome, QUEUE } from './policy.ts'
import type { Balancer, BalancingContext, RequestView } from './policy.ts'
import { Streams } from '../random/stream.ts'
import type { RandomStream } from '../random/stream.ts'

export const request: RequestView = requestOf(-1)

/** A request of a client; `queued` others are in the queue of the balancer instance. */
export function requestOf(client: number, attempt = 0, queued = 0): RequestView {
  return { client, attempt, queued }
}

export const noExclude = -1

export function seeded(seed: string): RandomStream {
  return new Streams(seed, 0).stream('slb')
}

/** A context whose timers and probes belong to the clock; `replay` fires and answers them. */
export function context(random: RandomStream = seeded('slb'), clock: Clock = new Clock()): BalancingContext {
  return { random, now: clock.now, wakeAt: clock.wakeAt, probe: clock.probe }
}

/** Draws the listed whole numbers; throws when more are drawn or one is out of its range. */
export function scripted(draws: readonly number[]): RandomStream {
  let at = 0
  const next = (): number => {
    throw new Error('only int is scripted')
  }
  const int = (n: number): number => {
    if (at === draws.length) throw new Error('more draws than scripted')
    const draw = draws[at++]
    if (draw < 0 || draw >= n) throw new RangeError(`scripted ${draw} is not below ${n}`)
    return draw
  }
  return { next, int }
}

/** Slots 0, 1, 2 ... with these weights. */
export function filled<B extends Balancer>(balancer: B, weights: readonly number[]): B {
  weights.forEach((weight, slot) => balancer.added(slot, weight))
  return balancer
}

/** `count` picks without an end. */
export function picks(balancer: Balancer, count: number): number[] {
  return Array.from({ length: count }, () => balancer.pick(request, noExclude))
}

/** Slots as letters: "aabacaa". */
export function letters(slots: readonly number[]): string {
  return slots.map((slot) => String.fromCharCode(97 + slot)).join('')
}

/** One thing that can happen to a balancer; `replay` skips what does not apply to the present state. */
export type Step =
  | { readonly kind: 'add'; readonly slot: number; readonly weight: number }
  | { readonly kind: 'remove'; readonly slot: number }
  | { readonly kind: 'pick'; readonly exclude: number; readonly client: number }
  | { readonly kind: 'end'; readonly which: number; readonly latency: number; readonly outcome: Outcome }
  /** The reports of the pod behind the slot; only to balancers that have the functions. */
  | { readonly kind: 'report'; readonly slot: number; readonly inside: number }
  | { readonly kind: 'idle' | 'busy'; readonly slot: number }
  /** The oldest pending probe is answered. */
  | { readonly kind: 'answer'; readonly inside: number }
  /** A queued request leaves the queue unserved. */
  | { readonly kind: 'leave'; readonly which: number }
  | { readonly kind: 'wait'; readonly time: number }

export function histories(weights: fc.Arbitrary<number>, slots = 12): fc.Arbitrary<Step[]> {
  const slot = fc.integer({ min: 0, max: slots - 1 })
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), slot, weight: weights }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), slot }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('pick' as const),
        exclude: fc.oneof(fc.constant(noExclude), slot),
        client: fc.integer({ min: -1, max: 30 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        which: fc.nat(1000),
        latency: fc.integer({ min: 1, max: 100_000 }),
        outcome: fc.integer({ min: 0, max: 5 }) as fc.Arbitrary<Outcome>,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), slot, inside: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('idle' as const, 'busy' as const), slot }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), inside: fc.integer({ min: NONE, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(1000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), time: fc.oneof(fc.nat(1000), fc.nat(1_000_000_000)) }) },
  )
  return fc.array(step, { minLength: 0, maxLength: 300, size: 'max' })
}

/** Time of a history [µs], and the timers and probes that are pending. */
export class Clock {
  time = 0
  readonly timers: { readonly time: number; readonly tag: number }[] = []
  readonly probes: { readonly slot: number; readonly tag: number }[] = []
  readonly now = (): number => this.time

  readonly wakeAt = (time: number, tag: number): void => {
    if (!Number.isInteger(time) || time < this.time) throw new RangeError(`a timer at ${time}, which is before ${this.time} or not whole`)
    const at = this.timers.findIndex((timer) => timer.time > time)
    this.timers.splice(at < 0 ? this.timers.length : at, 0, { time, tag })
  }

  readonly probe = (slot: number, tag: number): void => {
    this.probes.push({ slot, tag })
  }

  /** Answers to probes of a removed backend are dropped. */
  drop(slot: number): void {
    const kept = this.probes.filter((probe) => probe.slot !== slot)
    this.probes.splice(0, this.probes.length, ...kept)
  }
}

export interface Watcher {
  /** After each pick, with what was present: slot to weight, and slot to requests in flight before this pick. */
  picked?(slot: number, exclude: number, present: ReadonlyMap<number, number>, inFlight: ReadonlyMap<number, number>): void
}

/** At most this many timers are fired by one step: a step may span 1000 s. */
const MAX_TIMERS = 20

/** What a balancer instance does with a balancer, from its network slots to its queue. */
class Replay {
  readonly answers: number[] = []
  private readonly present = new Map<number, number>()
  private readonly inFlight = new Map<number, number>()
  private open: number[] = []
  private readonly queue: { readonly client: number; readonly exclude: number }[] = []
  private readonly balancer: Balancer
  private readonly watcher: Watcher
  private readonly clock: Clock

  constructor(balancer: Balancer, watcher: Watcher, clock: Clock) {
    this.balancer = balancer
    this.watcher = watcher
    this.clock = clock
  }

  play(step: Step): void {
    const { balancer, present, clock, queue } = this
    if (step.kind === 'pick') {
      if (this.ask(step.client, step.exclude, queue.length, false) === QUEUE) queue.push(step)
      return
    }
    if (step.kind === 'leave') {
      if (queue.length > 0) queue.splice(step.which % queue.length, 1)
      return
    }
    if (step.kind === 'wait') {
      this.wait(step.time)
      return
    }
    if (step.kind === 'add') this.add(step.slot, step.weight)
    else if (step.kind === 'remove') this.remove(step.slot)
    else if (step.kind === 'end') this.end(step)
    else if (step.kind === 'answer') {
      const probe = clock.probes.shift()
      if (probe !== undefined) balancer.probed?.(probe.slot, probe.tag, step.inside, step.inside < 0 ? NONE : 1000 * step.inside)
    } else if (!present.has(step.slot)) return
    else if (step.kind === 'report') {
      balancer.reported?.(step.slot, step.inside)
      balancer.loadReported?.(step.slot, 10 * step.inside, step.inside / 20, step.inside % 3)
    } else if (step.kind === 'idle') balancer.idled?.(step.slot)
    else balancer.busied?.(step.slot)
    this.askAgain()
  }

  private add(slot: number, weight: number): void {
    if (this.present.has(slot)) return
    this.present.set(slot, weight)
    this.inFlight.set(slot, 0)
    this.open = this.open.filter((one) => one !== slot)
    this.balancer.added(slot, weight)
  }

  private remove(slot: number): void {
    if (!this.present.delete(slot)) return
    this.inFlight.delete(slot)
    this.clock.drop(slot)
    this.balancer.removed(slot)
  }

  private end({ which, latency, outcome }: Step & { readonly kind: 'end' }): void {
    if (this.open.length === 0) return
    const slot = this.open.splice(which % this.open.length, 1)[0]
    if (this.present.has(slot)) this.inFlight.set(slot, this.inFlight.get(slot)! - 1)
    // A pod works on a request for a part of its latency, and leaves a few others behind.
    if (outcome === Outcome.Answered) this.balancer.answered?.(slot, latency % 7, latency >> 1)
    this.balancer.ended(slot, latency, outcome)
  }

  private wait(time: number): void {
    const { clock } = this
    const until = clock.time + time
    for (let fired = 0; fired < MAX_TIMERS && clock.timers.length > 0 && clock.timers[0].time <= until; fired++) {
      const { time: due, tag } = clock.timers.shift()!
      clock.time = Math.max(clock.time, due)
      this.balancer.woke?.(tag)
      this.askAgain()
    }
    clock.time = until
  }

  private ask(client: number, exclude: number, queued: number, again: boolean): number {
    const slot = this.balancer.pick({ ...requestOf(client, 0, queued), again }, exclude)
    this.watcher.picked?.(slot, exclude, this.present, this.inFlight)
    this.answers.push(slot)
    if (slot < 0) return slot
    this.inFlight.set(slot, this.inFlight.get(slot)! + 1)
    this.open.push(slot)
    return slot
  }

  private askAgain(): void {
    const { queue } = this
    while (queue.length > 0 && this.ask(queue[0].client, queue[0].exclude, queue.length - 1, true) !== QUEUE) queue.shift()
  }
}

/**
 * Plays a history and returns the answers of `pick`. As the caller of a balancer does, requests of a former backend of a slot are not ended once the slot has
 * been assigned again; before that they are, late. Queued requests are asked for again after each step.
 */
export function replay(balancer: Balancer, history: readonly Step[], watcher: Watcher = {}, clock: Clock = new Clock()): number[] {
  const play = new Replay(balancer, watcher, clock)
  for (const step of history) play.play(step)
  return play.answers
}
