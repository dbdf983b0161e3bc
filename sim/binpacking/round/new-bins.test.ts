/** Types of new bins with prices, and right-sizing: worked by hand, and against the cheapest of all packings. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { optimum } from '../bounds/exhaustive.fixture.ts'
import { verifyPacking } from '../index.ts'
import { createPacker, names } from '../packers.fixture.ts'
import type { Packing, PackingProblem } from '../policy.ts'
import { problem, type Type } from '../problem.fixture.ts'
import { anyProblem, smallProblem } from '../random-problem.fixture.ts'

const cores = (...sizes: number[]): { cpu: number }[] => sizes.map((cpu) => ({ cpu }))
const costOf = (p: PackingProblem, { opened }: Packing): number => opened.reduce((cost, type) => cost + p.types[type].price, 0)

//                    tiny                    small                    large                    huge
const types: Type[] = [
  { cpu: 6, price: 9 },
  { cpu: 8, price: 10 },
  { cpu: 16, price: 18 },
  { cpu: 64, price: 100 },
]

describe('the type of a new bin, for a pod of 6 cores with two of 1 core unplaced', () => {
  // Pods of 6 held by an empty bin, at most 3 counted: tiny 1, small 1, large 2, huge 3: 9, 10, 18/2 = 9, 33.3 each. Tiny and large tie,
  // large holds more.
  // Price: tiny; the two small pods then need another tiny.
  // Size of the pods that it holds: tiny 6, all others 8: 9/6 = 1.5, 10/8 = 1.25, 18/8 = 2.25, 12.5.
  // Free size: huge.
  test.each([
    ['price-per-pod', [2], 18],
    ['cheapest', [0, 0], 18],
    ['price-per-size', [1], 10],
    ['largest', [3], 100],
  ])('%s: types %j, for %i', (newBins, opened, cost) => {
    const p = problem(cores(6, 1, 1), [], types)
    for (const name of names) {
      const packing = createPacker(name, { newBins }).pack(p)
      expect([name, ...packing.opened]).toEqual([name, ...opened])
      expect(costOf(p, packing)).toBe(cost)
    }
    expect(optimum(p)!.cost).toBe(10)
  })

  test('a type at its limit, or that refuses the pod, is no choice for any rule', () => {
    const p = problem(
      [{ cpu: 6, kind: 'a' }, { cpu: 1 }],
      [],
      [
        { cpu: 64, price: 1, limit: 0 },
        { cpu: 32, price: 2, refuses: ['a'] },
        { cpu: 16, price: 30 },
      ],
    )
    for (const newBins of ['price-per-pod', 'cheapest', 'price-per-size', 'largest'])
      expect(createPacker('first-fit', { newBins }).pack(p).opened).toEqual([2])
  })

  test('ties: cheapest takes the one that holds more, largest the cheaper one, then the lowest row', () => {
    const p = (...list: Type[]): PackingProblem => problem(cores(1, 1), [], list)
    expect(
      createPacker('first-fit', { newBins: 'cheapest' }).pack(p({ cpu: 1, price: 5 }, { cpu: 2, price: 5 }, { cpu: 2, price: 5 })).opened,
    ).toEqual([1])
    expect(
      createPacker('first-fit', { newBins: 'largest' }).pack(p({ cpu: 4, price: 5 }, { cpu: 4, price: 3 }, { cpu: 4, price: 3 })).opened,
    ).toEqual([1])
  })

  // The largest bin of each resource: 10 cores, 100 bytes. (10, 20): l1 1.2, l-infinity 1; (6, 80): l1 1.4, l-infinity 0.8; (1, 100) is not
  // wider: l1 1.1.
  test('the size is the one the pods are measured by: largest by l1 is (6, 80), by l-infinity (10, 20)', () => {
    const p = problem(
      [{ cpu: 1, memory: 1 }],
      [],
      [
        { cpu: 10, memory: 20 },
        { cpu: 6, memory: 80 },
        { cpu: 1, memory: 100, refuses: [''] },
      ],
    )
    const opened = (size: string): readonly number[] =>
      createPacker('best-fit', { newBins: 'largest', size, weights: 'equal' }).pack(p).opened
    expect(opened('l1')).toEqual([1])
    expect(opened('l-infinity')).toEqual([0])
  })
})

describe('right-sizing', () => {
  test.each([
    ['price-per-pod', 10],
    ['cheapest', 18],
    ['price-per-size', 10],
    ['largest', 10],
  ])('after %s the bin with 8 cores becomes a small one: cost %i', (newBins, cost) => {
    const p = problem(cores(6, 1, 1), [], types)
    expect(costOf(p, createPacker('first-fit-decreasing', { newBins, rightSizing: true }).pack(p))).toBe(cost)
  })

  test('limits hold: one small bin is to be had, the second large one stays; and what a bin leaves may be taken again', () => {
    const large = { cpu: 16, price: 18 }
    const one = problem(
      cores(8, 8),
      [],
      [
        { ...large, pods: 1 },
        { cpu: 8, price: 10, limit: 1 },
      ],
    )
    expect(createPacker('first-fit', { newBins: 'largest', rightSizing: true }).pack(one).opened).toEqual([1, 0])
    // Largest: 8 into the large one (one is to be had), 5 into the small one (likewise). The large one stays, as the small one is taken;
    // the small one becomes tiny. Not the other way round.
    const chain = problem(
      cores(14, 5),
      [],
      [
        { ...large, limit: 1 },
        { cpu: 8, price: 10, limit: 1 },
        { cpu: 6, price: 9 },
      ],
    )
    expect(createPacker('first-fit', { newBins: 'largest', rightSizing: true }).pack(chain).opened).toEqual([0, 2])
  })

  test('devices move along: two shares on devices 0 and 1 of two go to the one device of a cheaper type', () => {
    const p = problem(
      [
        { gpus: 1, gpuMilli: 600 },
        { gpus: 1, gpuMilli: 400 },
      ],
      [],
      [
        { devices: [1000, 1000], price: 5 },
        { devices: [1000], price: 3 },
      ],
    )
    const packing = createPacker('first-fit', { newBins: 'largest', rightSizing: true }).pack(p)
    expect(packing.opened).toEqual([1])
    expect([...packing.deviceMask!]).toEqual([1, 1])
  })

  test.each(names)(
    '%s: the same bins, never dearer, still a packing; and no bin has a type for which a cheaper one without limit would do',
    (name) => {
      let cheaper = 0
      fc.assert(
        fc.property(anyProblem, fc.constantFrom('price-per-pod', 'cheapest', 'price-per-size', 'largest'), (p, newBins) => {
          const before = createPacker(name, { newBins }).pack(p)
          const after = createPacker(name, { newBins, rightSizing: true }).pack(p)
          expect(verifyPacking(p, after)).toEqual([])
          expect([...after.bin]).toEqual([...before.bin])
          expect(costOf(p, after)).toBeLessThanOrEqual(costOf(p, before))
          if (costOf(p, after) < costOf(p, before)) cheaper++
          after.opened.forEach((type, k) => {
            p.types.forEach((other, t) => {
              if (other.price >= p.types[type].price || other.limit !== Infinity) return
              const items = Array.from(after.bin.keys()).filter((item) => after.bin[item] === p.bins + k)
              if (items.some((item) => p.classes.gpus[p.podClass[item]] > 0)) return
              const fits =
                items.every((item) => other.admits(p.podClass[item])) &&
                other.capacity.every((amount, r) => items.reduce((sum, item) => sum + p.classes.request[r][p.podClass[item]], 0) <= amount)
              expect(fits, `bin ${k} has type ${type}, ${t} would do`).toBe(false)
            })
          })
        }),
        { numRuns: 200, seed: 51 },
      )
      expect(cheaper).toBeGreaterThan(0)
    },
  )
})

describe('cost against the cheapest of all packings (at most 7 pods)', () => {
  test.each(names)('%s: no rule is below the optimum, and price-per-size with right-sizing reaches it more often than not', (name) => {
    let solved = 0
    let reached = 0
    fc.assert(
      fc.property(smallProblem, fc.constantFrom('price-per-pod', 'cheapest', 'largest'), (p, newBins) => {
        const best = createPacker(name, { newBins: 'price-per-size', rightSizing: true }).pack(p)
        const other = createPacker(name, { newBins }).pack(p)
        if (best.leftOver > 0 || other.leftOver > 0) return
        const { cost } = optimum(p)!
        expect(costOf(p, other)).toBeGreaterThanOrEqual(cost)
        expect(costOf(p, best)).toBeGreaterThanOrEqual(cost)
        solved++
        if (costOf(p, best) === cost) reached++
      }),
      { numRuns: 300, seed: 52 },
    )
    expect(solved).toBeGreaterThan(50)
    expect(reached).toBeGreaterThan(solved / 2)
  })

  // 3 + 3 of 6 for 9, twice; 2 + 4 of 6: every bin is full, and 9/6 = 1.5 a core is the lowest price: 18 cores * 1.5 = 27 is the bound and
  // the cost.
  test('reached: full bins of the type with the lowest price per core', () => {
    const p = problem(
      cores(3, 4, 3, 2, 3, 3),
      [],
      [
        { cpu: 6, price: 9 },
        { cpu: 4, price: 7 },
      ],
    )
    for (const name of ['first-fit-decreasing', 'best-fit-decreasing', 'dot-product', 'norm-greedy'])
      expect(costOf(p, createPacker(name, { newBins: 'price-per-size' }).pack(p))).toBe(27)
    expect(optimum(p)!.cost).toBe(27)
  })
})
