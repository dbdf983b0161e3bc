/** Merges several sources into one, in the order of their times; at equal times the source that is earlier in the list is first. */
import { NONE, type PodShape, type PodSource, type RequestSource } from '../../sim/index.ts'

/** Index of the earliest time; the first of equal times. */
function earliest(times: Float64Array): number {
  let best = 0
  for (let i = 1; i < times.length; i++) if (times[i] < times[best]) best = i
  return best
}

/** Merged requests of open sources, which do not depend on the ends of requests. Keys are kept, so equal keys are the same client. */
export class MergedRequests implements RequestSource {
  wait = 0
  work = 1
  key = NONE
  prompt?: number | undefined
  output?: number | undefined
  blocks?: readonly number[] | undefined
  private readonly sources: readonly RequestSource[]
  private readonly times: Float64Array

  constructor(sources: readonly RequestSource[]) {
    if (sources.length === 0) throw new RangeError('sources to merge: found none; accepted: at least one')
    if (sources.some(({ completed }) => completed !== undefined))
      throw new RangeError('sources to merge: found a closed loop; accepted: open sources')
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
    this.prompt = source.prompt
    this.output = source.output
    this.blocks = source.blocks
    this.times[first] = source.next()
    return time
  }

  rateAt(time: number): number {
    return this.sources.reduce((sum, source) => sum + source.rateAt(time), 0)
  }
}

/** Merged pods of sources that count time from the same instant and do not depend on the ends of pods: replays, and streams without jobs. */
export class MergedPods implements PodSource {
  shape = 0
  duration = 1
  deadline = Infinity
  /** Grows as the shapes of the sources are used. */
  readonly shapes: PodShape[] = []
  readonly meanDuration: number
  readonly stationary: boolean
  readonly notes: readonly string[]
  private readonly sources: readonly PodSource[]
  private readonly times: Float64Array
  /** For each source and shape of it, the row in `shapes`. */
  private readonly rows: number[][]

  constructor(sources: readonly PodSource[]) {
    if (sources.length === 0) throw new RangeError('sources to merge: found none; accepted: at least one')
    if (sources.some(({ released, jobs }) => released !== undefined || jobs !== undefined))
      throw new RangeError('sources to merge: found a source that depends on the ends of pods; accepted: open sources')
    if (sources.some(({ stationary }) => stationary !== sources[0].stationary))
      throw new RangeError('sources to merge: found stationary and recorded sources; accepted: one of the two')
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
