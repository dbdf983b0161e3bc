/**
 * Loads a user's file in a thread of its own, for the main thread, which needs only data of it. So a file that never returns, ends the
 * process or throws later is a problem of this file, with a message, and not the end of the command.
 */
import { Worker } from 'node:worker_threads'
import { callLimit } from './limit.ts'

/** A default export as data. */
export type Description =
  | { readonly wrong: string }
  /** No object: what `typeof` says, or null. */
  | { readonly primitive: unknown }
  | { readonly functions: readonly string[]; readonly values: Readonly<Record<string, unknown>>; readonly order: readonly string[] }

/** The default export of a file with functions that must not be called, or what is wrong with it. */
export async function loadApart(file: string): Promise<{ readonly exported: unknown } | { readonly wrong: string }> {
  const limit = callLimit()
  const worker = new Worker(new URL('./describe-boot.mjs', import.meta.url), { workerData: file })
  try {
    const description = await new Promise<Description>((resolve) => {
      const wrong = (why: string): void => resolve({ wrong: why })
      const timer = setTimeout(() => wrong(`it does not return within ${limit} s`), limit * 1000)
      worker.once('message', (message: Description) => resolve(message))
      worker.once('error', (error) => wrong(error instanceof Error ? error.message : String(error)))
      worker.once('exit', (code) => wrong(`it ends its thread with code ${code}`))
      worker.once('exit', () => clearTimeout(timer))
    })
    return 'wrong' in description ? description : { exported: standIn(description) }
  } finally {
    await worker.terminate()
  }
}

/** An object with the same properties, whose functions only show that they are there. */
function standIn(description: Exclude<Description, { readonly wrong: string }>): unknown {
  if ('primitive' in description) return description.primitive
  const { functions, values, order } = description
  const shown: Record<string, unknown> = {}
  const set = (key: string, enumerable: boolean): void => {
    const value = functions.includes(key) ? notHere : values[key]
    Object.defineProperty(shown, key, { value, enumerable, configurable: true, writable: true })
  }
  for (const key of order) set(key, true)
  for (const key of [...functions, ...Object.keys(values)]) if (!Object.hasOwn(shown, key)) set(key, false)
  return shown
}

function notHere(): never {
  throw new Error('a function of a user runs in worker threads only')
}
