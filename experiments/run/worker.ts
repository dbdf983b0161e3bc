/** The code of a worker thread. A task contains everything that a run needs; only modules and traces stay in memory between tasks. */
import { type RunResult, simulate } from '../../sim/index.ts'
import { runTask, type Task } from './run.ts'

/** A result and its wall time, without the time that the task waited for a worker. */
export interface Timed {
  readonly result: RunResult
  /** Wall time [s]. */
  readonly seconds: number
}

/** Carries out one task. */
export default async function work(task: Task): Promise<Timed> {
  const begin = performance.now()
  const result = await runTask(task, simulate)
  return { result, seconds: (performance.now() - begin) / 1000 }
}
