/** A user's own balancer: how a default export becomes a definition of the family, and the checks of what it answers. */
import { adopt } from '../common/adopt.ts'
import type { Adopted, Form, Exported, OwnAlgorithm } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import type { SlotId, Time } from '../common/ids.ts'
import { NO_BACKEND, QUEUE, REJECT } from './policy.ts'
import type { Balancer, BalancerDefinition, BalancingContext, Outcome, RequestView } from './policy.ts'
import { Slots } from './structures/slots.ts'
import type { RandomStream } from '../random/stream.ts'

/**
 * The backends that may take the request, 0 .. count-1. There is at least one, and the one tried last is not included when there are others. Their order changes
 * with the set, so an index is valid during the call only; `slot(i)` identifies a backend as long as it is present.
 */
export interface Backends {
  readonly count: number // number of backends
  /** A small whole number that belongs to the backend while it is present. */
  slot(i: number): SlotId
  /** Requests that this balancer has sent to it and that have not ended. */
  inFlight(i: number): number
  weight(i: number): number // a whole number from 1
}

type GivenValues = Readonly<Record<string, ParameterValue>>

/** The narrow form. All balancers of a run share the object, so it must not keep state; the form with `create` may. */
export interface OwnBalancer extends OwnAlgorithm {
  /** The index of the chosen backend, QUEUE or REJECT. */
  pick(backends: Backends, request: RequestView, random: RandomStream, values: GivenValues): number
}

/** `{ name, pick(backends, request, random, values) }`, or `{ name, create(values, context) }` for a whole Balancer. */
export function adoptBalancer(exported: unknown): Adopted<BalancerDefinition> {
  return adopt<Balancer, BalancingContext>('balancer', exported, [pickForm, createForm])
}

const pickForm: Form<Balancer, BalancingContext> = {
  name: 'pick',
  make: (exported) => (values, context) => new ByPick(exported as unknown as OwnBalancer, values, context.random),
}

const createForm: Form<Balancer, BalancingContext> = {
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
  private readonly view = new BackendsView(this.slots)

  constructor(own: OwnBalancer, values: GivenValues, random: RandomStream) {
    this.own = own
    this.values = values
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    if (this.slots.count === 0) return NO_BACKEND
    const { view } = this
    view.reset(exclude)
    const i = this.own.pick(view, request, this.random, this.values)
    if (i === QUEUE || i === REJECT) return i
    if (!Number.isInteger(i) || i < 0 || i >= view.count) {
      throw new Error(
        `${this.own.name}: pick must return a whole number from 0 to ${view.count - 1}, the index of a backend, or ${NO_SLOT_ANSWERS}; found ${String(i)}`,
      )
    }
    const slot = view.slot(i)
    this.slots.sent(slot)
    return slot
  }

  ended(slot: SlotId): void {
    this.slots.ended(slot)
  }
}

class BackendsView implements Backends {
  count = 0
  private exclude = NO_BACKEND
  private readonly slots: Slots

  constructor(slots: Slots) {
    this.slots = slots
  }

  reset(exclude: SlotId): void {
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

function periodOf(name: string, period: unknown): Time {
  if (typeof period === 'number' && Number.isInteger(period) && period >= 1000) return period
  throw new TypeError(
    `${name}: a balancer with loadReported needs loadReportPeriod, a whole number of µs from 1000; found ${String(period)}`,
  )
}

const required = ['added', 'removed', 'pick', 'ended'] as const

/** A user's whole Balancer with its answers checked: a wrong slot would fail the run far from its cause. */
class Checked implements Balancer {
  readonly reported?: (slot: SlotId, inside: number) => void
  readonly idled?: (slot: SlotId) => void
  readonly busied?: (slot: SlotId) => void
  readonly woke?: (tag: number) => void
  readonly probed?: (slot: SlotId, tag: number, inside: number, latency?: Time) => void
  readonly readsLatency?: boolean
  readonly answered?: (slot: SlotId, inside: number, service: Time) => void
  readonly loadReportPeriod?: Time
  readonly loadReported?: (slot: SlotId, rate: number, utilization: number, errors: number) => void
  readonly explain?: (slot: SlotId) => Readonly<Record<string, number>>
  private readonly name: string
  private readonly own: Balancer
  private readonly slots = new Slots()

  constructor(exported: Exported, made: unknown) {
    this.name = String(exported['name'])
    const missing = required.filter((name) => typeof (made as Exported | null | undefined)?.[name] !== 'function')
    if (missing.length > 0) {
      throw new TypeError(
        `${this.name}: create must return a balancer with the functions ${required.join(', ')}; missing: ${missing.join(', ')}`,
      )
    }
    const own = (this.own = made as Balancer)
    // Only the functions that the balancer has: pods report to each balancer with `reported` at every change.
    if (typeof own.reported === 'function') this.reported = (slot, inside) => own.reported!(slot, inside)
    if (typeof own.idled === 'function') this.idled = (slot) => own.idled!(slot)
    if (typeof own.busied === 'function') this.busied = (slot) => own.busied!(slot)
    if (typeof own.woke === 'function') this.woke = (tag) => own.woke!(tag)
    if (typeof own.explain === 'function') this.explain = (slot) => own.explain!(slot)
    if (typeof own.probed === 'function') this.probed = (slot, tag, inside, latency) => own.probed!(slot, tag, inside, latency)
    if (own.readsLatency === true) this.readsLatency = true
    if (typeof own.answered === 'function') this.answered = (slot, inside, service) => own.answered!(slot, inside, service)
    if (typeof own.loadReported === 'function') {
      this.loadReportPeriod = periodOf(this.name, own.loadReportPeriod)
      this.loadReported = (slot, rate, utilization, errors) => own.loadReported!(slot, rate, utilization, errors)
    }
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.own.added(slot, weight)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.own.removed(slot)
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const slot = this.own.pick(request, exclude)
    if (slot === QUEUE || slot === REJECT) return slot
    if (this.slots.count === 0 ? slot === NO_BACKEND : this.allows(slot, exclude)) return slot
    throw new Error(`${this.name}: pick must return ${this.wanted(exclude)}, or ${NO_SLOT_ANSWERS}; found ${String(slot)}`)
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    this.own.ended(slot, latency, outcome)
  }

  private allows(slot: SlotId, exclude: SlotId): boolean {
    return Number.isInteger(slot) && this.slots.has(slot) && !(slot === exclude && this.slots.passesOver(exclude))
  }

  private wanted(exclude: SlotId): string {
    if (this.slots.count === 0) return `${NO_BACKEND} while there is no backend`
    return this.slots.passesOver(exclude) ? `the slot of a present backend other than ${exclude}` : 'the slot of a present backend'
  }
}
