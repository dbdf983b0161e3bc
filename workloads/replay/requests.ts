/** Opens the requests of a trace: recorded requests one by one, or Poisson arrivals at a recorded rate. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { NONE, type RequestSource } from '../../sim/index.ts'
import { MAX_REPETITIONS } from '../shape/timeline.ts'
import type { TraceTraffic, WorkSpec } from '../requests/spec.ts'
import type { Arrivals } from '../synthetic/arrivals.ts'
import { WorkDraws } from '../requests/draw-work.ts'
import { tokenSizes } from '../requests/tokens.ts'
import { readOnce } from '../traces/cache.ts'
import { COLUMNS } from '../traces/columns.ts'
import type { RowFormat } from '../traces/format.ts'
import { isKind, openRows, rowFormat, rowFormats } from '../traces/formats.ts'
import { RateArrivals } from './rate-arrivals.ts'
import { BootstrappedRequests, columnsOf, RepeatedRequests, StreamedRequests, type RecordedRequests } from './recorded.ts'
import { bootstrappedSeries, repeatedSeries, seriesOfRates, seriesOfUsage, type RateSeries } from './series.ts'
import { SizeCost } from './size-work.ts'

type Streams = (purpose: string) => RandomStream

/** Names of the formats that contain requests, or a rate of them. */
export const trafficFormats: readonly string[] = [...rowFormats.filter(isTraffic).map(({ name }) => name), COLUMNS]

function isTraffic({ kind }: RowFormat): boolean {
  return kind === 'requests' || kind === 'rates' || kind === 'usage'
}

/**
 * Opens the requests of a trace. Streams: 'arrivals' (which requests are kept, or their times within an interval), 'wait' and 'work' as for
 * synthetic requests, 'bootstrap' for the blocks. Throws a RangeError for an invalid specification, a TraceError for a file that cannot be
 * read; `next` throws a TraceError at a wrong row.
 */
export function openReplay(spec: TraceTraffic, work: WorkSpec, stream: Streams): RequestSource {
  const problem = replayProblem(spec)
  if (problem !== '') throw new RangeError(problem)
  const format = formatOf(spec)
  const draws = new WorkDraws(work)
  if (isKind(format, 'requests')) return new ReplayedRequests(spec, format, draws, work.tokens === 'recorded', stream)
  const recorded = repeatedSeries(seriesOf(format, spec.file), spec.repeat ?? 1)
  const series = spec.bootstrap === null ? recorded : bootstrappedSeries(recorded, spec.bootstrap, stream('bootstrap'))
  return new RateRequests(
    new RateArrivals(series, spec.from, spec.speedUp, spec.scale, stream('arrivals')),
    draws,
    stream('wait'),
    stream('work'),
  )
}

/** The format of trace traffic. Throws a RangeError for a format without requests or rates. */
export function formatOf(spec: Pick<TraceTraffic, 'format'>): RowFormat {
  const format = rowFormat(spec.format)
  if (format === undefined || !isTraffic(format))
    throw new RangeError(`trace traffic: found the format ${JSON.stringify(spec.format)}; accepted: ${trafficFormats.join(', ')}`)
  return format
}

/** Largest factor of times and rates; with a larger one, times would not be whole microseconds any more. */
const MAX_FACTOR = 1_000_000_000

/** The problem of a specification, as a sentence; empty when there is none. */
export function replayProblem(spec: TraceTraffic): string {
  const requests = formatOf(spec).kind === 'requests'
  const { repeat = 1 } = spec
  if (!(Number.isInteger(repeat) && repeat >= 1 && repeat <= MAX_REPETITIONS))
    return `repeat: ${repeat}; accepted: a whole number from 1 to ${MAX_REPETITIONS}`
  if (repeat > 1 && spec.bootstrap !== null) return 'repeat with bootstrap, which would repeat its blocks; accepted: one of the two'
  if (!(spec.speedUp >= 1 / MAX_FACTOR && spec.speedUp <= MAX_FACTOR))
    return `speedUp: ${spec.speedUp}; accepted: a number from ${1 / MAX_FACTOR} to ${MAX_FACTOR}`
  if (!(spec.from >= 0 && spec.from < Infinity)) return `from: ${spec.from}; accepted: a time from 0`
  if (!(spec.scale > 0 && spec.scale <= MAX_FACTOR)) return `scale: ${spec.scale}; accepted: a number above 0, at most ${MAX_FACTOR}`
  if (requests && spec.scale > 1)
    return `scale: ${spec.scale}; accepted: at most 1, the share of the recorded requests that is kept; for more requests per second use speedUp`
  if (!requests && (spec.cpu !== null || spec.wait !== null))
    return 'cpu or wait by sizes with a recorded rate, which has no sizes; accepted: neither, the work of the service is drawn'
  return ''
}

/** Readers of series, by format; each file is read once per process. */
const readers = new Map<string, (file: string) => RateSeries>()

/** The series of a file. */
export function seriesOf(format: RowFormat, file: string): RateSeries {
  let reader = readers.get(format.name)
  if (reader === undefined) {
    reader = readOnce((path) => {
      if (isKind(format, 'rates')) return seriesOfRates(openRows(format, path))
      if (isKind(format, 'usage')) return seriesOfUsage(openRows(format, path))
      throw new RangeError(`series of ${format.name}: found a format without rates; accepted: rates or usage`)
    })
    readers.set(format.name, reader)
  }
  return reader(file)
}

const columnReaders = new Map<string, (file: string) => ReturnType<typeof columnsOf>>()

function columns(format: RowFormat<'requests'>, file: string): ReturnType<typeof columnsOf> {
  let reader = columnReaders.get(format.name)
  if (reader === undefined) columnReaders.set(format.name, (reader = readOnce((path) => columnsOf(openRows(format, path)))))
  return reader(file)
}

/** The recorded requests, read from the file, repeated as the specification says. */
export function streamed(format: RowFormat<'requests'>, { file, repeat = 1 }: Pick<TraceTraffic, 'file' | 'repeat'>): RecordedRequests {
  const open = (): RecordedRequests => new StreamedRequests(openRows(format, file))
  return repeat === 1 ? open() : new RepeatedRequests(open, repeat)
}

class ReplayedRequests implements RequestSource {
  wait = 0
  work = 1
  key = NONE
  prompt?: number
  output?: number
  blocks?: readonly number[]
  private readonly spec: TraceTraffic
  private readonly recorded: RecordedRequests
  private readonly draws: WorkDraws
  private readonly cpu: SizeCost | null
  private readonly waiting: SizeCost | null
  /** Places of the tokens among the sizes; null: requests have none. */
  private readonly tokens: ReturnType<typeof tokenSizes> | null
  private readonly keepStream: RandomStream
  private readonly waitStream: RandomStream
  private readonly workStream: RandomStream

  constructor(spec: TraceTraffic, format: RowFormat<'requests'>, draws: WorkDraws, tokens: boolean, stream: Streams) {
    const rows = openRows(format, spec.file)
    const { sizeNames } = rows
    this.spec = spec
    this.recorded =
      spec.bootstrap === null
        ? streamed(format, spec)
        : new BootstrappedRequests(columns(format, spec.file), sizeNames.length, spec.bootstrap, stream('bootstrap'))
    this.draws = draws
    this.cpu = spec.cpu === null ? null : new SizeCost('cpu', spec.cpu, sizeNames, 1)
    this.waiting = spec.wait === null ? null : new SizeCost('wait', spec.wait, sizeNames, 0)
    this.tokens = tokens ? tokenSizes(sizeNames) : null
    this.keepStream = stream('arrivals')
    this.waitStream = stream('wait')
    this.workStream = stream('work')
  }

  next(): number {
    const { spec, recorded } = this
    let time = recorded.next()
    // One draw per row, kept or not, so that a larger share keeps all requests of a smaller one.
    while (time < Infinity && (time < spec.from || (spec.scale < 1 && this.keepStream.next() >= spec.scale))) time = recorded.next()
    if (time === Infinity) return Infinity
    this.key = recorded.key
    this.draws.draw(this, this.waitStream, this.workStream)
    if (this.cpu !== null) this.work = this.cpu.of(recorded.sizes)
    if (this.waiting !== null) this.wait = this.waiting.of(recorded.sizes)
    if (this.tokens !== null) {
      this.prompt = recorded.sizes[this.tokens.prompt]
      this.output = recorded.sizes[this.tokens.output]
      this.blocks = recorded.blocks
    }
    return nearest((time - spec.from) / spec.speedUp)
  }

  /** The mean rate of the run, up to the end of the recording: single requests have no rate. */
  rateAt(time: number): number {
    return this.spec.ends === null || time < this.spec.ends ? this.spec.rate : 0
  }
}

class RateRequests implements RequestSource {
  wait = 0
  work = 1
  readonly key = NONE
  private readonly arrivals: Arrivals
  private readonly draws: WorkDraws
  private readonly waitStream: RandomStream
  private readonly workStream: RandomStream

  constructor(arrivals: Arrivals, draws: WorkDraws, waitStream: RandomStream, workStream: RandomStream) {
    this.arrivals = arrivals
    this.draws = draws
    this.waitStream = waitStream
    this.workStream = workStream
  }

  next(): number {
    this.draws.draw(this, this.waitStream, this.workStream)
    return this.arrivals.next()
  }

  rateAt(time: number): number {
    return this.arrivals.rateAt(time)
  }
}
