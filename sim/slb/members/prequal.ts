/** Prequal: of backends that were probed, the one with the least latency among those with few requests in flight. */
import { define, type Values } from '../../common/define.ts'
import { NONE, type SlotId, type Time } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, QUEUE, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, Outcome, RequestView } from '../policy.ts'
import { ErrorShares } from '../structures/prequal/error-shares.ts'
import { ProbePool } from '../structures/prequal/probe-pool.ts'
import { RifQuantile } from '../structures/prequal/rif-quantile.ts'
import { ProbeRounds } from '../structures/prequal/probe-rounds.ts'
import { Sample } from '../structures/sample.ts'
import { BackendSet } from '../structures/slots.ts'

const SECOND = 1_000_000
const MAX_PROBES = 32

const parameters = {
  mode: {
    kind: 'choice',
    default: 'async',
    choices: ['async', 'sync'],
    meaning: 'async: a request uses answers to earlier probes; sync: it waits for answers to its own',
  },
  poolSize: { kind: 'integer', default: 16, min: 1, max: 1024, meaning: 'async: answers kept by each balancer' },
  maxAge: { kind: 'duration', default: SECOND, min: 1, meaning: 'async: age at which an answer is dropped' },
  probeRate: { kind: 'number', default: 3, min: 0, max: MAX_PROBES, meaning: 'async: probes per request; a fraction is carried over' },
  removeRate: {
    kind: 'number',
    default: 1,
    min: 0,
    max: MAX_PROBES,
    meaning: 'async: answers dropped per request, the oldest and the worst in turn',
  },
  delta: {
    kind: 'number',
    default: 1,
    min: 0,
    max: 1000,
    meaning: 'async: an answer is used up to (1 + delta) / ((1 - pool size / backends) × probe rate - remove rate) times, at least once',
  },
  minimum: { kind: 'integer', default: 2, min: 1, max: 1024, meaning: 'async: with fewer answers any backend is picked' },
  compensate: { kind: 'boolean', default: true, meaning: 'async: a request that is sent counts in the answer that was used' },
  idle: {
    kind: 'duration',
    default: 0,
    min: 0,
    meaning: 'async: a balancer that has not probed for this time sends a probe; 0: only requests cause probes',
  },
  quantile: {
    kind: 'number',
    default: 0.8409,
    min: 0,
    max: 1,
    meaning:
      'a backend with more requests in flight than this quantile of the last answers is hot; 0: requests in flight decide, 1: latency',
  },
  window: { kind: 'integer', default: 128, min: 1, max: 65_536, meaning: 'answers that the quantile is taken of' },
  errorLimit: {
    kind: 'share',
    default: 0.2,
    min: 0,
    max: 1,
    meaning: 'a backend with a greater share of failed requests is used last; 1: errors are not looked at',
  },
  choices: {
    kind: 'integer',
    default: 3,
    min: 2,
    max: MAX_PROBES,
    meaning: 'sync: probes per request, of which one answer may be missing',
  },
  probeTimeout: {
    kind: 'duration',
    default: 3000,
    min: 1,
    meaning: 'sync: longest wait for answers; then the request uses those that came',
  },
} as const

export const prequal = define({
  name: 'prequal',
  summary:
    'Of backends that answered probes, the cold one with the least latency, or when all are hot the one with the fewest requests in flight; fewer requests in flight, then the earlier answer on ties.',
  source: 'Wydrowski, Kleinberg, Rumble, Archer 2024, Load is not what you should balance: Introducing Prequal, NSDI',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer =>
    values.mode === 'sync' ? new Sync(values, context) : new Async(values, context),
})

type Given = Values<typeof parameters>

/** What both forms know: the backends, the border between cold and hot, and who fails. */
abstract class Prequal implements Balancer {
  readonly readsLatency = true
  protected readonly backends: BackendSet
  protected readonly sample = new Sample(MAX_PROBES)
  protected readonly border: RifQuantile
  protected readonly errors: ErrorShares | null
  protected readonly avoid: ((slot: SlotId) => boolean) | null
  protected readonly context: BalancingContext
  protected readonly random: RandomStream
  private readonly leads: boolean
  /** Backends that this balancer has heard of: the shared set changes with the leading balancer. */
  private present = 0

  constructor({ quantile, window, errorLimit }: Given, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new BackendSet())
    this.backends = value
    this.leads = leads
    this.border = new RifQuantile(window, quantile)
    this.errors = errorLimit < 1 ? new ErrorShares(errorLimit) : null
    this.avoid = this.errors === null ? null : this.errors.isAbove
    this.context = context
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (this.leads) this.backends.add(slot, weight)
    this.present++
  }

  removed(slot: SlotId): void {
    if (this.leads) this.backends.remove(slot)
    this.errors?.forget(slot)
    this.forget(slot)
    if (--this.present > 0) return
    this.border.clear()
    this.clear()
  }

  ended(slot: SlotId, _latency: Time, outcome: Outcome): void {
    if (this.backends.has(slot)) this.errors?.note(slot, outcome)
  }

  abstract pick(request: RequestView, exclude: SlotId): SlotId
  abstract probed(slot: SlotId, tag: number, inside: number, latency?: Time): void
  abstract woke(tag: number): void
  protected abstract forget(slot: SlotId): void
  protected abstract clear(): void

  protected any(exclude: SlotId): SlotId {
    const candidates = this.backends.candidates(exclude)
    return this.backends.candidate(this.random.int(candidates), exclude, candidates)
  }

  protected probe(count: number, tag: number, exclude: SlotId = NONE): number {
    const { sample, context } = this
    const drawn = sample.draw(this.backends, count, exclude, this.random)
    for (let k = 0; k < drawn; k++) context.probe(sample.slots[k], tag)
    return drawn
  }
}

/** A pod that has no latency to tell counts as fast, so that it is tried. */
const known = (latency: Time): Time => (latency === NONE ? 0 : latency)

class Async extends Prequal {
  private readonly pool: ProbePool
  private readonly given: Given
  private owedProbes = 0
  private owedRemovals = 0
  private worstIsNext = false
  private lastProbe = 0
  /** Grows when the last backend leaves: timers of before are ignored. */
  private run = 0
  private timed = false

  constructor(given: Given, context: BalancingContext) {
    super(given, context)
    this.given = given
    this.pool = new ProbePool(given.poolSize)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { backends, pool, given } = this
    if (backends.count === 0) return NO_BACKEND
    const now = this.context.now()
    this.probeForRequest(now)
    pool.expire(now, given.maxAge)
    const border = this.border.quantile()
    const passedOver = backends.passesOver(exclude) ? exclude : NONE
    const at = pool.count < given.minimum ? NONE : pool.best(border, passedOver, this.avoid)
    let slot: SlotId
    if (at === NONE) slot = this.any(exclude)
    else {
      slot = pool.slot[at]
      pool.use(at, this.useLimit(), given.compensate)
    }
    this.removeSome(border)
    return slot
  }

  probed(slot: SlotId, _tag: number, inside: number, latency: Time = NONE): void {
    if (inside === NONE) {
      this.pool.forget(slot)
      return
    }
    this.border.add(inside)
    this.pool.add(slot, inside, known(latency), this.context.now())
  }

  woke(run: number): void {
    if (run !== this.run) return
    this.timed = false
    const { idle } = this.given
    const now = this.context.now()
    if (now - this.lastProbe >= idle) {
      this.lastProbe = now
      this.probe(1, 0)
    }
    this.watch()
  }

  override added(slot: SlotId, weight: number): void {
    super.added(slot, weight)
    if (!this.timed) this.lastProbe = this.context.now()
    this.watch()
  }

  protected forget(slot: SlotId): void {
    this.pool.forget(slot)
  }

  protected clear(): void {
    this.pool.clear()
    this.owedProbes = 0
    this.owedRemovals = 0
    this.worstIsNext = false
    this.run++
    this.timed = false
  }

  private watch(): void {
    const { idle } = this.given
    if (idle === 0 || this.timed) return
    this.timed = true
    this.context.wakeAt(Math.max(this.context.now() + 1, this.lastProbe + idle), this.run)
  }

  private probeForRequest(now: Time): void {
    this.owedProbes += this.given.probeRate
    const count = Math.floor(this.owedProbes)
    if (count === 0) return
    this.owedProbes -= count
    this.lastProbe = now
    this.probe(count, 0)
  }

  /** Rounded at random to a whole number, so that its mean is exact. */
  private useLimit(): number {
    const { delta, poolSize, probeRate, removeRate } = this.given
    const rate = (1 - Math.min(poolSize, this.backends.count) / this.backends.count) * probeRate - removeRate
    if (rate <= 0) return Infinity
    const limit = (1 + delta) / rate
    if (limit <= 1) return 1
    const whole = Math.floor(limit)
    return limit > whole && this.random.next() < limit - whole ? whole + 1 : whole
  }

  private removeSome(border: number): void {
    const { pool } = this
    this.owedRemovals += this.given.removeRate
    while (this.owedRemovals >= 1) {
      this.owedRemovals--
      if (this.worstIsNext) pool.removeWorst(border)
      else pool.removeOldest()
      this.worstIsNext = !this.worstIsNext
    }
  }
}

class Sync extends Prequal {
  private readonly rounds: ProbeRounds
  private readonly given: Given

  constructor(given: Given, context: BalancingContext) {
    super(given, context)
    this.given = given
    this.rounds = new ProbeRounds(given.choices)
  }

  pick({ again, queued }: RequestView, exclude: SlotId): SlotId {
    const { backends, rounds, given } = this
    if (backends.count === 0) return NO_BACKEND
    if (backends.candidates(exclude) === 1) {
      if (again === true) rounds.drop(queued)
      return this.any(exclude)
    }
    if (again !== true) {
      const round = rounds.begin()
      const sent = this.probe(given.choices, round, exclude)
      rounds.expect(Math.max(1, Math.min(sent, given.choices - 1)))
      this.context.wakeAt(this.context.now() + given.probeTimeout, round)
      return QUEUE
    }
    if (!rounds.firstIsReady(queued)) return QUEUE
    const pool = rounds.takeFirst()
    const at = pool.best(this.border.quantile(), backends.passesOver(exclude) ? exclude : NONE, this.avoid)
    return at === NONE ? this.any(exclude) : pool.slot[at]
  }

  probed(slot: SlotId, round: number, inside: number, latency: Time = NONE): void {
    if (inside !== NONE) this.border.add(inside)
    this.rounds.answered(round, slot, inside, known(latency), this.context.now())
  }

  woke(round: number): void {
    this.rounds.end(round)
  }

  protected forget(slot: SlotId): void {
    this.rounds.forget(slot)
  }

  protected clear(): void {
    this.rounds.clear()
  }
}
