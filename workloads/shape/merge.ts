/** Several sources as one, in the order of their times; at one instant the source that stands first in the list comes first. */
import type { PodShape, PodSource, RequestSource } from '../../sim/index.ts'

/** Index of the earliest; the first of equal ones. */
function earliest(times: Float64Array): number {
  let best = 0
  for (let i = 1; i < times.length; i++) if (times[i] < times[best]) best = i
  return best
}

/** Open loops only: a request that ends is no news to a merged source. Keys are kept, so clients of equal keys are one client. */
export class MergedRequests implements RequestSource {
  wait = 0
  work = 1
  key = -1
  private readonly sources: readonly RequestSource[]
  private readonly times: Float64Array

  constructor(sources: readonly RequestSource[]) {
    if (sources.length === 0) throw new RangeError('sources to merge: none; accepted: at least one')
    if (sources.some(({ completed }) => completed !== undefined))
      throw new RangeError('sources to merge: a closed loop; accepted: open ones')
    this.sources = sources
    this.times = Float64Array.from(sources, (source) => source.next())
  }

  next(): number {
    const first = earliest(this.times)
    const time = this.times[first]
    if (time === Infinity) return Infinity
    const source = this.sources[first]
    this.wait = source.wait
    this.work = source.work
    this.key = source.key
    this.times[first] = source.next()
    return time
  }

  rateAt(time: number): number {
    return this.sources.reduce((sum, source) => sum + source.rateAt(time), 0)
  }
}

/** Sources of pods that count their time from the same instant and hear of nothing: replays, and streams without jobs. */
export class MergedPods implements PodSource {
  shape = 0
  duration = 1
  deadline = Infinity
  /** Grows with those of the sources. */
  readonly shapes: PodShape[] = []
  readonly meanDuration: number
  readonly stationary: boolean
  readonly notes: readonly string[]
  private readonly sources: readonly PodSource[]
  private readonly times: Float64Array
  /** For each source, rows of its shapes here. */
  private readonly rows: number[][]

  constructor(sources: readonly PodSource[]) {
    if (sources.length === 0) throw new RangeError('sources to merge: none; accepted: at least one')
    if (sources.some(({ released, jobs }) => released !== undefined || jobs !== undefined))
      throw new RangeError('sources to merge: a closed one; accepted: open ones')
    if (sources.some(({ stationary }) => stationary !== sources[0].stationary))
      throw new RangeError('sources to merge: stationary and recorded ones; accepted: one of the two')
    this.sources = sources
    this.stationary = sources[0].stationary
    this.meanDuration = Math.max(...sources.map(({ meanDuration }) => meanDuration))
    this.notes = sources.flatMap(({ notes }) => notes)
    this.rows = sources.map(() => [])
    this.times = Float64Array.from(sources, (source) => source.next())
  }

  next(): number {
    const first = earliest(this.times)
    const time = this.times[first]
    if (time === Infinity) return Infinity
    const source = this.sources[first]
    const { shape } = source
    this.rows[first][shape] ??= this.shapes.push(source.shapes[shape]) - 1
    this.shape = this.rows[first][shape]
    this.duration = source.duration
    this.deadline = source.deadline ?? Infinity
    this.times[first] = source.next()
    return time
  }
}
