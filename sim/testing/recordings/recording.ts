/**
 * Recordings of real programs: decisions on given inputs, in files of one family each. A replay feeds the inputs to our implementation and
 * names the first difference. `npm run recordings -- FILE...` runs them on any file of a known schema; the tests run them on the copies in
 * `data`.
 */

/** One recorded case; the other properties are those of its family. */
export interface RecordedCase {
  readonly id: number | string
}

/** A file of recordings: of a schema and one family, or of a system, whose cases then name their families. */
export interface Recording<Case extends RecordedCase = RecordedCase> {
  readonly schema: string
  readonly family: string
  readonly system?: string
  readonly cases: readonly Case[]
}

/** Replays one case; returns the first difference in words, null when ours decides as recorded. */
export type Replay<Case extends RecordedCase = RecordedCase> = (recorded: Case, recording: Recording<Case>) => string | null

/** What a replay of a file found. */
export interface ReplayResult {
  readonly passed: number
  readonly failed: readonly { readonly id: number | string; readonly difference: string }[]
}

/** Replays all cases of a file. An error thrown by ours counts as a difference. */
export function replayAll<Case extends RecordedCase>(recording: Recording<Case>, replay: Replay<Case>): ReplayResult {
  const failed: { id: number | string; difference: string }[] = []
  for (const recorded of recording.cases) {
    let difference: string | null
    try {
      difference = replay(recorded, recording)
    } catch (error) {
      difference = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
    if (difference !== null) failed.push({ id: recorded.id, difference })
  }
  return { passed: recording.cases.length - failed.length, failed }
}

/** The first difference between two JSON values, with its path; null when they are equal. Absent, null, false, 0 and empty count as equal when `lax`. */
export function firstDifference(recorded: unknown, ours: unknown, path = '', lax = false): string | null {
  if (lax && isNothing(recorded) && isNothing(ours)) return null
  if (typeof recorded === 'object' && typeof ours === 'object' && recorded !== null && ours !== null) {
    const a = recorded as Record<string, unknown>
    const b = ours as Record<string, unknown>
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const difference = firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`, lax)
      if (difference !== null) return difference
    }
    return null
  }
  return Object.is(recorded, ours) ? null : `${path}: recorded ${JSON.stringify(recorded)}, ours ${JSON.stringify(ours)}`
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  (typeof value === 'object' && Object.keys(value as object).length === 0)
