/**
 * What becomes of requests of a flow: how many are late or time out, and the distribution of their latencies. The state of a queue is
 * rounded to steps of 2 %, so that each state is worked out once and after that only counts requests; the distribution of latencies is made from states
 * in steps of 10 %.
 */
import { cellsOf, type CostSample } from './sample.ts'

/** Steps to a factor of e of the amounts that make a state. */
const STEPS = 50
/** Steps of the states of the distribution are this many of those. */
const COARSE = 5
/** The rarest waiting that counts, in steps; and the longest time, in steps above 1 µs. */
const RAREST = 600
const LONGEST = 1500
/** Waits that stand for all of a distribution, narrower towards the longest. */
const WAITS = cellsOf([
  [0.8, 8],
  [0.96, 8],
  [0.992, 6],
  [0.999, 4],
  [1, 2],
])

/** The queue that a share of the requests meets. */
export interface QueueState {
  /** Row of its pods in `FateRules.kinds`. */
  readonly kind: number
  /** Probability to wait, and the mean wait of those who do [µs]. */
  readonly waiting: number
  readonly wait: number
  /** Time that everybody waits before [µs], in overload. */
  readonly backlog: number
}

/** Pods that serve alike. */
export interface PodKind {
  /** Time of a core-µs of work of a request that is alone [µs]. */
  readonly slowness: number
  /** All requests share the CPU: a wait stretches the work; else it is before the service. */
  readonly sharing: boolean
}

/** What decides about requests. */
export interface FateRules {
  readonly sample: CostSample
  /** Both ways between client and pod [µs]. */
  readonly network: number
  /** Latency that is good [µs], and the timeout of the client [µs]; Infinity: none. */
  readonly objective: number
  readonly timeout: number
}

/** Shares of the requests that meet a state: answered too late, timed out. */
export interface Shares {
  late: number
  timedOut: number
  /** Mean latency of those that are answered [µs], and its part before the service. */
  latency: number
  queued: number
}

interface State extends Shares {
  /** What it is found by. */
  readonly key: number
  /** The state of the distribution of latencies that it belongs to. */
  readonly coarse: CoarseState
}

interface CoarseState {
  readonly state: QueueState
  count: number
}

/** A state in steps: those of rareness of waiting, of the wait, and of the backlog. */
type Steps = readonly [waiting: number, wait: number, backlog: number]

const coarser = (step: number, most: number): number => (step === most ? most : Math.round(step / COARSE) * COARSE)
const keyOf = (kind: number, [waiting, wait, backlog]: Steps): number =>
  ((kind * (RAREST + 1) + waiting) * (LONGEST + 1) + wait) * (LONGEST + 1) + backlog
const stateOf = (kind: number, [waiting, wait, backlog]: Steps): QueueState => ({
  kind,
  waiting: waiting === RAREST ? 0 : Math.exp(-waiting / STEPS),
  wait: amountOf(wait),
  backlog: amountOf(backlog),
})

const stepOf = (amount: number): number => (amount < 1 ? 0 : Math.min(LONGEST, 1 + Math.round(STEPS * Math.log(amount))))
const amountOf = (step: number): number => (step === 0 ? 0 : Math.exp((step - 1) / STEPS))
/** Share of the waits that are longer, in means of them: exponential before a service, of two phases where it stretches the work. */
const longer = (time: number, sharing: boolean): number =>
  time <= 0 ? 1 : sharing ? Math.exp(-2 * time) * (1 + 2 * time) : Math.exp(-time)

/** The wait that a share of the waits of two phases does not exceed, in means of them. */
function ofTwoPhases(share: number): number {
  let low = 0
  let high = 40
  for (let turn = 0; turn < 50; turn++) {
    const middle = (low + high) / 2
    if (1 - longer(middle, true) < share) low = middle
    else high = middle
  }
  return low
}

/** Means of the cells: the integral of -ln(1 - u) from `from` to `to`, over its length. */
const EXPONENTIAL = WAITS.map(({ middle, share }) => {
  const whole = (rest: number): number => (rest < 1e-12 ? 0 : rest * (1 - Math.log(rest)))
  return (whole(1 - middle + share / 2) - whole(1 - middle - share / 2)) / share
})
const OF_TWO_PHASES = WAITS.map(({ middle }) => ofTwoPhases(middle))

/** Fates of the requests of one service. */
export class Fates {
  readonly kinds: PodKind[] = []
  private readonly rules: FateRules
  private readonly states = new Map<number, State>()
  private readonly coarse = new Map<number, CoarseState>()
  /** By kind of pods: what was met last, since the next state is often the same one. */
  private readonly latest: (State | undefined)[] = []

  constructor(rules: FateRules) {
    this.rules = rules
  }

  /** Requests that met a state; `counted`: they belong to the window. */
  meet(state: QueueState, count: number, counted: boolean): Readonly<Shares> {
    const waiting = state.waiting <= 0 ? RAREST : Math.min(RAREST, Math.round(-STEPS * Math.log(state.waiting)))
    const wait = waiting === RAREST ? 0 : stepOf(state.wait)
    const backlog = stepOf(state.backlog)
    const key = ((state.kind * (RAREST + 1) + waiting) * (LONGEST + 1) + wait) * (LONGEST + 1) + backlog
    let found = this.latest[state.kind]
    if (found?.key !== key) found = this.latest[state.kind] = this.stateAt(key, state.kind, [waiting, wait, backlog])
    if (counted) found.coarse.count += count
    return found
  }

  private stateAt(key: number, kind: number, steps: Steps): State {
    let found = this.states.get(key)
    if (found === undefined) {
      found = {
        key,
        ...this.sharesOf(stateOf(kind, steps)),
        coarse: this.coarseOf(kind, steps),
      }
      this.states.set(key, found)
    }
    return found
  }

  private coarseOf(kind: number, [waiting, wait, backlog]: Steps): CoarseState {
    const steps: Steps = [coarser(waiting, RAREST), coarser(wait, LONGEST), coarser(backlog, LONGEST)]
    const key = keyOf(kind, steps)
    let found = this.coarse.get(key)
    if (found === undefined) this.coarse.set(key, (found = { state: stateOf(kind, steps), count: 0 }))
    return found
  }

  /** Forgets what was counted, at the end of warm-up. */
  clear(): void {
    for (const state of this.coarse.values()) state.count = 0
  }

  /** Calls back for each latency [µs] and the number of requests that had it, those that timed out included. */
  latencies(visit: (latency: number, count: number) => void): void {
    const { timeout } = this.rules
    for (const { state, count } of this.coarse.values()) {
      if (count === 0) continue
      this.eachLatency(state, (latency, share) => visit(Math.round(Math.min(latency, timeout)), share * count))
    }
  }

  private eachLatency({ kind, waiting, wait, backlog }: QueueState, visit: (latency: number, share: number) => void): void {
    const { sample, network } = this.rules
    const { slowness, sharing } = this.kinds[kind]
    for (let i = 0; i < sample.works.length; i++) {
      const work = sample.works[i] * slowness
      const alone = network + backlog + sample.waits[i] + work
      const scale = sharing ? (wait * work) / (sample.meanWork * slowness) : wait
      if (waiting < 1) visit(alone, sample.shares[i] * (1 - waiting))
      if (waiting === 0) continue
      const waits = sharing ? OF_TWO_PHASES : EXPONENTIAL
      for (let k = 0; k < WAITS.length; k++) visit(alone + scale * waits[k], sample.shares[i] * waiting * WAITS[k].share)
    }
  }

  private sharesOf(state: QueueState): Shares {
    const { sample, network, objective, timeout } = this.rules
    const { kind, waiting, wait, backlog } = state
    const { slowness, sharing } = this.kinds[kind]
    let over = 0
    let timedOut = 0
    for (let i = 0; i < sample.works.length; i++) {
      const work = sample.works[i] * slowness
      const alone = network + backlog + sample.waits[i] + work
      const scale = sharing ? (wait * work) / (sample.meanWork * slowness) : wait
      over += sample.shares[i] * beyond(objective - alone, waiting, scale, sharing)
      timedOut += sample.shares[i] * beyond(timeout - alone, waiting, scale, sharing)
    }
    const queued = backlog + waiting * wait
    // A request that timed out is no answer, and misses the objective as such.
    const late = Math.max(0, over - timedOut)
    return { late, timedOut, latency: network + sample.meanWait + sample.meanWork * slowness + queued, queued }
  }
}

/** Share of the requests whose wait is longer than what is left of a time. */
function beyond(left: number, waiting: number, scale: number, sharing: boolean): number {
  if (left === Infinity) return 0
  if (left < 0) return 1
  return waiting === 0 || scale === 0 ? 0 : waiting * longer(left / scale, sharing)
}
