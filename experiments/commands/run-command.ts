/** `orchsim run`: plan, run, write, print. Finished runs are written whatever happens to the others. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { EXIT, type RunOptions, type Screens } from './cli.ts'
import { assess, type Outcome } from '../file/assertions.ts'
import { execute, threads, type Execution, type Executor } from '../run/execute.ts'
import {
  comparisonText,
  MissingWriter,
  PARQUET_FILES,
  parquetTables,
  parquetWriter,
  summarise,
  summaryOf,
  writeReports,
  writeWhole,
  type Study,
} from '../../reports/index.ts'
import { firstLine } from '../file/load.ts'
import { manifestOf } from '../run/manifest.ts'
import { version } from '../file/package.ts'
import { planFile, setsOf } from './plan-command.ts'
import type { Plan } from '../plan/plan.ts'
import { plannerOf } from '../plan/precise.ts'
import { Progress } from '../run/progress.ts'
import { Store } from '../run/store.ts'
import { studyOf } from '../run/study.ts'

/** `executor` is injected by tests. */
export async function runCommand(
  file: string,
  options: RunOptions,
  screens: Screens,
  interrupts: AbortSignal,
  executor?: Executor,
): Promise<number> {
  const started = new Date()
  const begin = performance.now()
  const parquet = options.parquet === true ? await parquetFor(screens) : undefined
  if (parquet === 'missing') return EXIT.wrong
  const plan = await planFile(file, { ...options, set: [...options.set, ...(options.check === true ? ['check=true'] : [])] }, screens)
  if (plan === undefined) return EXIT.wrong
  // Now: the file may be another one by the time that the runs are made.
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  const jobs = Math.min(options.jobs ?? availableParallelism(), plan.runs.length)
  const folder = options.out ?? join('results', plan.name)
  const closed = closedFolder(folder)
  if (closed !== '') {
    screens.err.write(`orchsim run: ${closed}\n`)
    return EXIT.wrong
  }
  const store = new Store(folder)
  if (options.fresh === true) store.clear()
  const execution = await executed(
    plan,
    executor ?? threads(jobs),
    interrupts,
    options.quiet === true ? undefined : new Progress(screens.err),
    store,
  )

  for (const { run, message, stack } of execution.failed) {
    screens.err.write(
      `run ${run.id.slice(0, 12)} failed (${plan.variants[run.variant].label}, replication ${run.replication + 1}): ${message}\n`,
    )
    if (process.env['ORCHSIM_DEBUG'] !== undefined) screens.err.write(`${stack}\n`)
  }
  if (execution.interrupted && execution.finished.length === 0) {
    // An earlier study may be in the folder: its tables beside the manifest of this one would be neither.
    screens.err.write(`interrupted before a run was finished: nothing is written to ${folder}\n`)
    return EXIT.interrupted
  }
  const below = relative(process.cwd(), file)
  const named = below.startsWith('..') ? basename(file) : below
  const outcomes =
    execution.finished.length > 0 ? await report(plan, execution, folder, callOf(named, options), options, screens, parquet) : []
  const seconds = (performance.now() - begin) / 1000
  await writeWhole(
    join(folder, 'manifest.json'),
    manifestOf(plan, execution, { version: version(), file: named, folder: dirname(resolve(file)), digest, jobs, started, seconds }),
  )

  if (!execution.interrupted && execution.failed.length === 0) store.clear()
  const done = `${execution.finished.length} of ${execution.asked.length} runs`
  if (execution.interrupted)
    screens.err.write(`interrupted: ${done} are finished and readable in ${folder}; the same call goes on from there\n`)
  else if (execution.failed.length > 0) screens.err.write(`${done} are finished and readable in ${folder}\n`)
  if (execution.interrupted) return EXIT.interrupted
  if (execution.failed.length > 0) return EXIT.failed
  return outcomes.every(({ holds }) => holds) ? EXIT.done : EXIT.broken
}

/** What keeps results out of a folder, '' when nothing does. Asked before anything runs: hours of work should not end at a closed door. */
function closedFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
    rmSync(mkdtempSync(join(folder, '.probe-')), { recursive: true })
    return ''
  } catch (error) {
    return `found ${JSON.stringify(folder)}, where results cannot be written (${(error as NodeJS.ErrnoException).code ?? firstLine(error)}); accepted: --out with a folder that can be written`
  }
}

async function executed(
  plan: Plan,
  executor: Executor,
  interrupts: AbortSignal,
  progress: Progress | undefined,
  store: Store,
): Promise<Execution> {
  try {
    return await execute(plan, plannerOf(plan), executor, interrupts, progress, store)
  } finally {
    progress?.close()
    await executor.close()
  }
}

/** Files, and the comparison or its JSON on the screen. */
async function report(
  plan: Plan,
  execution: Execution,
  folder: string,
  call: string,
  options: RunOptions,
  screens: Screens,
  parquet: Parquet | undefined,
): Promise<readonly Outcome[]> {
  const study = studyOf(plan, execution, version(), call)
  await writeReports(folder, study)
  for (const [name, bytes] of parquet?.(study) ?? []) await writeWhole(join(folder, name), bytes)
  // Those of an earlier call would tell of other runs than the CSV beside them.
  if (parquet === undefined) for (const name of PARQUET_FILES) rmSync(join(folder, name), { force: true })
  const outcomes = plan.assert.length === 0 ? [] : assess(plan.assert, summarise(study))
  // https://no-color.org: any value but the empty one turns colour off.
  const colour = screens.out.isTTY === true && (process.env['NO_COLOR'] ?? '') === ''
  if (options.json === true)
    screens.out.write(`${JSON.stringify({ results: folder, ...summaryOf(study), assertions: outcomes }, null, 2)}\n`)
  else if (options.quiet !== true)
    screens.out.write(
      `${comparisonText(study, { colour, ...(screens.out.columns === undefined ? {} : { width: screens.out.columns }) }).trimEnd()}\n\n${outcomes.map(({ sentence }) => `assert: ${sentence}\n`).join('')}results: ${folder}\n`,
    )
  // Whoever asked for quiet still wants to know what broke.
  if (options.quiet === true || options.json === true)
    for (const { holds, sentence } of outcomes) if (!holds) screens.err.write(`assert: ${sentence}\n`)
  return outcomes
}

type Parquet = (study: Study) => ReadonlyMap<string, Uint8Array>

/** Asked before anything runs: hours of work should not end at a package that is not there. */
async function parquetFor(screens: Screens): Promise<Parquet | 'missing'> {
  try {
    const writer = await parquetWriter()
    return (study) => parquetTables(study, writer)
  } catch (error) {
    if (!(error instanceof MissingWriter)) throw error
    screens.err.write(`orchsim run --parquet: ${error.message}\n`)
    return 'missing'
  }
}

/** The call that gives the same study: what changes no result (folder, jobs, screen) is left out. */
function callOf(file: string, options: RunOptions): string {
  return [
    'npx orchsim run',
    file,
    ...setsOf(options).map((set) => `--set ${/^[\w./=-]+$/.test(set) ? set : `'${set.replaceAll("'", `'\\''`)}'`}`),
  ].join(' ')
}
