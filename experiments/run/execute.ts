/**
 * Runs a plan on worker threads. A run is a function of its task alone, and results are ordered by variant and replication, so that any
 * number of workers gives the same results in the same order.
 */
import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { RunResult } from '../../sim/index.ts'
import { firstLine } from '../file/load.ts'
import type { FinishedRun, Plan, PlannedRun, Planner } from '../plan/plan.ts'
import type { Task } from './run.ts'
import type { Store } from './store.ts'
import type { Timed } from './worker.ts'

/** Carries out tasks: worker threads, or a substitute in tests. */
export interface Executor {
  run(task: Task, signal: AbortSignal): Promise<Timed>
  close(): Promise<void>
}

/** An executor of at most `jobs` worker threads. */
export function threads(jobs: number): Executor {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./boot.mjs', import.meta.url)),
    minThreads: 1,
    maxThreads: jobs,
    idleTimeout: 5_000,
    // A CPU-bound worker gains nothing from waiting on shared memory.
    atomics: 'disabled',
  })
  return {
    run: (task, signal) => pool.run(task, { signal }) as Promise<Timed>,
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
  /** Wall time of each finished run by id [s]; used in the manifest only. */
  readonly seconds: ReadonlyMap<string, number>
}

/** Is notified of the progress. */
export interface Watcher {
  /** `runs` is the count of runs requested so far. */
  planned(runs: number): void
  /** `result` is undefined when the run failed. */
  ended(run: PlannedRun, result: RunResult | undefined): void
  /** The stored result of an earlier call is used. */
  resumed(run: PlannedRun): void
}

/** Where progress is reported and finished runs are kept. */
export interface ExecutionOptions {
  readonly watcher?: Watcher
  readonly store?: Store
}

/** Executes the waves of a planner until one is empty or the signal aborts. */
export async function execute(
  plan: Plan,
  planner: Planner,
  executor: Executor,
  signal: AbortSignal,
  { watcher, store }: ExecutionOptions = {},
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
          watcher?.resumed(run)
          return { result: stored }
        }
        const outcome = await attempt(executor, { scenario, seed: run.seed, replication: run.replication }, signal)
        if (outcome === undefined) return undefined
        if ('message' in outcome) watcher?.ended(run, undefined)
        else {
          seconds.set(run.id, outcome.seconds)
          store?.keep(run.id, outcome.result)
          watcher?.ended(run, outcome.result)
        }
        return outcome
      }),
    )
    results.forEach((outcome, i) => {
      const run = wave[i]
      if (outcome === undefined) return
      if ('message' in outcome) failed.push({ run, ...outcome })
      else finished.push({ run, result: outcome.result })
    })
  }
  asked.sort(byVariant)
  finished.sort((a, b) => byVariant(a.run, b.run))
  failed.sort((a, b) => byVariant(a.run, b.run))
  return { asked, finished, failed, interrupted: signal.aborted, resumed, seconds }
}

const byVariant = (a: PlannedRun, b: PlannedRun): number => a.variant - b.variant || a.replication - b.replication

/** The result of a task, its error, or undefined when it was interrupted. */
async function attempt(
  executor: Executor,
  task: Task,
  signal: AbortSignal,
): Promise<Timed | { readonly message: string; readonly stack: string } | undefined> {
  try {
    return await executor.run(task, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    return { message: firstLine(error), stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
