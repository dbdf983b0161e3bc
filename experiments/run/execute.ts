/**
 * Runs a plan on worker threads. A run is a function of its task alone and results are kept by their place in the plan, so that any
 * number of workers gives the same results in the same order.
 */
import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { RunResult } from '../../sim/outcome/results.ts'
import { firstLine } from '../file/load.ts'
import type { FinishedRun, Plan, PlannedRun, Planner } from '../plan/plan.ts'
import type { Task } from './run.ts'
import type { Store } from './store.ts'
import type { Timed } from './worker.ts'

/** Runs one task somewhere. */
export interface Executor {
  run(task: Task, signal: AbortSignal): Promise<Timed>
  close(): Promise<void>
}

export function threads(jobs: number): Executor {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./boot.mjs', import.meta.url)),
    minThreads: 1,
    maxThreads: jobs,
    idleTimeout: 5_000,
    // A CPU-bound worker has nothing to gain from a wait on shared memory.
    atomics: 'disabled',
  })
  return {
    run: (task, signal) => pool.run(task, { signal }) as Promise<Timed>,
    close: () => pool.destroy(),
  }
}

export interface FailedRun {
  readonly run: PlannedRun
  /** One line; the stack is kept for ORCHSIM_DEBUG. */
  readonly message: string
  readonly stack: string
}

export interface Execution {
  /** All runs that the planner asked for, by variant and replication. */
  readonly asked: readonly PlannedRun[]
  /** In the same order. */
  readonly finished: readonly FinishedRun[]
  readonly failed: readonly FailedRun[]
  readonly interrupted: boolean
  /** Runs that an earlier call had finished. */
  readonly resumed: number
  /** Wall time of each finished run [s], by id: for the manifest only. */
  readonly seconds: ReadonlyMap<string, number>
}

export interface Watcher {
  /** So many runs are known to be wanted. */
  planned(runs: number): void
  ended(run: PlannedRun, result: RunResult | undefined): void
  /** The result of an earlier, interrupted call is taken. */
  resumed(run: PlannedRun): void
}

export async function execute(
  plan: Plan,
  planner: Planner,
  executor: Executor,
  signal: AbortSignal,
  watcher?: Watcher,
  store?: Store,
): Promise<Execution> {
  const finished: FinishedRun[] = []
  const failed: FailedRun[] = []
  const seconds = new Map<string, number>()
  const asked: PlannedRun[] = []
  let resumed = 0
  setMaxListeners(0, signal) // one listener a waiting run is meant
  while (!signal.aborted) {
    const wave = planner.next(finished)
    if (wave.length === 0) break
    asked.push(...wave)
    watcher?.planned(asked.length)
    const results = await Promise.all(
      wave.map(async (run) => {
        // A check is meant to be made: a result of before went unchecked, perhaps.
        const kept = plan.variants[run.variant].scenario.check ? undefined : store?.get(run.id)
        if (kept === undefined) return tried(plan, run, executor, signal, seconds, watcher, store)
        resumed++
        watcher?.resumed(run)
        return { result: kept }
      }),
    )
    results.forEach((outcome, i) => {
      const run = wave[i]
      if (outcome === undefined) return
      if ('message' in outcome) failed.push({ run, ...outcome })
      else finished.push({ run, result: outcome.result })
    })
  }
  // Waves come one after the other; tables read variant by variant.
  asked.sort(inOrder)
  finished.sort((a, b) => inOrder(a.run, b.run))
  failed.sort((a, b) => inOrder(a.run, b.run))
  return { asked, finished, failed, interrupted: signal.aborted, resumed, seconds }
}

const inOrder = (a: PlannedRun, b: PlannedRun): number => a.variant - b.variant || a.replication - b.replication

type Outcome = { readonly result: RunResult } | { readonly message: string; readonly stack: string } | undefined

/** Undefined: the run was interrupted. */
async function tried(
  plan: Plan,
  run: PlannedRun,
  executor: Executor,
  signal: AbortSignal,
  seconds: Map<string, number>,
  watcher: Watcher | undefined,
  store: Store | undefined,
): Promise<Outcome> {
  const { scenario } = plan.variants[run.variant]
  try {
    const { result, seconds: took } = await executor.run({ scenario, seed: run.seed, replication: run.replication }, signal)
    seconds.set(run.id, took)
    store?.keep(run.id, result)
    watcher?.ended(run, result)
    return { result }
  } catch (error) {
    if (signal.aborted) return undefined
    watcher?.ended(run, undefined)
    return { message: firstLine(error), stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
