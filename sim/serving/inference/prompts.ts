/** Sizes of requests to language models, a row per row of `Requests`. */
import type { RequestId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'

/** What a source of requests says about the next one. */
export interface Sized {
  /** Tokens of the prompt and of the answer; absent: 1. */
  readonly prompt?: number | undefined
  readonly output?: number | undefined
  /** Identities of the blocks that the prompt begins with; equal leading identities are an equal prefix. */
  readonly blocks?: readonly number[] | undefined
}

const NO_BLOCKS: readonly number[] = []

export class Prompts extends ColumnTable {
  prompt = this.column(Float64Array)
  output = this.column(Float64Array)
  /** By row. */
  readonly blocks: (readonly number[])[] = []

  /** The request of a row as its source describes it. */
  set(row: RequestId, { prompt = 1, output = 1, blocks = NO_BLOCKS }: Sized): void {
    this.reserve(row + 1)
    this.prompt[row] = Math.max(1, prompt)
    this.output[row] = Math.max(1, output)
    this.blocks[row] = blocks
  }

  /** The blocks that the prompt begins with. */
  of(row: RequestId): readonly number[] {
    return this.blocks[row] ?? NO_BLOCKS
  }

  /** The same request in another row. */
  copy(from: RequestId, to: RequestId): void {
    this.reserve(to + 1)
    this.prompt[to] = this.prompt[from]
    this.output[to] = this.output[from]
    this.blocks[to] = this.blocks[from]
  }
}
