/**
 * Published worst cases: never exceeded on random instances whose optimum is found by branch and bound, and reached on the instances that
 * prove them tight.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { optimum, optimumOfLine } from './bounds/exhaustive.fixture.ts'
import { createPacker, names } from './packers.fixture.ts'
import { line } from './problem.fixture.ts'
import { smallProblem } from './random-problem.fixture.ts'

const times = (count: number, size: number): number[] => Array.from({ length: count }, () => size)
const binsOf = (name: string, sizes: readonly number[], capacity: number): number =>
  createPacker(name).pack(line(sizes, capacity)).opened.length

/** Sizes for which heuristics differ: near halves, thirds and quarters, and any. */
const sizes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 46, max: 54 }),
    fc.integer({ min: 30, max: 36 }),
    fc.integer({ min: 22, max: 28 }),
  ),
  {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  },
)

// k bins are within the guarantee when slack(k, OPT) >= 0. Whole numbers throughout.
const guarantees: [name: string, formula: string, slack: (bins: number, best: number) => number][] = [
  ['next-fit', 'NF <= 2 OPT - 1 (Johnson 1973)', (bins, best) => 2 * best - 1 - bins],
  ['worst-fit', 'WF <= 2 OPT - 1 (Johnson 1973)', (bins, best) => 2 * best - 1 - bins],
  ['first-fit', 'FF <= floor(1.7 OPT) (Dosa and Sgall 2013)', (bins, best) => 17 * best - 10 * bins],
  ['best-fit', 'BF <= floor(1.7 OPT) (Dosa and Sgall 2014)', (bins, best) => 17 * best - 10 * bins],
  ['first-fit-decreasing', 'FFD <= 11/9 OPT + 6/9 (Dosa 2007)', (bins, best) => 11 * best + 6 - 9 * bins],
  ['best-fit-decreasing', 'BFD <= 3/2 OPT (Simchi-Levi 1994)', (bins, best) => 3 * best - 2 * bins],
  ['next-fit-decreasing', 'NFD <= 2 OPT - 1, as next fit in any order', (bins, best) => 2 * best - 1 - bins],
  ['worst-fit-decreasing', 'WFD <= 2 OPT - 1, as worst fit in any order', (bins, best) => 2 * best - 1 - bins],
]

describe('one dimension, OPT by branch and bound', () => {
  test.each(guarantees)('%s: %s', (name, _formula, slack) => {
    let worse = 0
    fc.assert(
      fc.property(sizes, (list) => {
        const best = optimumOfLine(list, 100)
        const bins = binsOf(name, list, 100)
        expect(bins).toBeGreaterThanOrEqual(best)
        expect(slack(bins, best)).toBeGreaterThanOrEqual(0)
        if (bins > best) worse++
      }),
      { numRuns: 1000, seed: 31 },
    )
    // The instances do separate the heuristics from the optimum.
    expect(worse).toBeGreaterThan(10)
  })

  test.each([['dot-product'], ['norm-greedy']])(
    '%s fills a bin with the largest that fits, first to last: in one dimension that is FFD',
    (name) => {
      fc.assert(
        fc.property(sizes, (list) => {
          expect(binsOf(name, list, 100)).toBe(binsOf('first-fit-decreasing', list, 100))
        }),
        { numRuns: 500, seed: 32 },
      )
    },
  )
})

describe('worst cases that are reached', () => {
  // Pairs 1/2, 1/(2m) in turn, 2m of them, in bins of 2m: m + 1 | no third fits, as m + 1 + m > 2m. NF opens one for each pair: 2m.
  // OPT: m bins of two halves and one of 2m crumbs: m + 1.
  test.each([10, 100])('next and worst fit take 2m bins where m + 1 do (2 OPT - 2), m = %i', (m) => {
    const pairs = Array.from({ length: 2 * m }, () => [m, 1]).flat()
    expect(binsOf('next-fit', pairs, 2 * m)).toBe(2 * m)
    expect(binsOf('first-fit-decreasing', pairs, 2 * m)).toBe(m + 1)
    // Worst fit puts each crumb beside the newest half, too: that bin has m free, the others m - 1.
    expect(binsOf('worst-fit', pairs, 2 * m)).toBe(2 * m)
  })

  // Baker and Coffman 1981: 1 + 1/2 + 1/6 + 1/42 + ... = 1.6910. Sizes 1/2, 1/3, 1/7, 1/43 and a bit, of C = 7224 = 4 * 2 * 3 * 7 * 43:
  // 3613 + 2409 + 1033 + 169 = 7224, so OPT = 42 for 42 of each. NFD: 42 of one large (the last takes a 2409, too), then 20 pairs of 2409
  // and
  // one that is left with 4 of 1033; of the other 38, 6 bins of six and two more beside 30 of 169; 12 of 169 are the last bin: 42 + 21 + 7
  // + 1 = 71.
  test('next fit decreasing takes 71 bins where 42 do: 1 + 1/2 + 1/6 + 1/42 = 1.690', () => {
    const sizes = [...times(42, 3613), ...times(42, 2409), ...times(42, 1033), ...times(42, 169)]
    expect(binsOf('next-fit-decreasing', sizes, 7224)).toBe(71)
    expect(71 / 42).toBeCloseTo(1 + 1 / 2 + 1 / 6 + 1 / 42, 3)
    expect(binsOf('first-fit-decreasing', sizes, 7224)).toBe(42)
    // In the other order first and best fit do no better: 1 of 42 crumbs, 7 of six, 21 of two, 42 of one.
    expect(binsOf('first-fit', [...sizes].reverse(), 7224)).toBe(71)
    expect(binsOf('best-fit', [...sizes].reverse(), 7224)).toBe(71)
  })
})

describe('vectors, prices and devices against all packings (at most 7 pods)', () => {
  test.each(names)('%s: bins and cost are never below the optimum', (name) => {
    const packer = createPacker(name)
    fc.assert(
      fc.property(smallProblem, (p) => {
        const packing = packer.pack(p)
        if (packing.leftOver > 0) return
        const best = optimum(p)!
        expect(new Set(packing.bin).size).toBeGreaterThanOrEqual(best.bins)
        expect(packing.opened.reduce((cost, type) => cost + p.types[type].price, 0)).toBeGreaterThanOrEqual(best.cost)
      }),
      { numRuns: 200, seed: 33 },
    )
  })
})
