/**
 * The engine of one pod: which tokens an iteration computes, and the cache that holds them. The scheduler is that of vLLM 1: running sequences first, in order of
 * admission, each with its next token or the next part of its prompt, up to `maxTokens`; then waiting ones, first come first served, as far as tokens, sequences and
 * cache allow. When a running sequence finds no space, the one admitted last is preempted: its tokens are given up and computed again later.
 *
 * While the batch does not change, k iterations from the first, which takes f, take k f + s k (k - 1) / 2: the context grows by the same number of tokens in each,
 * which adds s. So they are one stretch with one event, until a sequence ends, a prompt is computed, the cache is full, or a request arrives that could join.
 */
import { NONE, type RequestId, type Time } from '../../common/ids.ts'
import type { Inference } from './spec.ts'
import { PrefixCache } from './prefix-cache.ts'
import type { Prompts } from './prompts.ts'
import type { Sequences } from './sequences.ts'

/** The requests that wait for their engine. */
export interface Waiting {
  /** The next to be admitted; NONE without one. */
  first(): RequestId
  /** It joins the batch; `found` tokens of its prompt are in the prefix cache. */
  admitted(request: RequestId, found: number): void
  /** It goes back to the front of the queue. */
  preempted(request: RequestId): void
}

/** What a stretch has done so far, when it has not ended. */
export interface Progress {
  readonly generated: number
  /** Tokens in use times time [token·µs]. */
  readonly area: number
}

export class Engine {
  /** Sequences of the batch in order of admission; the first `scheduled` take part in the iterations of this stretch. */
  readonly running: RequestId[] = []
  scheduled = 0
  /** Sequences that are complete and have not been answered yet. */
  readonly leaving: RequestId[] = []
  /** Tokens in use: those that sequences own, and shared blocks once each. */
  used = 0
  /** Iterations of the stretch; 0: idle. */
  iterations = 0
  /** Handle of the event at the end of the stretch; NONE without one. */
  event = NONE
  /** The event of the stretch is being carried out: another one follows in any case. */
  turning = false
  /** Tokens generated, and tokens in use times time, in all stretches that have ended. */
  generated = 0
  area = 0
  /** Sequences of the batch, and 1 while it is busy, as they were counted last. */
  counted = 0
  countedBusy = 0
  private start = 0
  private firstTime = 0
  private stepTime = 0
  /** Tokens that an iteration computes, and sequences that get their next token in it. */
  private growth = 0
  private decoding = 0
  /** Whether a request that arrives could join at the next iteration. */
  private open = false
  /** Whether the first request waits for space that idle blocks of its own prompt take: their eviction can make it fit. */
  private crowded = false
  readonly cache = new PrefixCache()
  readonly spec: Inference
  private readonly prompts: Prompts
  private readonly sequences: Sequences
  private readonly waiting: Waiting

  constructor(spec: Inference, prompts: Prompts, sequences: Sequences, waiting: Waiting) {
    this.spec = spec
    this.prompts = prompts
    this.sequences = sequences
    this.waiting = waiting
  }

  /** Whether the sequence fits an empty cache. */
  fits(request: RequestId): boolean {
    return this.prompts.prompt[request] + this.prompts.output[request] <= this.spec.cache
  }

  /** Decides the next stretch. `now` is where an idle engine begins; otherwise the last stretch says when it ended. False: nothing to do. */
  plan(now: Time): boolean {
    if (this.scheduled === 0) this.start = now
    const { maxTokens, maxSequences } = this.spec
    const before = this.running.length
    let left = this.scheduleRunning(maxTokens)
    this.crowded = false
    // As in vLLM, nobody is admitted in an iteration that has preempted; the next one tries again.
    const preempts = this.running.length < before
    if (!preempts) left = this.admit(left)
    this.open = left > 0 && this.running.length < maxSequences
    this.measure(preempts || this.spec.stepwise === true ? 1 : Infinity)
    return this.scheduled > 0
  }

  /** End of the stretch [µs]. */
  get end(): Time {
    return this.boundary(this.iterations)
  }

  /** A request has joined an empty queue: the stretch ends with its present iteration if it could be admitted then. True: the end has changed. */
  interrupt(now: Time): boolean {
    if (!this.open || this.iterations < 2) return false
    const done = this.done(now)
    const iterations = Math.max(1, this.boundary(done) >= now ? done : done + 1)
    if (iterations >= this.iterations) return false
    this.iterations = iterations
    return true
  }

  /** The stretch has ended: what it computed. Appends the sequences that are complete to `finished`; they have left the batch. */
  complete(now: Time, finished: RequestId[]): void {
    this.apply(this.iterations)
    this.iterations = 0
    const { running, prompts, sequences } = this
    let kept = 0
    for (let i = 0; i < running.length; i++) {
      const row = running[i]
      if (this.target(row) === sequences.computed[row]) {
        this.generated++
        sequences.generated[row]++
        if (sequences.first[row] === NONE) sequences.first[row] = now
      }
      if (sequences.generated[row] >= prompts.output[row]) {
        this.release(row)
        finished.push(row)
      } else running[kept++] = row
    }
    running.length = kept
  }

  /** A sequence of the batch is withdrawn. The iteration that it takes part in ends when it would have; true: the end of the stretch has changed. */
  remove(request: RequestId, now: Time): boolean {
    const { running } = this
    const at = running.indexOf(request)
    const active = this.iterations > 0
    let changed = false
    if (active && this.iterations > 1) {
      const done = Math.min(this.done(now), this.iterations - 1)
      const rest = this.firstTime + this.stepTime * done
      this.apply(done)
      this.firstTime = rest
      this.iterations = 1
      changed = true
    }
    if (active && at < this.scheduled) {
      this.scheduled--
      this.growth -= this.sequences.share[request]
      if (this.isDecoding(request)) this.decoding--
    }
    running.splice(at, 1)
    this.release(request)
    return changed
  }

  /** What the stretch has done by now. */
  progress(now: Time): Progress {
    const done = this.iterations === 0 ? 0 : Math.min(this.done(now), this.iterations)
    return { generated: done * this.decoding, area: this.areaOf(done) }
  }

  /** Tokens of the batch, counted again; for `--check`. */
  check(name: string): void {
    const { spec, cache, sequences } = this
    let own = 0
    for (const row of this.running) own += sequences.computed[row] - sequences.held[row] * spec.block
    if (own + cache.shared * spec.block !== this.used)
      throw new Error(`${name}: ${this.used} tokens counted as in use, ${own} of sequences and ${cache.shared} shared blocks found`)
    if (this.used + cache.idle * spec.block > spec.cache)
      throw new Error(`${name}: ${this.used} tokens in use and ${cache.idle} idle blocks exceed the cache of ${spec.cache} tokens`)
  }

  // ---- the scheduler

  /** Gives running sequences their tokens; returns what is left of the tokens of the iteration. */
  private scheduleRunning(tokens: number): number {
    const { running, sequences } = this
    let left = tokens
    this.scheduled = 0
    this.growth = 0
    while (this.scheduled < running.length && left > 0) {
      const row = running[this.scheduled]
      const share = Math.min(this.target(row) - sequences.computed[row], left)
      while (share > this.spec.cache - this.used - this.growth) if (this.preempt() === row) return left
      left -= this.schedule(row, share)
    }
    return left
  }

  private schedule(row: RequestId, share: number): number {
    this.sequences.share[row] = share
    this.growth += share
    this.scheduled++
    return share
  }

  private preempt(): RequestId {
    const row = this.running.pop()!
    this.release(row)
    this.waiting.preempted(row)
    return row
  }

  private admit(tokens: number): number {
    const { running, sequences, prompts, cache, spec, waiting } = this
    let left = tokens
    while (left > 0 && running.length < spec.maxSequences) {
      const row = waiting.first()
      if (row === NONE) break
      const target = this.target(row)
      const blocks = prompts.blocks[row]
      // The last token is computed in any case, since its result is the next one.
      const most = Math.min(blocks.length, Math.floor(Math.min(prompts.prompt[row], target - 1) / spec.block))
      const hits = spec.prefixCache ? cache.match(blocks, most) : 0
      const share = Math.min(target - hits * spec.block, left)
      const idle = cache.idleAmong(blocks, hits)
      if (share > spec.cache - this.used - this.growth - idle * spec.block) {
        this.crowded = idle > 0
        break
      }
      waiting.admitted(row, hits * spec.block)
      const shared = cache.shared
      for (let i = 0; i < hits; i++) cache.use(blocks[i])
      this.used += (cache.shared - shared) * spec.block
      sequences.held[row] = hits
      sequences.computed[row] = hits * spec.block
      running.push(row)
      left -= this.schedule(row, share)
    }
    return left
  }

  /** Number of iterations until the batch changes, at most `most`, and their times. */
  private measure(most: number): void {
    const { sequences, spec, running, prompts } = this
    let iterations = most
    let prefill = 0
    let context = 0
    this.decoding = 0
    for (let i = 0; i < this.scheduled; i++) {
      const row = running[i]
      const share = sequences.share[row]
      if (this.isDecoding(row)) {
        this.decoding++
        iterations = Math.min(iterations, prompts.output[row] - sequences.generated[row])
      } else {
        prefill += share
        iterations = Math.min(iterations, Math.floor((this.target(row) - sequences.computed[row]) / share))
      }
      context += sequences.computed[row]
    }
    if (this.scheduled === 0) iterations = 0
    else iterations = Math.min(iterations, Math.max(1, Math.floor((spec.cache - this.used - this.keeps) / this.growth)))
    this.iterations = iterations
    this.firstTime = spec.iteration + (spec.prefill * prefill + spec.context * context) / 1000 + spec.sequence * this.decoding
    this.stepTime = (spec.context * this.growth) / 1000
  }

  /** Tokens that this stretch leaves in the cache beside those in use. */
  private get keeps(): number {
    return this.crowded ? this.cache.idle * this.spec.block : 0
  }

  /** Whether a sequence gets its next token, after an earlier one. */
  private isDecoding(row: RequestId): boolean {
    return this.sequences.generated[row] > 0 && this.target(row) - this.sequences.computed[row] === 1
  }

  /** Tokens that have to be computed before the next one is generated. */
  private target(row: RequestId): number {
    return this.prompts.prompt[row] + this.sequences.generated[row]
  }

  // ---- time

  /** Time of the first k iterations of the stretch. */
  private span(k: number): number {
    return k * this.firstTime + (this.stepTime * (k * (k - 1))) / 2
  }

  private boundary(k: number): Time {
    return Math.max(Math.round(this.start + this.span(k)), Math.round(this.start) + (k > 0 ? 1 : 0))
  }

  /** Iterations of the stretch that have ended by now. */
  private done(now: Time): number {
    let least = 0
    let most = this.iterations
    while (least < most) {
      const middle = Math.ceil((least + most) / 2)
      if (this.boundary(middle) <= now) least = middle
      else most = middle - 1
    }
    return least
  }

  // ---- the cache

  /** The first k iterations are over. A prompt is complete only at the end of a stretch, which generates its first token. */
  private apply(k: number): void {
    if (k === 0) return
    const { sequences, running, spec, cache, prompts } = this
    this.area += this.areaOf(k)
    this.start += this.span(k)
    this.used += k * this.growth
    this.generated += k * this.decoding
    for (let i = 0; i < this.scheduled; i++) {
      const row = running[i]
      const decoding = this.isDecoding(row)
      sequences.computed[row] += k * sequences.share[row]
      if (decoding) sequences.generated[row] += k
      else if (spec.prefixCache) this.share(row, prompts.blocks[row])
    }
    while (this.used + cache.idle * spec.block > spec.cache) cache.evict()
  }

  /** Full blocks of a prompt that are computed can be used by others from now on. Two sequences that have computed the same block share it. */
  private share(row: RequestId, blocks: readonly number[]): void {
    const { sequences, spec, cache, prompts } = this
    const full = Math.floor(Math.min(sequences.computed[row], prompts.prompt[row]) / spec.block)
    const count = Math.min(full, blocks.length)
    for (let i = sequences.held[row]; i < count; i++) {
      const shared = cache.shared
      cache.use(blocks[i])
      if (cache.shared === shared) this.used -= spec.block
    }
    sequences.held[row] = Math.max(sequences.held[row], count)
  }

  /** The tokens of a sequence are given up. Of its blocks the last is evicted first, so that what stays is a prefix. */
  private release(row: RequestId): void {
    const { sequences, spec, cache, prompts } = this
    const held = sequences.held[row]
    this.used -= sequences.computed[row] - held * spec.block
    for (let i = held - 1; i >= 0; i--) if (cache.release(prompts.blocks[row][i])) this.used -= spec.block
    sequences.held[row] = 0
    sequences.computed[row] = 0
  }

  /** Tokens in use times time over the first k iterations: iteration j begins with the space of all that it computes, and takes f + s j. */
  private areaOf(k: number): number {
    const { used, growth, firstTime, stepTime } = this
    const base = used + growth
    const sum = (k * (k - 1)) / 2
    const squares = ((k - 1) * k * (2 * k - 1)) / 6
    return base * firstTime * k + (base * stepTime + growth * firstTime) * sum + growth * stepTime * squares
  }
}
