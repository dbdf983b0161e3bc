/** What a run will meet of a trace, found out before it: each row that it needs is read, so that a wrong one is told before the first run and not in its midst. */
import { TraceError } from '../traces/error.ts'
import { bootstrapLength, bootstrapProblem } from '../shape/bootstrap.ts'
import { RowTimeline } from '../shape/timeline.ts'
import type { TraceTraffic } from '../requests/spec.ts'
import { isKind, openRows } from '../traces/formats.ts'
import { formatOf, replayProblem, seriesOf, streamed } from './requests.ts'
import { columnsOf } from './recorded.ts'
import { endOf, firstAfter, repeatedSeries } from './series.ts'
import { sizeWorkProblem } from './size-work.ts'

/** Without what the survey finds out. */
export type TraceTrafficRequest = Omit<TraceTraffic, 'rate' | 'ends' | 'digest'>

export interface Survey {
  /** Mean rate from time zero to the horizon or to `ends` [requests/s]. */
  readonly rate: number
  /** Time of the run from which on nothing comes, since the recording is over [µs]; null: not before the horizon. */
  readonly ends: number | null
}

/** Throws a RangeError for a spec that has no meaning, a TraceError for a file that cannot be used. */
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

/** Requests in the part, and the end of the recording (or where the part ends). */
interface Part {
  readonly count: number
  readonly end: number
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

/** What is expected of blocks: each part of the recording is as likely as any other. */
function resampled({ file, from, bootstrap }: TraceTraffic, count: number, span: number, until: number): Part {
  const problem = bootstrap === null ? '' : bootstrapProblem(span, bootstrap.block)
  if (bootstrap === null || problem !== '')
    throw new TraceError({ file }, problem.replace(/; accepted: .*$/, ''), problem.replace(/^.*; accepted: /, ''))
  const length = bootstrapLength(span, bootstrap.block)
  return { count: (count * Math.max(0, Math.min(until, length) - from)) / span, end: length }
}
