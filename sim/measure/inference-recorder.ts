/** What engines of language models have done in the window: times of tokens by arrival of their request, the other counts by their time. */
import type { Time } from '../common/ids.ts'
import { Histogram } from './histogram.ts'
import { Level } from './level.ts'

export class InferenceRecorder {
  /** From the client's send to the arrival of the first token, and the mean gap between further tokens, of answered requests [µs]. */
  readonly firstToken = new Histogram()
  readonly perToken = new Histogram()
  /** Prompt tokens of requests that have joined a batch, and those of them that were in the prefix cache. */
  prompt = 0
  found = 0
  /** Requests that have joined a batch. */
  admitted = 0
  preempted = 0
  /** Sequences in batches, pods that have any, and tokens that the caches of these pods hold. */
  readonly sequences = new Level()
  readonly busy = new Level()
  readonly capacity = new Level()
  /** Tokens generated, and tokens in use times time [token·µs], before the window. */
  generatedBefore = 0
  areaBefore = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  windowBegins(now: Time): void {
    this.sequences.reset(now)
    this.busy.reset(now)
    this.capacity.reset(now)
    this.preempted = 0
  }

  /** A request joins a batch for the first time. */
  admit(arrived: Time, prompt: number, found: number): void {
    if (arrived < this.windowStart) return
    this.admitted++
    this.prompt += prompt
    this.found += found
  }

  /** A request is answered; `gap` is the mean time between two of its tokens, NaN when there is only one. */
  answer(arrived: Time, firstToken: Time, gap: number): void {
    if (arrived < this.windowStart) return
    this.firstToken.record(firstToken)
    if (gap >= 0) this.perToken.record(Math.round(gap))
  }
}
