/** `orchsim merge FILE [FOLDERS…]` and `orchsim status FILE [FOLDERS…]`: the results of shards put together, or what is still missing. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { plainText } from '../../reports/index.ts'
import { showDuration } from '../../sim/index.ts'
import { version } from '../file/package.ts'
import type { Plan, PlannedRun } from '../plan/plan.ts'
import { executionOf, gathered } from '../run/shard.ts'
import { Store } from '../run/store.ts'
import type { CommandContext, Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { finish, folderProblem, parquetFor, type OutputOptions } from './finish.ts'
import { planFile } from './plan-file.ts'

/** Options of `merge`. */
export interface MergeOptions extends OutputOptions {
  readonly out?: string
  readonly parquet?: boolean
}

/** Missing runs that are named. */
const NAMED = 20

/** Writes the results that one machine would have written; 1 while a run is missing. */
export async function mergeCommand(
  file: string,
  folders: readonly string[],
  options: MergeOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const screens: Screens = context
  const begin = performance.now()
  const started = new Date()
  const parquet = options.parquet === true ? await parquetFor(screens) : undefined
  if (parquet === 'missing') return EXIT.wrong
  const plan = await planFile(file, options, screens)
  if (plan === undefined) return EXIT.wrong
  const folder = options.out ?? join('results', plan.name)
  const stores = storesOf(folders, folder, screens)
  const problem = stores === undefined ? 'none' : folderProblem(folder)
  if (stores === undefined || problem !== '') {
    if (stores !== undefined) screens.err.write(`orchsim merge: ${problem}\n`)
    return EXIT.wrong
  }
  const results = gathered(plan, stores)
  if (results.missing.length > 0) {
    printMissing(plan, results.missing, results.asked.length, screens)
    return EXIT.failed
  }
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  const facts = { version: version(), folder: dirname(resolve(file)), digest, jobs: 0, started, begin }
  return finish({ plan, execution: executionOf(results, stores), file, options, screens, folder, facts, parquet })
}

/** The stores of the folders; undefined after a folder without results of this version was reported. */
function storesOf(folders: readonly string[], initial: string, { err }: Screens): Store[] | undefined {
  const stores = (folders.length === 0 ? [initial] : folders).map((folder) => new Store(folder))
  for (const store of stores) {
    if (!existsSync(store.results)) {
      err.write(`orchsim: found no folder ${JSON.stringify(store.results)}; accepted: folders in which run --shard stored results\n`)
      return undefined
    }
    const others = store.others()
    if (others.length > 0)
      err.write(`warning: ${store.results} also has results of other versions, which are ignored: ${others.map(plainText).join(', ')}\n`)
  }
  return stores
}

function printMissing(plan: Plan, missing: readonly PlannedRun[], asked: number, { err }: Screens): void {
  err.write(`${missing.length} of ${asked} runs are missing, nothing is written:\n`)
  for (const { variant, replication } of missing.slice(0, NAMED))
    err.write(`  ${plainText(plan.variants[variant].label)}, replication ${replication + 1}\n`)
  if (missing.length > NAMED) err.write(`  and ${missing.length - NAMED} more\n`)
}

/** Prints how many runs are stored, failed and missing, and how long the missing ones take. */
export async function statusCommand(
  file: string,
  folders: readonly string[],
  options: OutputOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const plan = await planFile(file, options, context)
  if (plan === undefined) return EXIT.wrong
  const stores = storesOf(folders, join('results', plan.name), context)
  if (stores === undefined) return EXIT.wrong
  const { asked, finished, failed, missing, facts } = gathered(plan, stores)
  const seconds = [...facts.values()].map((one) => one.seconds)
  const mean = seconds.length === 0 ? null : seconds.reduce((sum, one) => sum + one, 0) / seconds.length
  const counts = { runs: asked.length, stored: finished.length, failed: failed.length, missing: missing.length }
  const left = mean === null ? null : Math.round(mean * missing.length * 1000) / 1000
  if (options.json === true) context.out.write(`${JSON.stringify({ ...counts, secondsLeft: left })}\n`)
  else {
    const time = left === null || left === 0 ? '' : `, about ${showDuration(Math.ceil(left) * 1e6)} of one thread left`
    context.out.write(`${counts.stored} of ${counts.runs} runs are stored, ${counts.failed} failed, ${counts.missing} missing${time}\n`)
    for (const { run, message } of failed)
      context.out.write(`  ${plainText(plan.variants[run.variant].label)}, replication ${run.replication + 1}: ${plainText(message)}\n`)
  }
  return missing.length > 0 ? EXIT.failed : EXIT.done
}
