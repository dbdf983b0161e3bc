/**
 * Views that refuse to be written. What an algorithm gets is the simulation's own columns; a written one would change the cluster behind
 * its back, and typed arrays cannot be frozen. So the first calls of a variant get proxies, which cost up to 1 µs a read:
 *
 *   first replication of a variant   1 million reads
 *   others                           none; the laws are checked at the end of each run
 *   with --check                     all
 *
 * An algorithm that writes does so from its first calls on, or whenever some case arises, which the first replication usually sees; a write
 * that comes later is found by the laws when it breaks one. Reads are counted and not timed, so that every machine checks the same calls.
 */
import { Decisions } from '../../sim/index.ts'
import { refuse, thread, type OwnCode } from './code.ts'

/** Reads that are checked in a run. */
export function checkedReadsOf(replication: number, check: boolean): number {
  return check ? Infinity : replication === 0 ? 1_000_000 : 0
}

const ACCEPTED = 'reading it; views are read-only, and decisions are returned or written to `out`'

/** Methods of typed arrays and arrays that change them, or give access to their memory. */
const WRITERS = new Set(['set', 'fill', 'sort', 'reverse', 'copyWithin', 'push', 'pop', 'shift', 'unshift', 'splice', 'buffer', 'subarray'])

/** The read-only forms of one algorithm's arguments, made once per object. */
export class ReadOnly {
  private readonly code: OwnCode
  private readonly made = new WeakMap<object, object>()

  constructor(code: OwnCode) {
    this.code = code
  }

  /** The value itself, or a proxy of it that refuses writes; `path` names it in messages. */
  of(value: unknown, path: string): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Decisions || Object.isFrozen(value)) return value
    let proxy = this.made.get(value)
    if (proxy === undefined) this.made.set(value, (proxy = this.proxyOf(value, path)))
    return proxy
  }

  private proxyOf(value: object, path: string): object {
    const methods = new Map<PropertyKey, unknown>()
    const write = (key: PropertyKey): never => refuse(this.code, `writes to ${nameOf(path, key)}`, ACCEPTED)
    const isList = ArrayBuffer.isView(value) || Array.isArray(value)
    return new Proxy(value, {
      get: (target, key) => {
        thread.checkedReads--
        if (isList && WRITERS.has(key as string)) return write(key)
        const found: unknown = Reflect.get(target, key, target)
        if (typeof found === 'function') {
          if (!methods.has(key)) methods.set(key, found.bind(target))
          return methods.get(key)
        }
        // The log is the same object in checked and unchecked calls: readers compare it to notice another cluster.
        return typeof found === 'object' && key !== 'log' ? this.of(found, nameOf(path, key)) : found
      },
      set: (_, key) => write(key),
      defineProperty: (_, key) => write(key),
      deleteProperty: (_, key) => write(key),
      setPrototypeOf: () => write('__proto__'),
    })
  }
}

function nameOf(path: string, key: PropertyKey): string {
  const text = String(key)
  if (/^\d+$/.test(text)) return `${path || 'an argument'}[${text}]`
  return path === '' ? text : `${path}.${text}`
}
