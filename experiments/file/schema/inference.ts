/** Pods that serve a language model, and the sizes of their requests, in the experiment file. */
import type { z } from 'zod'
import { duration, flag, forms, oneOf, section, whole } from '../quantities.ts'
import { COUNT, distributionOf } from './distribution.ts'

/** The engine of a pod; times are those of Llama 2 70B on eight H100 in the measurements of Splitwise (Patel et al. 2024). */
export const inference = section('inference', {
  iteration: duration().prefault('30ms').describe('time of every iteration; default 30ms, Llama 2 70B on 8 H100 (Splitwise)'),
  prefill: duration().prefault('70ms').describe('added for 1,000 tokens of prompts that an iteration computes; default 70ms'),
  sequence: duration().prefault('200us').describe('added for each sequence that gets its next token; default 200us'),
  context: duration()
    .prefault('200us')
    .describe('added for 1,000 tokens of context that the sequences of an iteration read; default 200us'),
  maxSequences: whole({ min: 1, max: 100_000 })
    .prefault(128)
    .describe('most sequences in the batch of a pod; default 128, max_num_seqs of vLLM'),
  maxTokens: whole({ min: 1, max: 10_000_000 })
    .prefault(2048)
    .describe(
      'most tokens that an iteration computes, so that long prompts are computed in parts; default 2048, max_num_batched_tokens of vLLM',
    ),
  cache: whole({ min: 1, max: 1e12 })
    .prefault(1_300_000)
    .describe(
      'tokens that the key-value cache of a pod holds; default 1300000: 90% of 8 times 80 GB without 140 GB of weights, at 328 kB a token',
    ),
  block: whole({ min: 1, max: 1_000_000 })
    .prefault(512)
    .describe('tokens of a block of the prefix cache, those of a block identity of the recording; default 512, as in mooncake'),
  prefixCache: flag()
    .prefault(true)
    .describe('blocks of prompts stay in the cache until their space is needed, for requests with the same prefix'),
}).refine(({ maxTokens, maxSequences }) => maxTokens >= maxSequences, {
  error: 'found maxTokens below maxSequences; accepted: at least a token for each sequence of a batch',
  path: ['maxTokens'],
})

const drawn = section('the tokens of a request', {
  prompt: distributionOf(COUNT).describe('tokens of the prompt; rounded, at least 1'),
  output: distributionOf(COUNT).describe('tokens of the answer; rounded, at least 1'),
  shared: distributionOf(COUNT)
    .optional()
    .describe('tokens before the prompt that all requests of a client have in common, drawn for each client; needs traffic.clients'),
})

/** Sizes of requests to a language model. */
export const tokens = forms<'recorded' | z.infer<typeof drawn>>({ recorded: oneOf(['recorded']), drawn }, (value) =>
  typeof value === 'string' ? 'recorded' : 'drawn',
)

/** The sizes, parsed. */
export type TokensData = z.infer<typeof tokens>
