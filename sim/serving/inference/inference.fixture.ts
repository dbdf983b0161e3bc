/** Requests to a language model, written by hand, and an engine with round numbers. */
import type { RequestSource } from '../spec.ts'
import type { Inference } from './spec.ts'

/** Arrival [µs], tokens of prompt and answer, blocks of the prompt. */
export type Row = readonly [at: number, prompt: number, output: number, blocks?: readonly number[]]

/** 10,000 an iteration, 100 a token of a prompt, 500 a sequence, 10 a token of context. */
export const spec: Inference = {
  iteration: 10_000,
  prefill: 100_000,
  sequence: 500,
  context: 10_000,
  maxSequences: 16,
  maxTokens: 2048,
  cache: 100_000,
  block: 512,
  prefixCache: true,
}

/** Requests of the given sizes. */
export const script = (rows: readonly Row[]) => (): RequestSource => {
  let row = -1
  return {
    next: () => (++row < rows.length ? rows[row][0] : Infinity),
    wait: 0,
    work: 1,
    key: -1,
    get prompt() {
      return rows[row][1]
    },
    get output() {
      return rows[row][2]
    },
    get blocks() {
      return rows[row][3] ?? []
    },
    rateAt: () => 0,
  }
}
