/** Series of samples: the length of a sample is the time until the next one, and longer gaps are reported. */
import { TraceError } from './error.ts'
import type { UsageRow, UsageRows } from './trace.ts'

/** One series in memory; times [µs] from the start of the trace, strictly rising. */
export interface Samples {
  readonly name: string
  readonly line: number[]
  readonly time: number[]
  readonly value: number[]
}

/** From this multiple of the usual gap on, samples are missing; below, a sample was taken late and the one before holds until then. */
const LONGER = 1.5

/** The most frequent gap of all series, which is the length of a sample. @throws TraceError when no series has two samples */
function usualGap(file: string, all: readonly Samples[]): number {
  const counts = new Map<number, number>()
  for (const { time } of all)
    for (let i = 1; i < time.length; i++) {
      const gap = time[i] - time[i - 1]
      counts.set(gap, (counts.get(gap) ?? 0) + 1)
    }
  if (counts.size === 0) throw new TraceError({ file }, 'a single time', 'at least two, which define the length of a sample')
  return [...counts].reduce((best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best))[0]
}

/**
 * A cursor over series in memory, one after another. A sample holds until the next one, or for the usual gap where samples are missing. `more` are
 * further notes.
 */
export function sampledRows(file: string, unit: string, all: readonly Samples[], more: readonly string[] = []): UsageRows {
  const usual = usualGap(file, all)
  const notes = [...more]
  let gaps = 0
  let missing = 0
  for (const { time } of all)
    for (let i = 1; i < time.length; i++) {
      if (time[i] - time[i - 1] < LONGER * usual) continue
      gaps++
      missing += time[i] - time[i - 1] - usual
    }
  if (gaps > 0)
    notes.push(
      `${gaps === 1 ? '1 gap' : `${gaps} gaps`} of ${Math.round(missing / 1e6)} s in all, where nothing was measured; they count as 0`,
    )
  const into: UsageRow = { line: 0, arrival: 0, length: usual, series: 0, value: 0 }
  let at = 0
  return {
    file,
    unit,
    series: all.map(({ name }) => name),
    next() {
      while (into.series < all.length && at === all[into.series].time.length) {
        into.series++
        at = 0
      }
      if (into.series === all.length) return undefined
      const { line, time, value } = all[into.series]
      into.line = line[at]
      into.arrival = time[at]
      const until = at + 1 < time.length ? time[at + 1] - time[at] : usual
      into.length = until < LONGER * usual ? until : usual
      into.value = value[at]
      at++
      return into
    },
    notes: () => notes,
  }
}
