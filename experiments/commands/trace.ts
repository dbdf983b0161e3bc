/** `orchsim trace [TRACE]`: what a trace contains, before it is used. One pass over the file with one row in memory. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { plainText } from '../../reports/index.ts'
import { readDuration, suggestion, UnitError } from '../../sim/index.ts'
import {
  bundledFile,
  bundledTrace,
  bundledTraces,
  COLUMNS,
  columnsName,
  detectFormat,
  factsOf,
  rowFormat,
  rowFormats,
  TraceError,
  type BundledTrace,
  type RowFormat,
  type TraceFacts,
} from '../../workloads/index.ts'
import { parseValue, show } from '../file/document.ts'
import { packageRoot } from '../file/package.ts'
import { columns } from '../file/schema/columns.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { factsText } from './trace-text.ts'

/** Options of `trace`. */
export interface TraceOptions {
  readonly format?: string
  /** A map of columns, as YAML. */
  readonly columns?: string
  readonly from?: string
  readonly until?: string
  readonly out?: string
  readonly json?: boolean
}

/** Prints the facts of a trace and writes its chart; without a trace, lists bundled traces and formats. */
export async function traceCommand(trace: string | undefined, options: TraceOptions, screens: Screens): Promise<ExitCode> {
  if (trace === undefined) {
    screens.out.write(tracesText())
    return EXIT.done
  }
  const request = requestOf(trace, options)
  if ('wrong' in request) return refused(request.wrong, screens)
  const read = factsIn(request)
  if ('wrong' in read) return refused(read.wrong, screens)
  const { bundled } = request
  const { facts } = read
  screens.out.write(
    options.json === true
      ? `${JSON.stringify({ version: 1, ...facts, ...(bundled === undefined ? {} : { name: bundled.name, licence: bundled.licence, cite: bundled.cite }) })}\n`
      : factsText(facts, bundled),
  )
  if (options.out !== undefined) {
    const { writeTraceChart } = await import('./trace-chart.ts')
    const written = await writeTraceChart(facts, bundled?.name ?? facts.file, resolve(options.out))
    if (options.json !== true) screens.out.write(`\nchart: ${written.join(', ')}\n`)
  }
  return EXIT.done
}

function refused(message: string, { err }: Screens): ExitCode {
  err.write(`orchsim trace: ${plainText(message)}\n`)
  return EXIT.wrong
}

interface Request {
  readonly file: string
  readonly bundled: BundledTrace | undefined
  /** undefined: detected from the first line. */
  readonly format: RowFormat | undefined
  /** Part of the trace [µs]. */
  readonly part: { readonly from: number; readonly until: number }
}

function requestOf(trace: string, options: TraceOptions): Request | { readonly wrong: string } {
  const formats = rowFormats.map(({ name }) => name)
  if (options.format !== undefined && rowFormat(options.format) === undefined) {
    return {
      wrong: `found the format ${JSON.stringify(options.format)}; accepted: ${formats.join(', ')}${suggestion(options.format, formats)}`,
    }
  }
  const mapped = mappedFormat(options)
  if (mapped !== undefined && 'wrong' in mapped) return mapped
  const part = partOf(options)
  if ('wrong' in part) return part
  // A file takes precedence over a bundled trace of the same name.
  if (existsSync(trace)) return { file: resolve(trace), bundled: undefined, format: mapped ?? rowFormat(options.format ?? ''), part }
  const bundled = bundledTrace(trace)
  if (bundled === undefined) {
    const names = bundledTraces.map(({ name }) => name)
    return {
      wrong: `found ${JSON.stringify(trace)}, neither a file nor a bundled trace; accepted: a file, or one of ${names.join(', ')}${suggestion(trace, names)}`,
    }
  }
  const file = fileURLToPath(new URL(bundledFile(bundled), packageRoot()))
  return { file, bundled, format: rowFormat(options.format ?? bundled.format), part }
}

/** The format of `--columns`; undefined without it. */
function mappedFormat({ columns: text, format }: TraceOptions): RowFormat | undefined | { readonly wrong: string } {
  if (text === undefined) return undefined
  if (format !== undefined) return { wrong: 'found --format with --columns; accepted: one of the two' }
  const value = parseValue(text)?.value
  const parsed = columns.safeParse(value)
  if (parsed.success) return rowFormat(columnsName(parsed.data))
  const [issue] = parsed.error.issues
  const path = issue.path.length === 0 ? '' : `.${issue.path.join('.')}`
  const keys =
    issue.code === 'unrecognized_keys' ? `found the unknown key ${issue.keys.join(', ')}; accepted: ${issue.message}` : issue.message
  return { wrong: `--columns${path}: ${keys.startsWith('found ') ? keys : `found ${show(value)}; accepted: ${keys}`}` }
}

function partOf(options: TraceOptions): Request['part'] | { readonly wrong: string } {
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
  return times.until <= times.from ? { wrong: `--until: found ${options.until ?? ''}; accepted: a time after --from` } : times
}

function factsIn({ file, format, part }: Request): { readonly facts: TraceFacts } | { readonly wrong: string } {
  try {
    const facts = { ...factsOf(format ?? detectFormat(file), file, part), file: basename(file) }
    if (facts.rows > 0) return { facts }
    return { wrong: `found no row of ${basename(file)} in the requested part; accepted: --from and --until around its rows` }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error
    return { wrong: plainText(error.message) }
  }
}

/** Bundled traces and readable formats. */
function tracesText(): string {
  const width = Math.max(...bundledTraces.map(({ name }) => name.length), ...rowFormats.map(({ name }) => name.length))
  const bundled = bundledTraces.map(
    ({ name, format, licence, cite }) => `  ${name.padEnd(width)}  ${rowFormat(format)?.title ?? format} (${licence}; ${cite})`,
  )
  const formats = rowFormats.map(({ name, kind, columns }) => `  ${name.padEnd(width)}  ${kind}: ${columns.join(', ')}`)
  const other = `  ${COLUMNS.padEnd(width)}  any other table, with a map of its columns (--columns, or columns: in an experiment)`
  return ['bundled traces:', ...bundled, '', 'formats of your own files, plain or gzip:', ...formats, other, ''].join('\n')
}
