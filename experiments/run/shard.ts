/**
 * Parts of a plan that are computed apart, on one machine or many, and put together again. Run k of a wave belongs to shard k mod N + 1, so
 * that each shard has a share of every variant. The store of finished runs is all that shards have in common.
 */
import type { FinishedRun, Plan, PlannedRun } from '../plan/plan.ts'
import { plannerOf } from '../plan/waves.ts'
import { execute, type Execution, type ExecutionOptions, type Executor, type FailedRun } from './execute.ts'
import { withQuantiles } from './quantiles.ts'
import type { Store } from './store.ts'
import type { RunFacts } from './stored-result.ts'

/** Shard `index` of `count`, from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** What became of a shard's runs. */
export interface ShardExecution extends Execution {
  /** Further runs are planned from the results of all shards, which are not all there. */
  readonly waits: boolean
}

/** Carries out the shard's part of each wave; a later wave is planned once the store holds all results of the one before. */
export async function executeShard(
  plan: Plan,
  { index, count }: Shard,
  executor: Executor,
  signal: AbortSignal,
  options: ExecutionOptions & { readonly store: Store },
): Promise<ShardExecution> {
  const { store } = options
  const planner = plannerOf(plan)
  const known: FinishedRun[] = []
  let total: Execution | undefined
  for (;;) {
    const wave = planner.next(known)
    if (wave.length === 0) return { ...total!, waits: false }
    const part = wave.filter((_, k) => k % count === index - 1)
    const done = await execute(plan, once(part), executor, signal, options)
    for (const { run, ...failure } of done.failed) store.keepFailure(run.id, failure)
    total = total === undefined ? done : added(total, done)
    const results = resultsOf(plan, wave, [store])
    if (done.interrupted || plan.until === null || results.missing.length + results.failed.length > 0)
      return { ...total, waits: plan.until !== null && !done.interrupted }
    known.push(...results.finished)
  }
}

function once(runs: readonly PlannedRun[]) {
  let asked = false
  return {
    next(): readonly PlannedRun[] {
      if (asked) return []
      asked = true
      return runs
    },
  }
}

const added = (a: Execution, b: Execution): Execution => ({
  ...b,
  asked: [...a.asked, ...b.asked],
  finished: [...a.finished, ...b.finished],
  failed: [...a.failed, ...b.failed],
  resumed: a.resumed + b.resumed,
})

/** What stores hold of a list of runs. */
export interface StoredResults {
  readonly finished: readonly FinishedRun[]
  readonly failed: readonly FailedRun[]
  /** Runs that never took place. */
  readonly missing: readonly PlannedRun[]
  readonly facts: ReadonlyMap<string, RunFacts>
}

function resultsOf(plan: Plan, runs: readonly PlannedRun[], stores: readonly Store[]): StoredResults {
  const finished: FinishedRun[] = []
  const failed: FailedRun[] = []
  const missing: PlannedRun[] = []
  const facts = new Map<string, RunFacts>()
  for (const run of runs) {
    const store = stores.find((one) => {
      const result = one.get(run.id)
      if (result !== undefined) finished.push({ run, result: withQuantiles(result, plan.quantiles) })
      return result !== undefined
    })
    const failure = store === undefined ? stores.map((one) => one.failure(run.id)).find((one) => one !== undefined) : undefined
    if (store !== undefined) facts.set(run.id, store.facts.get(run.id)!)
    else if (failure !== undefined) failed.push({ run, ...failure })
    else missing.push(run)
  }
  return { finished, failed, missing, facts }
}

/** What stores hold of all waves of a plan, up to the first one that is incomplete. */
export function gathered(plan: Plan, stores: readonly Store[]): StoredResults & { readonly asked: readonly PlannedRun[] } {
  const planner = plannerOf(plan)
  const asked: PlannedRun[] = []
  let all: StoredResults = { finished: [], failed: [], missing: [], facts: new Map() }
  for (;;) {
    const wave = planner.next(all.finished)
    if (wave.length === 0) return { asked, ...all }
    asked.push(...wave)
    const part = resultsOf(plan, wave, stores)
    all = {
      finished: [...all.finished, ...part.finished],
      failed: [...all.failed, ...part.failed],
      missing: [...all.missing, ...part.missing],
      facts: new Map([...all.facts, ...part.facts]),
    }
    if (part.missing.length > 0) return { asked, ...all }
  }
}

/** The execution that the gathered results are, in the order of one machine. */
export function executionOf({ asked, finished, failed, facts }: ReturnType<typeof gathered>, stores: readonly Store[]): Execution {
  const byVariant = (a: PlannedRun, b: PlannedRun): number => a.variant - b.variant || a.replication - b.replication
  return {
    asked: asked.toSorted(byVariant),
    finished: finished.toSorted((a, b) => byVariant(a.run, b.run)),
    failed: failed.toSorted((a, b) => byVariant(a.run, b.run)),
    interrupted: false,
    resumed: finished.length,
    late: [],
    damaged: stores.flatMap((store) => store.damaged),
    seconds: new Map([...facts].map(([id, { seconds }]) => [id, seconds])),
  }
}
