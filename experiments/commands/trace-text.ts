/** The facts of a trace as text for the terminal. */
import { formatFixed, formatNumber, plainText, sparkline, withUnit } from '../../reports/index.ts'
import { showDuration } from '../../sim/index.ts'
import { rowFormat, rowFormats, type BundledTrace, type TraceFacts } from '../../workloads/index.ts'
import { percentText } from '../file/quantities.ts'

/** Characters of the sparkline. */
const CELLS = 60

/** Source, span, rate, spreads, sizes, counts and notes of a trace. */
export function factsText(facts: TraceFacts, bundled: BundledTrace | undefined): string {
  const lines = [
    ...sourceLines(facts, bundled),
    '',
    ...rateLines(facts),
    '',
    ...table(facts),
    ...sizeLines(facts),
    ...countLines(facts),
    ...noteLines(facts, bundled),
  ]
  return `${lines.join('\n')}\n`
}

function sourceLines(facts: TraceFacts, bundled: BundledTrace | undefined): string[] {
  const format = rowFormat(facts.format)
  return [
    `${plainText(bundled?.name ?? facts.file)}: ${format?.title ?? facts.kind}`,
    `format ${facts.format} (${facts.kind}), source: ${format?.source ?? ''}`,
    ...(bundled === undefined
      ? []
      : [`licence ${bundled.licence}, cite: ${bundled.cite}; columns and cut: workloads/data/${bundled.folder}/README.md`]),
  ]
}

function rateLines({ kind, rate, rows, from, until }: TraceFacts): string[] {
  const mean = kind === 'usage' ? `${rate.of} on average` : `${rate.of} per second`
  return [
    `${formatFixed(rows, 0)} rows, ${timeText(until - from)}, from ${timeText(from)} to ${timeText(until)} of the trace`,
    `${mean}: ${formatNumber(rate.mean)}, peak-to-mean ${formatNumber(rate.peakToMean)} in bins of ${timeText(rate.width)}`,
    `  ${spark(rate.bins)}`,
  ]
}

function sizeLines({ shapes }: TraceFacts): string[] {
  if (shapes.length === 0) return []
  if (shapes.length === 1) return ['', `sizes: all ${plainText(shapes[0].shape)}`]
  const rows = shapes.map(({ shape, share }) => `  ${percentText(Math.round(share * 1000) / 1000).padStart(6)}  ${plainText(shape)}`)
  return ['', 'sizes:', ...rows]
}

function countLines({ counts }: TraceFacts): string[] {
  if (counts.length === 0) return []
  return ['', ...counts.map(({ what, value }) => `${what}: ${Number.isInteger(value) ? formatFixed(value, 0) : formatNumber(value)}`)]
}

/** Formats with the same columns, which the first line cannot distinguish, and the notes of the trace. */
function noteLines({ format: name, notes }: TraceFacts, bundled: BundledTrace | undefined): string[] {
  const format = rowFormat(name)
  const alike =
    bundled === undefined && format !== undefined
      ? rowFormats.filter((one) => one !== format && one.columns.join() === format.columns.join())
      : []
  return [
    ...alike.flatMap((one) => [
      '',
      `note: ${one.name} has the same columns (${one.title}): use --format ${one.name} if the file has that format`,
    ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `note: ${note}`)]),
  ]
}

/** Seconds in a readable unit. */
function timeText(seconds: number): string {
  if (seconds === 0) return '0 s'
  if (seconds < 1) return `${formatNumber(seconds * 1000)} ms`
  if (seconds < 172_800) return showDuration(Math.round(seconds * 10) * 1e5)
  return `${formatNumber(seconds / 86_400)} days`
}

/** Means of equal spans, drawn from 0 to the highest. */
function spark(bins: readonly number[]): string {
  const cells = Math.min(CELLS, bins.length)
  const means = Array.from({ length: cells }, (_, cell) => {
    const part = bins.slice(Math.floor((cell * bins.length) / cells), Math.floor(((cell + 1) * bins.length) / cells))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  return sparkline(means, 0, Math.max(...means))
}

function table({ spreads, kind }: TraceFacts): string[] {
  const heads = ['', kind === 'usage' ? 'seconds' : 'values', 'mean', 'C²', 'p50', 'p90', 'p99', 'max']
  const rows = spreads.map(({ name, unit, count, mean, cv2, p50, p90, p99, max }) => [
    withUnit(plainText(name), unit),
    formatFixed(count, 0),
    ...[mean, cv2, p50, p90, p99, max].map((value) => formatNumber(value)),
  ])
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)))
  return [heads, ...rows].map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  )
}
