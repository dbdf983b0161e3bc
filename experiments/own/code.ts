/**
 * The own code of users in this thread: which algorithm is being called, which files are being loaded, and what they did that an algorithm
 * must not do. A thread runs one simulation at a time.
 */
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A user's algorithm and the files that its code is in. */
export interface OwnCode {
  readonly name: string
  /** Absolute paths: the file that the experiment names, then the local files that it imports. */
  readonly files: readonly string[]
}

/** Something that an algorithm did and must not do. */
export class OwnCodeError extends Error {}

/** Places of the shared memory through which the main thread sees that a call does not return. */
export const BEAT = 0 // counts calls and returns
export const DEPTH = 1 // calls that have not returned

/** The state of this thread. */
export const thread = {
  /** The algorithm that is being called. */
  current: null as OwnCode | null,
  /** The files that are being loaded. */
  loading: new Set<OwnCode>(),
  /** Faults since the last `reset`: an algorithm may catch the error that it is stopped with. */
  faults: [] as OwnCodeError[],
  pulse: new Int32Array(2) as Int32Array,
  /** Reads of views that are still checked in this run; see read-only.ts. */
  checkedReads: 0,
}

/** Begins a run: `pulse` is shared with the thread that watches it. */
export function beginRun(checkedReads: number, pulse: Int32Array = new Int32Array(2)): void {
  thread.current = null
  thread.faults = []
  thread.pulse = pulse
  thread.checkedReads = checkedReads
}

/** Calls a function as code of the user: intercepted globals know the algorithm, and its errors get name and place. */
export function call<Result>(code: OwnCode, body: () => Result): Result {
  const before = thread.current
  enter(code)
  try {
    return body()
  } catch (error) {
    throw located(error, code)
  } finally {
    leave(before)
  }
}

/** The start of a call; `leave` ends it, also when it throws. */
export function enter(code: OwnCode): void {
  thread.current = code
  thread.pulse[BEAT]++
  thread.pulse[DEPTH]++
}

/** The end of a call, with the algorithm that was being called before. */
export function leave(before: OwnCode | null): void {
  thread.current = before
  thread.pulse[BEAT]++
  thread.pulse[DEPTH]--
}

/** The user's code that is running, if any: the algorithm being called, or while files are loaded the one on the stack. */
export function running(): OwnCode | null {
  if (thread.current !== null || thread.loading.size === 0) return thread.current
  const stack = new Error().stack ?? ''
  return [...thread.loading].find((code) => placeIn(stack, code) !== '') ?? null
}

/** Stops the user's code: remembers the fault and throws it. */
export function refuse(code: OwnCode, what: string, accepted: string): never {
  const place = placeIn(new Error().stack ?? '', code)
  const fault = new OwnCodeError(`${code.name} ${what}${place === '' ? '' : ` (${place})`}; accepted: ${accepted}`)
  thread.faults.push(fault)
  throw fault
}

/** The error with the name of the algorithm and the place in the user's source, unless it has them. */
export function located(error: unknown, code: OwnCode): unknown {
  if (error instanceof OwnCodeError) return error
  const place = error instanceof Error ? placeIn(error.stack ?? '', code) : ''
  const text = error instanceof Error ? error.message || error.name : `threw ${String(error)}, which is not an Error`
  const named = text.startsWith(`${code.name}: `) ? text : `${code.name}: ${text}`
  // An error of orchsim's checks, such as a score that is no number, has no line of the user.
  if (place === '' && error instanceof Error) return error
  const first = named.split('\n')[0]
  const shown = new OwnCodeError(place === '' ? first : `${first} (${place})`, { cause: error })
  if (error instanceof Error && error.stack !== undefined) shown.stack = error.stack
  return shown
}

/** "own.ts:3:14": the innermost line of the stack that is in the user's files, relative to the algorithm's folder; '' when there is none. */
export function placeIn(stack: string, code: OwnCode): string {
  const folder = dirname(code.files[0])
  for (const line of stack.split('\n')) {
    const frame = /(file:\/\/[^\s()]+|\/[^()]*|[A-Za-z]:\\[^()]*?)(?:\?[^:()]*)?:(\d+):(\d+)\)?$/.exec(line.trim())
    if (frame === null) continue
    const path = pathOf(frame[1])
    if (code.files.includes(path)) return `${relative(folder, path).replaceAll('\\', '/')}:${frame[2]}:${frame[3]}`
  }
  return ''
}

function pathOf(place: string): string {
  const plain = place.replace(/\?.*$/, '')
  return plain.startsWith('file:') ? fileURLToPath(plain) : plain
}
