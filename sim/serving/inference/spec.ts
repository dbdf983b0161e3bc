/** What a user configures of pods that serve a language model. */

/**
 * A pod as an engine that serves a language model by continuous batching: in each iteration every sequence of the batch gets its next token, or a part of its
 * prompt is computed. The time of an iteration is linear in what it computes [µs, need not be whole].
 */
export interface Inference {
  /** Of every iteration: the weights are read. */
  readonly iteration: number
  /** Added for 1,000 tokens of prompts that are computed. */
  readonly prefill: number
  /** Added for each sequence that gets its next token. */
  readonly sequence: number
  /** Added for 1,000 tokens of context that the sequences of the iteration read. */
  readonly context: number
  /** Most sequences in the batch, and most tokens that an iteration computes. */
  readonly maxSequences: number
  readonly maxTokens: number
  /** Tokens that the key-value cache holds. */
  readonly cache: number
  /** Tokens of a block of the prefix cache. */
  readonly block: number
  /** Blocks of earlier prompts stay until their space is needed. */
  readonly prefixCache: boolean
  /** An event for each iteration, the slow form of the same engine: results are equal. Absent: one for all iterations of an unchanged batch. */
  readonly stepwise?: boolean
}
