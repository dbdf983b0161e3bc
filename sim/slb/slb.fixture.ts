/** What the tests of this folder share: a request, a seeded context, a scripted one, and long random histories. */
import * as fc from 'fast-check'
import type { Balancer, BalancingContext, Outcome, RequestView } from './policy.ts'
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

export function context(random: RandomStream = seeded('slb'), now: () => number = () => 0): BalancingContext {
  const absent = (): never => {
    throw new Error('this context has no timers and no probes')
  }
  return { random, now, wakeAt: absent, probe: absent }
}

/** Gives the listed whole numbers, and fails when more are asked for or one is out of its range. */
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

/** So many picks without an end. */
export function picks(balancer: Balancer, count: number): number[] {
  return Array.from({ length: count }, () => balancer.pick(request, noExclude))
}

/** Slots as letters: "aabacaa". */
export function letters(slots: readonly number[]): string {
  return slots.map((slot) => String.fromCharCode(97 + slot)).join('')
}

/** One thing that can happen to a balancer; what does not apply to the present state is passed over by `replay`. */
export type Step =
  | { readonly kind: 'add'; readonly slot: number; readonly weight: number }
  | { readonly kind: 'remove'; readonly slot: number }
  | { readonly kind: 'pick'; readonly exclude: number; readonly client: number }
  | { readonly kind: 'end'; readonly which: number; readonly latency: number; readonly outcome: Outcome }
  /** What the pod behind the slot says of itself; only to those who listen. */
  | { readonly kind: 'report'; readonly slot: number; readonly inside: number }
  | { readonly kind: 'idle' | 'busy'; readonly slot: number }
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
        outcome: fc.integer({ min: 0, max: 4 }) as fc.Arbitrary<Outcome>,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), slot, inside: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('idle' as const, 'busy' as const), slot }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), time: fc.oneof(fc.nat(1000), fc.nat(1_000_000_000)) }) },
  )
  return fc.array(step, { minLength: 0, maxLength: 300, size: 'max' })
}

/** Time of a history [µs]. */
export class Clock {
  time = 0
  readonly now = (): number => this.time
}

export interface Watcher {
  /** After each pick, with what was there: slot to weight, and slot to requests in flight before this pick. */
  picked?(slot: number, exclude: number, present: ReadonlyMap<number, number>, inFlight: ReadonlyMap<number, number>): void
}

/**
 * Plays a history and gives the picks. As the device does, requests of a former occupant of a slot are not ended once the slot has
 * been given again; before that they are, late.
 */
export function replay(balancer: Balancer, history: readonly Step[], watcher: Watcher = {}, clock: Clock = new Clock()): number[] {
  const present = new Map<number, number>()
  const inFlight = new Map<number, number>()
  let open: number[] = []
  const answers: number[] = []
  for (const step of history) {
    if (step.kind === 'add' && !present.has(step.slot)) {
      present.set(step.slot, step.weight)
      inFlight.set(step.slot, 0)
      open = open.filter((slot) => slot !== step.slot)
      balancer.added(step.slot, step.weight)
    } else if (step.kind === 'remove' && present.delete(step.slot)) {
      inFlight.delete(step.slot)
      balancer.removed(step.slot)
    } else if (step.kind === 'pick') {
      const slot = balancer.pick(requestOf(step.client), step.exclude)
      watcher.picked?.(slot, step.exclude, present, inFlight)
      answers.push(slot)
      if (slot < 0) continue
      inFlight.set(slot, inFlight.get(slot)! + 1)
      open.push(slot)
    } else if (step.kind === 'end' && open.length > 0) {
      const slot = open.splice(step.which % open.length, 1)[0]
      if (present.has(slot)) inFlight.set(slot, inFlight.get(slot)! - 1)
      balancer.ended(slot, step.latency, step.outcome)
    } else if (step.kind === 'report' && present.has(step.slot)) balancer.reported?.(step.slot, step.inside)
    else if (step.kind === 'idle' && present.has(step.slot)) balancer.idled?.(step.slot)
    else if (step.kind === 'busy' && present.has(step.slot)) balancer.busied?.(step.slot)
    else if (step.kind === 'wait') clock.time += step.time
  }
  return answers
}
