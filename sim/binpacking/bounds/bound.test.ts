/** Lower bounds against their definitions, against exhaustive optima, and worked by hand. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NONE } from '../../common/ids.ts'
import { optimum, optimumOfLine } from './exhaustive.fixture.ts'
import { continuousBound, lowerBound, martelloTothBound, packingGap } from '../index.ts'
import { createPacker } from '../packers.fixture.ts'
import { line, problem } from '../problem.fixture.ts'
import { anyProblem, smallProblem } from '../random-problem.fixture.ts'

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

/** L2 by its definition, each threshold by itself, with every whole number up to C/2 as a threshold and not only sizes. */
function byDefinition(sizes: readonly number[], capacity: number): number {
  let bound = 0
  for (let threshold = 0; 2 * threshold <= capacity; threshold++) {
    const alone = sizes.filter((size) => size > capacity - threshold)
    const large = sizes.filter((size) => size <= capacity - threshold && 2 * size > capacity)
    const small = sizes.filter((size) => 2 * size <= capacity && size >= threshold)
    const more = Math.ceil((sum(small) - (large.length * capacity - sum(large))) / capacity)
    bound = Math.max(bound, alone.length + large.length + Math.max(0, more))
  }
  return bound
}

describe('Martello and Toth 1990, L2', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30, size: 'max' })

  test('equals max over ALL thresholds of n1 + n2 + max(0, ceil((S3 - (n2 C - S2)) / C)): sizes as thresholds are enough', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 60, max: 100 }), (list, capacity) => {
        expect(martelloTothBound(list, capacity)).toBe(byDefinition(list, capacity))
      }),
      { numRuns: 2000, seed: 21 },
    )
  })

  const few = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 11, size: 'max' })

  test('L1 <= L2 <= OPT and L2 >= 2/3 OPT (Martello and Toth 1990, theorem on the worst case), OPT by branch and bound', () => {
    let strictlyBetter = 0
    fc.assert(
      fc.property(few, (list) => {
        const l1 = Math.ceil(sum(list) / 100)
        const l2 = martelloTothBound(list, 100)
        const best = optimumOfLine(list, 100)
        expect(l2).toBeGreaterThanOrEqual(l1)
        expect(l2).toBeLessThanOrEqual(best)
        expect(3 * l2).toBeGreaterThanOrEqual(2 * best)
        if (l2 > l1) strictlyBetter++
      }),
      { numRuns: 2000, seed: 22 },
    )
    expect(strictlyBetter).toBeGreaterThan(200)
  })

  // Each of 2m items of 1/3 + 1/300: two fit a bin, so OPT = m; no threshold helps: ceil(2m * 34 / 100).
  test('its own worst case: 60 items of 34 in bins of 100, OPT 30, L2 = ceil(2040/100) = 21, as 2/3 in the limit', () => {
    expect(
      martelloTothBound(
        Array.from({ length: 60 }, () => 34),
        100,
      ),
    ).toBe(21)
  })

  // First: a = 40: 3 items in (50, 60], each leaves 40, so the two of 40 fit in: 3 + max(0, ceil((80 - 120) / 100)) = 3.
  // Second: a = 45: 60 > 55 goes alone: 3 + ceil(90 / 100) = 4. Fourth: a = 26: 51 <= 74 leaves 49 each, a = 0 likewise: 4 + max(0,
  // ceil((52 - 196) / 100)) = 4.
  test.each<[number[], number, number]>([
    [[60, 60, 60, 40, 40], 3, 3],
    [[60, 60, 60, 45, 45], 3, 4],
    [[60, 60, 60], 2, 3],
    [[51, 51, 51, 51, 26, 26], 3, 4],
    [[], 0, 0],
    [[0, 0], 0, 0],
    [[50, 50], 1, 1],
  ])('%j in bins of 100: L1 = %i, L2 = %i', (list, l1, l2) => {
    expect(Math.ceil(sum(list) / 100)).toBe(l1)
    expect(martelloTothBound(list, 100)).toBe(l2)
  })

  test('an item larger than a bin has no packing', () => expect(martelloTothBound([5, 101], 100)).toBe(Infinity))
})

describe('of a problem', () => {
  // CPU: 3 of 600m of 1000m -> L1 2, L2 3. Memory: 3 * 10 of 64 -> 1.
  test('L2 of each resource, the largest: three pods of 60 % need 3 bins, where the continuous bound says 2', () => {
    const p = problem(
      [1, 2, 3].map(() => ({ cpu: 600, memory: 10 })),
      [],
      [{ cpu: 1000, memory: 64 }],
    )
    expect(continuousBound(p).bins).toBe(2)
    expect(lowerBound(p).bins).toBe(3)
  })

  // Shares of 600 fill a device each: 4 devices, with 1 whole one 5; 2 a node: 3 nodes. Divisible: 2400 + 1000 = 3400 of 2000 -> 2.
  test('devices hold shares like bins: 4 of 600 and a whole one need 5 devices, 3 nodes of two', () => {
    const p = problem(
      [600, 600, 600, 600, 1000].map((gpuMilli) => ({ gpus: 1, gpuMilli })),
      [],
      [{ devices: [1000, 1000] }],
    )
    expect(continuousBound(p).bins).toBe(2)
    expect(lowerBound(p).bins).toBe(3)
  })

  // The pods of 9 cores fit the expensive type only: 2 * 9/10 * 100 = 180; those of 1 core cost 1/4 of 4 each at best: 4 * 1 = 4. In all
  // 184.
  // Divisible, all of it fits the cheap type: 22/4 * 4 = 22.
  test('a large pod pays for the type that holds it: 2 * 9/10 * 100 + 4 * 1/4 * 4 = 184, the continuous bound 22', () => {
    const p = problem(
      [9, 9, 1, 1, 1, 1].map((cpu) => ({ cpu })),
      [],
      [
        { cpu: 4, price: 4 },
        { cpu: 10, price: 100 },
      ],
    )
    expect(continuousBound(p).cost).toBe(22)
    expect(lowerBound(p).cost).toBe(184)
    // The optimum: two expensive ones, a pod of 1 core beside each, and the two others in a cheap one.
    expect(optimum(p)!.cost).toBe(204)
  })

  // 2 existing bins take 60 each, the third needs a new one: at least 1 * 7. Divisible, they take 200 of 180: 0.
  test('new bins cost the lowest price: three pods of 60, two existing bins of 100, a third for 7', () => {
    const p = problem(
      [60, 60, 60].map((cpu) => ({ cpu })),
      [{ cpu: 100 }, { cpu: 100 }],
      [{ cpu: 100, price: 7 }],
    )
    expect(lowerBound(p)).toEqual({ bins: 3, cost: 7 })
    expect(optimum(p)).toEqual({ bins: 3, cost: 7 })
  })

  test('continuous <= lowerBound <= the exhaustive optimum, in bins and in cost (devices, refusals, limits, existing bins)', () => {
    let solved = 0
    let tight = 0
    fc.assert(
      fc.property(smallProblem, (p) => {
        const best = optimum(p)
        const bound = lowerBound(p)
        const continuous = continuousBound(p)
        expect(bound.bins).toBeGreaterThanOrEqual(continuous.bins)
        expect(bound.cost).toBeGreaterThanOrEqual(continuous.cost)
        if (best === null) return
        solved++
        expect(bound.bins).toBeLessThanOrEqual(best.bins)
        expect(bound.cost).toBeLessThanOrEqual(best.cost)
        if (bound.bins === best.bins) tight++
      }),
      { numRuns: 2000, seed: 23 },
    )
    // Both cases occur, and the bound is tight in most.
    expect(solved).toBeGreaterThan(500)
    expect(tight).toBeGreaterThan(solved / 2)
  })

  test('what cannot be held at all has no finite bound', () => {
    expect(lowerBound(problem([{ cpu: 2000 }], [{ cpu: 500 }], [{ cpu: 1000 }]))).toEqual({ bins: Infinity, cost: Infinity })
    expect(lowerBound(problem([], [], [{ cpu: 1000 }]))).toEqual({ bins: 0, cost: 0 })
  })

  // 50,000 pods of 2^40 + 1 bytes in bins of four such: 12,500. The sum, 5.5e16, has no exact double.
  test('sums beyond 2^53 stay bounds: 50,000 pods of 1 TiB + 1 byte, four a node, 12,500 nodes', () => {
    const TiB = 2 ** 40
    const p = problem(
      Array.from({ length: 50_000 }, () => ({ memory: TiB + 1 })),
      [],
      [{ memory: 4 * (TiB + 1) }],
    )
    expect(lowerBound(p).bins).toBe(12_500)
  })
})

describe('packingGap', () => {
  const firstFitDecreasing = createPacker('first-fit-decreasing')

  // FFD on 60 x 3: 3 bins of 5, bound 3. On 44 24 24 22 21 17 8 8 6 6 in 61 (sum 180): 4 bins, L1 = L2 = 3: 4/3 - 1.
  test('used / bound - 1 and cost / bound - 1: 3 of 3 bins, then 4 of 3', () => {
    const full = problem(
      [60, 60, 60].map((cpu) => ({ cpu })),
      [],
      [{ cpu: 100, price: 5 }],
    )
    expect(packingGap(full, firstFitDecreasing.pack(full))).toEqual({ used: 3, cost: 15, bound: { bins: 3, cost: 15 }, gap: 0, costGap: 0 })
    const anomaly = line([44, 24, 24, 22, 21, 17, 8, 8, 6, 6], 61)
    expect(packingGap(anomaly, firstFitDecreasing.pack(anomaly)).gap).toBeCloseTo(4 / 3 - 1, 12)
  })

  test('pods that were left over do not count', () => {
    const p = problem([{ cpu: 60 }, { cpu: 900 }], [{ cpu: 100 }], [])
    const packing = firstFitDecreasing.pack(p)
    expect(packing.bin[1]).toBe(NONE)
    expect(packingGap(p, packing)).toMatchObject({ used: 1, gap: 0, cost: 0, costGap: 0 })
  })

  test('never below 0', () => {
    fc.assert(
      fc.property(anyProblem, (p) => {
        const { gap, costGap } = packingGap(p, firstFitDecreasing.pack(p))
        expect(gap).toBeGreaterThanOrEqual(0)
        expect(costGap).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300, seed: 24 },
    )
  })
})
