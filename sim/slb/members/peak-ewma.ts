/** Peak EWMA: of two different backends drawn uniformly, the one with the lower product of peak response time and requests in flight from here. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId, Time } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { PeakEstimates } from '../structures/peak-estimates.ts'
import { Slots } from '../structures/slots.ts'

const MILLISECOND = 1000
const SECOND = 1_000_000

const parameters = {
  load: {
    kind: 'choice',
    default: 'peak-ewma',
    choices: ['peak-ewma', 'pending'],
    meaning: 'of a backend: peak-ewma: estimated response time × (in flight from here + 1); pending: in flight from here',
  },
  initial: { kind: 'duration', default: 30 * MILLISECOND, min: 1, meaning: 'estimated response time before the first response' },
  decay: {
    kind: 'duration',
    default: 10 * SECOND,
    min: 1,
    meaning: 'time constant with which an estimate decays, also while nothing is sent',
  },
} as const

/** tower 0.5.3. The first drawn wins a tie. Answers count in the order in which they are read. */
export const peakEwma = define({
  name: 'peak-ewma',
  summary:
    'Of two different backends drawn uniformly, the one with less estimated response time × (in flight from here + 1), where the estimate rises to a slower response at once and decays with time; the first drawn on ties.',
  source: 'tower 0.5.3 (Linkerd’s proxy), tower/src/balance/p2c and tower/src/load/{peak_ewma,pending_requests}.rs',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new PeakEwma(values, context),
})

/** Exported for the replay of recordings, which compares the loads of the two as well. */
export class PeakEwma implements Balancer {
  private readonly slots = new Slots()
  private readonly estimates: PeakEstimates | null
  private readonly random: RandomStream
  private readonly now: () => Time

  constructor({ load, initial, decay }: Values<typeof parameters>, context: BalancingContext) {
    this.estimates = load === 'peak-ewma' ? new PeakEstimates(initial, decay) : null
    this.random = context.random
    this.now = () => context.now()
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.estimates?.open(slot, this.now())
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    const slot = candidates === 1 ? slots.candidate(0, exclude, 1) : this.lesser(exclude, candidates)
    slots.sent(slot)
    slots.moveToEnd(slot)
    return slot
  }

  ended(slot: SlotId, latency: Time): void {
    if (this.slots.ended(slot)) this.estimates?.observe(slot, latency, this.now())
  }

  /** Looking at an estimate moves the time of its update. */
  protected loadOf(slot: SlotId): number {
    const inFlight = this.slots.inFlight[slot]
    return this.estimates === null ? inFlight : this.estimates.look(slot, this.now()) * (inFlight + 1)
  }

  /** Floyd's sample of two: where both draws agree, the first stands for the last backend, which it could not draw. */
  private lesser(exclude: SlotId, candidates: number): SlotId {
    const { slots, random } = this
    const i = random.int(candidates - 1)
    const j = random.int(candidates)
    const first = slots.candidate(i === j ? candidates - 1 : i, exclude, candidates)
    const second = slots.candidate(j, exclude, candidates)
    const load = this.loadOf(first)
    return load <= this.loadOf(second) ? first : second
  }
}
