/**
 * A task whose calls of users' functions are watched: each call and each return is counted in shared memory, and a count that stands still
 * inside a call for the limit ends the run with its thread. The other runs go on.
 */
import { BEAT, DEPTH } from '../own/code.ts'
import { ownNames } from '../own/names.ts'
import type { Task } from './run.ts'

/** Looks per limit: a call is ended after the limit and at most a tenth of it. */
const LOOKS = 10

/** Runs a task; rejects when a call of a user's function takes longer than `limit` seconds. */
export async function watched<Result>(
  task: Task,
  limit: number,
  signal: AbortSignal,
  run: (task: Task, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const names = ownNames(task.scenario)
  if (names.length === 0) return run(task, signal)
  const pulse = new Int32Array(new SharedArrayBuffer(8))
  const stuck = new AbortController()
  let seen = -1
  let still = 0
  // Looks are counted instead of reading the clock, so that a suspended machine ends no run.
  const look = setInterval(
    () => {
      const beat = Atomics.load(pulse, BEAT)
      still = beat === seen && Atomics.load(pulse, DEPTH) > 0 ? still + 1 : 0
      seen = beat
      if (still >= LOOKS) stuck.abort()
    },
    (limit * 1000) / LOOKS,
  )
  try {
    return await run({ ...task, pulse }, AbortSignal.any([signal, stuck.signal]))
  } catch (error) {
    if (!stuck.signal.aborted || signal.aborted) throw error
    throw new Error(`${names.join(' or ')}: a call did not return within ${limit} s; accepted: a shorter call, or a longer --call-limit`, {
      cause: error,
    })
  } finally {
    clearInterval(look)
  }
}
