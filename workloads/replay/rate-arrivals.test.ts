import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import { unitGap } from '../synthetic/arrivals.ts'
import { bundled, open, timesOf, traffic, written } from './replay.fixture.ts'
import { RateArrivals } from './rate-arrivals.ts'
import { bootstrappedSeries, type RateSeries } from './series.ts'
import { surveyReplay } from './survey.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-rates-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MINUTE = 60e6
const DAY = 86_400e6
/** Minutes 0, 1 and 3; minute 2 was not recorded, and nothing came in minute 3. */
const gappy = written(folder, 'gappy.csv', 'minute,requests\n0,40\n1,10\n3,0\n4,200\n')
const series: RateSeries = {
  from: Float64Array.of(0, MINUTE, 3 * MINUTE, 4 * MINUTE),
  to: Float64Array.of(MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE),
  count: Float64Array.of(40, 10, 0, 200),
}

/** The slow obvious twin: Λ as a sum over all pieces, searched from the start for every arrival. */
function naive({ from, to, count }: RateSeries, scale: number, seed: number, arrivals: number): number[] {
  const stream = streams(seed)('arrivals')
  const times: number[] = []
  let units = 0
  for (let k = 0; k < arrivals; k++) {
    units += unitGap(stream)
    let reached = 0
    for (let piece = 0; piece < from.length; piece++) {
      const height = scale * count[piece]
      if (units < reached + height) {
        times.push(Math.round(from[piece] + ((units - reached) / height) * (to[piece] - from[piece])))
        break
      }
      reached += height
    }
  }
  return times
}

describe('Poisson arrivals inside recorded intervals', () => {
  test('arrival k falls where Λ reaches the sum of k unit gaps: the naive inversion', () => {
    for (const scale of [0.5, 1, 7]) {
      const arrivals = timesOf(open(traffic('nasa', gappy, { scale }), 3))
      expect(arrivals.length).toBeGreaterThan(50)
      expect(arrivals).toEqual(naive(series, scale, 3, arrivals.length))
    }
  })

  test('the number in an interval is Poisson with mean scale × count: mean and variance over 2,000 seeds within four standard errors; none in intervals without', () => {
    const scale = 0.5
    const seeds = 2000
    const counts = Array.from({ length: seeds }, (_, seed) => {
      const inside = [0, 0, 0, 0, 0]
      for (const time of timesOf(open(traffic('nasa', gappy, { scale }), seed))) inside[Math.min(4, Math.floor(time / MINUTE))]++
      return inside
    })
    ;[20, 5, 0, 0, 100].forEach((mean, minute) => {
      const found = counts.map((inside) => inside[minute])
      const average = found.reduce((sum, value) => sum + value, 0) / seeds
      const variance = found.reduce((sum, value) => sum + (value - average) * (value - average), 0) / (seeds - 1)
      // Standard errors of mean and variance of a Poisson law: √(m/n) and √((m + 2m²)/n).
      expect(Math.abs(average - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / seeds))
      expect(Math.abs(variance - mean)).toBeLessThanOrEqual(4 * Math.sqrt((mean + 2 * mean * mean) / seeds))
    })
  })

  test('uniform inside an interval: Kolmogorov-Smirnov over 100 seeds, D √n below 1.95 (p = 0.001)', () => {
    const places: number[] = []
    for (let seed = 0; seed < 100; seed++)
      for (const time of timesOf(open(traffic('nasa', gappy), seed))) if (time >= 4 * MINUTE) places.push(time / MINUTE - 4)
    places.sort((a, b) => a - b)
    const distance = places.reduce(
      (most, place, i) => Math.max(most, Math.abs(place - i / places.length), Math.abs(place - (i + 1) / places.length)),
      0,
    )
    expect(distance * Math.sqrt(places.length)).toBeLessThan(1.95)
  })

  test('speedUp divides the times and keeps the random draws; `from` begins inside an interval with the rest of it', () => {
    const plain = timesOf(open(traffic('nasa', gappy), 5))
    const fast = timesOf(open(traffic('nasa', gappy, { speedUp: 4 }), 5))
    expect(fast.length).toBe(plain.length)
    fast.forEach((time, k) => expect(Math.abs(time - plain[k] / 4)).toBeLessThanOrEqual(0.75))
    const seeds = 400
    let early = 0
    let all = 0
    for (let seed = 0; seed < seeds; seed++) {
      const times = timesOf(open(traffic('nasa', gappy, { from: MINUTE / 2 }), seed))
      early += times.filter((time) => time < MINUTE / 2).length
      all += times.length
    }
    // Half of 40 is left of the first minute, and 230 in all.
    expect(Math.abs(early / seeds - 20)).toBeLessThan(4 * Math.sqrt(20 / seeds))
    expect(Math.abs(all / seeds - 230)).toBeLessThan(4 * Math.sqrt(230 / seeds))
  })

  test('rateAt: count × scale × speedUp over the interval, 0 where nothing was recorded', () => {
    const arrivals = new RateArrivals(series, MINUTE / 2, 2, 3, streams(1)('arrivals'))
    // Time t of the run is 30 s + 2 t of the recording: 40 a minute times 2 times 3.
    expect(arrivals.rateAt(0)).toBeCloseTo((40 * 6) / 60, 12)
    expect(arrivals.rateAt(MINUTE / 4)).toBeCloseTo((10 * 6) / 60, 12)
    expect([arrivals.rateAt(MINUTE), arrivals.rateAt(1.5 * MINUTE), arrivals.rateAt(10 * MINUTE)]).toEqual([0, 0, 0])
    expect(arrivals.rateAt(2 * MINUTE)).toBeCloseTo((200 * 6) / 60, 12)
  })

  test('nasa as a whole: 1,891,675 requests on average, one standard deviation is 1,375', () => {
    const source = open(bundled('nasa', { speedUp: 1000 }))
    let count = 0
    while (source.next() < Infinity) count++
    expect(Math.abs(count - 1_891_675)).toBeLessThan(4 * 1375)
    expect(surveyReplay(bundled('nasa'), 39_692 * MINUTE).rate).toBeCloseTo(1_891_675 / (39_692 * 60), 3)
    expect(surveyReplay(bundled('nasa'), 40 * DAY).ends).toBe(39_692 * MINUTE)
  })
})

describe('levels', () => {
  test('a level asks for so many requests a second for each unit: the sum of all series, long samples spread over the cells they cover', () => {
    const file = written(folder, 'level.csv', 'vm,t_s,len_s,cpu_usage_mhz\na,0,300,10\na,300,600,20\nb,150,300,4\n')
    const source = open(traffic('bitbrains', file, { scale: 2 }))
    // Cells of 300 s: 10 + half of 4; 20 + half of 4; 20. Two requests a second for each MHz.
    expect([0, 299e6, 300e6, 600e6, 899e6, 900e6].map((time) => source.rateAt(time))).toEqual([24, 24, 44, 40, 40, 0])
    expect(timesOf(open(bundled('group-size', { speedUp: 1e6 })), 5).length).toBe(5)
  })
})

describe('resampled series', () => {
  const days: RateSeries = {
    from: Float64Array.from({ length: 8 }, (_, i) => (i * DAY) / 2),
    to: Float64Array.from({ length: 8 }, (_, i) => ((i + 1) * DAY) / 2),
    count: Float64Array.from([1, 10, 2, 20, 3, 30, 4, 40]),
  }

  test('whole days come whole: nights stay nights, and every day is as likely as another', () => {
    const stream = streams(11)('bootstrap')
    const seen = new Map<number, number>()
    const draws = 2000
    for (let draw = 0; draw < draws; draw++) {
      const { from, to, count } = bootstrappedSeries(days, { block: DAY }, stream)
      expect([from.length, to[7]]).toEqual([8, 4 * DAY])
      for (let day = 0; day < 4; day++) {
        expect(count[2 * day + 1]).toBe(10 * count[2 * day])
        seen.set(count[2 * day], (seen.get(count[2 * day]) ?? 0) + 1)
      }
    }
    // 8,000 days, each of four with probability 1/4: a standard deviation of 38.7.
    for (const day of [1, 2, 3, 4]) expect(Math.abs((seen.get(day) ?? 0) - 2000)).toBeLessThan(4 * 38.7)
  })

  test('blocks of less than a day begin anywhere and go round the end: pieces adjoin, nothing is lost, and the mean of the total is the recorded one', () => {
    const stream = streams(12)('bootstrap')
    const draws = 2000
    let sum = 0
    let squares = 0
    for (let draw = 0; draw < draws; draw++) {
      const { from, to, count } = bootstrappedSeries(days, { block: DAY / 3 }, stream)
      expect([from[0], to[to.length - 1]]).toEqual([0, 4 * DAY])
      expect(from.slice(1).every((start, i) => start === to[i])).toBe(true)
      const total = count.reduce((all, value) => all + value, 0)
      sum += total
      squares += total * total
    }
    const mean = sum / draws
    const error = Math.sqrt((squares / draws - mean * mean) / draws)
    expect(Math.abs(mean - 110)).toBeLessThan(4 * error)
  })
})
