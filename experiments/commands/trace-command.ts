/** `orchsim trace`: what a trace holds, before it is used. One pass over the file, in the memory of one row. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatFixed, formatNumber, plainText, sparkline, withUnit } from '../../reports/index.ts'
import { readDuration, showDuration, UnitError } from '../../sim/common/units.ts'
import {
  bundledFile,
  bundledTrace,
  bundledTraces,
  detectFormat,
  factsOf,
  rowFormat,
  rowFormats,
  TraceError,
  type BundledTrace,
  type RowFormat,
  type TraceFacts,
} from '../../workloads/index.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { EXIT, type Screens, type TraceOptions } from './cli.ts'
import { packageRoot } from '../file/package.ts'
import { percentText } from '../file/quantities.ts'

const CELLS = 60

export async function traceCommand(trace: string | undefined, options: TraceOptions, screens: Screens): Promise<number> {
  if (trace === undefined) {
    screens.out.write(listText())
    return EXIT.done
  }
  const asked = askedFor(trace, options)
  if ('wrong' in asked) {
    screens.err.write(`orchsim trace: ${asked.wrong}\n`)
    return EXIT.wrong
  }
  const { brought, format } = asked
  let facts: TraceFacts
  try {
    facts = { ...factsOf(format ?? detectFormat(asked.file), asked.file, asked.part), file: basename(asked.file) }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error
    screens.err.write(`orchsim trace: ${plainText(error.message)}\n`)
    return EXIT.wrong
  }
  if (facts.rows === 0) {
    screens.err.write(
      `orchsim trace: found no row of ${basename(asked.file)} in the part that was asked for; accepted: --from and --until around its rows\n`,
    )
    return EXIT.wrong
  }
  screens.out.write(
    options.json === true
      ? `${JSON.stringify({ version: 1, ...facts, ...(brought === undefined ? {} : { name: brought.name, licence: brought.licence, cite: brought.cite }) })}\n`
      : factsText(facts, brought),
  )
  if (options.out !== undefined) {
    const { writeTraceChart } = await import('./trace-chart.ts')
    const written = await writeTraceChart(facts, brought?.name ?? facts.file, resolve(options.out))
    if (options.json !== true) screens.out.write(`\nchart: ${written.join(', ')}\n`)
  }
  return EXIT.done
}

interface Asked {
  readonly file: string
  readonly brought: BundledTrace | undefined
  /** undefined: what the first line shows. */
  readonly format: RowFormat | undefined
  readonly part: { readonly from: number; readonly until: number }
}

function askedFor(trace: string, options: TraceOptions): Asked | { readonly wrong: string } {
  const formats = rowFormats.map(({ name }) => name)
  if (options.format !== undefined && rowFormat(options.format) === undefined) {
    return {
      wrong: `found the format ${JSON.stringify(options.format)}; accepted: ${formats.join(', ')}${suggestion(options.format, formats)}`,
    }
  }
  const times: Record<'from' | 'until', number> = { from: 0, until: Infinity }
  for (const key of ['from', 'until'] as const) {
    const text = options[key]
    if (text === undefined) continue
    try {
      times[key] = readDuration(text)
    } catch (error) {
      if (!(error instanceof UnitError)) throw error
      return { wrong: `--${key}: ${error.message}` }
    }
  }
  if (times.until <= times.from) return { wrong: `--until: found ${options.until ?? ''}; accepted: a time after --from` }
  // A file wins over a name: whoever has a file called nasa means it.
  const brought = existsSync(trace) ? undefined : bundledTrace(trace)
  if (brought === undefined && !existsSync(trace)) {
    const names = bundledTraces.map(({ name }) => name)
    return {
      wrong: `found ${JSON.stringify(trace)}, no file and no brought trace; accepted: a file, or one of ${names.join(', ')}${suggestion(trace, names)}`,
    }
  }
  const file = brought === undefined ? resolve(trace) : fileURLToPath(new URL(bundledFile(brought), packageRoot()))
  return { file, brought, format: rowFormat(options.format ?? brought?.format ?? ''), part: times }
}

function listText(): string {
  const width = Math.max(...bundledTraces.map(({ name }) => name.length), ...rowFormats.map(({ name }) => name.length))
  const brought = bundledTraces.map(
    ({ name, format, licence, cite }) => `  ${name.padEnd(width)}  ${rowFormat(format)?.title ?? format} (${licence}; ${cite})`,
  )
  const formats = rowFormats.map(({ name, kind, columns }) => `  ${name.padEnd(width)}  ${kind}: ${columns.join(', ')}`)
  return ['traces that orchsim brings:', ...brought, '', 'formats of your own files, plain or gzip:', ...formats, ''].join('\n')
}

/** Seconds as a person says them. */
function timeText(seconds: number): string {
  if (seconds === 0) return '0 s'
  if (seconds < 1) return `${formatNumber(seconds * 1000)} ms`
  if (seconds < 172_800) return showDuration(Math.round(seconds * 10) * 1e5)
  return `${formatNumber(seconds / 86_400)} days`
}

export function factsText(facts: TraceFacts, brought: BundledTrace | undefined): string {
  const format = rowFormat(facts.format)
  const { rate } = facts
  const lines = [`${plainText(brought?.name ?? facts.file)}: ${format?.title ?? facts.kind}`]
  lines.push(`format ${facts.format} (${facts.kind}), source: ${format?.source ?? ''}`)
  if (brought !== undefined)
    lines.push(`licence ${brought.licence}, cite: ${brought.cite}; columns and cut: workloads/data/${brought.folder}/README.md`)
  lines.push(
    '',
    `${formatFixed(facts.rows, 0)} rows, ${timeText(facts.until - facts.from)}, from ${timeText(facts.from)} to ${timeText(facts.until)} of the trace`,
  )
  const level = facts.kind === 'usage'
  lines.push(
    `${level ? `${rate.of} on average` : `${rate.of} per second`}: ${formatNumber(rate.mean)}, peak-to-mean ${formatNumber(rate.peakToMean)} in bins of ${timeText(rate.width)}`,
  )
  lines.push(`  ${spark(rate.bins)}`, '')
  lines.push(...table(facts))
  if (facts.shapes.length > 1)
    lines.push(
      '',
      'sizes:',
      ...facts.shapes.map(({ shape, share }) => `  ${percentText(Math.round(share * 1000) / 1000).padStart(6)}  ${plainText(shape)}`),
    )
  else if (facts.shapes.length === 1) lines.push('', `sizes: all ${plainText(facts.shapes[0].shape)}`)
  if (facts.counts.length > 0)
    lines.push(
      '',
      ...facts.counts.map(({ what, value }) => `${what}: ${Number.isInteger(value) ? formatFixed(value, 0) : formatNumber(value)}`),
    )
  const twins =
    brought === undefined && format !== undefined
      ? rowFormats.filter((one) => one !== format && one.columns.join() === format.columns.join())
      : []
  for (const { name, title } of twins)
    lines.push('', `note: ${name} has the same columns (${title}): --format ${name} if that is what the file holds`)
  if (facts.notes.length > 0) lines.push('', ...facts.notes.map((note) => `note: ${note}`))
  return `${lines.join('\n')}\n`
}

/** Means of equal spans, from 0 to the highest. */
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
