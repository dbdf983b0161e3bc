import seedrandom from 'seedrandom'
import { describe, expect, test } from 'vitest'
import type { Table } from '../../sim/index.ts'
import { driftsBeyond, mser5 } from './drift.ts'

/** The slow, obvious twin: every cut by its formula. */
function plainly(values: readonly number[]): number {
  const n = Math.floor(values.length / 5)
  const z = Array.from({ length: n }, (_, i) => values.slice(5 * i, 5 * i + 5).reduce((sum, value) => sum + value, 0) / 5)
  let best = 0
  let least = Infinity
  for (let d = 0; d <= n / 2; d++) {
    const rest = z.slice(d)
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length
    const error = rest.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (rest.length * rest.length)
    if (error < least * (1 - 1e-9)) {
      least = error
      best = d
    }
  }
  return 5 * best
}

function noise(seed: string): () => number {
  const random = seedrandom.alea(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

describe('MSER-5', () => {
  test('a step after 40 of 200 samples is cut there, and nothing of what is constant', () => {
    expect(mser5(Array.from({ length: 200 }, (_, i) => (i < 40 ? 9 : 1)))).toBe(40)
    expect(mser5(new Array<number>(200).fill(0.1))).toBe(0)
  })

  test('by hand: 20 batch means 4 2 1 0 1 0 ...: MSER of 0, 1, 2, 3 batches is .0444 .0184 .0139 .0147: cut 2', () => {
    // sum 4 + 2 + 9 * 1 = 15, squares 16 + 4 + 9 = 29: 29 - 225 / 20 = 17.75 -> .0444; after 1: 11, 13 - 121 / 19 = 6.632 -> .01837;
    // after 2: 9, 9 - 81 / 18 = 4.5 -> .01389; after 3: 8, 8 - 64 / 17 = 4.235 -> .01465
    const means = [4, 2, ...Array.from({ length: 18 }, (_, i) => (i + 1) % 2)]
    expect(mser5(means.flatMap((mean) => [mean, mean, mean, mean, mean]))).toBe(10)
  })

  test('decides as its formula does, on transients, noise and walks', () => {
    for (let seed = 0; seed < 200; seed++) {
      const normal = noise(`twin/${seed}`)
      let walk = 0
      const values = Array.from({ length: 100 + seed }, (_, i) => {
        walk += normal()
        return [normal(), 1e6 + normal() + 8 * Math.exp(-i / 20), walk][seed % 3]
      })
      expect(mser5(values), `seed ${seed}`).toBe(plainly(values))
    }
  })

  test('does not change with unit and offset; never cuts more than half; leaves short series alone', () => {
    const normal = noise('scale')
    const values = Array.from({ length: 300 }, (_, i) => normal() + 20 * Math.exp(-i / 30))
    const cut = mser5(values)
    expect(cut).toBeGreaterThan(50)
    expect(cut).toBeLessThan(200)
    expect(mser5(values.map((value) => 7 - 1000 * value))).toBe(cut)
    expect(mser5(Array.from({ length: 200 }, (_, i) => i))).toBe(100)
    expect(mser5(Array.from({ length: 99 }, (_, i) => i))).toBe(0)
  })

  test('chance: a cut above 20 % of 180 samples occurs in 4 to 9 % of white noise, and in 12 to 24 % of an autoregression of 0.9 (2,000 each)', () => {
    const normal = noise('chance')
    const share = (memory: number): number => {
      let over = 0
      for (let run = 0; run < 2000; run++) {
        let x = normal() / Math.sqrt(1 - memory * memory)
        const values = Array.from({ length: 180 }, () => (x = memory * x + normal()))
        if (mser5(values) > 36) over++
      }
      return over / 2000
    }
    const [white, sluggish] = [share(0), share(0.9)]
    expect(white).toBeGreaterThan(0.04)
    expect(white).toBeLessThan(0.09)
    expect(sluggish).toBeGreaterThan(0.12)
    expect(sluggish).toBeLessThan(0.24)
  })
})

describe('drift beyond the warm-up', () => {
  /** A sample every 5 s, ten of them before time zero, a transient until `until`. */
  const series = (until: number): Table => {
    const time = Float64Array.from({ length: 210 }, (_, i) => 5 * (i - 9))
    return {
      rows: 210,
      columns: [
        { name: 'time', label: '', unit: 's', role: 'time', values: time },
        { name: 'nodes', label: '', unit: '', role: 'metric', values: time.map((t) => (t <= 0 ? 500 : t <= until ? 9 : 1)) },
        { name: 'gaps', label: '', unit: '', role: 'metric', values: time.map((t) => (t === 50 ? NaN : 1)) },
      ],
    }
  }

  test('a transient until 200 s of 1,000: beyond a warm-up of 100, not beyond 180 (5 % of slack) nor 250', () => {
    expect([100, 149, 180, 250].map((warmup) => driftsBeyond(series(200), 'nodes', warmup))).toEqual([true, true, false, false])
    expect(driftsBeyond(series(0), 'nodes', 0)).toBe(false)
  })

  test('undefined when it cannot be decided', () => {
    expect(driftsBeyond(series(200), 'gaps', 0)).toBeUndefined()
    expect(driftsBeyond(series(200), 'absent', 0)).toBeUndefined()
    expect(driftsBeyond({ rows: 0, columns: [] }, 'nodes', 0)).toBeUndefined()
  })
})
