/**
 * A new trace out of the blocks of one, drawn with replacement and laid one after the other: a real trace then gives more than one sample. Within a
 * block everything stays in order, so what is correlated over less than a block stays so; rows resampled one by one would lose all of it.
 *
 * Blocks shorter than a day begin anywhere and go round the end (circular block bootstrap: Politis and Romano 1992): each instant of the
 * trace is then equally likely and the mean is unbiased, where the moving blocks of Künsch 1989 meet the ends too seldom. Blocks of a day or more begin
 * at whole blocks from the start of the trace (Carlstein 1986): a circular start at noon would lay nights over mornings and the
 * daily wave would be gone. What is left after the last whole block is not used then.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import type { Timeline } from './timeline.ts'

const DAY = 86_400_000_000
/** Shorter blocks are single rows, whose correlation is lost. */
const MAX_BLOCKS = 1_000_000

export interface BootstrapSpec {
  /** Length of a block [µs]. */
  readonly block: number
}

/** Where the blocks come from, in the order in which they are laid; each is `block` long, the last one of circular blocks cut at `length`. */
export interface Blocks {
  readonly starts: Float64Array
  /** Length of the new trace [µs]. */
  readonly length: number
}

/** Why so long a block cannot be used; empty when it can. */
export function bootstrapProblem(span: number, block: number): string {
  if (!(block >= 1)) return `bootstrap.block: ${block} µs; accepted: a time above 0`
  if (span > MAX_BLOCKS * block)
    return `bootstrap: a block of ${block / 1e6} s makes more than ${MAX_BLOCKS} blocks of the recording of ${Math.round(span / 1e6)} s; accepted: at least ${Math.ceil(span / MAX_BLOCKS) / 1e6} s`
  if (span >= 2 * block) return ''
  return `bootstrap: a block of ${block / 1e6} s, of which the recording of ${Math.round(span / 1e6)} s holds less than two; accepted: at most ${Math.floor(span / 2e6)} s`
}

/** Length of the new trace [µs]: blocks of a day or more are used whole. */
export function bootstrapLength(span: number, block: number): number {
  return block >= DAY ? Math.floor(span / block) * block : span
}

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
  /** Block at hand, next row, and what is added to that row's start. */
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

  /** The same blocks again: a replication has one new trace. */
  restart(): void {
    this.at = -1
    this.place = 0
    this.shift = 0
  }
}

/** First place whose start is not before; the length when there is none. */
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
