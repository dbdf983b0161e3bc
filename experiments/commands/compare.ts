/** `orchsim compare BEFORE AFTER`: compares two folders of results; exit code 4 when a metric got worse beyond the margin. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { METRICS, metricById, readShare, suggestion } from '../../sim/index.ts'
import {
  compareRuns,
  comparisonData,
  comparisonLines,
  comparisonMarkdown,
  readRuns,
  RunsError,
  type Margins,
  type RunsTable,
} from '../../reports/index.ts'
import { show } from '../file/document.ts'
import { isMap } from '../file/quantities.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Options of `compare`. */
export interface CompareOptions {
  readonly metric: readonly string[]
  readonly margin?: string
  readonly points?: string
  readonly all?: boolean
  readonly markdown?: boolean
  readonly json?: boolean
}

/** The call or a folder is wrong; the message says how. */
class Wrong extends Error {}

const DEFAULT_MARGINS: Margins = { relative: 0.02, points: 1 }

/** Prints the comparison as text, Markdown or JSON. */
export function compareCommand(before: string, after: string, options: CompareOptions, screens: Screens): ExitCode {
  try {
    const [first, second] = [runsIn(before), runsIn(after)]
    const manifest = manifestOf(after)
    const gate = options.metric.length > 0 ? options.metric.map(knownMetric) : [manifest.primary ?? second.metrics[0]?.id ?? 'latency-p99']
    const comparison = compareRuns(first, second, { margins: marginsOf(options, manifest.margins), gate })
    const names = { before, after }
    if (options.json === true) screens.out.write(`${JSON.stringify(comparisonData(comparison, names), null, 2)}\n`)
    else if (options.markdown === true) screens.out.write(comparisonMarkdown(comparison, names))
    else screens.out.write(comparisonLines(comparison, names, { all: options.all === true }))
    return comparison.regressions > 0 ? EXIT.regressed : EXIT.done
  } catch (error) {
    if (!(error instanceof Wrong || error instanceof RunsError)) throw error
    screens.err.write(`orchsim compare: ${error.message}\n`)
    return EXIT.wrong
  }
}

/** The runs of a results folder; `path` is the folder or its runs.csv. */
function runsIn(path: string): RunsTable {
  const accepted = 'accepted: a folder of results, or its runs.csv'
  let file = path
  try {
    if (statSync(path).isDirectory()) file = join(path, 'runs.csv')
  } catch {
    throw new Wrong(`found no such file or folder as ${show(path)}; ${accepted}`)
  }
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new Wrong(
      code === 'ENOENT'
        ? `found no runs.csv in ${show(path)}; ${accepted}`
        : `found ${show(file)}, which cannot be read (${code}); ${accepted}`,
    )
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Wrong(`found bytes in ${show(file)} that are not UTF-8 text; ${accepted}`)
  }
  return readRuns(text, file)
}

/** Primary metric and margins of the experiment; empty when there is only a CSV file. */
function manifestOf(path: string): { readonly primary?: string; readonly margins?: Margins } {
  let manifest: unknown
  try {
    manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'))
  } catch {
    return {}
  }
  if (!isMap(manifest)) return {}
  const { primary, margins } = manifest
  const valid = isMap(margins) && typeof margins['relative'] === 'number' && typeof margins['points'] === 'number'
  return {
    ...(typeof primary === 'string' && metricById(primary) !== undefined ? { primary } : {}),
    ...(valid ? { margins: { relative: margins['relative'] as number, points: margins['points'] as number } } : {}),
  }
}

function knownMetric(id: string): string {
  const ids: readonly string[] = METRICS.map((metric) => metric.id)
  if (metricById(id) !== undefined) return id
  throw new Wrong(`found the metric ${show(id)}; accepted: ${ids.join(', ')}${suggestion(id, ids)}`)
}

function marginsOf({ margin, points }: CompareOptions, own: Margins = DEFAULT_MARGINS): Margins {
  return {
    relative: margin === undefined ? own.relative : relativeOf(margin),
    points: points === undefined ? own.points : pointsOf(points),
  }
}

function relativeOf(text: string): number {
  try {
    return readShare(text)
  } catch {
    throw new Wrong(`found the margin ${show(text)}; accepted: a share such as 2% or 0.02`)
  }
}

function pointsOf(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (value >= 0 && value <= 100) return value
  throw new Wrong(`found the points ${show(text)}; accepted: a number from 0 to 100`)
}
