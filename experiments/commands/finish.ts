/** What `run` and `merge` end with: tables, charts and page are written, the comparison is printed, and the exit code says how it went. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import {
  comparisonText,
  MissingWriter,
  PARQUET_FILES,
  parquetTables,
  parquetWriter,
  plainText,
  type Study,
  summarise,
  summaryOf,
  WriteError,
  writeReports,
  writeWhole,
} from '../../reports/index.ts'
import { assess, type Outcome } from '../file/assertions.ts'
import { firstLine } from '../file/load.ts'
import { version } from '../file/package.ts'
import type { Plan } from '../plan/plan.ts'
import type { Execution } from '../run/execute.ts'
import { manifestOf, type Facts } from '../run/manifest.ts'
import type { Progress } from '../run/progress.ts'
import type { Store } from '../run/store.ts'
import { studyOf } from '../run/study.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { setsOf, type Overrides } from './plan-file.ts'

/** Options about what is written and printed. */
export interface OutputOptions extends Overrides {
  readonly json?: boolean
  readonly quiet?: boolean
  /** False: tables only. */
  readonly charts?: boolean
}

/** An execution and where its results go. */
export interface Finish {
  readonly plan: Plan
  readonly execution: Execution
  /** The experiment's file. */
  readonly file: string
  readonly options: OutputOptions
  readonly screens: Screens
  readonly folder: string
  readonly facts: Omit<Facts, 'file' | 'seconds'> & { readonly begin: number }
  readonly parquet: Parquet | undefined
  readonly progress?: Progress
  /** Cleared when everything is written; absent: the stored results stay. */
  readonly store?: Store
}

/** Writes and prints the results. Finished runs are written whatever happened to the others. */
export async function finish(finished: Finish): Promise<ExitCode> {
  const { plan, execution, file, options, screens, folder, parquet, progress, store } = finished
  const { err } = screens
  printDamaged(execution, screens)
  printFailures(plan, execution, screens)
  if (execution.finished.length === 0) {
    // An earlier study may be in the folder: its tables beside the manifest of this call would contradict each other.
    err.write(`${execution.interrupted ? 'interrupted before a run was finished' : 'all runs failed'}: nothing is written to ${folder}\n`)
    return execution.interrupted ? EXIT.interrupted : EXIT.failed
  }
  const below = relative(process.cwd(), file)
  const named = below.startsWith('..') ? basename(file) : below
  const study = studyOf(plan, execution, version(), callOf(named, options))
  // Written before anything is printed, and printed even if the disk is full.
  const unwritten = await written(folder, async () => {
    const draw = (): Promise<void> => writeFiles({ study, folder, parquet, charts: options.charts !== false })
    await (progress === undefined || options.charts === false ? draw() : progress.drawing(draw))
    const { begin, ...facts } = finished.facts
    const seconds = (performance.now() - begin) / 1000
    await writeWhole(join(folder, 'manifest.json'), manifestOf(plan, execution, { ...facts, file: named, seconds }))
  })
  const outcomes = report({ plan, study, folder, options, screens })
  if (unwritten !== '') {
    err.write(`orchsim: ${unwritten}\n`)
    return EXIT.failed
  }
  if (!execution.interrupted && execution.failed.length === 0) store?.clear()
  printUnfinished(execution, folder, screens)
  if (execution.interrupted) return EXIT.interrupted
  if (execution.failed.length > 0 || execution.late.length > 0) return EXIT.failed
  return outcomes.every(({ holds }) => holds) ? EXIT.done : EXIT.broken
}

/** Why results cannot be written to a folder, '' when they can. Checked before anything runs, so that hours of work are not lost at the end. */
export function folderProblem(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
    rmSync(mkdtempSync(join(folder, '.probe-')), { recursive: true })
    return ''
  } catch (error) {
    return `found ${JSON.stringify(folder)}, where results cannot be written (${(error as NodeJS.ErrnoException).code ?? firstLine(error)}); accepted: --out with a folder that can be written`
  }
}

/** Prints a line per failed run. */
export function printFailures(plan: Plan, { failed, late }: Execution, { err }: Screens): void {
  for (const message of late) err.write(`an own file threw after its run had ended: ${message}\n`)
  for (const { run, message, stack } of failed) {
    err.write(
      `run ${run.id.slice(0, 12)} failed (${plan.variants[run.variant].label}, replication ${run.replication + 1}): ${plainText(message)}\n`,
    )
    if (process.env['ORCHSIM_DEBUG'] !== undefined) err.write(`${stack}\n`)
  }
}

function printDamaged({ damaged }: Execution, { err }: Screens): void {
  if (damaged.length > 0)
    err.write(
      `${damaged.length} kept ${damaged.length === 1 ? 'result was' : 'results were'} damaged and computed again: ${damaged.map((id) => id.slice(0, 12)).join(', ')}\n`,
    )
}

function printUnfinished({ finished, asked, failed, interrupted }: Execution, folder: string, { err }: Screens): void {
  const finishedText = `${finished.length} of ${asked.length} runs are finished and readable in ${folder}`
  if (interrupted) err.write(`interrupted: ${finishedText}; the same call continues from here\n`)
  else if (failed.length > 0) err.write(`${finishedText}\n`)
}

/** Why the results in the folder are incomplete, '' when they are whole. */
async function written(folder: string, write: () => Promise<void>): Promise<string> {
  try {
    await write()
    return ''
  } catch (error) {
    if (!(error instanceof WriteError)) throw error
    return `${error.message}; the files in ${folder} are incomplete, the finished runs are kept there, and the same call writes the rest`
  }
}

interface Files {
  readonly study: Study
  readonly folder: string
  readonly parquet: Parquet | undefined
  readonly charts: boolean
}

/** Tables, and charts and the page unless they are not wanted. */
async function writeFiles({ study, folder, parquet, charts }: Files): Promise<void> {
  await writeReports(folder, study, { charts })
  const tables = parquet?.(study) ?? new Map<string, Uint8Array>()
  for (const [name, bytes] of tables) await writeWhole(join(folder, name), bytes)
  // Parquet files of an earlier call would describe other runs than the CSV files beside them.
  for (const name of PARQUET_FILES) if (!tables.has(name)) rmSync(join(folder, name), { force: true })
}

interface Report extends Omit<Files, 'parquet' | 'charts'> {
  readonly plan: Plan
  readonly options: OutputOptions
  readonly screens: Screens
}

/** Prints the comparison or its JSON. */
function report({ plan, study, folder, options, screens }: Report): readonly Outcome[] {
  const { out, err } = screens
  const outcomes = plan.assert.length === 0 ? [] : assess(plan.assert, summarise(study))
  if (options.json === true) out.write(`${JSON.stringify({ results: folder, ...summaryOf(study), assertions: outcomes }, null, 2)}\n`)
  else if (options.quiet !== true) {
    // https://no-color.org: any value but the empty one turns colour off.
    const colour = out.isTTY === true && (process.env['NO_COLOR'] ?? '') === ''
    const comparison = comparisonText(study, { colour, ...(out.columns === undefined ? {} : { width: out.columns }) }).trimEnd()
    out.write(`${comparison}\n\n${outcomes.map(({ sentence }) => `assert: ${sentence}\n`).join('')}results: ${folder}\n`)
  }
  // --quiet and --json suppress the comparison, not the assertions that fail.
  if (options.quiet === true || options.json === true)
    for (const { holds, sentence } of outcomes) if (!holds) err.write(`assert: ${sentence}\n`)
  return outcomes
}

/** Writes the tables of a study as Parquet. */
export type Parquet = (study: Study) => ReadonlyMap<string, Uint8Array>

/** Loaded before anything runs, so that hours of work do not end at a missing package. */
export async function parquetFor({ err }: Screens): Promise<Parquet | 'missing'> {
  try {
    const writer = await parquetWriter()
    return (study) => parquetTables(study, writer)
  } catch (error) {
    if (!(error instanceof MissingWriter)) throw error
    err.write(`orchsim run --parquet: ${error.message}\n`)
    return 'missing'
  }
}

/** The call that gives the same study; options that do not change a result (folder, jobs, output) are left out. */
function callOf(file: string, options: OutputOptions): string {
  return [
    'npx orchsim run',
    file,
    ...setsOf(options).map((set) => `--set ${/^[\w./=-]+$/.test(set) ? set : `'${set.replaceAll("'", `'\\''`)}'`}`),
  ].join(' ')
}
