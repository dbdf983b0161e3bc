/**
 * Timelines: the starts of a recording in order, and the shape steps, each of which turns a timeline into another. A step selects rows and
 * moves starts; it does not change what a row carries (a pod, a job, a request). Durations are divided by `speed` and sizes multiplied by
 * `scale` where the row is used, so that one set of steps serves every kind of trace, row by row, without a copy of the file.
 */
import type { RandomStream } from '../../sim/random/index.ts'

/** The starts of rows, read one at a time. */
export interface Timeline {
  /** Moves to the next row and returns its start [µs, whole], never before the last one; Infinity at the end. */
  next(): number
  /** Goes back to the beginning; random draws continue. */
  restart(): void
  /** The time that the timeline covers [µs]; a repetition starts at it. */
  readonly span: number
  /** Divisor of durations, and factor of sizes, of the rows. */
  readonly speed: number
  readonly scale: number
}

/** A recorded duration at a speed: whole, at least 1, at most 2^53 - 1. */
export function runTime(duration: number, speed: number): number {
  if (duration === Infinity) return Infinity
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.floor(duration / speed + 0.5)))
}

/** One shape step. */
export type ShapeStep =
  /** Keeps the part from `from` to before `until` (null: to the end) and moves it to time zero. */
  | { readonly kind: 'cut'; readonly from: number; readonly until: number | null }
  /** Keeps each row with this probability. */
  | { readonly kind: 'sample'; readonly share: number }
  /** Multiplies CPU and memory of the requests. */
  | { readonly kind: 'scale'; readonly by: number }
  /** Divides gaps and durations, so the load at any time stays the same. */
  | { readonly kind: 'speedUp'; readonly by: number }
  /** Repeats the timeline `times` times, back to back. */
  | { readonly kind: 'repeat'; readonly times: number }

/** Names of the shape steps. */
export const SHAPE_STEPS = ['cut', 'sample', 'scale', 'speedUp', 'repeat'] as const

/** Most repetitions in all; the counts of several `repeat` steps are multiplied. */
export const MAX_REPETITIONS = 10_000

/** The problems of the steps, a sentence each. */
export function shapeProblems(steps: readonly ShapeStep[]): string[] {
  const problems = steps.map(stepProblem).filter((problem) => problem !== '')
  const times = steps.reduce((product, step) => (step.kind === 'repeat' ? product * step.times : product), 1)
  if (times > MAX_REPETITIONS) problems.push(`repeat: ${times} times in all; accepted: at most ${MAX_REPETITIONS}`)
  return problems.map((problem) => `shape.${problem}`)
}

/** A shaped timeline and the recording that it reads; `base` is at the row that the timeline returned last. */
export interface Shaped<Base extends Timeline = RowTimeline> {
  readonly timeline: Timeline
  readonly base: Base
}

/** A recording whose starts are a column in ascending order. */
export class RowTimeline implements Timeline {
  row = -1
  readonly span: number
  readonly speed = 1
  readonly scale = 1
  private readonly starts: Float64Array

  /** By default n starts cover n mean gaps, including one after the last start, so that a repetition keeps the rate. */
  constructor(starts: Float64Array, span: number = spanOf(starts[0] ?? 0, starts[starts.length - 1] ?? 0, starts.length)) {
    this.starts = starts
    this.span = span
  }

  next(): number {
    return ++this.row < this.starts.length ? this.starts[this.row] : Infinity
  }

  restart(): void {
    this.row = -1
  }
}

/** The time that a recording covers: its last start and a mean gap. */
export function spanOf(first: number, last: number, count: number): number {
  return last + (count < 2 ? 1 : Math.max(1, Math.floor((last - first) / (count - 1) + 0.5)))
}

/** Applies the steps in their order. Random draws come from the stream. */
export function shaped<Base extends Timeline>(base: Base, steps: readonly ShapeStep[], stream: RandomStream): Shaped<Base> {
  let timeline: Timeline = base
  for (const step of steps) timeline = after(timeline, step, stream)
  return { timeline, base }
}

function after(timeline: Timeline, step: ShapeStep, stream: RandomStream): Timeline {
  switch (step.kind) {
    case 'cut':
      return new Cut(timeline, step.from, step.until ?? Infinity)
    case 'sample':
      return new Sample(timeline, step.share, stream)
    case 'scale':
      return new Scale(timeline, step.by)
    case 'speedUp':
      return new SpeedUp(timeline, step.by)
    case 'repeat':
      return new Repeat(timeline, step.times)
  }
}

/** The problem of a step, as a sentence; empty when there is none. */
function stepProblem(step: ShapeStep): string {
  switch (step.kind) {
    case 'cut':
      if (!(step.from >= 0 && step.from < Infinity)) return `cut.from: ${step.from}; accepted: a time from 0`
      return step.until === null || step.until > step.from ? '' : `cut.until: ${step.until}; accepted: a time after from, ${step.from}`
    case 'sample':
      return step.share > 0 && step.share <= 1 ? '' : `sample: ${step.share}; accepted: a share above 0, at most 1`
    case 'repeat':
      return Number.isInteger(step.times) && step.times >= 1 ? '' : `repeat: ${step.times}; accepted: a whole number from 1`
    default:
      return step.by > 0 && step.by < Infinity ? '' : `${step.kind}: ${step.by}; accepted: a number above 0`
  }
}

/** A timeline over another one, whose properties it keeps unless a step overrides them. */
abstract class Step implements Timeline {
  protected readonly of: Timeline

  constructor(of: Timeline) {
    this.of = of
  }
  abstract next(): number
  restart(): void {
    this.of.restart()
  }
  get span(): number {
    return this.of.span
  }
  get speed(): number {
    return this.of.speed
  }
  get scale(): number {
    return this.of.scale
  }
}

class Cut extends Step {
  private readonly from: number
  private readonly until: number

  constructor(of: Timeline, from: number, until: number) {
    super(of)
    this.from = from
    this.until = until
  }
  next(): number {
    let time = this.of.next()
    while (time < this.from) time = this.of.next()
    return time < this.until ? time - this.from : Infinity
  }
  override get span(): number {
    return Math.max(1, Math.min(this.of.span, this.until) - this.from)
  }
}

class Sample extends Step {
  private readonly share: number
  private readonly stream: RandomStream

  constructor(of: Timeline, share: number, stream: RandomStream) {
    super(of)
    this.share = share
    this.stream = stream
  }
  next(): number {
    let time = this.of.next()
    while (time < Infinity && this.stream.next() >= this.share) time = this.of.next()
    return time
  }
}

class Scale extends Step {
  private readonly by: number

  constructor(of: Timeline, by: number) {
    super(of)
    this.by = by
  }
  next(): number {
    return this.of.next()
  }
  override get scale(): number {
    return this.of.scale * this.by
  }
}

class SpeedUp extends Step {
  private readonly by: number

  constructor(of: Timeline, by: number) {
    super(of)
    this.by = by
  }
  next(): number {
    return Math.floor(this.of.next() / this.by + 0.5)
  }
  override get span(): number {
    return Math.max(1, Math.floor(this.of.span / this.by + 0.5))
  }
  override get speed(): number {
    return this.of.speed * this.by
  }
}

class Repeat extends Step {
  private readonly times: number
  private done = 0
  /** Span of one pass; known when the first pass has ended, since a recording may be read from its file as it is replayed. */
  private pass = 0

  constructor(of: Timeline, times: number) {
    super(of)
    this.times = times
  }
  next(): number {
    let time = this.of.next()
    while (time === Infinity && this.done < this.times - 1) {
      if (this.done++ === 0) this.pass = this.of.span
      this.of.restart()
      time = this.of.next()
    }
    return time + this.done * this.pass
  }
  override restart(): void {
    this.done = 0
    this.of.restart()
  }
  override get span(): number {
    return (this.done > 0 ? this.pass : this.of.span) * this.times
  }
}
