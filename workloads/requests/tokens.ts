/** Requests to a language model: sizes in tokens, drawn for the arrivals of another source, or taken from a recording. */
import { distribution, type Distribution, type KeyedRandom, nearest, type RandomStream } from '../../sim/random/index.ts'
import { NONE, type RequestSource } from '../../sim/index.ts'
import { keyedBranch } from '../synthetic/arrivals.ts'
import type { TokensSpec } from './spec.ts'

const MAX_TOKENS = 1e9
/** Most blocks that requests of a client share, so that the identities of blocks are whole numbers. */
const MAX_SHARED = 1_000_000

const tokens = (amount: number, least: number): number => Math.min(MAX_TOKENS, Math.max(least, nearest(amount)))

/** The arrivals and clients of a source, with sizes drawn from streams of their own. */
export class TokenRequests implements RequestSource {
  readonly wait = 0
  readonly work = 1
  prompt = 1
  output = 1
  blocks: readonly number[] = []
  readonly completed?: NonNullable<RequestSource['completed']>
  private readonly source: RequestSource
  private readonly prompts: Distribution
  private readonly outputs: Distribution
  private readonly promptStream: RandomStream
  private readonly outputStream: RandomStream
  private readonly shared: SharedPrompts | null

  constructor(source: RequestSource, { prompt, output, shared, block }: TokensSpec, stream: (purpose: string) => RandomStream) {
    this.source = source
    this.prompts = distribution(prompt)
    this.outputs = distribution(output)
    this.promptStream = stream('prompt')
    this.outputStream = stream('output')
    this.shared = shared === undefined ? null : new SharedPrompts(distribution(shared), block, stream('shared'))
    if (source.completed !== undefined) this.completed = (key, time) => source.completed!(key, time)
  }

  next(): number {
    const time = this.source.next()
    this.prompt = tokens(this.prompts.sample(this.promptStream), 1)
    this.output = tokens(this.outputs.sample(this.outputStream), 1)
    if (this.shared !== null && this.source.key !== NONE) {
      const { length, blocks } = this.shared.of(this.source.key)
      this.prompt += length
      this.blocks = blocks
    }
    return time
  }

  get key(): number {
    return this.source.key
  }

  rateAt(time: number): number {
    return this.source.rateAt(time)
  }
}

interface SharedPrompt {
  readonly length: number
  readonly blocks: readonly number[]
}

/** What the prompts of each client begin with. */
class SharedPrompts {
  private readonly known = new Map<number, SharedPrompt>()
  private readonly lengths: Distribution
  private readonly block: number
  private readonly random: KeyedRandom

  constructor(lengths: Distribution, block: number, stream: RandomStream) {
    this.lengths = lengths
    this.block = block
    this.random = keyedBranch(stream)
  }

  of(client: number): SharedPrompt {
    let found = this.known.get(client)
    if (found === undefined) {
      const length = tokens(this.lengths.quantile(Math.max(Number.MIN_VALUE, this.random.at(client, 0))), 0)
      const count = Math.min(MAX_SHARED, Math.floor(length / this.block))
      found = { length, blocks: Array.from({ length: count }, (_, i) => client * MAX_SHARED + i) }
      this.known.set(client, found)
    }
    return found
  }
}

/** Names that recordings give to the tokens of prompts and of answers. */
const PROMPT_NAMES = ['context_tokens', 'input_length', 'prompt_tokens']
const OUTPUT_NAMES = ['generated_tokens', 'output_length', 'output_tokens']

/** Which sizes of a recording are the tokens of prompt and answer. Throws a RangeError when it has none. */
export function tokenSizes(sizeNames: readonly string[]): { readonly prompt: number; readonly output: number } {
  const prompt = sizeNames.findIndex((name) => PROMPT_NAMES.includes(name))
  const output = sizeNames.findIndex((name) => OUTPUT_NAMES.includes(name))
  if (prompt >= 0 && output >= 0) return { prompt, output }
  const found = sizeNames.length === 0 ? 'no sizes' : `the sizes ${sizeNames.join(', ')}`
  throw new RangeError(
    `tokens: recorded, with a recording that has ${found}; accepted: a recording with one of ${PROMPT_NAMES.join(', ')} and one of ${OUTPUT_NAMES.join(', ')}`,
  )
}
