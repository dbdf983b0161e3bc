/**
 * The client side of requests: arrivals, tries with a timeout, retries with backoff and a token budget, and what became of each request.
 * A try leaves through the carrier (network/network.ts), which brings back an answer or a failure. The pods of a service that calls another
 * are a client, too; calls.ts begins its requests and hears of their ends.
 */
import { NONE, type RequestId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import { FlowLedger } from '../measure/flow-ledger.ts'
import { Cause, Ledger } from '../measure/ledger.ts'
import { Outcome } from '../slb/policy.ts'
import type { Callers, Carrier, ClientRun, ClientsRun } from './client-run.ts'
import { Hedges } from './hedges.ts'
import { RequestState, type Requests } from './requests.ts'
import type { Call, FlowSpec, Sender } from './spec.ts'

/** Retry tokens a client may keep. */
const MAX_TOKENS = 10
const SECOND = 1_000_000
/** Ten tenths are one token, although they add up to a little less in binary. */
const ONE_TOKEN = 1 - 1e-9

const outcomeOf = (cause: Cause): Outcome =>
  cause === Cause.Refused
    ? Outcome.Refused
    : cause === Cause.TimedOut
      ? Outcome.TimedOut
      : cause === Cause.Rejected
        ? Outcome.Rejected
        : Outcome.Lost

/** Rows of routes: services first, then the calls with balancer instances of their own. */
export function routesOf(services: number, calls: readonly Call[]): number[] {
  let next = services
  return calls.map(({ service, slb }) => (slb === undefined ? service : next++))
}

export class Clients {
  /** Clients from outside, and all clients: those and the calls. `Requests.client` is a row of `all`. */
  readonly list: readonly ClientRun[]
  readonly all: readonly ClientRun[]
  /** Tries that their client gave up while the work continues in a pod. */
  orphans = 0
  private checked: (check: RequestId, answered: boolean) => void = () => undefined
  private carrier!: Carrier
  private callers: Callers | null = null
  /** Null: no client sends copies of slow requests. */
  readonly hedges: Hedges | null
  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly origin: Time
  private readonly end: Time
  private readonly arrives: number
  private readonly timesOut: number
  private readonly retries: number

  constructor({ simulator, streams, requests, times, input }: ClientsRun) {
    this.simulator = simulator
    this.requests = requests
    this.origin = times.origin
    this.end = times.end
    const streamOf = (name: string) => (purpose: string) => streams.stream(`${purpose}/${name}`)
    const begun = (spec: Sender, flow?: FlowSpec) => ({
      instance: streamOf(spec.name)('clients'),
      backoff: streams.keyed(`backoff/${spec.name}`),
      ledger: flow === undefined ? new Ledger(times, spec.objective) : new FlowLedger(times, spec.objective, flow.step / SECOND),
      retryTokens: 0,
      arrival: NONE,
    })
    this.list = input.clients.map((spec, row): ClientRun => ({
      spec,
      row,
      call: null,
      route: spec.service,
      source: spec.requests(streamOf(spec.name)),
      ...begun(spec, spec.flow),
    }))
    const { calls = [] } = input
    const routes = routesOf(input.services.length, calls)
    this.all = [
      ...this.list,
      ...calls.map((call, i): ClientRun => ({
        spec: call,
        row: this.list.length + i,
        call,
        route: routes[i],
        source: null,
        ...begun(call),
      })),
    ]
    this.arrives = simulator.register('request arrives', (client) => this.arrive(client))
    this.timesOut = simulator.register('try times out', (request) => this.timedOut(request))
    this.retries = simulator.register('retry leaves', (request) => {
      this.requests.attempt[request]++
      this.send(request)
    })
    this.hedges = Hedges.of({
      simulator,
      requests,
      delays: input.services.map(({ networkDelay }) => networkDelay),
      clients: this.all,
      timesOut: this.timesOut,
      carrier: () => this.carrier,
      callers: () => this.callers,
      tryIsOver: (request, outcome) => this.endTry(request, outcome),
      orphaned: (change) => (this.orphans += change),
    })
  }

  /** Called once, by the network. */
  carriedBy(carrier: Carrier): void {
    this.carrier = carrier
  }

  /** Called once, by the calls between services. */
  calledBy(callers: Callers): void {
    this.callers = callers
  }

  /** Starts the streams of requests at the origin. */
  opens(): void {
    for (const client of this.list) if (client.spec.flow === undefined) this.expect(client)
  }

  private expect(client: ClientRun): void {
    const time = this.origin + client.source!.next()
    client.arrival = time <= this.end ? this.simulator.at(time, this.arrives, client.row, 0) : NONE
  }

  private arrive(row: number): void {
    const client = this.list[row]
    const source = client.source!
    const requests = this.requests
    const request = requests.take()
    const instances = this.carrier.instances(client.route)
    requests.wait[request] = source.wait
    requests.work[request] = source.work
    requests.key[request] = source.key
    if (requests.prompts !== null) requests.prompts.set(request, source)
    requests.ordinal[request] = client.ledger.arrived
    requests.instance[request] = instances === 1 ? 0 : client.instance.int(instances)
    this.begin(request, client)
    if (this.callers !== null) this.callers.began(request)
    this.expect(client)
    this.send(request)
  }

  private begin(request: RequestId, client: ClientRun): void {
    const requests = this.requests
    const now = this.simulator.now
    requests.orphan[request] = 0
    requests.client[request] = client.row
    requests.route[request] = client.route
    requests.arrived[request] = now
    requests.queued[request] = 0
    requests.attempt[request] = 0
    requests.slot[request] = NONE
    client.ledger.arrive(now)
    if (client.retryTokens < MAX_TOKENS) client.retryTokens = Math.min(MAX_TOKENS, client.retryTokens + client.spec.retries.budget)
  }

  /** A pod makes a call. The caller has taken the row and filled wait, work, key and ordinal; `u` draws the balancer instance. */
  call(request: RequestId, client: ClientRun, u: number): void {
    this.requests.instance[request] = Math.floor(u * this.carrier.instances(client.route))
    this.begin(request, client)
    this.send(request)
  }

  /** The caller of a call needs no answer any more: the work is cancelled, or continues as an orphan, as after a timeout. */
  giveUp(request: RequestId): void {
    const requests = this.requests
    const client = this.all[requests.client[request]]
    const state = requests.state[request]
    if (this.hedges !== null) this.hedges.settle(request)
    client.ledger.fail(this.simulator.now, requests.arrived[request], Cause.Cancelled)
    if (state === RequestState.BackingOff) this.simulator.cancel(requests.timer[request])
    else {
      this.endTry(request, Outcome.Cancelled)
      if (!this.cancels(client, state)) {
        requests.orphan[request] = 1
        this.orphans++
        return
      }
      this.carrier.abort(request)
    }
    requests.give(request)
  }

  /** Whether the work of a try that is given up ends, too. */
  private cancels({ spec, call }: ClientRun, state: number): boolean {
    return spec.cancel || call?.deadline === true || state === RequestState.Responding || state === RequestState.AtBalancer
  }

  /** A try leaves the client. */
  private send(request: RequestId): void {
    const requests = this.requests
    const client = this.all[requests.client[request]]
    const { timeout } = client.spec
    const now = this.simulator.now
    let deadline = timeout > 0 ? now + timeout : Infinity
    if (this.callers !== null) {
      deadline = this.callers.deadline(request, timeout)
      if (deadline <= now) {
        this.fail(request, client, Cause.TimedOut)
        return
      }
    }
    client.ledger.send(requests.arrived[request])
    requests.sent[request] = now
    requests.timeout[request] = deadline < Infinity ? this.simulator.at(deadline, this.timesOut, request, 0) : NONE
    if (this.hedges !== null) this.hedges.sent(request, client, deadline)
    this.carrier.send(request)
  }

  /** The response of a try has reached the client. */
  answered(request: RequestId): void {
    const requests = this.requests
    if (requests.orphan[request] === 1) {
      this.dropOrphan(request, true)
      return
    }
    if (this.hedges !== null && !this.hedges.answers(request)) return
    const client = this.all[requests.client[request]]
    this.endTry(request, Outcome.Answered)
    client.ledger.answer(this.simulator.now, requests.arrived[request], requests.queued[request])
    this.leave(request, client, NONE)
  }

  /** A try ended without an answer: in the balancer, the network, or the pod. */
  failed(request: RequestId, cause: Cause): void {
    if (this.requests.orphan[request] === 1) {
      this.dropOrphan(request, false)
      return
    }
    if (this.hedges !== null && !this.hedges.fails(request, outcomeOf(cause))) return
    this.endTry(request, outcomeOf(cause))
    this.retryOrFail(request, cause)
  }

  /** The try is over for the client and the balancer. */
  private endTry(request: RequestId, outcome: Outcome): void {
    const requests = this.requests
    const timeout = requests.timeout[request]
    if (timeout !== NONE) {
      this.simulator.cancel(timeout)
      requests.timeout[request] = NONE
    }
    this.all[requests.client[request]].ledger.triesOver++
    this.carrier.ended(request, outcome)
  }

  private timedOut(request: RequestId): void {
    const requests = this.requests
    requests.timeout[request] = NONE
    if (this.hedges !== null) this.hedges.settle(request)
    this.endTry(request, Outcome.TimedOut)
    if (this.cancels(this.all[requests.client[request]], requests.state[request])) {
      this.carrier.abort(request)
      this.retryOrFail(request, Cause.TimedOut)
      return
    }
    // The work continues in the pod, wasted; the client continues in a row of its own.
    const copy = requests.copyForClient(request, this.simulator.now)
    if (this.callers !== null) this.callers.moved(request, copy)
    requests.orphan[request] = 1
    this.orphans++
    this.retryOrFail(copy, Cause.TimedOut)
  }

  private dropOrphan(request: RequestId, answered: boolean): void {
    const isCheck = this.requests.client[request] === NONE
    this.endCheck(request)
    if (isCheck) this.checked(request, answered)
  }

  // ---- health checks, which have no client

  /** Called once, by the health checks. */
  whenChecked(checked: (check: RequestId, answered: boolean) => void): void {
    this.checked = checked
  }

  /** A row of a health check: like a try that its client has given up, it works in its pod for nobody. */
  beginCheck(): RequestId {
    const row = this.requests.take()
    this.requests.orphan[row] = 1
    this.requests.timeout[row] = NONE
    this.requests.timer[row] = NONE
    this.orphans++
    return row
  }

  endCheck(request: RequestId): void {
    this.orphans--
    this.requests.give(request)
  }

  private retryOrFail(request: RequestId, cause: Cause): void {
    const requests = this.requests
    const client = this.all[requests.client[request]]
    const { retries } = client.spec
    const attempt = requests.attempt[request]
    const again = attempt < retries.limit && client.retryTokens >= ONE_TOKEN
    if (again && (this.callers === null || !this.callers.expired(request))) {
      client.retryTokens--
      let longest = retries.backoff
      for (let k = 0; k < attempt; k++) longest *= 2
      const pause = Math.floor(client.backoff.at(requests.ordinal[request], attempt) * longest)
      requests.state[request] = RequestState.BackingOff
      requests.timer[request] = this.simulator.at(this.simulator.now + pause, this.retries, request, 0)
      return
    }
    this.fail(request, client, cause)
  }

  private fail(request: RequestId, client: ClientRun, cause: Cause): void {
    client.ledger.fail(this.simulator.now, this.requests.arrived[request], cause)
    this.leave(request, client, cause)
  }

  /** The request is over: its row is free, its caller hears of it, and a closed loop may continue. */
  private leave(request: RequestId, client: ClientRun, cause: Cause | typeof NONE): void {
    const key = this.requests.key[request]
    if (client.call !== null) this.callers!.ended(request, cause)
    this.requests.give(request)
    if (client.source?.completed?.(key, this.simulator.now - this.origin) !== true) return
    // The source is asked again for the earlier of its pending arrival and the one it knows now.
    if (client.arrival !== NONE) this.simulator.cancel(client.arrival)
    this.expect(client)
  }

  /** At the horizon: unfinished requests are counted in their ledgers, and Little's law is asserted for each client. */
  ends(now: Time): void {
    const { requests } = this
    for (let row = 0; row < requests.high; row++) {
      if (requests.state[row] === RequestState.Free || requests.orphan[row] !== 0) continue
      this.all[requests.client[row]].ledger.unfinished(now, requests.arrived[row])
    }
    for (const { spec, ledger } of this.all) if (!(ledger instanceof FlowLedger)) ledger.checkLittlesLaw(spec.name, now)
  }

  /** The conservation of requests and of tries, for `--check`; throws with the numbers when one is lost. */
  check(): void {
    const { requests } = this
    const { counts, orphans } = requests.countStates()
    let arrived = 0
    let over = 0
    let tries = 0
    let triesOver = 0
    for (const { ledger } of this.all) {
      if (ledger instanceof FlowLedger) continue
      arrived += ledger.arrived
      over += ledger.answered + ledger.failed
      tries += ledger.tries
      triesOver += ledger.triesOver
    }
    const backingOff = counts[RequestState.BackingOff]
    const inTry = counts.reduce((sum, count) => sum + count, 0) - counts[RequestState.Free] - backingOff
    if (arrived !== over + inTry + backingOff)
      throw new Error(
        `requests are not conserved: arrived ${arrived}, finished or failed ${over}, under way ${inTry}, backing off ${backingOff}`,
      )
    const copies = this.hedges?.live ?? 0
    if (tries !== triesOver + inTry + copies)
      throw new Error(`tries are not conserved: sent ${tries}, over ${triesOver}, under way ${inTry}, copies ${copies}`)
    if (orphans !== this.orphans)
      throw new Error(`cancelled but running tries are not conserved: counted ${this.orphans}, found ${orphans}`)
  }
}
