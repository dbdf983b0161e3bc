/** What the main thread needs of a user's default export, as plain data: which functions it has, and the values of its other properties. */
import { basename } from 'node:path'
import { firstLine, importDefault, localFiles } from '../file/load.ts'
import { placeIn, thread, type OwnCode } from './code.ts'
import { interceptGlobals } from './intercept.ts'
import type { Description } from './load.ts'

/** Loads a file in this thread, under guard. */
export async function describeFile(file: string): Promise<Description> {
  interceptGlobals()
  const code: OwnCode = { name: basename(file), files: localFiles(file) }
  thread.loading.add(code)
  try {
    const exported = await importDefault(file)
    if (thread.faults.length > 0) throw thread.faults[0]
    return describe(exported)
  } catch (error) {
    const line = firstLine(error)
    const place = error instanceof Error ? placeIn(error.stack ?? '', code) : ''
    return { wrong: place === '' || line.includes(place) ? line : `${line} (${place})` }
  } finally {
    thread.loading.delete(code)
  }
}

function describe(exported: unknown): Description {
  if (typeof exported === 'function') return { functions: [], values: {}, order: [] }
  if (typeof exported !== 'object' || exported === null) return { primitive: typeof exported === 'symbol' ? undefined : exported }
  const functions: string[] = []
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (let level: object = exported; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const key of Object.getOwnPropertyNames(level)) {
      if (key === 'constructor' || functions.includes(key) || key in values) continue
      const value = (exported as Record<string, unknown>)[key]
      if (typeof value === 'function') functions.push(key)
      else values[key] = copied(value)
    }
  }
  return { functions, values, order: Object.keys(exported) }
}

/** A copy that another thread can get. */
function copied(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return 'a value with functions, which is no data'
  }
}
