/** What runs in a worker thread. Everything a run needs is in its task; nothing is kept between tasks but modules and read traces. */
import { simulate } from '../../sim/simulation.ts'
import type { RunResult } from '../../sim/outcome/results.ts'
import { runTask, type Task } from './run.ts'

/** A result and the wall time it took [s]: measured here, since a task may wait long for its worker. */
export interface Timed {
  readonly result: RunResult
  readonly seconds: number
}

export default async function work(task: Task): Promise<Timed> {
  const begin = performance.now()
  const result = await runTask(task, simulate)
  return { result, seconds: (performance.now() - begin) / 1000 }
}
