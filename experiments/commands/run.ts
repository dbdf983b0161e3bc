/** `orchsim run FILE`: plan, run, write, print. Finished runs are written whatever happens to the others. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { version } from '../file/package.ts'
import type { Plan } from '../plan/plan.ts'
import { plannerOf } from '../plan/precise.ts'
import { execute, threads, type Execution, type Executor } from '../run/execute.ts'
import { Progress } from '../run/progress.ts'
import { executeShard, type Shard } from '../run/shard.ts'
import { Store } from '../run/store.ts'
import { usableProcessors } from '../run/processors.ts'
import type { CommandContext, Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { finish, folderProblem, parquetFor, printFailures, type OutputOptions } from './finish.ts'
import { planFile } from './plan-file.ts'

/** Options of `run`. */
export interface RunOptions extends OutputOptions {
  readonly jobs?: number
  readonly out?: string
  readonly check?: boolean
  readonly watch?: boolean
  readonly fresh?: boolean
  readonly parquet?: boolean
  /** [s] */
  readonly callLimit?: number
  /** Only this part of the runs, into the store. */
  readonly shard?: Shard
}

/** Runs an experiment. `executor` replaces the worker threads, for tests. */
export async function runCommand(
  file: string,
  options: RunOptions,
  { out, err, interrupts }: Pick<CommandContext, 'out' | 'err' | 'interrupts'>,
  executor?: Executor,
): Promise<ExitCode> {
  const started = new Date()
  const begin = performance.now()
  const screens: Screens = { out, err }
  const parquet = options.parquet === true ? await parquetFor(screens) : undefined
  if (parquet === 'missing') return EXIT.wrong
  const plan = await planFile(file, { ...options, set: [...options.set, ...(options.check === true ? ['check=true'] : [])] }, screens)
  if (plan === undefined) return EXIT.wrong
  // Before the runs: the file may change while they take place.
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  const jobs = Math.min(options.jobs ?? usableProcessors(), plan.runs.length)
  const folder = options.out ?? join('results', plan.name)
  const problem = folderProblem(folder)
  if (problem !== '') {
    err.write(`orchsim run: ${problem}\n`)
    return EXIT.wrong
  }
  if (options.shard !== undefined)
    return runShard(plan, options.shard, folder, {
      executor: executor ?? threads(jobs, options.callLimit),
      interrupts,
      screens,
      quiet: options.quiet === true,
    })
  const store = new Store(folder)
  if (options.fresh === true) store.clear()
  const progress = options.quiet === true ? undefined : new Progress(err)
  const execution = await executed(plan, executor ?? threads(jobs, options.callLimit), interrupts, progress, store)
  const facts = { version: version(), folder: dirname(resolve(file)), digest, jobs, started, begin }
  return finish({ plan, execution, file, options, screens, folder, facts, parquet, ...(progress === undefined ? {} : { progress }), store })
}

async function executed(
  plan: Plan,
  executor: Executor,
  interrupts: AbortSignal,
  progress: Progress | undefined,
  store: Store,
): Promise<Execution> {
  try {
    return await execute(plan, plannerOf(plan), executor, interrupts, { ...(progress === undefined ? {} : { watcher: progress }), store })
  } finally {
    progress?.close()
    await executor.close()
  }
}

interface ShardRun {
  readonly executor: Executor
  readonly interrupts: AbortSignal
  readonly screens: Screens
  readonly quiet: boolean
}

/** Computes one shard. Nothing but the store is written: `merge` makes the results. */
async function runShard(plan: Plan, shard: Shard, folder: string, { executor, interrupts, screens, quiet }: ShardRun): Promise<ExitCode> {
  const { err } = screens
  const progress = quiet ? undefined : new Progress(err)
  try {
    const done = await executeShard(plan, shard, executor, interrupts, {
      ...(progress === undefined ? {} : { watcher: progress }),
      store: new Store(folder, undefined, true),
    })
    progress?.close()
    printFailures(plan, done, screens)
    const { finished, failed, asked, interrupted } = done
    err.write(
      `shard ${shard.index} of ${shard.count}: ${finished.length} of its ${asked.length} runs are stored in ${folder}${interrupted ? '; interrupted, the same call continues' : ''}${done.waits ? '; the next replications are chosen when all shards have these' : ''}\n`,
    )
    if (interrupted) return EXIT.interrupted
    return failed.length > 0 || done.late.length > 0 ? EXIT.failed : EXIT.done
  } catch (error) {
    err.write(`orchsim run --shard: ${(error as Error).message}\n`)
    return EXIT.failed
  } finally {
    progress?.close()
    await executor.close()
  }
}
