/**
 * The probes of requests that wait for their answers, a round per request, first in, first out as the requests are. Requests that have left
 * the queue unseen (they timed out) leave their rounds behind; the oldest are then given up, since any waiting request may use any round.
 */
import { NONE, type SlotId, type Time } from '../../../common/ids.ts'
import { ProbePool } from './probe-pool.ts'

interface Round {
  number: number
  readonly pool: ProbePool
  missing: number
}

export class ProbeRounds {
  private readonly waiting: Round[] = []
  private readonly spare: Round[] = []
  private readonly choices: number
  private next = 0

  constructor(choices: number) {
    this.choices = choices
  }

  /** Number of the new round. */
  begin(): number {
    const round = this.spare.pop() ?? { number: 0, pool: new ProbePool(this.choices), missing: 0 }
    round.number = this.next
    this.next = (this.next + 1) & 0x3fffffff
    round.pool.clear()
    round.missing = Infinity
    this.waiting.push(round)
    return round.number
  }

  /** The round begun last is ready after this number of answers. */
  expect(answers: number): void {
    this.waiting[this.waiting.length - 1].missing = answers
  }

  /** An answer, or with `inside` NONE that there is none. */
  answered(number: number, slot: SlotId, inside: number, latency: Time, now: Time): void {
    const round = this.find(number)
    if (round === undefined) return
    round.missing--
    if (inside !== NONE) round.pool.add(slot, inside, latency, now)
  }

  /** No more answers are waited for. */
  end(number: number): void {
    const round = this.find(number)
    if (round !== undefined) round.missing = 0
  }

  /** Whether the oldest round is ready; `others` are queued behind its request. */
  firstIsReady(others: number): boolean {
    this.drop(others + 1)
    return this.waiting.length === 0 || this.waiting[0].missing <= 0
  }

  /** The answers of the oldest round, to be read before the next round begins; empty without one. */
  takeFirst(): ProbePool {
    const round = this.waiting.shift() ?? { number: 0, pool: new ProbePool(this.choices), missing: 0 }
    this.spare.push(round)
    return round.pool
  }

  /** Gives up the oldest rounds until `left` are left. */
  drop(left: number): void {
    while (this.waiting.length > left) this.spare.push(this.waiting.shift()!)
  }

  forget(slot: SlotId): void {
    for (const round of this.waiting) {
      round.pool.forget(slot)
      round.missing-- // its answer may never come
    }
  }

  clear(): void {
    this.drop(0)
  }

  private find(number: number): Round | undefined {
    return this.waiting.find((round) => round.number === number)
  }
}
