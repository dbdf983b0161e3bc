/**
 * Timing. Benny repeats small cases; the measure is not its clock but the CPU time of each call (all threads, including compiler and garbage
 * collector), because the machine may be shared. Whole runs are timed with `timed`. Only this file uses benny.
 */
import benny from 'benny'

/** One result. */
export interface BenchRow {
  readonly name: string
  readonly value: number
  /** What can be measured, in the same unit: of a smaller value it is only known that it is below this, so it has no ratio and no change. */
  readonly resolution?: number
  /** 'ns/op', 'E' (time per event of a hand-inlined M/M/1), 'x' for a ratio, 'B/op', 'MB' ... */
  readonly unit: string
  /** The reference implementation (twin), in the same unit, and twin / value. */
  readonly twin?: number
  readonly ratio?: number
  /** "at most 1.6 E", "at least 3.2x": displayed beside the value; missing it is not a failure. */
  readonly goal?: string
}

/** A small case. */
export interface BenchCase {
  readonly name: string
  /** Operations per call: some thousands, so that a call takes milliseconds. */
  readonly operations: number
  /** Performs them and returns a number that depends on all of them, so that the compiler cannot remove the work. */
  run(): number
}

/** How often to repeat. */
export interface Effort {
  /** The cases take turns this often, so that a busy period of the machine affects all of them. */
  readonly rounds: number
  /** Maximum time per case and round [s], and minimum of calls. */
  readonly seconds: number
  readonly samples: number
}

/** Consumes the results of the cases. */
let sink = 0

/** Median CPU time per operation [ns], by name of the case. */
export async function measure(cases: readonly BenchCase[], { rounds, seconds, samples }: Effort): Promise<ReadonlyMap<string, number>> {
  const calls = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (const one of cases) {
    // Uncounted calls until the compiler is in its steady state.
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

/** A result and its cost. */
export interface Timed<Result> {
  readonly result: Result
  /** CPU time of the process, all threads [s]. */
  readonly seconds: number
}

/** Runs a function and measures its CPU time. */
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

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}
