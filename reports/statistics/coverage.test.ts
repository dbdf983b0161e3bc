/**
 * Do the intervals hold what they promise? Known truths, thousands of studies. Each share is held against its promise plus or minus four
 * binomial standard errors, sqrt(p (1 - p) / studies), so that no seed has to be chosen; the seeds are the words in the code.
 */
import seedrandom from 'seedrandom'
import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Study } from '../study.ts'
import { decide, measure } from './contrast.ts'
import { effectsOf } from './effects.ts'
import { corrected } from './holm.ts'
import { intervalOf } from './interval.ts'
import { moreReplications } from './precision.ts'

const metric = (id: string): MetricDefinition => metricById(id) ?? expect.fail(id)
const MARGINS = { relative: 0.02, points: 1 }

interface Source {
  uniform(): number
  normal(): number
  exponential(mean: number): number
}

function source(seed: string): Source {
  const uniform = seedrandom.alea(seed)
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
  }
}

/** Share of studies of which `holds`. */
function share(studies: number, holds: (study: number) => boolean): number {
  let count = 0
  for (let study = 0; study < studies; study++) if (holds(study)) count++
  return count / studies
}

/** Four standard errors of a share p in so many studies. */
const errors = (p: number, studies: number): number => 4 * Math.sqrt((p * (1 - p)) / studies)

/**
 * Mean wait of `customers` in an M/M/1 queue with service mean 1: Lindley 1952, W' = max(0, W + S - A). Starts in steady state: the wait
 * is 0 with probability 1 - rho and exponential of mean 1 / (1 - rho) else.
 */
function meanWait({ uniform, exponential }: Source, rho: number, customers: number): number {
  let wait = uniform() < rho ? exponential(1 / (1 - rho)) : 0
  let sum = 0
  for (let i = 0; i < customers; i++) {
    sum += wait
    wait = Math.max(0, wait + exponential(1) - exponential(1 / rho))
  }
  return sum / customers
}

describe('M/M/1', () => {
  test('at rho = 0.5 the 95 % interval of ten replications covers the mean wait rho / (1 - rho) = 1 in 93 to 97 % of 1,000 studies', () => {
    // The standard error of the share is sqrt(.95 * .05 / 1000) = 0.7 points, so a right interval misses the band in 0.4 % of all seeds.
    // 2,000 customers a run: near enough to normal; with 100 the mean is skewed and the coverage is nearer to 91 %.
    const random = source('m/m/1')
    const covered = share(1000, () => {
      const { low, high } = intervalOf(Array.from({ length: 10 }, () => meanWait(random, 0.5, 2000)))
      return low <= 1 && 1 <= high
    })
    expect(covered).toBeGreaterThanOrEqual(0.93)
    expect(covered).toBeLessThanOrEqual(0.97)
  })
})

describe('intervals of positive quantities', () => {
  const studies = 4000

  // Ten means of lognormal values with cv 0.5, 1 and 1.5, and shares near 1 %: skewed to the right, as latencies and misses are.
  test.each([0.5, 1, 1.5])(
    'lognormal with cv %d: the log interval is above zero and covers the mean at least as often as the linear one',
    (cv) => {
      const { normal } = source(`positive/${cv}`)
      const sigma = Math.sqrt(Math.log(1 + cv * cv))
      let [log, linear, negative] = [0, 0, 0]
      for (let study = 0; study < studies; study++) {
        const values = Array.from({ length: 10 }, () => Math.exp(sigma * normal() - (sigma * sigma) / 2))
        const [a, b] = [intervalOf(values, { scale: 'log' }), intervalOf(values)]
        if (a.low <= 1 && 1 <= a.high) log++
        if (b.low <= 1 && 1 <= b.high) linear++
        if (a.low <= 0) negative++
      }
      expect(negative).toBe(0)
      expect(log).toBeGreaterThanOrEqual(linear)
      expect(log / studies).toBeLessThan(0.95 + errors(0.95, studies))
    },
  )

  test('shares of 98 %, ten replications: the logit interval stays below 100 % and covers no worse than the linear one', () => {
    const { uniform } = source('shares')
    let [logit, linear, beyond] = [0, 0, 0]
    for (let study = 0; study < studies; study++) {
      // 100 requests each, of which 98 % meet their objective
      const values = Array.from({ length: 10 }, () => {
        let met = 0
        for (let i = 0; i < 100; i++) if (uniform() < 0.98) met++
        return met
      })
      const [a, b] = [intervalOf(values, { scale: 'logit' }), intervalOf(values)]
      if (a.low <= 98 && 98 <= a.high) logit++
      if (b.low <= 98 && 98 <= b.high) linear++
      if (a.high > 100) beyond++
    }
    expect(beyond).toBe(0)
    expect(logit / studies).toBeGreaterThan(Math.min(0.95, linear / studies) - errors(0.95, studies))
  })
})

describe('contrasts', () => {
  const studies = 4000

  test('paired differences of normal values with a common random part cover the true difference in 95 %', () => {
    const { normal } = source('paired')
    const covered = share(studies, () => {
      const common = Array.from({ length: 10 }, () => 20 + 5 * normal())
      const found = decide(
        measure(
          metric('slo-misses'),
          common.map((value) => value + normal()),
          common.map((value) => value + 3 + normal()),
          MARGINS,
        ),
        null,
      )
      return found.low <= 3 && 3 <= found.high
    })
    expect(Math.abs(covered - 0.95)).toBeLessThan(errors(0.95, studies))
  })

  test('log-ratios of lognormal values cover the true ratio, + 25 %, in 95 %', () => {
    const { normal } = source('lognormal')
    const covered = share(studies, () => {
      const common = Array.from({ length: 10 }, () => 3 + 0.8 * normal())
      const value = (log: number): number => Math.exp(log + 0.2 * normal())
      const found = decide(
        measure(
          metric('latency-p99'),
          common.map(value),
          common.map((log) => 1.25 * value(log)),
          MARGINS,
        ),
        null,
      )
      return found.low <= 25 && 25 <= found.high
    })
    expect(Math.abs(covered - 0.95)).toBeLessThan(errors(0.95, studies))
  })

  test('a difference on the edge of the margin is called equivalent in at most 2.5 %: two one-sided tests at 2.5 %', () => {
    const { normal } = source('tost')
    const claimed = share(studies, () => {
      const found = measure(
        metric('slo-misses'),
        new Array<number>(10).fill(20),
        Array.from({ length: 10 }, () => 21 + 0.3 * normal()),
        MARGINS,
      )
      return decide(found, null).verdict === 'equivalent'
    })
    expect(claimed).toBeLessThan(0.025 + errors(0.025, studies))
    expect(claimed).toBeGreaterThan(0.025 - errors(0.025, studies)) // narrow noise: the other edge is far, so the test is exact
  })
})

describe('families', () => {
  const studies = 4000

  test('eight variants equal to the baseline: any wrong "better" or "worse" in at most 5 % with Holm, in far more without', () => {
    const { normal } = source('family')
    const tight = { relative: 0.02, points: 1e-9 } // nothing is equivalent
    let wrongOnce = 0
    let wrongPlainly = 0
    for (let study = 0; study < studies; study++) {
      const values = Array.from({ length: 9 }, () => Array.from({ length: 10 }, () => 20 + normal()))
      const measured = values.slice(1).map((list) => measure(metric('slo-misses'), values[0], list, tight))
      const adjusted = corrected(measured)
      if (measured.some((one, i) => decide(one, adjusted[i]).verdict !== 'inconclusive')) wrongOnce++
      if (measured.some((one) => decide(one, null).verdict !== 'inconclusive')) wrongPlainly++
    }
    expect(wrongOnce / studies).toBeLessThan(0.05 + errors(0.05, studies))
    expect(wrongPlainly / studies).toBeGreaterThan(0.15)
  })
})

describe('effects', () => {
  const axes = [
    { name: 'a', values: ['0', '1', '2'] },
    { name: 'b', values: ['0', '1'] },
  ]
  const variants = ['00', '01', '10', '11', '20', '21'].map((levels) => ({ label: levels, short: levels, values: [...levels] }))
  const study: Study = {
    ...fixtureStudy({ variants: 1, replications: 1, empty: true, primary: 'latency-p99' }),
    axes,
    variants,
    runs: [],
    margins: { relative: 1e-12, points: 1e-12 },
  }
  const studies = 3000

  test.each([
    ['slo-misses', (log: number) => log],
    ['latency-p99', (log: number) => Math.exp(log)],
  ] as const)(
    '%s of 3 x 2 combinations with a common random part: each interval covers its true main effect or interaction in 95 %%',
    (id, scale) => {
      const { normal } = source(`effects/${id}`)
      // y = 2 + [0, .3, .5][a] + .2 b + .4 [a = 2, b = 1]: main a .3 and .5 + .4 / 2 = .7, main b .2 + .4 / 3, together 0 and .4
      const truth = [0.3, 0.7, 0.2 + 0.4 / 3, 0, 0.4]
      const covered = new Array<number>(truth.length).fill(0)
      for (let i = 0; i < studies; i++) {
        const common = Array.from({ length: 10 }, () => normal())
        const values = variants.map(({ values: [a, b] }) =>
          common.map((shared) =>
            scale(2 + [0, 0.3, 0.5][Number(a)] + 0.2 * Number(b) + (a === '2' && b === '1' ? 0.4 : 0) + shared + 0.3 * normal()),
          ),
        )
        const { main, interactions } = effectsOf(study, metric(id), values)
        ;[...main, ...interactions].forEach(({ contrast: { low, high } }, k) => {
          const value = id === 'slo-misses' ? truth[k] : 100 * (Math.exp(truth[k]) - 1)
          if (low <= value && value <= high) covered[k]++
        })
      }
      for (const count of covered) expect(Math.abs(count / studies - 0.95)).toBeLessThan(errors(0.95, studies))
    },
  )

  test('without any effect, any wrong one among the five of the primary metric occurs in at most 5 %', () => {
    const { normal } = source('effects/family')
    const wrong = share(studies, () => {
      const { main, interactions } = effectsOf(
        study,
        metric('latency-p99'),
        variants.map(() => Array.from({ length: 10 }, () => Math.exp(0.3 * normal()))),
      )
      return [...main, ...interactions].some(({ contrast }) => contrast.verdict !== 'inconclusive')
    })
    expect(wrong).toBeLessThan(0.05 + errors(0.05, studies))
  })
})

describe('stopping when precise', () => {
  const rule = (relative: number) => ({ relative, absolute: null, wave: 5, most: 500 })

  /** Coverage and mean number of replications of normal values with mean 10 and sd `sd`, from so many first ones. */
  function sequential(seed: string, first: number, sd: number, relative: number, studies: number): { covered: number; mean: number } {
    const { normal } = source(seed)
    let made = 0
    const covered = share(studies, () => {
      const values: number[] = []
      for (let more = first; more > 0; more = moreReplications([values], rule(relative)))
        for (let i = 0; i < more; i++) values.push(10 + sd * normal())
      made += values.length
      const { low, high } = intervalOf(values)
      return low <= 10 && 10 <= high
    })
    return { covered, mean: made / studies }
  }

  test('from ten first replications the interval covers in 92 to 95 % instead of 95; from two it falls below 92 %', () => {
    // sd 20 % of the mean, half width 5 %: the t interval needs (2 * .2 / .05)² = 64 replications or so.
    const ten = sequential('ten', 10, 2, 0.05, 3000)
    expect(ten.covered).toBeGreaterThan(0.92)
    expect(ten.covered).toBeLessThan(0.955)
    expect(ten.mean).toBeGreaterThan(50)
    // sd 10 %, half width 10 %: two may look precise by chance, and the study ends then.
    const two = sequential('two', 2, 1, 0.1, 3000)
    expect(two.covered).toBeLessThan(0.92)
    // The same goal from ten, which is more than it needs: the rule never acts, and nothing is lost.
    const enough = sequential('enough', 10, 1, 0.1, 3000)
    expect(Math.abs(enough.covered - 0.95)).toBeLessThan(errors(0.95, 3000))
  })
})
