import { describe, expect, it } from 'vitest'
import { choose, input, pool, requests, service, shape } from '../../testing/input.ts'
import type { FlatService } from '../../testing/input.ts'
import { Simulation } from '../../simulation.ts'
import { balancers } from '../../slb/index.ts'
import { AimdLimit } from './aimd.ts'
import { Gradient2Limit } from './gradient2.ts'
import type { ConcurrencyLimit } from './limiter.ts'
import { VegasLimit } from './vegas.ts'

const spec = (partial: Partial<ConcurrencyLimit> = {}): ConcurrencyLimit => ({
  algorithm: 'aimd',
  initial: 20,
  min: 1,
  max: 200,
  timeout: 100_000,
  ...partial,
})
const never = { next: () => 1, int: () => 0 } // a jitter of 1: the shortest time is measured anew after 30 limits

describe('the rules of concurrency-limits, by hand', () => {
  it('aimd: +1 when half is used, unchanged below, 0.9 at a drop or a late answer: 20, 21, 21, 18, 16; never below the minimum', () => {
    const limiter = new AimdLimit(spec({ min: 16 }))
    limiter.left(10, 10, false)
    expect(limiter.limit).toBe(21)
    limiter.left(10, 10, false) // 2 × 10 < 21
    expect(limiter.limit).toBe(21)
    limiter.left(10, 1, true) // 18.9
    expect(limiter.limit).toBe(18)
    limiter.left(100_001, 18, false) // 16.2
    expect(limiter.limit).toBe(16)
    limiter.left(10, 1, true)
    expect(limiter.limit).toBe(16)
  })

  it('vegas at 20: log10 is 1; a queue of 20 (1 - 10/10) = 0 adds 6; of 26 (1 - 10/11) = 3 nothing; of 26 (1 - 10/14) = 8 takes 1; a drop takes 1', () => {
    const limiter = new VegasLimit(spec(), never)
    limiter.left(10, 20, false) // the shortest time
    limiter.left(10, 20, false)
    expect(limiter.limit).toBe(26)
    limiter.left(11, 26, false)
    expect(limiter.limit).toBe(26)
    limiter.left(14, 26, false)
    expect(limiter.limit).toBe(25)
    limiter.left(14, 5, true)
    expect(limiter.limit).toBe(24)
    limiter.left(10, 5, false) // less than half is used
    expect(limiter.limit).toBe(24)
  })

  it('gradient2 at 20: an equal time gives 0.8 × 20 + 0.2 × (20 + 4) = 20.8; four times the mean of 10, 10, 40 at 21.6: 0.75, 0.8 × 21.6 + 0.2 × (16.2 + 4)', () => {
    const limiter = new Gradient2Limit(spec())
    limiter.left(10, 20)
    limiter.left(10, 20)
    expect(limiter.limit).toBe(21) // 21.6
    limiter.left(40, 20) // the mean is 20: 1.5 × 20 / 40 = 0.75
    expect(limiter.limit).toBe(21) // 17.28 + 4.04 = 21.32
    limiter.left(400, 20) // mean 115: 1.5 × 115 / 400 = 0.43, at least 0.5
    expect(limiter.limit).toBe(19) // 0.8 × 21.32 + 0.2 × (10.66 + 4) = 19.99
  })
})

describe('an overloaded pod: 200/s for one core with 10 ms each', () => {
  const run = (partial: Partial<FlatService>) => {
    const web = service({ shape: shape({ cpu: 100, limit: 1000 }), objective: 1e6, requests: requests(200, { kind: 'exponential', mean: 10_000 }), ...partial }) // prettier-ignore
    const simulation = new Simulation(input({ horizon: 40e6, warmup: 15e6, pools: [pool(1, { cpu: 64_000 })], services: [web], slb: choose(balancers, 'random') })) // prettier-ignore
    const { metrics } = simulation.run()
    return metrics as Record<string, number>
  }

  it('with a queue of 1,024 every answer is late; a limit answers nearly all that the core can do (100/s) in time and rejects the rest', () => {
    expect(run({ queue: 1024 })['goodput']).toBeLessThan(10)
    for (const algorithm of ['aimd', 'vegas', 'gradient2'] as const) {
      const metrics = run({ queue: 1024, threads: 4, concurrency: spec({ algorithm, max: 1000, timeout: 200_000 }) })
      expect(metrics['goodput'], algorithm).toBeGreaterThan(90)
      expect(metrics['errors-rejected'], algorithm).toBeGreaterThan(40)
      expect(metrics['concurrency-limit'], algorithm).toBeLessThan(200)
    }
  })

  it('processor sharing with a constant limit of 10 is M/M/1/10: blocking (1 - 2) 2^10 / (1 - 2^11) = 50.02 %', () => {
    const metrics = run({ threads: 0, concurrency: spec({ initial: 10, min: 10, max: 10 }) })
    expect(metrics['errors-rejected'] / (100 * (1024 / 2047))).toBeCloseTo(1, 1)
  })
})
