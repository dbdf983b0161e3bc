/**
 * How things are timed. Small cases run under benny, which repeats them; what is taken is not its clock, but the CPU time of each
 * call (all threads: compiler and garbage collector included), because the machine may be shared. Whole runs are timed by hand.
 * This is the only file that knows benny.
 */
import benny from 'benny'

export interface BenchRow {
  readonly name: string
  readonly value: number
  /** 'ns/op', 'E' (time per event of a hand-inlined M/M/1), 'x' for a ratio, 'B/op', 'MB' ... */
  readonly unit: string
  /** The naive twin on the same row, in the same unit, and how many times the value it is. */
  readonly twin?: number
  readonly ratio?: number
  /** "at most 1.6 E", "at least 3.2x": shown beside the value, never a reason to fail. */
  readonly goal?: string
}

export interface BenchCase {
  readonly name: string
  /** Operations of one call: some thousands, so that a call takes milliseconds. */
  readonly operations: number
  /** Does them, and returns a number that depends on them all: work whose result nobody consumes is optimised away. */
  run(): number
}

export interface Effort {
  /** The cases take turns this often, so that a busy spell of the machine hits all of them. */
  readonly rounds: number
  /** Longest time for a case in a round [s], and fewest calls. */
  readonly seconds: number
  readonly samples: number
}

/** Receives what the cases return. */
let sink = 0

/** Median CPU time per operation [ns], by name of the case. */
export async function measure(cases: readonly BenchCase[], { rounds, seconds, samples }: Effort): Promise<ReadonlyMap<string, number>> {
  const calls = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (const one of cases) {
    // To the compiler's steady state, uncounted.
    const { seconds: once } = timed(() => (sink += one.run()))
    for (let left = Math.min(20, Math.ceil(0.2 / Math.max(once, 1e-6))); left > 0; left--) sink += one.run()
    if (Number.isNaN(sink)) throw new Error(`bench case ${one.name} returned no number`)
  }
  const options = { initCount: 1, minTime: 0.001, maxTime: seconds, minSamples: samples, delay: 0 }
  const turns = Array.from({ length: rounds }, () => cases).flat()
  await benny.suite(
    cases.map(({ name }) => name).join(' | '),
    ...turns.map((one) =>
      benny.add(
        one.name,
        () => {
          const call = timed(() => (sink += one.run()))
          calls.get(one.name)!.push((call.seconds * 1e9) / one.operations)
        },
        options,
      ),
    ),
  )
  return new Map([...calls].map(([name, times]) => [name, median(times)]))
}

export interface Timed<Result> {
  readonly result: Result
  /** CPU time of the process, all threads. */
  readonly seconds: number
}

export function timed<Result>(run: () => Result): Timed<Result> {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  return { result, seconds: (user + system) / 1e6 }
}

/** Bytes allocated per operation: growth of the heap over one call, the largest of nine (a collection in between makes a call too low). */
export function bytesPerOperation(one: BenchCase): number {
  const grown = Array.from({ length: 9 }, () => {
    const before = process.memoryUsage().heapUsed
    sink += one.run()
    return (process.memoryUsage().heapUsed - before) / one.operations
  })
  return Math.max(...grown)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}
