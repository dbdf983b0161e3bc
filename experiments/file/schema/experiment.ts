/** Keys that belong to the experiment as a whole: its question, replications, primary metric, margins and assertions. */
import { z } from 'zod'
import { METRICS, metricById, suggestion } from '../../../sim/index.ts'
import { show } from '../document.ts'
import type { PrecisionRule, SelectionRule } from '../../../reports/index.ts'
import { metricPeer } from '../peers.ts'
import { flag, forms, isMap, labels, list, name, number, oneOf, positive, section, share, whole, words } from '../quantities.ts'

const metricIds: readonly string[] = METRICS.map((metric) => metric.id)
const RENAMED: ReadonlyMap<string, string> = new Map([['imbalance', 'in-flight-imbalance']])

/** The id of a metric: a standard one, or a quantile of the latency. */
const metricId = () =>
  z
    .unknown()
    .transform((value, context): string => {
      if (typeof value === 'string' && metricById(value) !== undefined) return value
      const renamed = typeof value === 'string' ? RENAMED.get(value) : undefined
      const near =
        renamed !== undefined
          ? ` (${String(value)} is now ${renamed})`
          : typeof value === 'string'
            ? metricPeer(value) || suggestion(value, metricIds)
            : ''
      const message = `found ${show(value)}; accepted: ${metricIds.join(', ')}, or any quantile of the latency such as latency-p95 or latency-p99.99${near}`
      context.issues.push({ code: 'custom', message, input: value })
      return z.NEVER
    })
    .meta({ type: 'string', anyOf: [{ enum: [...metricIds] }, { pattern: '^latency-p[0-9]{1,2}(\\.[0-9]{1,4})?$' }] })

/** How many runs each variant gets: a fixed count, or waves until the primary metric is precise enough or the best variant is selected. */
export interface Replications {
  /** Replications of the first wave. */
  readonly count: number
  /** Null: the first wave is the only one. */
  readonly until: PrecisionRule | SelectionRule | null
}

interface Issues {
  readonly issues: { push(issue: { code: 'custom'; message: string; path: string[]; input: unknown }): void }
}

function refuseUnlessOne(relative: number | undefined, absolute: number | undefined, { issues }: Issues): void {
  if ((relative === undefined) !== (absolute === undefined)) return
  const message = `found ${relative === undefined ? 'neither relative nor absolute' : 'both relative and absolute'}; accepted: one of the two`
  issues.push({ code: 'custom', message, path: [], input: relative })
}

function refuseBelow(first: number, most: number, { issues }: Issues): void {
  if (first > most)
    issues.push({ code: 'custom', message: `found ${most}; accepted: at least first, ${first}`, path: ['most'], input: most })
}

const untilPrecise = section('replications until precise', {
  first: whole({ min: 2, max: 100_000 })
    .prefault(10)
    .describe('replications of the first wave; default 10, since intervals of fewer are wide'),
  relative: share({ min: 0.0001, max: 1 })
    .optional()
    .describe('half-width of the 95 % interval as a share of the value: 5% stops at 100 ms ± 5 ms'),
  absolute: positive().optional().describe('or half-width in the unit of the metric (percentage points for shares)'),
  wave: whole({ min: 1, max: 10_000 })
    .prefault(10)
    .describe('replications added at once; fixed, so that the number of workers changes nothing'),
  most: whole({ min: 2, max: 100_000 }).prefault(100).describe('upper bound of all replications; the report has a note when it is reached'),
}).transform(({ first, relative, absolute, wave, most }, context): Replications => {
  refuseUnlessOne(relative, absolute, context)
  refuseBelow(first, most, context)
  return { count: first, until: { relative: relative ?? null, absolute: absolute ?? null, wave, most } }
})

const untilSelected = section('replications until the best variant is selected', {
  select: oneOf(['kim-nelson', 'ocba'] as const).describe(
    'kim-nelson: variants that cannot be the best get no more replications, and the best is selected with the promised probability; ocba: replications go where they help most, without a promise, for many variants',
  ),
  relative: share({ min: 0.0001, max: 1 })
    .optional()
    .describe("differences of the primary metric below this share of the baseline's mean do not matter (indifference zone)"),
  absolute: positive().optional().describe('or the indifference zone in the unit of the metric (percentage points for shares)'),
  confidence: share({ min: 0.5, max: 0.9999 }).prefault('95%').describe('required probability of the right selection; default 95%'),
  first: whole({ min: 2, max: 100_000 }).prefault(10).describe('replications of the first wave; default 10'),
  wave: whole({ min: 1, max: 10_000 })
    .prefault(5)
    .describe('replications added at once: to each variant that is left (kim-nelson), or to all variants together (ocba); default 5'),
  most: whole({ min: 2, max: 100_000 }).prefault(200).describe('upper bound of the replications of a variant; default 200'),
}).transform(({ select, relative, absolute, confidence, first, wave, most }, context): Replications => {
  refuseUnlessOne(relative, absolute, context)
  refuseBelow(first, most, context)
  return {
    count: first,
    until: { method: select, relative: relative ?? null, absolute: absolute ?? null, confidence, first, wave, most },
  }
})

const replications = forms<Replications>(
  {
    count: whole({ min: 1, max: 100_000 }).transform((count): Replications => ({ count, until: null })),
    precise: untilPrecise,
    selected: untilSelected,
  },
  (value) => (!isMap(value) ? 'count' : 'select' in value ? 'selected' : 'precise'),
)

/** What must hold for the variants that it selects. */
export interface Assertion {
  readonly metric: string
  /** Label by axis; all values of an axis that is not named. */
  readonly where: Readonly<Record<string, string>>
  readonly below: number | null
  readonly above: number | null
  /** The whole 95 % interval must lie within the bounds, not only the mean. */
  readonly sure: boolean
  /** Accepted verdicts against the baseline; empty: the bounds apply. */
  readonly verdict: readonly (typeof VERDICTS)[number][]
}

const VERDICTS = ['better', 'worse', 'equivalent', 'inconclusive', 'changed'] as const

const verdicts = forms<readonly (typeof VERDICTS)[number][]>(
  {
    one: oneOf(VERDICTS).transform((word) => [word]),
    several: list('verdicts', oneOf(VERDICTS)).min(1, `found an empty list; accepted: ${VERDICTS.join(', ')}`),
  },
  (value) => (Array.isArray(value) ? 'several' : 'one'),
)

const assertion = section('an assertion', {
  metric: metricId().describe('metric that is checked'),
  where: labels().prefault({}).describe('variants that are checked, by axis: { slb: two-choices }; default: all'),
  below: number().optional().describe('upper bound of the mean over replications, in the unit of the metric'),
  above: number().optional().describe('lower bound of the mean'),
  sure: flag().prefault(false).describe('true: the whole 95 % interval must lie within the bounds, not only the mean'),
  verdict: verdicts.optional().describe('instead of bounds: accepted verdicts against the baseline'),
}).transform(({ metric, where, below, above, sure, verdict }, context): Assertion => {
  const bounds = below !== undefined || above !== undefined
  if (bounds === (verdict !== undefined))
    context.issues.push({
      code: 'custom',
      message: `found ${bounds ? 'bounds and a verdict' : 'neither a bound nor a verdict'}; accepted: below, above or both, or verdict`,
      input: metric,
    })
  return { metric, where, below: below ?? null, above: above ?? null, sure, verdict: verdict ?? [] }
})

/** Keys that belong to the experiment as a whole: no axis may change them between variants. */
export const experimentShape = {
  name: name().describe('folder of the results and heading of the report'),
  question: words().prefault('').describe('the question that the experiment answers; the report begins with it'),
  seed: forms<string | number>({ whole: whole({ min: 0 }), words: words() }, (value) => (typeof value === 'number' ? 'whole' : 'words'))
    .prefault(1)
    .describe('seed of all random streams'),
  replications: replications
    .prefault(10)
    .describe(
      'runs per variant, each with its own random streams, which all variants share; a number, { relative: 5% } for waves until the primary metric is that precise, or { select: kim-nelson, relative: 5% } until the best variant is selected',
    ),
  metrics: list('metrics', metricId())
    .prefault([])
    .describe(
      'quantiles of the latency that are reported besides the standard metrics, such as latency-p95; those of primary and assert are reported anyway',
    ),
  primary: metricId()
    .optional()
    .describe(
      'the metric of the verdict; all others are exploratory; default: slo-misses if a service has an objective, else latency-p99 if there are services, else job-completion-mean if there are jobs, else pending-p99',
    ),
  margins: section('equivalence margins', {
    relative: share({ min: 0, max: 1 })
      .prefault('2%')
      .describe('for latencies, costs, counts and other metrics that are compared as ratios; default 2%'),
    points: number({ min: 0, max: 100 }).prefault(1).describe('for shares, in percentage points; default 1'),
  })
    .prefault({})
    .describe('differences smaller than this count as equivalent'),
  assert: list('assertions', assertion).prefault([]).describe('what must hold; exit code 3 if an assertion fails'),
}
