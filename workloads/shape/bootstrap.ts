/**
 * Block bootstrap: a new trace from blocks of a recorded one, drawn with replacement and put back to back, so that one recording gives more
 * than one sample. Order within a block is kept, and with it correlation over less than a block; resampling single rows would lose it.
 *
 * Blocks shorter than a day start anywhere and wrap around the end (circular block bootstrap: Politis and Romano 1992): each instant of the
 * trace is equally likely and the mean is unbiased, whereas the moving blocks of Künsch 1989 use the ends too rarely. Blocks of a day or
 * more start at multiples of their length (Carlstein 1986): a circular start at noon would put nights where mornings belong and remove the
 * daily wave. The rest after the last whole block is not used then.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import type { Timeline } from './timeline.ts'

const DAY = 86_400_000_000
/** Most blocks of a trace; shorter blocks would be single rows, whose correlation is lost. */
const MAX_BLOCKS = 1_000_000

/** How a recording is resampled. */
export interface BootstrapSpec {
  /** Length of a block [µs]. */
  readonly block: number
}

/** Starts of the drawn blocks in the recording, in the order of the new trace; the last circular block ends at `length`. */
export interface Blocks {
  readonly starts: Float64Array
  /** Length of the new trace [µs]. */
  readonly length: number
}

/** Why a recording of length `span` cannot be resampled by this block [µs], as a sentence; empty when it can. */
export function bootstrapProblem(span: number, block: number): string {
  if (!(block >= 1)) return `bootstrap.block: ${block} µs; accepted: a time above 0`
  if (span > MAX_BLOCKS * block)
    return `bootstrap: a block of ${block / 1e6} s divides the recording of ${Math.round(span / 1e6)} s into more than ${MAX_BLOCKS} blocks; accepted: at least ${Math.ceil(span / MAX_BLOCKS) / 1e6} s`
  if (span >= 2 * block) return ''
  return `bootstrap: a block of ${block / 1e6} s, of which the recording of ${Math.round(span / 1e6)} s contains fewer than two; accepted: at most ${Math.floor(span / 2e6)} s`
}

/** Length of the new trace [µs]: blocks of a day or more are used whole. */
export function bootstrapLength(span: number, block: number): number {
  return block >= DAY ? Math.floor(span / block) * block : span
}

/** Draws the blocks of one replication. Throws a RangeError for a block that cannot be used. */
export function drawBlocks(span: number, block: number, stream: RandomStream): Blocks {
  const problem = bootstrapProblem(span, block)
  if (problem !== '') throw new RangeError(problem)
  if (block >= DAY) {
    const whole = Math.floor(span / block)
    return { starts: Float64Array.from({ length: whole }, () => stream.int(whole) * block), length: bootstrapLength(span, block) }
  }
  return {
    starts: Float64Array.from({ length: Math.ceil(span / block) }, () => Math.floor(stream.next() * span)),
    length: bootstrapLength(span, block),
  }
}

/** The rows of a recording, block by block. */
export class BootstrappedRows implements Timeline {
  row = -1
  readonly speed = 1
  readonly scale = 1
  readonly span: number
  private readonly rows: Float64Array
  private readonly period: number
  private readonly blocks: Blocks
  private readonly block: number
  /** Current block, next row, and what is added to the start of that row. */
  private at = -1
  private place = 0
  private shift = 0

  /** Starts in ascending order, all below `span`. */
  constructor(starts: Float64Array, span: number, block: number, stream: RandomStream) {
    this.rows = starts
    this.period = span
    this.block = block
    this.blocks = drawBlocks(span, block, stream)
    this.span = this.blocks.length
  }

  next(): number {
    while (this.at < this.blocks.starts.length) {
      if (this.at >= 0) {
        if (this.place === this.rows.length) {
          this.place = 0
          this.shift += this.period
        }
        const end = Math.min((this.at + 1) * this.block, this.blocks.length)
        const time = this.rows.length === 0 ? Infinity : this.rows[this.place] + this.shift
        if (time < end) {
          this.row = this.place++
          return time
        }
      }
      if (++this.at === this.blocks.starts.length) break
      const start = this.blocks.starts[this.at]
      this.place = firstFrom(this.rows, start)
      this.shift = this.at * this.block - start
    }
    return Infinity
  }

  /** Starts again with the same blocks: a replication has one new trace. */
  restart(): void {
    this.at = -1
    this.place = 0
    this.shift = 0
  }
}

/** First place whose start is at or after `time`; the length when there is none. */
function firstFrom(starts: Float64Array, time: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}
