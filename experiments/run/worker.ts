/** The code of a worker thread. A task contains everything that a run needs; only modules and traces stay in memory between tasks. */
import { parentPort } from 'node:worker_threads'
import { type RunResult, simulate } from '../../sim/index.ts'
import { firstLine } from '../file/load.ts'
import { runTask, type Task } from './run.ts'

/** A result and its wall time, without the time that the task waited for a worker. */
export interface Timed {
  readonly result: RunResult
  /** Wall time [s]. */
  readonly seconds: number
}

/** Errors of users' code outside of its calls: of a promise that nobody awaits, or of a file or socket that answers late. */
const late: unknown[] = []
let busy = false

// Without a handler the thread ends, and with it whichever run is in it. Rejections arrive here too.
if (parentPort !== null)
  process.on('uncaughtException', (error) => {
    if (busy) late.push(error)
    else parentPort!.postMessage({ late: firstLine(error) } satisfies Late)
  })

/** What a thread without a task says about an error of users' code. */
export interface Late {
  readonly late: string
}

/** Carries out one task. */
export default async function work(task: Task): Promise<Timed> {
  const begin = performance.now()
  late.length = 0
  busy = true
  try {
    const result = await runTask(task, simulate)
    await new Promise((resolve) => setImmediate(resolve)) // rejections of this run's promises are known after its microtasks
    if (late.length > 0) throw new Error(`an own file threw after its call had returned: ${firstLine(late[0])}`)
    return { result, seconds: (performance.now() - begin) / 1000 }
  } finally {
    busy = false
  }
}
