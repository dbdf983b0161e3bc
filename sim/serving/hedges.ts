/**
 * Hedged and tied requests: a client sends copies of a try that is not answered soon, and the first answer counts.
 * Source: Dean, Barroso 2013, The tail at scale; gRFC A6 (hedging), where any of the tries may answer and one timeout covers all.
 *
 * The request is the row of its main try; copies are further rows (`orphan` 2). A copy that answers, or outlives the main try, becomes the main try. Tries
 * that are no longer needed are withdrawn in an event of their own, so that no pod is entered while it is being changed.
 */
import { NONE, type RequestId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Outcome } from '../slb/policy.ts'
import type { Callers, Carrier, ClientRun } from './client-run.ts'
import { RecentLatencies } from './recent-latencies.ts'
import { isInPod, RequestState, type Requests } from './requests.ts'
import type { Hedging } from './spec.ts'

/** Tokens a client may keep, and what a copy takes, as for retries. */
const MAX_TOKENS = 10
const ONE_TOKEN = 1 - 1e-9
/** In `main`: the try is not needed any more and will be withdrawn. */
const GONE = -2

/** What the hedges need of the clients. */
export interface HedgesRun {
  readonly simulator: Simulator
  readonly requests: Requests
  /** By service: one way from pod to pod, the time until a tied try is notified of the other. */
  readonly delays: readonly Time[]
  readonly clients: readonly ClientRun[]
  /** Kind of the event that ends a try by its timeout. */
  readonly timesOut: number
  carrier(): Carrier
  callers(): Callers | null
  /** The try is over for the client and the balancer. */
  tryIsOver(request: RequestId, outcome: Outcome): void
  /** The number of rows without a request of their own has changed. */
  orphaned(change: 1 | -1): void
}

/** A row per row of `Requests`. */
class HedgeRows extends ColumnTable {
  /** Of a main try: its first copy. Of a copy: the next one, and its main try, NONE for a main try. */
  first = this.column(Int32Array, NONE)
  next = this.column(Int32Array, NONE)
  main = this.column(Int32Array, NONE)
  /** Handle of the next copy of a main try, or of the withdrawal of a try that is gone; and of the message that ties it. */
  timer = this.column(Int32Array, NONE)
  tie = this.column(Int32Array, NONE)
  /** Of a main try: copies sent so far, when the next one is due, and its deadline. */
  copies = this.column(Int32Array)
  due = this.column(Float64Array)
  deadline = this.column(Float64Array)
}

/** A client that hedges. */
interface HedgingClient {
  readonly spec: Hedging
  readonly recent: RecentLatencies | null
  tokens: number
}

export class Hedges {
  /** Copies under way; and since the end of warm-up those sent, and those that were answered first. */
  live = 0
  copies = 0
  won = 0
  private readonly rows = new HedgeRows()
  private readonly of: readonly (HedgingClient | null)[]
  private readonly run: HedgesRun
  private readonly due: number
  private readonly withdraws: number
  private readonly ties: number

  private constructor(run: HedgesRun) {
    this.run = run
    this.of = run.clients.map(({ spec: { hedge } }) =>
      hedge === undefined
        ? null
        : { spec: hedge, recent: hedge.quantile === undefined ? null : new RecentLatencies(hedge.quantile), tokens: 0 },
    )
    this.due = run.simulator.register('copy of a try is due', (request) => this.copy(request))
    this.withdraws = run.simulator.register('try is withdrawn', (request) => this.withdraw(request))
    this.ties = run.simulator.register('message to a tied try', (request) => this.tied(request))
  }

  /** Null when no client hedges. */
  static of(run: HedgesRun): Hedges | null {
    return run.clients.some(({ spec }) => spec.hedge !== undefined) ? new Hedges(run) : null
  }

  /** The end of warm-up. */
  windowBegins(): void {
    this.copies = 0
    this.won = 0
  }

  /** Whether the pods have to tell when a try gets a thread. */
  get isTied(): boolean {
    return this.of.some((client) => client?.spec.tied === true)
  }

  /** A try is about to leave its client. */
  sent(request: RequestId, client: ClientRun, deadline: Time): void {
    const { rows } = this
    const hedging = this.of[client.row]
    rows.reserve(request + 1)
    rows.first[request] = NONE
    rows.main[request] = NONE
    rows.timer[request] = NONE
    rows.tie[request] = NONE
    if (hedging === null) return
    if (this.run.requests.attempt[request] === 0) hedging.tokens = Math.min(MAX_TOKENS, hedging.tokens + hedging.spec.budget)
    rows.copies[request] = 0
    rows.deadline[request] = deadline
    this.expect(request, hedging)
  }

  private expect(request: RequestId, { spec, recent }: HedgingClient): void {
    const { simulator } = this.run
    if (this.rows.copies[request] >= spec.limit) return
    const delay = recent === null ? spec.after! : recent.quantile
    if (delay < Infinity) this.arm(request, simulator.now + delay)
  }

  private arm(request: RequestId, due: Time): void {
    this.rows.due[request] = due
    this.rows.timer[request] = this.run.simulator.at(due, this.due, request, 0)
  }

  private copy(main: RequestId): void {
    const { rows } = this
    const { requests, simulator, clients } = this.run
    const client = clients[requests.client[main]]
    const hedging = this.of[client.row]!
    rows.timer[main] = NONE
    if (hedging.tokens < ONE_TOKEN) return
    hedging.tokens--
    rows.copies[main]++
    this.copies++
    const copy = requests.copyForClient(main, simulator.now)
    requests.queued[copy] = requests.queued[main]
    requests.orphan[copy] = 2
    rows.reserve(copy + 1)
    rows.first[copy] = NONE
    rows.timer[copy] = NONE
    rows.tie[copy] = NONE
    this.link(copy, main)
    this.live++
    this.run.orphaned(1)
    this.run.callers()?.copied(main, copy)
    client.ledger.send(requests.arrived[copy])
    requests.sent[copy] = simulator.now
    this.expect(main, hedging)
    this.run.carrier().send(copy)
  }

  private link(copy: RequestId, main: RequestId): void {
    const { rows } = this
    rows.main[copy] = main
    rows.next[copy] = rows.first[main]
    rows.first[main] = copy
  }

  private unlink(copy: RequestId): void {
    const { rows } = this
    const main = rows.main[copy]
    if (rows.first[main] === copy) rows.first[main] = rows.next[copy]
    else {
      let before = rows.first[main]
      while (rows.next[before] !== copy) before = rows.next[before]
      rows.next[before] = rows.next[copy]
    }
  }

  // ---- ends of tries

  /** An answer has reached the client: whether it is the answer of a request, in the row of its main try from now on. */
  answers(request: RequestId): boolean {
    const { rows } = this
    const { requests, simulator } = this.run
    if (rows.main[request] === GONE) {
      this.over(request, Outcome.Answered)
      return false
    }
    if (rows.main[request] !== NONE) {
      this.won++
      this.promote(request)
    }
    this.of[requests.client[request]]?.recent?.add(simulator.now - requests.arrived[request])
    this.settle(request)
    return true
  }

  /** A try has failed: whether the request has, too, because no other try is under way. */
  fails(request: RequestId, outcome: Outcome): boolean {
    const { rows } = this
    const first = rows.main[request] === NONE ? rows.first[request] : NONE
    if (rows.main[request] === NONE && first === NONE) {
      this.settle(request)
      return true
    }
    if (first !== NONE) this.promote(first)
    if (rows.main[request] !== GONE) this.unlink(request)
    this.over(request, outcome)
    return false
  }

  /** The request needs none of its copies any more, and no further one. */
  settle(main: RequestId): void {
    const { rows } = this
    this.disarm(main)
    for (let copy = rows.first[main]; copy !== NONE; copy = rows.next[copy]) this.lose(copy)
    rows.first[main] = NONE
  }

  /** The copy becomes the main try, and the main try one of its copies. */
  private promote(copy: RequestId): void {
    const { rows } = this
    const { requests, simulator } = this.run
    const main = rows.main[copy]
    this.unlink(copy)
    this.run.callers()?.moved(main, copy)
    requests.orphan[copy] = 0
    requests.orphan[main] = 2
    rows.first[copy] = rows.first[main]
    for (let other = rows.first[copy]; other !== NONE; other = rows.next[other]) rows.main[other] = copy
    rows.first[main] = NONE
    rows.main[copy] = NONE
    this.link(main, copy)
    rows.copies[copy] = rows.copies[main]
    rows.deadline[copy] = rows.deadline[main]
    if (rows.timer[main] !== NONE) {
      simulator.cancel(rows.timer[main])
      rows.timer[main] = NONE
      this.arm(copy, rows.due[main])
    }
    if (requests.timeout[main] === NONE) return
    simulator.cancel(requests.timeout[main])
    requests.timeout[main] = NONE
    requests.timeout[copy] = simulator.at(Math.max(simulator.now, rows.deadline[copy]), this.run.timesOut, copy, 0)
  }

  private disarm(request: RequestId): void {
    const { rows } = this
    for (const column of [rows.timer, rows.tie]) {
      if (column[request] !== NONE) this.run.simulator.cancel(column[request])
      column[request] = NONE
    }
  }

  /** A copy is not needed any more. */
  private lose(copy: RequestId): void {
    const { rows } = this
    const { simulator } = this.run
    this.disarm(copy)
    rows.main[copy] = GONE
    rows.timer[copy] = simulator.at(simulator.now, this.withdraws, copy, 0)
  }

  private withdraw(copy: RequestId): void {
    const { requests } = this.run
    this.rows.timer[copy] = NONE
    const state = requests.state[copy]
    if (this.of[requests.client[copy]]!.spec.cancel || !isInPod(state)) {
      this.run.tryIsOver(copy, Outcome.Cancelled)
      this.run.carrier().abort(copy)
      this.free(copy)
      return
    }
    this.run.tryIsOver(copy, Outcome.Cancelled)
    this.live--
    requests.orphan[copy] = 1
  }

  /** A copy, or a try that is gone, has ended. */
  private over(copy: RequestId, outcome: Outcome): void {
    this.disarm(copy)
    this.run.tryIsOver(copy, outcome)
    this.free(copy)
  }

  private free(copy: RequestId): void {
    this.live--
    this.run.orphaned(-1)
    this.run.requests.give(copy)
  }

  // ---- tied requests

  /** A try has got a thread: the others of a tied request are notified. */
  started(request: RequestId): void {
    const { rows } = this
    const { requests, delays, simulator, clients } = this.run
    if (requests.client[request] === NONE || requests.orphan[request] === 1) return
    const client = clients[requests.client[request]]
    if (this.of[client.row]?.spec.tied !== true || rows.main[request] === GONE) return
    const main = rows.main[request] === NONE ? request : rows.main[request]
    if (rows.timer[main] !== NONE) simulator.cancel(rows.timer[main]) // no further copy
    rows.timer[main] = NONE
    const at = simulator.now + delays[client.spec.service]
    if (main !== request) this.tell(main, at)
    for (let copy = rows.first[main]; copy !== NONE; copy = rows.next[copy]) if (copy !== request) this.tell(copy, at)
  }

  private tell(request: RequestId, at: Time): void {
    if (this.rows.tie[request] === NONE) this.rows.tie[request] = this.run.simulator.at(at, this.ties, request, 0)
  }

  private tied(request: RequestId): void {
    const { rows } = this
    const state = this.run.requests.state[request]
    rows.tie[request] = NONE
    if (isInPod(state) ? state !== RequestState.Queued : state === RequestState.Responding) return
    if (rows.main[request] === NONE) {
      if (rows.first[request] === NONE) return // the other has failed meanwhile
      this.promote(this.workingCopy(request))
    }
    this.unlink(request)
    this.lose(request)
  }

  /** A copy that holds a thread, else any. */
  private workingCopy(main: RequestId): RequestId {
    const { rows } = this
    const { state } = this.run.requests
    for (let copy = rows.first[main]; copy !== NONE; copy = rows.next[copy])
      if (isInPod(state[copy]) && state[copy] !== RequestState.Queued) return copy
    return rows.first[main]
  }
}
