import { describe, expect, it } from 'vitest'
import { hashOfBits } from './bits.fixture.ts'
import { Streams } from './stream.ts'
import type { RandomStream } from './stream.ts'

const draws = (stream: RandomStream, n: number): Float64Array => Float64Array.from({ length: n }, () => stream.next())

function correlation(x: Float64Array, y: Float64Array): number {
  const mean = (a: Float64Array): number => a.reduce((s, v) => s + v, 0) / a.length
  const [mx, my] = [mean(x), mean(y)]
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mx) * (y[i] - my)
    xx += (x[i] - mx) * (x[i] - mx)
    yy += (y[i] - my) * (y[i] - my)
  }
  return xy / Math.sqrt(xx * yy)
}

/** Kolmogorov–Smirnov distance to the uniform distribution, times √n: above 1.95 once in a thousand samples (quantile of the limit distribution). */
function distance(values: Float64Array): number {
  const sorted = values.slice().sort()
  let largest = 0
  sorted.forEach((u, i) => (largest = Math.max(largest, u - i / sorted.length, (i + 1) / sorted.length - u)))
  return largest * Math.sqrt(sorted.length)
}

// |r| √n is about standard normal: above 3.3 once in a thousand.
const unrelated = (x: Float64Array, y: Float64Array): void => expect(Math.abs(correlation(x, y)) * Math.sqrt(x.length)).toBeLessThan(3.3)

describe('named streams', () => {
  const streams = new Streams(7, 0)
  const n = 20_000

  it('the same name gives the same draws, in whatever order streams are created; seed 7 is seed "7"', () => {
    const first = draws(streams.stream('arrivals'), 100)
    draws(streams.stream('other'), 10)
    expect(draws(streams.stream('arrivals'), 100)).toEqual(first)
    expect(draws(new Streams('7', 0).stream('arrivals'), 100)).toEqual(first)
  })

  it('other names, seeds and replications give other, unrelated draws', () => {
    const mine = draws(streams.stream('arrivals'), n)
    for (const other of [
      streams.stream('arrival'),
      streams.stream('arrivals/2'),
      new Streams(8, 0).stream('arrivals'),
      new Streams(7, 1).stream('arrivals'),
    ])
      unrelated(mine, draws(other, n))
  })

  it('names that are equal when concatenated are different streams: ("a", 1, "2b") and ("a", 12, "b"), ("a/1", 2, …)', () => {
    const firsts = [
      new Streams('a', 1).stream('2b'),
      new Streams('a', 12).stream('b'),
      new Streams('a1', 2).stream('b'),
      new Streams('a', 1).stream('"2b'),
      new Streams('a","1', 1).stream('2b'),
    ].map((s) => s.next())
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it('uniform: Kolmogorov–Smirnov, mean 1/2 and variance 1/12, no lag-1 correlation', () => {
    const values = draws(streams.stream('uniform'), 200_000)
    expect(distance(values)).toBeLessThan(1.95)
    unrelated(values.subarray(1), values.subarray(0, -1))
    expect(values.every((u) => u >= 0 && u < 1)).toBe(true)
  })

  it('the first draws of neighbouring replications are uniform and unrelated (seedrandom issue 84 is a generator that fails this)', () => {
    const firsts = Float64Array.from({ length: n }, (_, replication) => new Streams('run', replication).stream('arrivals').next())
    expect(distance(firsts)).toBeLessThan(1.95)
    unrelated(firsts.subarray(1), firsts.subarray(0, -1))
  })

  it('uses 53 bits: multiples of 2^-53 that are not multiples of 2^-32 or 2^-52', () => {
    const values = draws(streams.stream('bits'), 1000)
    expect(values.every((u) => Number.isInteger(u * 2 ** 53))).toBe(true)
    // Each of the lowest bits is set in about half of the draws: 500 ± 3.3 √250.
    const odd = values.filter((u) => (u * 2 ** 53) % 2 === 1).length
    expect(Math.abs(odd - 500)).toBeLessThan(52)
  })

  it('int(n) takes each value about equally often: χ² of 7 cells below 22.5 (6 degrees of freedom, 0.1 %)', () => {
    const stream = streams.stream('int')
    const counts = new Float64Array(7)
    for (let i = 0; i < 70_000; i++) counts[stream.int(7)]++
    expect(counts.reduce((chi, count) => chi + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.5)
    expect(new Set(Array.from({ length: 50 }, () => stream.int(1)))).toEqual(new Set([0]))
  })

  it('has the recorded bits', () => {
    // Recorded from this generator: detects changes, not wrong values.
    expect(hashOfBits(draws(new Streams(1, 2).stream('frozen'), 1000))).toBe('8316fb5d')
    const keyed = new Streams(1, 2).keyed('frozen')
    expect(hashOfBits(Float64Array.from({ length: 1000 }, (_, i) => keyed.at(i, i % 7)))).toBe('c30bbe2e')
  })
})

describe('keyed streams', () => {
  const keyed = new Streams(7, 0).keyed('backoff')
  const n = 20_000

  it('depend on the pair alone, not on earlier draws', () => {
    const first = keyed.at(12, 3)
    keyed.at(13, 3)
    expect(keyed.at(12, 3)).toBe(first)
    expect(new Streams(7, 0).keyed('backoff').at(12, 3)).toBe(first)
    const others = [
      keyed.at(3, 12),
      keyed.at(12, 4),
      keyed.at(13, 3),
      keyed.at(12 + 2 ** 32, 3),
      new Streams(7, 1).keyed('backoff').at(12, 3),
      new Streams(7, 0).keyed('start').at(12, 3),
    ]
    expect(new Set([first, ...others]).size).toBe(7)
  })

  it('uniform along i and along j, and neighbours unrelated: (i, j) with (i + 1, j), (i, j + 1), (i + 2^32, j), and another purpose', () => {
    const along = (f: (k: number) => number): Float64Array => Float64Array.from({ length: n }, (_, k) => f(k))
    const base = along((i) => keyed.at(i, 0))
    const other = new Streams(7, 0).keyed('start')
    expect(distance(base)).toBeLessThan(1.95)
    expect(distance(along((j) => keyed.at(5, j)))).toBeLessThan(1.95)
    for (const next of [
      along((i) => keyed.at(i + 1, 0)),
      along((i) => keyed.at(i, 1)),
      along((i) => keyed.at(i + 2 ** 32, 0)),
      along((i) => other.at(i, 0)),
      along((i) => keyed.at(0, i)),
    ])
      unrelated(base.subarray(1), next.subarray(1))
  })
})
