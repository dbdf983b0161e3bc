/** `orchsim run FILE`: plan, run, write, print. Finished runs are written whatever happens to the others. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { version } from '../file/package.ts'
import type { Plan } from '../plan/plan.ts'
import { plannerOf } from '../plan/waves.ts'
import { Cache, cacheFolder } from '../run/cache.ts'
import { execute, threads, type Execution, type ExecutionOptions, type Executor } from '../run/execute.ts'
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
  /** False: the cache of this machine is neither read nor written. */
  readonly cache?: boolean
  /** Percentage of the cached results that are computed again and compared. */
  readonly verifyCache?: number
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
  const cache = cacheOf(options)
  if (typeof cache === 'string') {
    err.write(`orchsim run: ${cache}\n`)
    return EXIT.wrong
  }
  if (options.shard !== undefined)
    return runShard(plan, options.shard, folder, {
      executor: executor ?? threads(jobs, options.callLimit),
      interrupts,
      screens,
      quiet: options.quiet === true,
      cache,
    })
  const store = new Store(folder)
  if (options.fresh === true) store.clear()
  const progress = options.quiet === true ? undefined : new Progress(err)
  const execution = await executed(plan, executor ?? threads(jobs, options.callLimit), interrupts, progress, { store, ...cached(cache) })
  const same = printCache(cache, options, screens)
  const facts = { version: version(), folder: dirname(resolve(file)), digest, jobs, started, begin }
  const code = await finish({
    plan,
    execution,
    file,
    options,
    screens,
    folder,
    facts,
    parquet,
    ...(progress === undefined ? {} : { progress }),
    store,
  })
  return same || code === EXIT.interrupted ? code : EXIT.failed
}

/** The cache that a call uses: none without worker threads of its own, and what is wrong with its settings. */
function cacheOf({ cache, fresh, verifyCache }: RunOptions): Cache | string | undefined {
  const folder = cache === false ? undefined : cacheFolder()
  if (folder === undefined) return undefined
  try {
    return new Cache(folder, { reads: fresh !== true, verify: (verifyCache ?? 0) / 100 })
  } catch (error) {
    return (error as Error).message
  }
}

const cached = (cache: Cache | undefined): { readonly cache?: Cache } => (cache === undefined ? {} : { cache })

/** Prints how the cache was used and keeps it within its limit; false when a cached result differs from the one computed again. */
function printCache(cache: Cache | undefined, { quiet, json }: RunOptions, { err }: Screens): boolean {
  if (cache === undefined) return true
  cache.trim()
  const { found, verified, different } = cache
  if (found > 0 && quiet !== true && json !== true)
    err.write(
      `${found} ${found === 1 ? 'run' : 'runs'} of the same code taken from the cache${verified > 0 ? `, ${verified} of them computed again and compared` : ''}; --no-cache computes them\n`,
    )
  if (different.length > 0)
    err.write(
      `${different.length} cached ${different.length === 1 ? 'result differs' : 'results differ'} from what the same run gives now, which is used: ${different.map((id) => id.slice(0, 12)).join(', ')}\n`,
    )
  return different.length === 0
}

async function executed(
  plan: Plan,
  executor: Executor,
  interrupts: AbortSignal,
  progress: Progress | undefined,
  kept: Pick<ExecutionOptions, 'store' | 'cache'>,
): Promise<Execution> {
  try {
    return await execute(plan, plannerOf(plan), executor, interrupts, { ...(progress === undefined ? {} : { watcher: progress }), ...kept })
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
  readonly cache: Cache | undefined
}

/** Computes one shard. Nothing but the store is written: `merge` makes the results. */
async function runShard(
  plan: Plan,
  shard: Shard,
  folder: string,
  { executor, interrupts, screens, quiet, cache }: ShardRun,
): Promise<ExitCode> {
  const { err } = screens
  const progress = quiet ? undefined : new Progress(err)
  try {
    const done = await executeShard(plan, shard, executor, interrupts, {
      ...(progress === undefined ? {} : { watcher: progress }),
      store: new Store(folder, undefined, true),
      ...cached(cache),
    })
    progress?.close()
    const same = printCache(cache, { quiet, set: [] }, screens)
    printFailures(plan, done, screens)
    const { finished, failed, asked, interrupted } = done
    err.write(
      `shard ${shard.index} of ${shard.count}: ${finished.length} of its ${asked.length} runs are stored in ${folder}${interrupted ? '; interrupted, the same call continues' : ''}${done.waits ? '; the next replications are chosen when all shards have these' : ''}\n`,
    )
    if (interrupted) return EXIT.interrupted
    return failed.length > 0 || done.late.length > 0 || !same ? EXIT.failed : EXIT.done
  } catch (error) {
    err.write(`orchsim run --shard: ${(error as Error).message}\n`)
    return EXIT.failed
  } finally {
    progress?.close()
    await executor.close()
  }
}
