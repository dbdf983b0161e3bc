/** A user's own balancer: the doors through which a default export becomes a member of the family. */
import { adopt } from '../common/adopt.ts'
import type { Adopted, Door, Exported, OwnAlgorithm } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import { NO_BACKEND, QUEUE, REJECT } from './policy.ts'
import type { Balancer, BalancerDefinition, BalancingContext, Outcome, RequestView } from './policy.ts'
import { Slots } from './structures/slots.ts'
import type { RandomStream } from '../random/stream.ts'

/**
 * The backends that may take the request, 0 .. count-1. There is at least one, and the one tried last is not among them when there
 * are others. Their order changes when the set does, so an index is good for this call only; `slot(i)` names a backend for longer.
 */
export interface Backends {
  readonly count: number
  /** A small whole number that stays with the backend while it is there. */
  slot(i: number): number
  /** Requests this balancer has sent to it that have not ended. */
  inFlight(i: number): number
  weight(i: number): number
}

type GivenValues = Readonly<Record<string, ParameterValue>>

/** The narrow door: the index of the chosen backend. Keep no state in the object, all balancers of a run share it; `create` is for that. */
export interface OwnBalancer extends OwnAlgorithm {
  pick(backends: Backends, request: RequestView, random: RandomStream, values: GivenValues): number
}

/** `{ name, pick(backends, request, random, values) }`, or `{ name, create(values, context) }` for a whole Balancer. */
export function adoptBalancer(exported: unknown): Adopted<BalancerDefinition> {
  return adopt<Balancer, BalancingContext>('balancer', exported, [pickDoor, createDoor])
}

const pickDoor: Door<Balancer, BalancingContext> = {
  name: 'pick',
  make: (exported) => (values, context) => new ByPick(exported as unknown as OwnBalancer, values, context.random),
}

const createDoor: Door<Balancer, BalancingContext> = {
  name: 'create',
  make: (exported) => (values, context) => new Checked(exported, (exported['create'] as Create).call(exported, values, context)),
}

type Create = (values: GivenValues, context: BalancingContext) => unknown

const NO_SLOT_ANSWERS = `QUEUE (${QUEUE}) or REJECT (${REJECT})`

class ByPick implements Balancer {
  private readonly own: OwnBalancer
  private readonly values: GivenValues
  private readonly random: RandomStream
  private readonly slots = new Slots()
  private readonly face = new Face(this.slots)

  constructor(own: OwnBalancer, values: GivenValues, random: RandomStream) {
    this.own = own
    this.values = values
    this.random = random
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
  }

  pick(request: RequestView, exclude: number): number {
    if (this.slots.count === 0) return NO_BACKEND
    const { face } = this
    face.show(exclude)
    const i = this.own.pick(face, request, this.random, this.values)
    if (i === QUEUE || i === REJECT) return i
    if (!Number.isInteger(i) || i < 0 || i >= face.count) {
      throw new Error(
        `${this.own.name}: pick must return a whole number from 0 to ${face.count - 1}, the index of a backend, or ${NO_SLOT_ANSWERS}; found ${String(i)}`,
      )
    }
    const slot = face.slot(i)
    this.slots.sent(slot)
    return slot
  }

  ended(slot: number): void {
    this.slots.ended(slot)
  }
}

class Face implements Backends {
  count = 0
  private exclude = NO_BACKEND
  private readonly slots: Slots

  constructor(slots: Slots) {
    this.slots = slots
  }

  show(exclude: number): void {
    this.exclude = exclude
    this.count = this.slots.candidates(exclude)
  }

  slot(i: number): number {
    return this.slots.candidate(i, this.exclude, this.count)
  }

  inFlight(i: number): number {
    return this.slots.inFlight[this.slot(i)]
  }

  weight(i: number): number {
    return this.slots.weight[this.slot(i)]
  }
}

const duties = ['added', 'removed', 'pick', 'ended'] as const

/** A user's whole Balancer, held to the contract: a wrong slot would break the run far from its cause. */
class Checked implements Balancer {
  readonly reported?: (slot: number, inside: number) => void
  readonly idled?: (slot: number) => void
  readonly busied?: (slot: number) => void
  readonly woke?: (tag: number) => void
  readonly probed?: (slot: number, tag: number, inside: number) => void
  private readonly name: string
  private readonly own: Balancer
  private readonly slots = new Slots()

  constructor(exported: Exported, made: unknown) {
    this.name = String(exported['name'])
    const missing = duties.filter((duty) => typeof (made as Exported | null | undefined)?.[duty] !== 'function')
    if (missing.length > 0) {
      throw new TypeError(
        `${this.name}: create must return a balancer with the functions ${duties.join(', ')}; missing: ${missing.join(', ')}`,
      )
    }
    const own = (this.own = made as Balancer)
    // A balancer that does not listen to pods must not seem to: they would be asked to speak at each change.
    if (typeof own.reported === 'function') this.reported = (slot, inside) => own.reported!(slot, inside)
    if (typeof own.idled === 'function') this.idled = (slot) => own.idled!(slot)
    if (typeof own.busied === 'function') this.busied = (slot) => own.busied!(slot)
    if (typeof own.woke === 'function') this.woke = (tag) => own.woke!(tag)
    if (typeof own.probed === 'function') this.probed = (slot, tag, inside) => own.probed!(slot, tag, inside)
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.own.added(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.own.removed(slot)
  }

  pick(request: RequestView, exclude: number): number {
    const slot = this.own.pick(request, exclude)
    if (slot === QUEUE || slot === REJECT) return slot
    if (this.slots.count === 0 ? slot === NO_BACKEND : this.allows(slot, exclude)) return slot
    throw new Error(`${this.name}: pick must return ${this.wanted(exclude)}, or ${NO_SLOT_ANSWERS}; found ${String(slot)}`)
  }

  ended(slot: number, latency: number, outcome: Outcome): void {
    this.own.ended(slot, latency, outcome)
  }

  private allows(slot: number, exclude: number): boolean {
    return Number.isInteger(slot) && this.slots.has(slot) && !(slot === exclude && this.slots.passesOver(exclude))
  }

  private wanted(exclude: number): string {
    if (this.slots.count === 0) return `${NO_BACKEND} while there is no backend`
    return this.slots.passesOver(exclude) ? `the slot of a present backend other than ${exclude}` : 'the slot of a present backend'
  }
}
