/** What requests cost, as a fixed sample of their distribution: means, variation, and a few requests that stand for all. */
import type { Cost } from '../spec.ts'

/** Requests that the means are taken from. */
const DRAWS = 8192
/** Those that stand for all lie in the middle of shares of the requests, which are narrower towards the slowest. */
const SHARES: readonly (readonly [upTo: number, parts: number])[] = [
  [0.9, 36],
  [0.98, 8],
  [0.995, 6],
  [0.999, 6],
  [1, 4],
]
/** An additive recurrence fills the square evenly: fractions of multiples of the golden ratio. */
const GOLDEN = 0.618_033_988_749_894_9

/** The cost of requests: waits without CPU [µs] and CPU work [core-µs]. */
export interface CostSample {
  readonly meanWait: number
  readonly meanWork: number
  /** Squared coefficient of variation of the time of a service, and of the work alone. */
  readonly variationOfTime: number
  readonly variationOfWork: number
  /** Requests in order of their whole time, and the share of all for which each stands. */
  readonly shares: Float64Array
  readonly waits: Float64Array
  readonly works: Float64Array
}

/** The sample of a cost; the same for every run. */
export function sampleOf(cost: Cost): CostSample {
  const drawn = { wait: 0, work: 0 }
  const all = Array.from({ length: DRAWS }, (_, i) => {
    cost.at(drawn, (i * GOLDEN) % 1, (i + 0.5) / DRAWS)
    return { wait: drawn.wait, work: drawn.work }
  })
  const times = all.map(({ wait, work }) => wait + work)
  const works = all.map(({ work }) => work)
  const sorted = all.sort((a, b) => a.wait + a.work - (b.wait + b.work))
  const cells = cellsOf(SHARES)
  const kept = cells.map(({ middle }) => sorted[Math.floor(middle * DRAWS)])
  return {
    meanWait: mean(all.map(({ wait }) => wait)),
    meanWork: mean(works),
    variationOfTime: variation(times),
    variationOfWork: variation(works),
    shares: Float64Array.from(cells, ({ share }) => share),
    waits: Float64Array.from(kept, ({ wait }) => wait),
    works: Float64Array.from(kept, ({ work }) => work),
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function variation(values: readonly number[]): number {
  const middle = mean(values)
  return middle === 0 ? 0 : values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0) / values.length / (middle * middle)
}

/** Cells of shares: their middles and widths. */
export function cellsOf(
  shares: readonly (readonly [upTo: number, parts: number])[],
): { readonly middle: number; readonly share: number }[] {
  let from = 0
  return shares.flatMap(([upTo, parts]) => {
    const share = (upTo - from) / parts
    const cells = Array.from({ length: parts }, (_, i) => ({ middle: from + (i + 0.5) * share, share }))
    from = upTo
    return cells
  })
}
