import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import type { RequestSource } from '../../sim/index.ts'
import { openRequests } from '../index.ts'
import type { ClientsSpec, TrainsSpec, WorkSpec } from './spec.ts'
import { streams } from '../streams.fixture.ts'
import { mean, student } from '../synthetic/theory.fixture.ts'

const wait: DistributionSpec = { kind: 'exponential', mean: 4000 }
const cpu: DistributionSpec = { kind: 'lognormal', mean: 8000, cv: 1.5 }
const open = (rate: number, spec: WorkSpec = { wait, cpu }): RequestSource =>
  openRequests({ pattern: 'poisson', rate }, spec, streams('requests'))

function draw<T>(source: RequestSource, count: number, what: (time: number) => T): T[] {
  return Array.from({ length: count }, () => what(source.next()))
}

describe('requests', () => {
  test('wait and work follow their laws, in whole microseconds (t at 1 %)', () => {
    const source = open(1000)
    const drawn = draw(source, 20_000, () => ({ wait: source.wait, work: source.work, key: source.key }))
    expect(drawn.every((r) => Number.isInteger(r.wait) && Number.isInteger(r.work) && r.wait >= 0 && r.work >= 1 && r.key === -1)).toBe(
      true,
    )
    expect(
      Math.abs(
        student(
          drawn.map((r) => r.wait),
          distribution(wait).mean,
        ),
      ),
    ).toBeLessThan(2.6)
    expect(
      Math.abs(
        student(
          drawn.map((r) => r.work),
          distribution(cpu).mean,
        ),
      ),
    ).toBeLessThan(2.6)
  })

  test('wait and work are independent: correlation of their uniforms 0 ± 2.6 / √n', () => {
    const source = open(1000)
    const [waits, works] = [distribution(wait), distribution(cpu)]
    const products = draw(source, 10_000, () => (waits.cdf(source.wait) - 0.5) * (works.cdf(source.work) - 0.5) * 12)
    expect(Math.abs(mean(products))).toBeLessThan(2.6 / Math.sqrt(10_000))
  })

  test('another rate or pattern leaves every wait and work untouched; another wait leaves every work and time untouched', () => {
    const of = (source: RequestSource) => draw(source, 1000, (time) => [time, source.wait, source.work])
    const base = of(open(100))
    expect(of(open(400)).map((r) => r.slice(1))).toEqual(base.map((r) => r.slice(1)))
    const stepped = openRequests({ pattern: 'step', rate: 10, to: 40, at: 1, until: null }, { wait, cpu }, streams('requests'))
    expect(of(stepped).map((r) => r.slice(1))).toEqual(base.map((r) => r.slice(1)))
    const other = of(open(100, { wait: { kind: 'constant', value: 7 }, cpu }))
    expect(other.map((r) => [r[0], r[2]])).toEqual(base.map((r) => [r[0], r[2]]))
    expect(other.every((r) => r[1] === 7)).toBe(true)
  })

  test('work is at least 1, wait at least 0, also where the law reaches below', () => {
    const below: DistributionSpec = { kind: 'normal', mean: 0, sd: 5 }
    const source = open(100, { wait: below, cpu: below })
    const drawn = draw(source, 500, () => [source.wait, source.work])
    expect(Math.min(...drawn.map(([w]) => w))).toBe(0)
    expect(Math.min(...drawn.map(([, w]) => w))).toBe(1)
    const none = open(100, { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 0.2 } })
    none.next()
    expect([none.wait, none.work]).toEqual([0, 1])
  })

  test('the stated rate is that of the arrivals', () => {
    expect(open(250).rateAt(5)).toBe(250)
  })

  test.each([-0.8, 0.5])(
    "a rank correlation of %s between wait and work; the work and the wait's law stay what they were",
    (correlation) => {
      const [plain, tied] = [open(100), open(100, { wait, cpu, correlation })]
      const drawn = draw(plain, 20_000, (time) => ({ time, work: plain.work }))
      const pairs = draw(tied, 20_000, (time) => ({ time, wait: tied.wait, work: tied.work }))
      expect(pairs.map(({ time, work }) => ({ time, work }))).toEqual(drawn)
      expect(
        Math.abs(
          student(
            pairs.map((pair) => pair.wait),
            4000,
          ),
        ),
      ).toBeLessThan(2.6)
      // Spearman's: of the uniforms behind them, 12 E[(U - 1/2)(V - 1/2)].
      const [waits, works] = [distribution(wait), distribution(cpu)]
      const found = mean(pairs.map((pair) => 12 * (waits.cdf(pair.wait) - 0.5) * (works.cdf(pair.work) - 0.5)))
      expect(Math.abs(found - correlation)).toBeLessThan(3.3 / Math.sqrt(20_000))
    },
  )

  test('work without end is cut where whole numbers end', () => {
    const source = openRequests(
      { pattern: 'poisson', rate: 1 },
      { wait, cpu: { kind: 'pareto', alpha: 0.06, low: 1e3 } },
      streams('endless'),
    )
    const works = draw(source, 1000, () => source.work)
    expect(Math.max(...works)).toBe(2 ** 53)
  })
})

describe('clients', () => {
  const keys = (rate: number, clients?: ClientsSpec, trains?: TrainsSpec): number[] => {
    const source = openRequests(
      { pattern: 'poisson', rate, ...(clients === undefined ? {} : { clients }), ...(trains === undefined ? {} : { trains }) },
      { wait, cpu },
      streams('clients'),
    )
    return draw(source, 30_000, () => source.key)
  }

  test('client i sends in proportion to i^-popularity: χ² over 10 clients with 9 degrees, below 21.7 in 99 of 100', () => {
    for (const popularity of [0, 0.8]) {
      const counts = new Array<number>(10).fill(0)
      for (const key of keys(10, { count: 10, popularity })) counts[key]++
      const law = distribution({ kind: 'zipf', n: 10, exponent: popularity })
      const chi2 = counts.reduce((sum, n, i) => {
        const expected = 30_000 * (law.cdf(i + 1) - law.cdf(i))
        return sum + ((n - expected) * (n - expected)) / expected
      }, 0)
      expect(chi2).toBeLessThan(21.7)
    }
  })

  test('request k has the same client at any rate, and clients change nothing else; without them the key is -1', () => {
    expect(keys(10, { count: 50, popularity: 1 })).toEqual(keys(700, { count: 50, popularity: 1 }))
    expect(new Set(keys(10))).toEqual(new Set([-1]))
    const [plain, known] = [
      open(100),
      openRequests({ pattern: 'poisson', rate: 100, clients: { count: 5, popularity: 0 } }, { wait, cpu }, streams('requests')),
    ]
    expect(draw(known, 500, (time) => [time, known.wait, known.work])).toEqual(draw(plain, 500, (time) => [time, plain.wait, plain.work]))
  })

  test('all requests of a train are of one client', () => {
    const trains: TrainsSpec = { size: { kind: 'constant', value: 3 }, gap: { kind: 'constant', value: 1 } }
    const drawn = keys(0.001, { count: 1000, popularity: 0 }, trains)
    for (let k = 0; k < 3000; k += 3) expect([drawn[k + 1], drawn[k + 2]]).toEqual([drawn[k], drawn[k]])
    expect(new Set(drawn).size).toBeGreaterThan(900)
  })

  test('too many or no clients are refused', () => {
    expect(() => keys(1, { count: 2_000_000, popularity: 1 })).toThrow(
      'clients of traffic: 2000000; accepted: a whole number from 1 to 1000000',
    )
    expect(() => keys(1, { count: 0, popularity: 1 })).toThrow(RangeError)
  })
})
