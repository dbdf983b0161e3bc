/**
 * Run times of functions of the Azure Functions Trace 2019 (durations.csv), as one distribution for a service that receives the invocations of all of them.
 * A row has the average, the count and percentiles of one function [ms]; a request is of a function with a probability in proportion to its count.
 * Source: Shahrad et al. 2020, Serverless in the Wild, USENIX ATC; Azure Public Dataset, Azure Functions Trace 2019.
 */
import type { DistributionSpec } from '../../sim/random/index.ts'
import { hasColumns } from './format.ts'
import { Lines } from './lines.ts'
import { Table } from './table.ts'

/** Percentiles that the data set has. */
const PERCENT = [0, 1, 25, 50, 75, 99, 100] as const
const FIRST = 2
const COLUMNS = ['HashFunction', 'Count', ...PERCENT.map((percent) => `percentile_Average_${percent}`)]
/** More invocations than a day of the data set has in all. */
const MAX_COUNT = 1e12
/** Values whose logarithms differ by less share a bucket, which keeps their mean: 60,000 functions become at most about 2,000 values. */
const WIDTH = 0.01

/** Whether a header is that of the file. */
export const isFunctionDurations = (header: string): boolean => hasColumns(header, COLUMNS)

interface Bucket {
  weight: number
  sum: number
}

/**
 * The run time of an invocation of any function [µs]. Between two percentiles of a function run times are uniform, taken as one value at the middle of each
 * percent. Throws a TraceError.
 */
export function functionDurations(file: string): Extract<DistributionSpec, { kind: 'empirical' }> {
  const table = new Table(new Lines(file), COLUMNS)
  const { row } = table
  const buckets = new Map<number, Bucket>()
  const at = new Float64Array(PERCENT.length)
  while (table.next()) {
    row.name(0)
    const count = row.amount(1, MAX_COUNT)
    for (let i = 0; i < at.length; i++) {
      at[i] = row.milliseconds(FIRST + i)
      if (i > 0 && at[i] < at[i - 1]) row.refuse(FIRST + i, `at least the percentile before, ${at[i - 1] / 1000} ms`)
    }
    if (count > 0) addFunction(buckets, at, count)
  }
  if (buckets.size === 0) row.refuse(1, 'a function with at least one invocation')
  const rows = [...buckets.keys()].sort((a, b) => a - b).map((key) => buckets.get(key)!)
  return { kind: 'empirical', values: rows.map(({ weight, sum }) => sum / weight), weights: rows.map(({ weight }) => weight) }
}

function addFunction(buckets: Map<number, Bucket>, at: Float64Array, count: number): void {
  let segment = 0
  for (let percent = 0; percent < 100; percent++) {
    while (percent >= PERCENT[segment + 1]) segment++
    const [from, to] = [PERCENT[segment], PERCENT[segment + 1]]
    const value = at[segment] + ((at[segment + 1] - at[segment]) * (percent + 0.5 - from)) / (to - from)
    const key = value < 1 ? -1 : Math.floor(Math.log(value) / WIDTH)
    const bucket = buckets.get(key) ?? { weight: 0, sum: 0 }
    bucket.weight += count
    bucket.sum += count * value
    buckets.set(key, bucket)
  }
}
