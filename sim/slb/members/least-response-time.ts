import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { grown } from '../../common/table.ts'
import { NO_BACKEND, Outcome } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { ResponseCosts } from '../structures/response-costs.ts'
import { Places, SlotHeap } from '../structures/slot-heap.ts'
import { roomFor, Slots } from '../structures/slots.ts'
import type { RandomStream } from '../../random/stream.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  average: {
    kind: 'choice',
    default: 'ewma',
    choices: ['ewma', 'peak-ewma'],
    meaning: 'ewma: moving average, as it stands; peak-ewma: jumps up to a slower response at once and sinks as time goes by (Finagle)',
  },
  decay: {
    kind: 'duration',
    default: 10 * SECOND,
    min: 1000,
    max: 86_400 * SECOND,
    meaning: 'time constant of the average: what is that old counts 1/e',
  },
  among: {
    kind: 'choice',
    default: 'all',
    choices: ['all', 'two'],
    meaning: 'all: the least of all backends; two: the lesser of two drawn uniformly (Finagle, Linkerd)',
  },
} as const

/** Least response time: the backend with the least average latency times requests in flight from here. */
export const leastResponseTime = define({
  name: 'least-response-time',
  summary:
    'Least moving average of its response times, times (in flight from here + 1), per weight; backends without history first, ties to the one unchanged longest.',
  source: 'Finagle, PeakEwma.scala (decay 10 s, power of two choices); nginx Plus, least_time (all backends, weights)',
  fidelity: 'simplified',
  parameters,
  create: (values, context: BalancingContext): Balancer =>
    values.among === 'two' ? new AmongTwo(values, context) : new AmongAll(values, context),
})

abstract class ByResponseTime implements Balancer {
  protected readonly slots = new Slots()
  protected readonly costs: ResponseCosts
  protected readonly now: () => number

  constructor({ average, decay }: Values<typeof parameters>, { now }: BalancingContext) {
    this.costs = new ResponseCosts(decay, average === 'peak-ewma')
    this.now = now
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.costs.open(slot)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
  }

  abstract pick(request: RequestView, exclude: number): number

  /**
   * An answer took as long as it did, a timeout at least that long. Refusals, rejections and losses measure nothing: a dead pod would
   * look fast.
   */
  ended(slot: number, latency: number, outcome: Outcome): void {
    const counted = this.slots.ended(slot)
    const measured = this.slots.has(slot) && (outcome === Outcome.Answered || outcome === Outcome.TimedOut)
    const rescaled = measured && this.costs.observe(slot, latency, this.now())
    if (counted || measured) this.changed(slot, rescaled)
  }

  /** The slot's load has changed, and when rescaled the costs of all, by one factor. */
  protected abstract changed(slot: number, rescaled: boolean): void
}

/**
 * Below 0 when a is the better one for one more request, by cost (in flight + 1) / weight. A backend that has answered nothing yet and
 * has requests in flight is worse than any with history, and the less so the fewer they are: as in Finagle, which adds a huge penalty.
 */
export function compareLoads(costA: number, inFlightA: number, weightA: number, costB: number, inFlightB: number, weightB: number): number {
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

  pick(_request: RequestView, exclude: number): number {
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
    // nothing is kept in order
  }
}

/** Plainly a walk over all at each pick; a heap in the order of their loads, which time does not change (ResponseCosts), takes O(log n). */
class AmongAll extends ByResponseTime {
  private readonly heap = new LoadHeap(this.slots, this.costs)

  override added(slot: number, weight: number): void {
    super.added(slot, weight)
    this.heap.joins(slot)
  }

  override removed(slot: number): void {
    super.removed(slot)
    this.heap.remove(slot)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, heap } = this
    if (slots.count === 0) return NO_BACKEND
    this.costs.look(this.now())
    const slot = heap.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    heap.changed(slot)
    return slot
  }

  protected changed(slot: number, rescaled: boolean): void {
    this.heap.changed(slot)
    if (rescaled) this.heap.restore() // costs a hair apart may have become equal
  }
}

class LoadHeap extends SlotHeap {
  /** Running number of the last change of each slot. */
  private change = new Float64Array(16)
  private changes = 0
  private readonly slots: Slots
  private readonly costs: ResponseCosts

  constructor(slots: Slots, costs: ResponseCosts) {
    super(new Places())
    this.slots = slots
    this.costs = costs
  }

  joins(slot: number): void {
    if (slot >= this.change.length) this.change = grown(this.change, roomFor(slot, this.change.length))
    this.change[slot] = this.changes++
    this.add(slot)
  }

  changed(slot: number): void {
    this.change[slot] = this.changes++
    this.moved(slot)
  }

  protected before(a: number, b: number): boolean {
    const { inFlight, weight } = this.slots
    const { order } = this.costs
    const difference = compareLoads(order[a], inFlight[a], weight[a], order[b], inFlight[b], weight[b])
    return difference < 0 || (difference === 0 && this.change[a] < this.change[b])
  }
}
