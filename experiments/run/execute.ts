/**
 * Runs a plan on worker threads. A run is a function of its task alone, and results are ordered by variant and replication, so that any
 * number of workers gives the same results in the same order.
 */
import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { RunResult } from '../../sim/index.ts'
import { firstLine } from '../file/load.ts'
import { callLimit } from '../own/limit.ts'
import type { FinishedRun, Plan, PlannedRun, Planner } from '../plan/plan.ts'
import { withQuantiles } from './quantiles.ts'
import type { Cache } from './cache.ts'
import type { Task } from './run.ts'
import type { Store } from './store.ts'
import { watched } from './watched.ts'
import type { Late, Timed } from './worker.ts'

/** Carries out tasks: worker threads, or a substitute in tests. */
export interface Executor {
  run(task: Task, signal: AbortSignal): Promise<Timed>
  /** Errors of users' code that arrived when no run was in its thread. */
  readonly late?: readonly string[]
  close(): Promise<void>
}

/** An executor of at most `jobs` worker threads. A call of a user's function may take `limit` seconds. */
export function threads(jobs: number, limit: number = callLimit()): Executor {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./boot.mjs', import.meta.url)),
    minThreads: 1,
    maxThreads: jobs,
    idleTimeout: 5_000,
    // A CPU-bound worker gains nothing from waiting on shared memory.
    atomics: 'disabled',
  })
  const late: string[] = []
  pool.on('message', (message: Late) => late.push(message.late))
  pool.on('error', (error: Error) => late.push(firstLine(error)))
  return {
    late,
    run: (task, signal) =>
      watched(task, limit, signal, (watchedTask, either) => pool.run(watchedTask, { signal: either }) as Promise<Timed>),
    close: () => pool.destroy(),
  }
}

/** A run that threw an error. */
export interface FailedRun {
  readonly run: PlannedRun
  /** One line. */
  readonly message: string
  /** Printed with ORCHSIM_DEBUG. */
  readonly stack: string
}

/** What became of the runs of a plan. All lists are ordered by variant, then by replication. */
export interface Execution {
  /** All runs that the planner requested. */
  readonly asked: readonly PlannedRun[]
  readonly finished: readonly FinishedRun[]
  readonly failed: readonly FailedRun[]
  readonly interrupted: boolean
  /** Count of runs whose results an earlier call had stored. */
  readonly resumed: number
  /** Errors of users' code after its run had ended; the results may depend on what it does between runs. */
  readonly late: readonly string[]
  /** Ids of the runs that were repeated because their stored results were damaged. */
  readonly damaged: readonly string[]
  /** Wall time of each finished run by id [s]; used in the manifest only. */
  readonly seconds: ReadonlyMap<string, number>
}

/** Is notified of the progress. */
export interface Watcher {
  /** `runs` is the count of runs requested so far. */
  planned(runs: number): void
  /** `result` is undefined when the run failed. */
  ended(run: PlannedRun, result: RunResult | undefined): void
  /** The stored or cached result of an earlier call is used. */
  resumed(run: PlannedRun): void
}

/** Where progress is reported and finished runs are kept. */
export interface ExecutionOptions {
  readonly watcher?: Watcher
  readonly store?: Store
  /** Results of other studies on this machine. */
  readonly cache?: Cache
}

/** Executes the waves of a planner until one is empty or the signal aborts. */
export async function execute(
  plan: Plan,
  planner: Planner,
  executor: Executor,
  signal: AbortSignal,
  { watcher, store, cache }: ExecutionOptions = {},
): Promise<Execution> {
  const finished: FinishedRun[] = []
  const failed: FailedRun[] = []
  const seconds = new Map<string, number>()
  const asked: PlannedRun[] = []
  let resumed = 0
  setMaxListeners(0, signal) // each pending run adds a listener
  while (!signal.aborted) {
    const wave = planner.next(finished)
    if (wave.length === 0) break
    asked.push(...wave)
    watcher?.planned(asked.length)
    const results = await Promise.all(
      wave.map(async (run) => {
        const { scenario } = plan.variants[run.variant]
        // With `check` every run is repeated: a stored result may come from a call without it.
        const stored = scenario.check ? undefined : store?.get(run.id)
        if (stored !== undefined) {
          resumed++
          seconds.set(run.id, store!.facts.get(run.id)!.seconds)
          watcher?.resumed(run)
          return { result: stored }
        }
        const task = { scenario, seed: run.seed, replication: run.replication }
        const outcome = await cachedOr(cache, run, scenario.check, () => attempt(executor, task, signal))
        if (outcome === undefined) return undefined
        if ('message' in outcome) watcher?.ended(run, undefined)
        else {
          seconds.set(run.id, outcome.seconds)
          store?.keep(run.id, outcome.result, outcome.seconds)
          if (outcome.cached) watcher?.resumed(run)
          else watcher?.ended(run, outcome.result)
        }
        return outcome
      }),
    )
    results.forEach((outcome, i) => {
      const run = wave[i]
      if (outcome === undefined) return
      if ('message' in outcome) failed.push({ run, ...outcome })
      else finished.push({ run, result: withQuantiles(outcome.result, plan.quantiles) })
    })
  }
  asked.sort(byVariant)
  finished.sort((a, b) => byVariant(a.run, b.run))
  failed.sort((a, b) => byVariant(a.run, b.run))
  return {
    asked,
    finished,
    failed,
    interrupted: signal.aborted,
    resumed,
    damaged: store?.damaged ?? [],
    late: executor.late ?? [],
    seconds,
  }
}

const byVariant = (a: PlannedRun, b: PlannedRun): number => a.variant - b.variant || a.replication - b.replication

type Attempt = Timed | { readonly message: string; readonly stack: string } | undefined

/** The cached result of a run; without one, or where it is verified, what the attempt gives, which is cached. */
async function cachedOr(
  cache: Cache | undefined,
  { id }: PlannedRun,
  check: boolean,
  compute: () => Promise<Attempt>,
): Promise<(Timed & { readonly cached: boolean }) | Exclude<Attempt, Timed>> {
  // With `check` every run takes place, as with results of the store.
  const found = check ? undefined : cache?.get(id)
  if (found !== undefined && !cache!.verifies(id)) return { result: found.result, seconds: found.facts.seconds, cached: true }
  const computed = await compute()
  if (computed === undefined || 'message' in computed) return computed
  if (found === undefined) cache?.keep(id, computed.result, computed.seconds)
  else cache!.compare(id, found.result, computed.result, computed.seconds)
  return { ...computed, cached: false }
}

/** The result of a task, its error, or undefined when it was interrupted. */
async function attempt(executor: Executor, task: Task, signal: AbortSignal): Promise<Attempt> {
  try {
    return await executor.run(task, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    return { message: firstLine(error), stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
