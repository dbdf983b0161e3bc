/**
 * What each size and each weight decides, worked by hand. Bins of (1000m, 100 bytes): a share in percent is a tenth of the millicores, or
 * the bytes.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bins } from './round/bins.ts'
import { createPacker } from './packers.fixture.ts'
import { Measure, type SizeName, type WeightsName } from './round/measure.ts'
import { decreasing } from './item-centric/item-centric.ts'
import { problem, type Bin, type Pod } from './problem.fixture.ts'
import { anyProblem } from './random-problem.fixture.ts'
import { classesOf, Unplaced } from './round/unplaced.ts'

const percent = (cpu: number, memory: number): { cpu: number; memory: number } => ({ cpu: 10 * cpu, memory })
const whole = percent(100, 100)

/** No two pods of more than half the CPU share a bin, so the bin's row is the pod's place in the order. */
function orderOf(pods: readonly Pod[], values: Record<string, string>): string {
  const p = problem(
    pods,
    pods.map(() => whole),
    [],
  )
  const { bin } = createPacker('first-fit-decreasing', values).pack(p)
  const names = [...'ABCDEF']
  return [...bin]
    .map((row, item) => ({ row, name: names[item] }))
    .sort((a, b) => a.row - b.row)
    .map(({ name }) => name)
    .join('')
}

describe('size: the order of pods', () => {
  // shares        sum   sum of squares   largest   product
  // A (60, 60)    120        7200           60       3600
  // B (90, 20)    110        8500           90       1800
  // C (75, 47)    122        7834           75       3525
  // D (88, 48)    136       10048           88       4224
  const pods = [percent(60, 60), percent(90, 20), percent(75, 47), percent(88, 48)]
  test.each<[SizeName, string]>([
    ['l1', 'DCAB'],
    ['l2', 'DBCA'],
    ['l-infinity', 'BDCA'],
    ['product', 'DACB'],
  ])('%s puts A (60, 60), B (90, 20), C (75, 47), D (88, 48) in the order %s', (size, order) => {
    expect(orderOf(pods, { size })).toBe(order)
  })

  test('the product of a pod that does not request a resource is 0: (99, 0) after (51, 1)', () => {
    expect(orderOf([percent(99, 0), percent(51, 1)], { size: 'product' })).toBe('BA')
    expect(orderOf([percent(99, 0), percent(51, 1)], { size: 'l1' })).toBe('AB')
  })

  // Average demand: CPU (60 + 52 + 100) / 3 = 70.7, memory (30 + 40) / 3 = 23.3.
  // A (60, 30): 90 equally, 0.707 * 60 + 0.233 * 30 = 49.4; B (52, 40): 92, 36.7 + 9.3 = 46.1; C (100, 0): 100, 70.7.
  test.each<[WeightsName, string]>([
    ['equal', 'CBA'],
    ['average-demand', 'CAB'],
  ])(
    'weights %s: C (100, 0), then A (60, 30) and B (52, 40) in the order %s: the resource with the most demand has the most weight',
    (weights, order) => {
      expect(orderOf([percent(60, 30), percent(52, 40), percent(100, 0)], { weights })).toBe(order)
    },
  )
})

describe('size: the free size of bins', () => {
  const a = percent(60, 60)
  const b = percent(90, 20)
  const c = percent(75, 47)
  const d = percent(88, 48)
  /** The bin of a pod of (1, 1); the type is only the largest bin (100, 100). */
  const chosen = (name: string, bins: readonly Bin[], size: SizeName): number =>
    createPacker(name, { size }).pack(problem([percent(1, 1)], bins, [whole])).bin[0]
  test.each<[string, readonly Bin[], SizeName, SizeName]>([
    ['B (90, 20) and A (60, 60)', [b, a], 'l1', 'l2'], // 110 < 120, 8500 > 7200
    ['B (90, 20) and D (88, 48)', [b, d], 'l2', 'l-infinity'], // 8500 < 10048, 90 > 88
    ['A (60, 60) and C (75, 47)', [a, c], 'l1', 'product'], // 120 < 122, 3600 > 3525
    ['A (60, 60) and B (90, 20)', [a, b], 'l-infinity', 'product'], // 60 < 90, 3600 > 1800
  ])('of %s %j the first has the smaller free size by %s, the second by %s', (_bins, bins, first, second) => {
    for (const [best, worst] of [
      ['best-fit', 'worst-fit'],
      ['best-fit-decreasing', 'worst-fit-decreasing'],
    ]) {
      expect(chosen(best, bins, first)).toBe(0)
      expect(chosen(worst, bins, first)).toBe(1)
      expect(chosen(best, bins, second)).toBe(1)
      expect(chosen(worst, bins, second)).toBe(0)
    }
  })

  // Free sizes of B (90, 20), A (60, 60) for a pod of (30, 3): weights 0.3 and 0.03. B: 27 + 0.6, A: 18 + 1.8: now A is fuller.
  test('weights: where pods request CPU, the bin with more of it has the larger free size', () => {
    const chosenBy = (weights: WeightsName): number =>
      createPacker('best-fit', { weights }).pack(problem([percent(30, 3)], [b, a], [whole])).bin[0]
    expect(chosenBy('equal')).toBe(0)
    expect(chosenBy('average-demand')).toBe(1)
  })
})

describe('every measure', () => {
  const measures = fc.tuple(
    fc.constantFrom<SizeName>('l1', 'l2', 'l-infinity', 'product'),
    fc.constantFrom<WeightsName>('equal', 'average-demand'),
  )

  test('a pod never has a larger size than the free size of a bin it fits in', () => {
    fc.assert(
      fc.property(anyProblem, measures, (p, [size, weights]) => {
        const measure = new Measure(size, weights)
        const classes = classesOf(p)
        measure.reset(p, classes)
        const bins = new Bins()
        bins.reset(p, measure)
        for (const row of classes)
          for (let bin = 0; bin < p.bins; bin++) if (bins.fits(row, bin)) expect(measure.size(row)).toBeLessThanOrEqual(bins.freeSize(bin))
      }),
      { numRuns: 500, seed: 41 },
    )
  })

  test('decreasing order is a stable sort of the pods by size', () => {
    fc.assert(
      fc.property(anyProblem, measures, (p, [size, weights]) => {
        const measure = new Measure(size, weights)
        const classes = classesOf(p)
        measure.reset(p, classes)
        const sorted = Array.from({ length: p.items }, (_, item) => item).sort(
          (a, b) => measure.size(p.podClass[b]) - measure.size(p.podClass[a]),
        )
        expect([...decreasing(p, new Unplaced(p, measure, classes))]).toEqual(sorted)
      }),
      { numRuns: 500, seed: 42 },
    )
  })
})
