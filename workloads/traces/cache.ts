/**
 * A cache of parsed traces: each file is read once per process, since a worker runs many replications of many variants over the same file,
 * and parsing costs as much as a small run. This is safe because cached values are only read: columns and shapes, no cursors and no random
 * state. A file that changes (size or time of change) is read again.
 */
import { statSync } from 'node:fs'
import { fileError, stampOf } from './bytes.ts'

/** Caches `read` by file. */
export function readOnce<T>(read: (file: string) => T): (file: string) => T {
  const cached = new Map<string, { readonly stamp: string; readonly value: T }>()
  return (file) => {
    const stamp = stamped(file)
    const known = cached.get(file)
    if (known !== undefined && known.stamp === stamp) return known.value
    const value = read(file)
    cached.set(file, { stamp, value })
    return value
  }
}

function stamped(file: string): string {
  try {
    return stampOf(statSync(file))
  } catch (error) {
    throw fileError(file, error)
  }
}
