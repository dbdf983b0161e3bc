/**
 * A trace is read once per process. A worker runs many replications of many variants over the same file, and parsing costs
 * as much as a small run. It is safe because what is kept is only read: columns and shapes, no cursor, no random state; each
 * source keeps its own place. A file that changes (size or time of change) is read again.
 */
import { statSync } from 'node:fs'
import { fileError, stampOf } from './bytes.ts'

export function readOnce<T>(read: (file: string) => T): (file: string) => T {
  const kept = new Map<string, { readonly stamp: string; readonly value: T }>()
  return (file) => {
    const stamp = stamped(file)
    const known = kept.get(file)
    if (known !== undefined && known.stamp === stamp) return known.value
    const value = read(file)
    kept.set(file, { stamp, value })
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
