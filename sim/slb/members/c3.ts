/** C3: the backend with the lowest score of response time, service time and the cube of its estimated queue, within a rate for each backend. */
import { define, type Values } from '../../common/define.ts'
import { NONE, type SlotId, type Time } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import { NO_BACKEND, Outcome, QUEUE } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Rates } from '../structures/c3/rates.ts'
import { Scores } from '../structures/c3/scores.ts'
import { RunningNumbers } from '../structures/running-numbers.ts'
import { HeapIndex, SlotHeap } from '../structures/slot-heap.ts'
import { lengthFor, Slots } from '../structures/slots.ts'
import { Twin, type ListedBackend } from '../structures/twin.ts'

const MILLISECOND = 1000

const parameters = {
  exponent: { kind: 'number', default: 3, min: 0, max: 16, meaning: 'of the estimated queue in the score; 1: proportional to it' },
  average: { kind: 'number', default: 0.9, min: 0.001, max: 1, meaning: 'weight of the last response in the moving averages' },
  clients: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000,
    meaning: 'requests in flight from here count this often in the estimated queue; 0: the number of balancers of the service',
  },
  rateControl: {
    kind: 'boolean',
    default: true,
    meaning: 'limits the rate to each backend to that of its answers, and queues requests while all are at their limit',
  },
  interval: { kind: 'duration', default: 20 * MILLISECOND, min: MILLISECOND, meaning: 'interval in which rates are counted' },
} as const

export const c3 = define({
  name: 'c3',
  summary:
    'The backend with the lowest score (time outside of service + service time × estimated queue to the third power), backends without a response first; on ties the one whose score is unchanged longest.',
  source:
    'Suresh, Canini, Schmid, Feldmann 2015, C3: Cutting Tail Latency in Cloud Data Stores via Adaptive Replica Selection, NSDI; constants of github.com/lalithsuresh/absim',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new C3(values, context),
})

/** In order of score, then of the time of the last change. */
class ByScore extends SlotHeap {
  private readonly scores: Scores
  private readonly numbers: RunningNumbers

  constructor(index: HeapIndex, scores: Scores, numbers: RunningNumbers) {
    super(index)
    this.scores = scores
    this.numbers = numbers
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const { score } = this.scores
    return score[a] < score[b] || (score[a] === score[b] && this.numbers.of[a] < this.numbers.of[b])
  }
}

/** Backends at their rate, in order of the time at which the next request may be sent. */
class ByTime extends SlotHeap {
  readonly times = new RunningNumbers()

  protected before(a: SlotId, b: SlotId): boolean {
    const { of } = this.times
    return of[a] < of[b] || (of[a] === of[b] && a < b)
  }
}

class C3 implements Balancer {
  private readonly slots = new Slots()
  private readonly scores: Scores
  private readonly rates: Rates | null
  private readonly numbers = new RunningNumbers()
  private readonly usable: ByScore
  private readonly limited: ByTime
  /** By slot, 1: among the limited. */
  private isLimited = new Uint8Array(16)
  private readonly context: BalancingContext
  /** Time of the earliest timer that is pending; Infinity: none. */
  private wakes = Infinity
  /** What came with the response whose end follows. */
  private inside = 0
  private service: Time = NONE

  constructor({ exponent, average, clients, rateControl, interval }: Values<typeof parameters>, context: BalancingContext) {
    this.context = context
    this.scores = new Scores(average, exponent, clients === 0 ? (context.instances ?? 1) : clients)
    this.rates = rateControl ? new Rates(interval) : null
    this.usable = new ByScore(new HeapIndex(), this.scores, this.numbers)
    this.limited = new ByTime(new HeapIndex())
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.scores.open(slot)
    this.rates?.open(slot, this.context.now())
    if (slot >= this.isLimited.length) this.isLimited = grown(this.isLimited, lengthFor(slot, this.isLimited.length))
    this.isLimited[slot] = 0
    this.numbers.note(slot)
    this.usable.add(slot)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    if (this.isLimited[slot] === 1) this.limited.remove(slot)
    else this.usable.remove(slot)
    if (this.slots.count === 0) this.wakes = Infinity
  }

  pick({ queued, again }: RequestView, exclude: SlotId): SlotId {
    const { slots, usable } = this
    if (slots.count === 0) return NO_BACKEND
    if (queued > 0 && again !== true) return QUEUE
    const now = this.context.now()
    this.release(now)
    const passedOver = slots.passesOver(exclude) ? exclude : NONE
    const slot = usable.first(passedOver)
    if (slot === NONE) {
      this.wait(now, passedOver)
      return QUEUE
    }
    slots.sent(slot)
    this.rates?.take(slot, now)
    this.changed(slot, now)
    return slot
  }

  answered(_slot: SlotId, inside: number, service: Time): void {
    this.inside = inside
    this.service = service
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    const { service } = this
    this.service = NONE
    this.slots.ended(slot)
    if (!this.slots.has(slot)) return
    const now = this.context.now()
    if (outcome === Outcome.Answered && service !== NONE) {
      this.scores.observe(slot, latency, Math.min(service, latency), this.inside)
      this.rates?.answered(slot, now)
    }
    this.changed(slot, now)
  }

  woke(): void {
    // The instance asks again for the queued requests.
    this.wakes = Infinity
  }

  /** Score and rate of the slot are new. */
  private changed(slot: SlotId, now: Time): void {
    const { rates, usable, limited, isLimited } = this
    this.scores.update(slot, this.slots.inFlight[slot])
    this.numbers.note(slot)
    if (rates === null || rates.allows(slot, now)) {
      if (isLimited[slot] === 0) usable.moved(slot)
      else {
        limited.remove(slot)
        isLimited[slot] = 0
        usable.add(slot)
      }
      return
    }
    limited.times.set(slot, rates.nextAt(slot, now))
    if (isLimited[slot] === 1) limited.moved(slot)
    else {
      usable.remove(slot)
      isLimited[slot] = 1
      limited.add(slot)
    }
  }

  /** Backends whose next request may be sent. */
  private release(now: Time): void {
    const { limited, usable, isLimited } = this
    for (let slot = limited.first(NONE); slot !== NONE && limited.times.of[slot] <= now; slot = limited.first(NONE)) {
      limited.remove(slot)
      isLimited[slot] = 0
      usable.add(slot)
    }
  }

  private wait(now: Time, exclude: SlotId): void {
    const first = this.limited.first(exclude)
    const at = first === NONE ? now + 1 : Math.max(now + 1, this.limited.times.of[first])
    if (at >= this.wakes) return
    this.wakes = at
    this.context.wakeAt(at, 0)
  }
}

interface Scored extends ListedBackend {
  changed: number
}

/** Scores as a plain scan, without rate control; the test compares picks. */
export class C3Twin extends Twin<Scored> {
  private readonly scores = new Scores(0.9, 3, 1)
  private readonly inFlight = new Map<SlotId, number>()
  private number = 0
  private inside = 0
  private service: Time = NONE

  added(slot: SlotId, weight: number): void {
    this.scores.open(slot)
    this.inFlight.set(slot, 0)
    this.backends.push({ slot, weight, changed: this.number++ })
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { score } = this.scores
    const [best] = [...this.usable(exclude)].sort((a, b) => score[a.slot] - score[b.slot] || a.changed - b.changed)
    if (best === undefined) return NO_BACKEND
    this.count(best, 1)
    return best.slot
  }

  answered(_slot: SlotId, inside: number, service: Time): void {
    this.inside = inside
    this.service = service
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    const backend = this.find(slot)
    if (backend === undefined) return
    if (outcome === Outcome.Answered) this.scores.observe(slot, latency, Math.min(this.service, latency), this.inside)
    this.count(backend, this.inFlight.get(slot)! > 0 ? -1 : 0)
  }

  private count(backend: Scored, change: number): void {
    const count = this.inFlight.get(backend.slot)! + change
    this.inFlight.set(backend.slot, count)
    this.scores.update(backend.slot, count)
    backend.changed = this.number++
  }
}
