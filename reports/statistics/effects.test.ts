import seedrandom from 'seedrandom'
import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Study } from '../study.ts'
import type { PerReplication } from './contrast.ts'
import { effectsOf } from './effects.ts'
import type { Effects } from './effects.ts'
import { intervalOf, pValueOf } from './interval.ts'

const metric = (id: string): MetricDefinition => {
  const found = metricById(id)
  if (found === undefined) throw new Error(`unknown metric: ${id}`)
  return found
}

/** A study with every combination of so many levels per axis, the last axis fastest. */
function crossed(sizes: readonly number[], primary = 'slo-misses'): Study {
  const axes = sizes.map((size, axis) => ({ name: `axis ${axis}`, values: Array.from({ length: size }, (_, level) => `level ${level}`) }))
  const all = sizes.reduce<number[][]>(
    (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, level) => [...row, level])),
    [[]],
  )
  const variants = all.map((levels) => ({ label: levels.join(), short: levels.join(), values: levels.map((level) => `level ${level}`) }))
  return { ...fixtureStudy({ variants: 1, replications: 1, empty: true }), primary, axes, variants, runs: [] }
}

const differencesIn = ({ main, interactions }: Effects): number[] => [...main, ...interactions].map(({ contrast }) => contrast.difference)

describe('effects by hand', () => {
  test('2 x 2 in points: cells 10 12 / 14 19 have main effects ((14 - 10) + (19 - 12)) / 2 = 5.5 and ((12 - 10) + (19 - 14)) / 2 = 3.5, together 19 - 14 - 12 + 10 = 3', () => {
    const effects = effectsOf(crossed([2, 2]), metric('slo-misses'), [
      [10, 10],
      [12, 12],
      [14, 14],
      [19, 19],
    ])
    expect(effects.main.map(({ kind, factors }) => ({ kind, factors }))).toEqual([
      { kind: 'main', factors: [{ axis: 0, level: 1 }] },
      { kind: 'main', factors: [{ axis: 1, level: 1 }] },
    ])
    expect(effects.interactions.map(({ kind, factors }) => ({ kind, factors }))).toEqual([
      {
        kind: 'interaction',
        factors: [
          { axis: 0, level: 1 },
          { axis: 1, level: 1 },
        ],
      },
    ])
    expect(differencesIn(effects)).toEqual([5.5, 3.5, 3])
  })

  test('the replication is the block: cells move by 100 from one replication to the next, their differences do not', () => {
    // main of axis 0: (4 + 4) / 2 = 4, (5 + 5) / 2 = 5, (6 + 6) / 2 = 6: mean 5, half 4.3027 / sqrt(3) = 2.4841; axis 1 and together: 0
    const cells = [
      [10, 110, 210],
      [10, 110, 210],
      [14, 115, 216],
      [14, 115, 216],
    ]
    const { main, interactions } = effectsOf(crossed([2, 2]), metric('slo-misses'), cells)
    expect(main[0].contrast).toMatchObject({ pairs: 3, difference: 5, comparison: 'points' })
    expect(main[0].contrast.low).toBeCloseTo(5 - 2.4841, 4)
    expect(main[0].contrast.high).toBeCloseTo(5 + 2.4841, 4)
    expect([main[1].contrast, interactions[0].contrast].map(({ difference, verdict }) => [difference, verdict])).toEqual([
      [0, 'equivalent'],
      [0, 'equivalent'],
    ])
  })

  test('ratios: factors that multiply have no interaction, and a ratio of ratios is in percent', () => {
    // Axis 0 doubles, axis 1 is times 3: 1 3 / 2 6. With 2 * 3 * 1.1 = 6.6 in the last cell together is +10 %, axis 0 sqrt(2 * 2.2) = 2.0976, axis 1 sqrt(3 * 3.3).
    const study = crossed([2, 2])
    expect(
      differencesIn(
        effectsOf(study, metric('cost'), [
          [1, 10],
          [3, 30],
          [2, 20],
          [6, 60],
        ]),
      ).map((value) => Number(value.toFixed(9))),
    ).toEqual([100, 200, 0])
    const [first, second, together] = differencesIn(
      effectsOf(study, metric('cost'), [
        [1, 10],
        [3, 30],
        [2, 20],
        [6.6, 66],
      ]),
    )
    expect(first).toBeCloseTo(100 * (Math.sqrt(4.4) - 1), 9)
    expect(second).toBeCloseTo(100 * (Math.sqrt(9.9) - 1), 9)
    expect(together).toBeCloseTo(10, 9)
  })

  test('3 x 2 x 2: levels against the first one, averaged over 4, 6 and 6 combinations; interactions of each pair of axes', () => {
    const study = crossed([3, 2, 2])
    // y = 5 + [0, 1, 4][a] + 2b + 3c + 10 [a = 2 and c = 1]
    const y = study.variants
      .map(({ values }) => values.map((text) => Number(text.slice(6))))
      .map(([a, b, c]) => 5 + [0, 1, 4][a] + 2 * b + 3 * c + (a === 2 && c === 1 ? 10 : 0))
    const effects = effectsOf(
      study,
      metric('slo-misses'),
      y.map((value) => [value, value]),
    )
    expect(effects.main.map(({ factors: [{ axis, level }] }) => `${axis}${level}`)).toEqual(['01', '02', '11', '21'])
    expect(effects.interactions.map(({ factors }) => factors.map(({ axis, level }) => `${axis}${level}`).join('+'))).toEqual([
      '01+11',
      '02+11',
      '01+21',
      '02+21',
      '11+21',
    ])
    // 4 + 10 / 2 = 9 for a = 2; 3 + 10 / 3 for c
    const expected = [1, 9, 2, 3 + 10 / 3, 0, 0, 0, 10, 0]
    differencesIn(effects).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12))
  })

  test('equal to a regression on the same blocks: effects of unrelated numbers are the contrasts of cell means', () => {
    // The slow, obvious twin: means of cells by level, then subtracted.
    const random = seedrandom.alea('effects')
    const study = crossed([3, 4])
    const values = study.variants.map(() => Array.from({ length: 6 }, () => 10 + random()))
    const level = (variant: number, axis: number): number => Number(study.variants[variant].values[axis].slice(6))
    const mean = (r: number, keep: (variant: number) => boolean): number => {
      const kept = values.filter((_, variant) => keep(variant)).map((list) => list[r])
      return kept.reduce((sum, value) => sum + value, 0) / kept.length
    }
    const { main, interactions } = effectsOf(study, metric('slo-misses'), values)
    for (const {
      factors: [{ axis, level: i }],
      contrast,
    } of main) {
      const plain = intervalOf(values[0].map((_, r) => mean(r, (v) => level(v, axis) === i) - mean(r, (v) => level(v, axis) === 0)))
      expect(contrast.difference).toBeCloseTo(plain.mean, 12)
      expect(contrast.low).toBeCloseTo(plain.low, 12)
    }
    for (const {
      factors: [a, b],
      contrast,
    } of interactions) {
      const cell = (r: number, i: number, j: number): number => mean(r, (v) => level(v, a.axis) === i && level(v, b.axis) === j)
      const plain = intervalOf(
        values[0].map((_, r) => cell(r, a.level, b.level) - cell(r, a.level, 0) - cell(r, 0, b.level) + cell(r, 0, 0)),
      )
      expect(contrast.difference).toBeCloseTo(plain.mean, 12)
      expect(contrast.p).toBeCloseTo(pValueOf(plain, plain.sd / Math.sqrt(plain.n)), 12)
    }
  })
})

describe('what is missing', () => {
  const cells: PerReplication[] = [
    [10, 10, 10],
    [12, 13, null],
    [14, 15, 15],
    [19, 20, 21],
  ]

  test('a replication without one combination is left out, and counted', () => {
    for (const effect of [...effectsOf(crossed([2, 2]), metric('slo-misses'), cells).main])
      expect(effect.contrast).toMatchObject({
        pairs: 2,
        reason: expect.stringContaining('2 of 3 replications have a value for every combination') as string,
      })
  })

  test('a combination that is no variant is left out of the average; without any pair of combinations there is no effect', () => {
    const whole = crossed([2, 2])
    const study = { ...whole, variants: whole.variants.slice(0, 3) }
    const { main, interactions } = effectsOf(study, metric('slo-misses'), cells.slice(0, 3))
    expect(main[0].contrast).toMatchObject({
      pairs: 3,
      reason: 'averaged over 1 of 2 combinations of the other axes; the others were not run',
    })
    expect(main[0].contrast.difference).toBeCloseTo(14 / 3, 12)
    expect(interactions[0].contrast).toMatchObject({ pairs: 0, difference: NaN, verdict: 'inconclusive' })
  })

  test('a ratio with a value that is not positive anywhere is compared as a difference in all effects', () => {
    const { main, interactions } = effectsOf(crossed([2, 2]), metric('cost'), [
      [0, 1],
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    for (const { contrast } of [...main, ...interactions]) {
      expect(contrast.comparison).toBe('difference')
      expect(contrast.reason).toContain('a value is not positive')
    }
  })

  test('fewer than two axes with a choice have no effects beyond the contrasts', () => {
    for (const sizes of [[], [3], [3, 1]])
      expect(
        effectsOf(
          crossed(sizes),
          metric('cost'),
          crossed(sizes).variants.map(() => [1, 2]),
        ),
      ).toMatchObject({ main: [], interactions: [] })
  })
})

describe('correction', () => {
  test('all effects of the primary metric are one family of Holm: the smallest of three p-values times 3', () => {
    const cells = [
      [10, 10, 10],
      [10.5, 10.2, 10.1],
      [12, 13, 14],
      [12.3, 13.9, 14.4],
    ]
    const primary = effectsOf(crossed([2, 2]), metric('slo-misses'), cells)
    const all = [...primary.main, ...primary.interactions].map(({ contrast }) => contrast)
    const smallest = Math.min(...all.map(({ p }) => p))
    expect(Math.min(...all.map(({ adjusted }) => adjusted ?? NaN))).toBeCloseTo(3 * smallest, 12)
    const exploratory = effectsOf(crossed([2, 2], 'cost'), metric('slo-misses'), cells)
    for (const { contrast } of [...exploratory.main, ...exploratory.interactions]) expect(contrast.adjusted).toBeNull()
  })
})
