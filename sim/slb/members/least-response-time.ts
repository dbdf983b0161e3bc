/** Least response time: the backend with the least average response time times requests in flight from here. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId, Time } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, Outcome } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { ResponseCosts } from '../structures/response-costs.ts'
import { RunningNumbers } from '../structures/running-numbers.ts'
import { SlotHeap } from '../structures/slot-heap.ts'
import { Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  average: {
    kind: 'choice',
    default: 'ewma',
    choices: ['ewma', 'peak-ewma'],
    meaning:
      'ewma: moving average, constant between responses; peak-ewma: rises to a slower response at once and decays with time (Finagle)',
  },
  decay: {
    kind: 'duration',
    default: 10 * SECOND,
    min: 1000,
    max: 86_400 * SECOND,
    meaning: 'time constant of the average: a response of that age has weight 1/e',
  },
  among: {
    kind: 'choice',
    default: 'all',
    choices: ['all', 'two'],
    meaning: 'all: the least of all backends; two: the lesser of two drawn uniformly (Finagle, Linkerd)',
  },
} as const

export const leastResponseTime = define({
  name: 'least-response-time',
  summary:
    'Least moving average of its response times, times (in flight from here + 1), per weight; backends without history first; on ties the one unchanged longest.',
  source: 'Finagle, PeakEwma.scala (decay 10 s, power of two choices); nginx Plus, least_time (all backends, weights)',
  fidelity: 'simplified',
  parameters,
  create: (values, context: BalancingContext): Balancer =>
    values.among === 'two' ? new AmongTwo(values, context) : new AmongAll(values, context),
})

abstract class ByResponseTime implements Balancer {
  protected readonly slots = new Slots()
  protected readonly costs: ResponseCosts
  protected readonly now: () => Time

  constructor({ average, decay }: Values<typeof parameters>, { now }: BalancingContext) {
    this.costs = new ResponseCosts(decay, average === 'peak-ewma')
    this.now = now
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.costs.open(slot)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
  }

  abstract pick(request: RequestView, exclude: SlotId): SlotId

  /** Answers and timeouts are measurements (of a timeout: at least that long). Refusals, rejections and losses are not, or an unavailable pod would look fast. */
  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    const counted = this.slots.ended(slot)
    const measured = this.slots.has(slot) && (outcome === Outcome.Answered || outcome === Outcome.TimedOut)
    const rescaled = measured && this.costs.observe(slot, latency, this.now())
    if (counted || measured) this.changed(slot, rescaled)
  }

  /** The load of the slot has changed, and with `rescaled` all costs, by one factor. */
  protected abstract changed(slot: SlotId, rescaled: boolean): void
}

/**
 * Below 0 when a is better than b for one more request, by cost (in flight + 1) / weight. A backend without history that has requests in flight is worse than any
 * with history; of two of them the one with fewer requests per weight is better. Finagle does so by a large penalty.
 */
function compareLoads(costA: number, inFlightA: number, weightA: number, costB: number, inFlightB: number, weightB: number): number {
  const unknownA = costA === 0 && inFlightA > 0
  const unknownB = costB === 0 && inFlightB > 0
  if (unknownA !== unknownB) return unknownA ? 1 : -1
  if (unknownA) return inFlightA / weightA - inFlightB / weightB
  return (costA * (inFlightA + 1)) / weightA - (costB * (inFlightB + 1)) / weightB
}

class AmongTwo extends ByResponseTime {
  private readonly random: RandomStream

  constructor(values: Values<typeof parameters>, context: BalancingContext) {
    super(values, context)
    this.random = context.random
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, random } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    const i = random.int(candidates)
    let slot = slots.candidate(i, exclude, candidates)
    if (candidates > 1) {
      const j = random.int(candidates - 1)
      const other = slots.candidate(j < i ? j : j + 1, exclude, candidates) // uniform over all but i
      const { inFlight, weight } = slots
      const now = this.now()
      const cost = this.costs.lookAt(slot, now)
      if (compareLoads(this.costs.lookAt(other, now), inFlight[other], weight[other], cost, inFlight[slot], weight[slot]) < 0) slot = other
    }
    slots.sent(slot)
    return slot
  }

  protected changed(): void {
    // no order is kept
  }
}

/** A heap in the order of the loads, which does not change with time (ResponseCosts): O(log n) per pick. */
class AmongAll extends ByResponseTime {
  private readonly heap = new LoadHeap(this.slots, this.costs)

  override added(slot: SlotId, weight: number): void {
    super.added(slot, weight)
    this.heap.append(slot)
  }

  override removed(slot: SlotId): void {
    super.removed(slot)
    this.heap.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, heap } = this
    if (slots.count === 0) return NO_BACKEND
    this.costs.look(this.now())
    const slot = heap.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    heap.changed(slot)
    return slot
  }

  protected changed(slot: SlotId, rescaled: boolean): void {
    this.heap.changed(slot)
    if (rescaled) this.heap.restore() // costs that differed in the last bit may have become equal
  }
}

class LoadHeap extends SlotHeap {
  private readonly changes = new RunningNumbers()
  private readonly slots: Slots
  private readonly costs: ResponseCosts

  constructor(slots: Slots, costs: ResponseCosts) {
    super()
    this.slots = slots
    this.costs = costs
  }

  append(slot: SlotId): void {
    this.changes.note(slot)
    this.add(slot)
  }

  changed(slot: SlotId): void {
    this.changes.note(slot)
    this.moved(slot)
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const { inFlight, weight } = this.slots
    const { order } = this.costs
    const difference = compareLoads(order[a], inFlight[a], weight[a], order[b], inFlight[b], weight[b])
    return difference < 0 || (difference === 0 && this.changes.of[a] < this.changes.of[b])
  }
}

/** Compares all backends; the averages themselves are tested separately. */
export class LeastResponseTimeTwin extends Twin<ListedBackend & { inFlight: number; changed: number }> implements Balancer {
  private readonly costs: ResponseCosts
  private readonly now: () => Time
  private changes = 0

  constructor(decay: Time, peak: boolean, now: () => Time) {
    super()
    this.costs = new ResponseCosts(decay, peak)
    this.now = now
  }

  added(slot: SlotId, weight: number): void {
    this.costs.open(slot)
    this.backends.push({ slot, weight, inFlight: 0, changed: this.changes++ })
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    this.costs.look(this.now())
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    const { order } = this.costs
    let best = usable[0]
    for (const backend of usable) {
      const difference = compareLoads(order[backend.slot], backend.inFlight, backend.weight, order[best.slot], best.inFlight, best.weight)
      if (difference < 0 || (difference === 0 && backend.changed < best.changed)) best = backend
    }
    best.inFlight++
    best.changed = this.changes++
    return best.slot
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    const backend = this.find(slot)
    if (backend === undefined) return
    const measured = outcome === Outcome.Answered || outcome === Outcome.TimedOut
    if (backend.inFlight > 0 || measured) backend.changed = this.changes++
    if (backend.inFlight > 0) backend.inFlight--
    if (measured) this.costs.observe(slot, latency, this.now())
  }
}
