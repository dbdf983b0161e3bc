/** Dot product and norm greedy, worked by hand in bins of (10, 10), and in general against the item-centric members. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEVICES } from '../cluster/views.ts'
import { Streams } from '../random/stream.ts'
import { createPacker, names } from './packers.fixture.ts'
import type { PackingProblem } from './policy.ts'
import { problem } from './problem.fixture.ts'

const square = (pods: readonly (readonly [number, number])[]): PackingProblem =>
  problem(
    pods.map(([cpu, memory]) => ({ cpu, memory })),
    [],
    [{ cpu: 10, memory: 10 }],
  )
const binOf = (name: string, p: PackingProblem, weights = 'equal'): number[] => [...createPacker(name, { weights }).pack(p).bin]

describe('worked by hand', () => {
  // a (3,7) b (8,7) c (3,1) d (2,2) e (1,3). Free (10,10): b has 80 + 70. Then (2,3): e has 2 + 9, d 4 + 6: e, and nothing fits (1,0).
  // Free (10,10): a. Then (7,3): c has 21 + 3, d 14 + 6: c, and d fits (4,2). Two bins. FFD: b | a, c beside a, d beside b, and e finds
  // neither (0,1) nor (4,2).
  test('dot product, equal weights: b e | a c d, where FFD, BFD and norm greedy need three bins', () => {
    const p = square([
      [3, 7],
      [8, 7],
      [3, 1],
      [2, 2],
      [1, 3],
    ])
    expect(binOf('dot-product', p)).toEqual([1, 0, 1, 1, 0])
    for (const name of ['first-fit-decreasing', 'best-fit-decreasing']) expect(createPacker(name).pack(p).opened.length).toBe(3)
    expect(Math.max(...binOf('norm-greedy', p))).toBe(2)
  })

  // a (2,7) b (6,4) c (2,3) d (1,2) e (4,2). Left of (10,10): a (8,3) 73, b (4,6) 52, c 113, d 145, e 100: b. Of (4,6): c (2,3) 13, d (3,4)
  // 25, e (0,4) 16: c. Then d. Next bin: a, e.
  // Dot product: b, then of (4,6) e has 16 + 12, c 8 + 18: e, and (0,4) takes nothing; a with c; d is the third.
  test('norm greedy, equal weights: b c d | a e, where dot product needs three bins', () => {
    const p = square([
      [2, 7],
      [6, 4],
      [2, 3],
      [1, 2],
      [4, 2],
    ])
    expect(binOf('norm-greedy', p)).toEqual([1, 0, 0, 0, 1])
    expect(binOf('dot-product', p)).toEqual([1, 0, 1, 2, 0])
  })

  // a (4,4) b (5,3) c (3,1) d (3,5) e (1,7): average demand (3.2, 4.0). Equal weights: a, b, d, e tie at 80, a is first: a b | d c | e.
  // Weighted, of (10,10): a 28.8, b 28, d 29.6, e 31.2: e. Of (9,3): b 14.4 + 3.6, c 8.6 + 1.2: b. Then d (29.6); of (7,5): a 9.0 + 8.0, c
  // 6.7 + 2: a, then c. Two bins.
  test('weights by average demand: the scarcer memory decides, e b | d a c instead of a b | d c | e', () => {
    const p = square([
      [4, 4],
      [5, 3],
      [3, 1],
      [3, 5],
      [1, 7],
    ])
    expect(binOf('dot-product', p)).toEqual([0, 0, 1, 1, 2])
    expect(binOf('dot-product', p, 'average-demand')).toEqual([1, 0, 1, 1, 0])
  })

  // Average demand (6.2, 2.2) in tens. Equal: a (9,2) leaves 1 + 64 = 65, b (5,5) leaves 50: b. Weighted: a 0.62 * 1 + 0.22 * 64 = 14.7, b
  // 0.62 * 25 + 0.22 * 25 = 21: a.
  test('weights by average demand, norm greedy: CPU is scarce, so (9,2) precedes (5,5)', () => {
    const p = square([
      [5, 5],
      [9, 2],
      [5, 1],
      [6, 1],
      [6, 2],
    ])
    expect(binOf('norm-greedy', p)[0]).toBe(0)
    expect(binOf('norm-greedy', p, 'average-demand')[1]).toBe(0)
  })

  test('existing bins are filled in row order, each until nothing fits; the pod with the larger demand first', () => {
    // Row 0 has (3,3): only (2,2) and (1,1) fit, 2*3+2*3 = 12 first. Row 1 has (9,9): (5,5) and then (4,4).
    const p = problem(
      [
        [1, 1],
        [4, 4],
        [5, 5],
        [2, 2],
      ].map(([cpu, memory]) => ({ cpu, memory })),
      [
        { cpu: 3, memory: 3 },
        { cpu: 9, memory: 9 },
      ],
      [],
    )
    for (const name of ['dot-product', 'norm-greedy']) expect(binOf(name, p)).toEqual([0, 1, 1, 0])
  })

  test('equal affinity: the class whose first pod is earlier; equal pods in pod order', () => {
    const p = problem(
      [
        { cpu: 6, kind: 'a' },
        { cpu: 6, kind: 'b' },
        { cpu: 6, kind: 'a' },
      ],
      [],
      [{ cpu: 10 }],
    )
    expect(binOf('dot-product', p)).toEqual([0, 2, 1])
  })

  // The affinities times 100 are whole numbers; as binary fractions 0.3 + 0.3 is less than 0.2 + 0.4.
  test.each([
    { name: 'dot-product', of: (free: number[], pod: number[]) => free[0] * pod[0] + free[1] * pod[1] },
    {
      name: 'norm-greedy',
      of: (free: number[], pod: number[]) => -((free[0] - pod[0]) * (free[0] - pod[0]) + (free[1] - pod[1]) * (free[1] - pod[1])),
    },
  ])('$name decides as in whole numbers, the first class on ties, though tenths are no binary fractions', ({ name, of }) => {
    const amounts = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    fc.assert(
      fc.property(amounts(4, 10), fc.array(amounts(1, 4), { minLength: 2, maxLength: 8 }), (free, pods) => {
        const p = problem(
          pods.map(([cpu, memory]) => ({ cpu, memory })),
          [{ cpu: free[0], memory: free[1], pods: 1 }],
          [{ cpu: 10, memory: 10, limit: 0 }],
        )
        const affinities = pods.map((pod) => of(free, pod))
        expect(binOf(name, p).indexOf(0)).toBe(affinities.indexOf(Math.max(...affinities)))
      }),
      { numRuns: 2000 },
    )
  })

  test('a type that repeats takes the same devices again: 8 pods of two devices, four nodes', () => {
    const p = problem(
      Array.from({ length: 8 }, () => ({ cpu: 1, gpus: 2 })),
      [],
      [{ devices: Array.from({ length: 4 }, () => 1000) }],
    )
    const { bin, deviceMask } = createPacker('dot-product').pack(p)
    expect([...bin]).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    expect([...deviceMask!].map((mask) => mask.toString(2).padStart(DEVICES, '0'))).toEqual(
      Array.from({ length: 8 }, (_, k) => (k % 2 ? '00001100' : '00000011')),
    )
  })
})

/** Ten instances of 200 pods in bins of 1000 of each resource; demands as drawn by `demand`. */
function instances(name: string, demand: (between: (low: number, high: number) => number) => number[]): PackingProblem[] {
  const draws = new Streams(name, 0).stream('demands')
  const between = (low: number, high: number): number => low + draws.int(high - low + 1)
  return Array.from({ length: 10 }, () => {
    const pods = Array.from({ length: 200 }, () => {
      const [cpu, memory, ...named] = demand(between)
      return { cpu, memory, named }
    })
    return problem(pods, [], [{ cpu: 1000, memory: 1000, named: pods[0].named.map(() => 1000) }])
  })
}

describe('Panigrahy et al. 2011: the bin-centric heuristics need fewer bins than FFD in most classes of instances', () => {
  const total = (list: readonly PackingProblem[], name: string): number =>
    list.reduce((sum, p) => sum + createPacker(name).pack(p).opened.length, 0)

  // Classes 1 and 4 of Caprara and Toth 2001, used there: two resources, uniform. Their gain there is up to about ten percent.
  test.each<[string, (between: (low: number, high: number) => number) => number[]]>([
    ['two resources, 10 to 40 percent each', (between) => [between(100, 400), between(100, 400)]],
    ['two resources, 5 to 20 percent each', (between) => [between(50, 200), between(50, 200)]],
    ['four resources, 5 to 30 percent each', (between) => [1, 2, 3, 4].map(() => between(50, 300))],
    [
      'three resources, much of one and little of the others',
      (between) => {
        const much = between(0, 2)
        return [0, 1, 2].map((r) => (r === much ? between(200, 600) : between(10, 100)))
      },
    ],
  ])(
    '%s: dot product and norm greedy take fewer bins than FFD, up to 10 in 100, FFD and BFD fewer than FF, NF the most',
    (name, demand) => {
      const list = instances(name, demand)
      const decreasing = total(list, 'first-fit-decreasing')
      for (const better of ['dot-product', 'norm-greedy']) {
        expect(total(list, better)).toBeLessThan(decreasing)
        expect(total(list, better)).toBeGreaterThan(0.9 * decreasing)
      }
      const first = total(list, 'first-fit')
      expect(decreasing).toBeLessThan(first)
      expect(total(list, 'best-fit-decreasing')).toBeLessThan(first)
      expect(total(list, 'next-fit')).toBe(
        Math.max(...names.filter((each) => each !== 'next-fit-decreasing').map((each) => total(list, each))),
      )
    },
  )

  // Demands that go against each other, 60 % in all: here the sum of shares already says how hard a pod is to place.
  test('not always: CPU 5 to 55 %, memory the rest to 45 to 60 %: FFD takes fewer', () => {
    const list = instances('against', (between) => {
      const cpu = between(50, 550)
      return [cpu, Math.max(1, 600 - cpu - between(0, 150))]
    })
    expect(total(list, 'first-fit-decreasing')).toBeLessThan(total(list, 'dot-product'))
  })
})
