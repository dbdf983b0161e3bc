/**
 * The two classes of instances by Falkenauer 1996 (A hybrid grouping genetic algorithm for bin packing), as in the OR-Library. The 80
 * published uniform instances are not in this tree; these are drawn by the same recipe, so results for the published ones must hold for
 * these within the interval of twenty draws.
 */
import { describe, expect, test } from 'vitest'
import { Streams } from '../random/stream.ts'
import { martelloTothBound, verifyPacking } from './index.ts'
import { createPacker, names } from './packers.fixture.ts'
import { line } from './problem.fixture.ts'

const DRAWS = 20
const draws = Array.from({ length: DRAWS }, (_, k) => k)

/** Whole sizes from 20 to 100, bins of 150. */
function uniform(n: number, k: number): number[] {
  const stream = new Streams(`u${n}`, k).stream('sizes')
  return Array.from({ length: n }, () => 20 + stream.int(81))
}

/** Triplets that fill a bin of 1000: one of 250 to 499, one that leaves at least 250, and the rest; shuffled. The optimum is n / 3. */
function triplets(n: number, k: number): number[] {
  const stream = new Streams(`t${n}`, k).stream('sizes')
  const sizes: number[] = []
  while (sizes.length < n) {
    const first = 250 + stream.int(250)
    const second = 250 + stream.int(501 - first)
    sizes.push(first, second, 1000 - first - second)
  }
  for (let i = n - 1; i > 0; i--) {
    const j = stream.int(i + 1)
    ;[sizes[i], sizes[j]] = [sizes[j], sizes[i]]
  }
  return sizes
}

const binsOf = (name: string, sizes: readonly number[], capacity: number): number =>
  createPacker(name).pack(line(sizes, capacity)).opened.length

/** Student t, 19 degrees of freedom, 97.5 %. */
const T19 = 2.093

function interval(values: readonly number[]): { low: number; high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1)
  const half = T19 * Math.sqrt(variance / values.length)
  return { low: mean - half, high: mean + half }
}

describe.each([120, 250, 500, 1000])('u%i: 20 to 100 in bins of 150', (n) => {
  const instances = draws.map((k) => uniform(n, k))
  /** Percent above L2, by instance. (On the published ones the best known is above L2 in 5 of 80, by one bin.) */
  const above = (name: string): number[] => instances.map((sizes) => 100 * (binsOf(name, sizes, 150) / martelloTothBound(sizes, 150) - 1))

  // The published instances: FFD and BFD end 1.2 to 1.4 % above the best known, class by class.
  test.each(['first-fit-decreasing', 'best-fit-decreasing'])(
    '%s: the 95 percent interval of its mean excess meets 1.2 to 1.4 percent',
    (name) => {
      const { low, high } = interval(above(name))
      expect(low).toBeLessThan(1.4)
      expect(high).toBeGreaterThan(1.2)
      expect(high - low).toBeLessThan(1)
    },
  )

  test('from most bins to least: next fit decreasing, next fit, worst fit, first fit, best fit, worst fit decreasing, first fit decreasing', () => {
    const order = ['next-fit-decreasing', 'next-fit', 'worst-fit', 'first-fit', 'best-fit', 'worst-fit-decreasing', 'first-fit-decreasing']
    const totals = order.map((name) => above(name).reduce((sum, value) => sum + value, 0))
    for (let i = 1; i < order.length; i++) expect(totals[i], `${order[i]} after ${order[i - 1]}`).toBeLessThan(totals[i - 1])
  })
})

describe.each([60, 120, 249, 501])('t%i: triplets, the optimum is n / 3', (n) => {
  test('L2 finds the optimum, no member does, and FFD takes at most 11/9 of it and 6/9', () => {
    for (const sizes of draws.map((k) => triplets(n, k))) {
      expect(martelloTothBound(sizes, 1000)).toBe(n / 3)
      for (const name of names) expect(binsOf(name, sizes, 1000)).toBeGreaterThan(n / 3)
      expect(9 * binsOf('first-fit-decreasing', sizes, 1000)).toBeLessThanOrEqual((11 * n) / 3 + 6)
    }
  })

  // Decreasing order pairs the largest, and a bin of two large ones cannot take a third, though each is part of a triplet.
  test('the hard class: FFD is ten times as far from the optimum as in the uniform one, more than 12 %', () => {
    const { low } = interval(draws.map((k) => 100 * ((3 * binsOf('first-fit-decreasing', triplets(n, k), 1000)) / n - 1)))
    expect(low).toBeGreaterThan(12)
  })
})

test('the packings counted above are valid, and nothing is left over', () => {
  for (const name of names) {
    for (const [sizes, capacity] of [
      [uniform(250, 0), 150],
      [triplets(249, 0), 1000],
    ] as const) {
      const p = line(sizes, capacity)
      const packing = createPacker(name).pack(p)
      expect(verifyPacking(p, packing)).toEqual([])
      expect(packing.leftOver).toBe(0)
    }
  }
})
