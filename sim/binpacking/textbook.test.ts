/** Published instances and bounds. One dimension: CPU; there is enough of every other resource. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NONE } from '../common/ids.ts'
import { continuousBound, firstFitInOrder, packingGap, verifyPacking } from './index.ts'
import { createPacker } from './packers.fixture.ts'
import type { Packer, Packing, PackingProblem } from './policy.ts'
import { line, problem } from './problem.fixture.ts'

const firstFitDecreasing = createPacker('first-fit-decreasing')
const bestFitDecreasing = createPacker('best-fit-decreasing')

/** Sizes by bin, in order of opening; each bin from the largest down. */
function contents(p: PackingProblem, packing: Packing): number[][] {
  const bins: number[][] = Array.from({ length: p.bins + packing.opened.length }, () => [])
  packing.bin.forEach((bin, item) => {
    if (bin !== NONE) bins[bin].push(p.classes.cpu[p.podClass[item]])
  })
  return bins.map((sizes) => sizes.sort((a, b) => b - a))
}
const packed = (packer: Packer, p: PackingProblem): number[][] => contents(p, packer.pack(p))
const times = (count: number, size: number): number[] => Array.from({ length: count }, () => size)

describe('worked by hand', () => {
  // Decreasing 44 24 24 22 21 17 8 8 6 6. In bins of 60: 44+8+8, 24+24+6+6, 22+21+17. In bins of 61: 17 now joins 44, and the last 6 needs
  // a fourth bin.
  // More capacity, more bins: the anomaly of FFD that Coffman, Garey and Johnson 1978 found with MULTIFIT.
  const sizes = [44, 24, 24, 22, 21, 17, 8, 8, 6, 6]

  test('FFD, capacity 60: 3 full bins', () => {
    expect(packed(firstFitDecreasing, line(sizes, 60))).toEqual([
      [44, 8, 8],
      [24, 24, 6, 6],
      [22, 21, 17],
    ])
  })

  test('FFD, capacity 61: 4 bins, one more than with 60', () => {
    expect(packed(firstFitDecreasing, line(sizes, 61))).toEqual([[44, 17], [24, 24, 8], [22, 21, 8, 6], [6]])
  })

  test('BFD, capacity 61: the same, as each time the tightest gap is the first one that fits', () => {
    // 44+17 is full. 24+24 leaves 13, 22+21 leaves 18. 8 into 13 (5 left), 8 into 18 (10 left), 6 into 10 (4 left), 6 in a new bin.
    expect(packed(bestFitDecreasing, line(sizes, 61))).toEqual([[44, 17], [24, 24, 8], [22, 21, 8, 6], [6]])
  })

  test('first and best fit differ: 2 is placed in the first gap, of 5, or in the tightest, of 2', () => {
    const p = problem([{ cpu: 2 }], [{ cpu: 5 }, { cpu: 2 }], [])
    expect(firstFitDecreasing.pack(p).bin[0]).toBe(0)
    expect(bestFitDecreasing.pack(p).bin[0]).toBe(1)
  })

  test('in order of arrival, capacity 10: 4 8 5 1 2 6 needs 3 bins, decreasing order too, sorted up 4', () => {
    // Arrival: 4+5+1 | 8+2 | 6. Decreasing 8 6 5 4 2 1: 8+2 | 6+4 | 5+1. Going up 1 2 4 5 6 8: 1+2+4 | 5 | 6 | 8.
    expect(packed(firstFitInOrder, line([4, 8, 5, 1, 2, 6], 10))).toEqual([[5, 4, 1], [8, 2], [6]])
    expect(packed(firstFitDecreasing, line([4, 8, 5, 1, 2, 6], 10))).toEqual([
      [8, 2],
      [6, 4],
      [5, 1],
    ])
    expect(packed(firstFitInOrder, line([1, 2, 4, 5, 6, 8], 10))).toEqual([[4, 2, 1], [5], [6], [8]])
  })
})

describe('bounds from the literature', () => {
  // Johnson 1973: 6m of 1/2+e, 6m of 1/4+2e, 6m of 1/4+e, 12m of 1/4-2e with e = 1/100: sizes 51, 27, 26, 23 in bins of 100.
  // Optimum 9m: 6m times 51+26+23 = 100 and 3m times 27+27+23+23 = 100. FFD: 6m of 51+27, 2m of 26+26+26, 3m of 23+23+23+23 = 11m.
  test.each([1, 2, 10])('FFD and BFD reach 11/9 of the optimum on the worst case of Johnson 1973, m = %i', (m) => {
    const p = line([...times(6 * m, 51), ...times(6 * m, 27), ...times(6 * m, 26), ...times(12 * m, 23)], 100)
    expect(firstFitDecreasing.pack(p).opened.length).toBe(11 * m)
    expect(bestFitDecreasing.pack(p).opened.length).toBe(11 * m)
    expect(continuousBound(p).bins).toBe(9 * m)
    expect(packingGap(p, firstFitDecreasing.pack(p)).gap).toBeCloseTo(11 / 9 - 1, 12)
  })

  // 18 each of 1/7+e, 1/3+e, 1/2+e, in this order; in bins of 42000: 6001, 14001, 21001. The optimum is 18: one of each is 41003.
  // First fit: 3 bins of six small, 9 of two middle, 18 of one large, 30 = 5/3 of the optimum (Johnson, Demers, Ullman, Garey and Graham
  // 1974).
  test('first fit in order of arrival takes 5/3 of the optimum, decreasing order the optimum', () => {
    const p = line([...times(18, 6001), ...times(18, 14001), ...times(18, 21001)], 42000)
    expect(firstFitInOrder.pack(p).opened.length).toBe(30)
    expect(firstFitDecreasing.pack(p).opened.length).toBe(18)
  })

  /** Bins of 1000 cut into pieces without waste: the optimum is their number. */
  const perfect = fc
    .array(fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 6, size: 'max' }), {
      minLength: 1,
      maxLength: 40,
      size: 'max',
    })
    .map((cuts) => ({
      optimum: cuts.length,
      sizes: cuts.flatMap((pieces) => {
        const sizes: number[] = []
        let left = 1000
        for (const piece of pieces) {
          if (piece >= left) break
          sizes.push(piece)
          left -= piece
        }
        return [...sizes, left]
      }),
    }))

  test.each([['first-fit-decreasing'], ['best-fit-decreasing']])(
    '%s: bins <= 11/9 OPT + 6/9 (Dosa 2007; BFD: Johnson 1973), where OPT is known by construction',
    (name) => {
      const packer = createPacker(name)
      fc.assert(
        fc.property(perfect, ({ optimum, sizes }) => {
          const p = line(sizes, 1000)
          const bins = packer.pack(p).opened.length
          expect(continuousBound(p).bins).toBe(optimum)
          expect(bins).toBeGreaterThanOrEqual(optimum)
          expect(9 * bins).toBeLessThanOrEqual(11 * optimum + 6)
        }),
        { numRuns: 300, seed: 1 },
      )
    },
  )

  test('first fit in any order: bins <= floor(1.7 OPT) (Dosa and Sgall 2013)', () => {
    fc.assert(
      fc.property(perfect, ({ optimum, sizes }) => {
        expect(10 * firstFitInOrder.pack(line(sizes, 1000)).opened.length).toBeLessThanOrEqual(17 * optimum)
      }),
      { numRuns: 300, seed: 2 },
    )
  })

  test('sizes that divide one another (Coffman, Garey and Johnson 1987): FFD needs ceil(sum / capacity), and so does BFD', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 2, 4, 8, 16, 32, 64), { minLength: 1, maxLength: 300, size: 'max' }), (sizes) => {
        const p = line(sizes, 64)
        const optimum = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 64)
        expect(firstFitDecreasing.pack(p).opened.length).toBe(optimum)
        expect(bestFitDecreasing.pack(p).opened.length).toBe(optimum)
      }),
      { numRuns: 100, seed: 3 },
    )
  })
})

describe('vectors', () => {
  test('size is the sum of shares: (500m, 1 GiB) of 1000m and 8 GiB is 5/8, before (600m, 0) with 3/5', () => {
    const gib = 2 ** 30
    // Bins of 1000m and 8 GiB. 0.5 + 0.125 = 0.625 > 0.6: the second pod is placed first, in bin 0.
    const p = problem(
      [{ cpu: 600 }, { cpu: 500, memory: gib }],
      [
        { cpu: 1000, memory: 8 * gib },
        { cpu: 1000, memory: 8 * gib },
      ],
      [],
    )
    expect([...firstFitDecreasing.pack(p).bin]).toEqual([1, 0])
  })

  test('complementary demands share a bin: 4 of (900m, 1) and 4 of (100m, 9) of (1000m, 10) fill 4 bins', () => {
    const p = problem(
      [...Array.from({ length: 4 }, () => ({ cpu: 900, memory: 1 })), ...Array.from({ length: 4 }, () => ({ cpu: 100, memory: 9 }))],
      [],
      [{ cpu: 1000, memory: 10 }],
    )
    for (const packer of [firstFitDecreasing, bestFitDecreasing]) {
      const packing = packer.pack(p)
      expect(packing.opened.length).toBe(4)
      expect(packingGap(p, packing).gap).toBe(0)
    }
  })

  test('the count of pods and a named resource bind like any other: 7 pods at 3 a bin need 3 bins, 5 licences at 1 a bin 5', () => {
    expect(
      firstFitDecreasing.pack(
        problem(
          times(7, 0).map(() => ({ cpu: 1 })),
          [],
          [{ pods: 3 }],
        ),
      ).opened.length,
    ).toBe(3)
    expect(
      bestFitDecreasing.pack(
        problem(
          times(5, 0).map(() => ({ named: [1] })),
          [],
          [{ named: [1] }],
        ),
      ).opened.length,
    ).toBe(5)
  })

  test('shares take the tightest device, whole devices are taken from the lowest index', () => {
    // Devices have 700, 400 and 1000 free. The whole one takes device 2, 600 takes device 0 (100 left), 300 then fits device 1 only.
    const p = problem([{ gpus: 1, gpuMilli: 300 }, { gpus: 1, gpuMilli: 600 }, { gpus: 1 }], [{ devices: [700, 400, 1000] }], [])
    for (const packer of [firstFitDecreasing, bestFitDecreasing]) {
      const { bin, deviceMask } = packer.pack(p)
      expect([...bin]).toEqual([0, 0, 0])
      expect([...deviceMask!]).toEqual([0b010, 0b001, 0b100])
    }
  })

  test('decreasing order saves a device: 300 300 700 700 fill two, where the order of arrival strands the last', () => {
    const p = problem(
      [300, 300, 700, 700].map((gpuMilli) => ({ gpus: 1, gpuMilli })),
      [{ devices: [1000, 1000] }],
      [],
    )
    expect(firstFitDecreasing.pack(p).leftOver).toBe(0)
    expect(firstFitInOrder.pack(p).leftOver).toBe(1)
    expect(verifyPacking(p, firstFitDecreasing.pack(p))).toEqual([])
  })
})

describe('new bins', () => {
  test('the cheapest per pod that it would hold: 4 for 3.0 (0.75 each) before 1 for 1.0, and 1 for 1.0 for the last one alone', () => {
    const p = problem(
      times(5, 0).map(() => ({ cpu: 1000 })),
      [],
      [
        { cpu: 1000, price: 1_000_000 },
        { cpu: 4000, price: 3_000_000 },
      ],
    )
    expect(firstFitDecreasing.pack(p).opened).toEqual([1, 0])
  })

  test('equal price per pod: the one that holds more; equal in this, too: the lowest row', () => {
    const pods = times(4, 0).map(() => ({ cpu: 1000 }))
    expect(firstFitDecreasing.pack(problem(pods, [], [{ cpu: 1000 }, { cpu: 2000 }, { cpu: 2000 }])).opened).toEqual([1, 1])
  })

  test('a type at its limit is passed over, and what nothing takes is left over', () => {
    const p = problem(
      [...times(3, 0).map(() => ({ cpu: 1000 })), { cpu: 9000 }],
      [],
      [
        { cpu: 1000, limit: 1 },
        { cpu: 1500, price: 5, limit: 1 },
      ],
    )
    const packing = bestFitDecreasing.pack(p)
    expect(packing.opened).toEqual([0, 1])
    expect([...packing.bin]).toEqual([0, 1, NONE, NONE])
    expect(packing.leftOver).toBe(2)
  })

  test('existing bins are tried first, even when a new one would be the better fit', () => {
    const p = problem([{ cpu: 1000 }], [{ cpu: 8000 }], [{ cpu: 1000 }])
    for (const packer of [firstFitDecreasing, bestFitDecreasing]) expect(packer.pack(p)).toMatchObject({ opened: [], leftOver: 0 })
  })
})

describe('continuous bound', () => {
  // CPU: 7 * 600 = 4200 of 1000 -> 5 bins. Memory: 7 * 3 = 21 of 4 -> 6 bins. Pods: 7 of 5 -> 2. The largest: 6.
  test('ceil(sum / capacity) over resources, the largest: 5, 6 and 2 give 6', () => {
    const p = problem(
      times(7, 0).map(() => ({ cpu: 600, memory: 3 })),
      [],
      [{ cpu: 1000, memory: 4, pods: 5 }],
    )
    expect(continuousBound(p).bins).toBe(6)
  })

  // 4200m. Existing rooms 2000 and 500, types 1000 (price 10) and 3000 (price 20). Fewest bins: 3000 + 3000 -> 2.
  // Cost: existing hold 2500 for nothing, 1700 are left; the cheapest millicore is 20/3000: 11.33, whole micro-dollars below: 11.
  test('largest bins first for the count, cheapest capacity first for the cost', () => {
    const p = problem(
      times(7, 0).map(() => ({ cpu: 600 })),
      [{ cpu: 2000 }, { cpu: 500 }],
      [
        { cpu: 1000, price: 10 },
        { cpu: 3000, price: 20 },
      ],
    )
    expect(continuousBound(p)).toEqual({ bins: 2, cost: 11 })
  })

  // 1.5 devices' worth of shares and a whole one: 2500 milli of 2 devices a node -> 2 nodes.
  test('GPU devices are one more resource: 2500 milli of 2000 a node need 2 nodes', () => {
    const p = problem([{ gpus: 1, gpuMilli: 700 }, { gpus: 1, gpuMilli: 800 }, { gpus: 1 }], [], [{ devices: [1000, 1000] }])
    expect(continuousBound(p).bins).toBe(2)
  })

  test('what cannot be held at all has no finite bound, and nothing needs nothing', () => {
    expect(continuousBound(problem([{ cpu: 2000 }], [{ cpu: 500 }], [{ cpu: 1000, limit: 1 }]))).toEqual({ bins: Infinity, cost: Infinity })
    expect(continuousBound(problem([], [], [{ cpu: 1000 }]))).toEqual({ bins: 0, cost: 0 })
  })
})
