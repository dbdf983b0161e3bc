/** Surveys a trace before the runs: every row that a run needs is read, so that a wrong row is reported before the first run and not during it. */
import { TraceError } from '../traces/error.ts'
import { bootstrapLength, bootstrapProblem } from '../shape/bootstrap.ts'
import { RowTimeline } from '../shape/timeline.ts'
import type { TraceTraffic } from '../requests/spec.ts'
import { tokenSizes } from '../requests/tokens.ts'
import { isKind, openRows } from '../traces/formats.ts'
import { formatOf, replayProblem, seriesOf, streamed } from './requests.ts'
import { columnsOf } from './recorded.ts'
import { endOf, firstAfter, repeatedSeries } from './series.ts'
import { sizeWorkProblem } from './size-work.ts'

/** Trace traffic without the fields that the survey fills in. */
export type TraceTrafficRequest = Omit<TraceTraffic, 'rate' | 'ends' | 'digest'>

/** What the survey finds. */
export interface Survey {
  /** Mean rate from time zero to the horizon or to `ends` [requests/s]. */
  readonly rate: number
  /** End of the recording in the run [µs]; null: not before the horizon. */
  readonly ends: number | null
}

/** Surveys the part of a trace that a run of length `horizon` [µs] needs. Throws a RangeError for an invalid specification, a TraceError for a file that cannot be used. */
export function surveyReplay(given: TraceTrafficRequest, horizon: number): Survey {
  const spec: TraceTraffic = { ...given, rate: 0, ends: null, digest: '' }
  const problem = replayProblem(spec)
  if (problem !== '') throw new RangeError(problem)
  const until = spec.from + horizon * spec.speedUp
  const { count, end } = isKind(formatOf(spec), 'requests') ? surveyRequests(spec, until) : surveySeries(spec, until)
  if (count === 0) throw new TraceError({ file: spec.file }, 'nothing to replay', 'a trace with requests between `from` and the horizon')
  const ends = end < until ? Math.max(1, Math.ceil((end - spec.from) / spec.speedUp)) : null
  return { rate: (spec.scale * count * 1e6) / (ends ?? horizon), ends }
}

/** Number of requests in the part that the run needs, and the end of the recording or of that part [µs]. */
interface Part {
  readonly count: number
  readonly end: number
}

/** Why requests of a recording have no sizes in tokens, as a sentence; empty when they have. */
export function recordedTokensProblem(spec: Pick<TraceTraffic, 'format' | 'file'>): string {
  const format = formatOf(spec)
  try {
    tokenSizes(isKind(format, 'requests') ? openRows(format, spec.file).sizeNames : [])
    return ''
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

/** What a recorded rate lacks, a sentence each: intervals that were not recorded have no arrivals. */
export function replayNotes(spec: Pick<TraceTraffic, 'format' | 'file'>): readonly string[] {
  const format = formatOf(spec)
  return isKind(format, 'requests') ? [] : (seriesOf(format, spec.file).notes ?? [])
}

function surveyRequests(spec: TraceTraffic, until: number): Part {
  const format = formatOf(spec)
  if (!isKind(format, 'requests')) return { count: 0, end: 0 }
  const rows = openRows(format, spec.file)
  for (const [what, work] of [
    ['cpu', spec.cpu],
    ['wait', spec.wait],
  ] as const) {
    const problem = work === null ? '' : sizeWorkProblem(what, work, rows.sizeNames)
    if (problem !== '') throw new RangeError(problem)
  }
  if (spec.bootstrap !== null) {
    const { arrival } = columnsOf(rows)
    return resampled(spec, arrival.length, new RowTimeline(arrival).span, until)
  }
  let count = 0
  let last = -1
  const recorded = streamed(format, spec)
  for (let time = recorded.next(); time < Infinity; time = recorded.next()) {
    if (time >= until) return { count, end: until }
    if (time >= spec.from) count++
    last = time
  }
  return { count, end: last + 1 }
}

function surveySeries(spec: TraceTraffic, until: number): Part {
  const series = repeatedSeries(seriesOf(formatOf(spec), spec.file), spec.repeat ?? 1)
  if (spec.bootstrap !== null)
    return resampled(
      spec,
      series.count.reduce((sum, count) => sum + count, 0),
      endOf(series),
      until,
    )
  let count = 0
  for (let piece = firstAfter(series, spec.from); piece < series.from.length && series.from[piece] < until; piece++) {
    const covered = Math.min(until, series.to[piece]) - Math.max(spec.from, series.from[piece])
    count += (series.count[piece] * covered) / (series.to[piece] - series.from[piece])
  }
  return { count, end: endOf(series) }
}

/** The expected values of a bootstrap: all parts of the recording are equally likely. */
function resampled({ file, from, bootstrap }: TraceTraffic, count: number, span: number, until: number): Part {
  const problem = bootstrap === null ? '' : bootstrapProblem(span, bootstrap.block)
  if (bootstrap === null || problem !== '')
    throw new TraceError({ file }, problem.replace(/; accepted: .*$/, ''), problem.replace(/^.*; accepted: /, ''))
  const length = bootstrapLength(span, bootstrap.block)
  return { count: (count * Math.max(0, Math.min(until, length) - from)) / span, end: length }
}
