/** What became of scheduling decisions: binds that were refused because the cluster had changed since the decision. */
import type { Time } from '../common/ids.ts'
import { OfferRecorder } from './offer-recorder.ts'
import type { DecisionRecorder } from './decision-recorder.ts'

export class SchedulingRecorder {
  /** Whether any scheduler decides on a snapshot, so that conflicts can occur. */
  shared = false
  /** Of the window: binds that schedulers tried to commit, and those refused. */
  tried = 0
  refused = 0
  /** Nodes ruled out in declined decisions since the start, by the reason that the scheduler gave. */
  readonly ruledOut: number[] = []
  /** Null: decisions are not kept. */
  readonly decisions: DecisionRecorder | null
  /** Null: no scheduler makes offers. */
  offers: OfferRecorder | null = null
  private readonly windowStart: Time

  constructor(windowStart: Time, decisions: DecisionRecorder | null = null) {
    this.windowStart = windowStart
    this.decisions = decisions
  }

  /** A declined decision ruled out this many nodes for a reason (a small whole number). */
  declined(reason: number, nodes: number): void {
    while (this.ruledOut.length <= reason) this.ruledOut.push(0)
    this.ruledOut[reason] += nodes
  }

  /** The counts of offers, from the first scheduler on that makes some. */
  countOffers(now: () => Time): OfferRecorder {
    return (this.offers ??= new OfferRecorder(now, this.windowStart))
  }

  bind(accepted: boolean, now: Time): void {
    if (now < this.windowStart) return
    this.tried++
    if (!accepted) this.refused++
  }
}
