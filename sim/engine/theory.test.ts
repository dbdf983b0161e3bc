/** The engine against queueing theory, through its public interface alone. Rates in events per second; the clock counts microseconds. */
import { describe, expect, it } from 'vitest'
import { Level } from '../measure/level.ts'
import { Exponential } from '../random/distributions.ts'
import { Streams } from '../random/stream.ts'
import { Simulator } from './simulator.ts'

const SECOND = 1e6
const ARRIVES = 0
const LEAVES = 1

interface Seen {
  /** Mean time in system [s], and customers over the time they were counted. */
  readonly timeInSystem: number
  readonly meanInSystem: number
  readonly rate: number
}

/** M/M/1, first come first served; customers are counted once the first `warmup` have left. */
function mm1(load: number, customers: number, replication: number): Seen {
  const warmup = customers / 10
  const simulator = new Simulator()
  simulator.afterEvent = () => {}
  const streams = new Streams('theory', replication)
  const [gaps, services] = [streams.stream('gaps'), streams.stream('services')]
  const gap = new Exponential(SECOND / load)
  const service = new Exponential(SECOND)
  const line: number[] = []
  const level = new Level()
  let head = 0
  let arrived = 0
  let left = 0
  let time = 0
  const later = (delay: number): number => simulator.now + Math.round(delay)

  simulator.on(ARRIVES, () => {
    line.push(simulator.now)
    level.add(1, simulator.now)
    if (line.length - head === 1) simulator.at(later(service.sample(services)), LEAVES, 0, 0)
    if (++arrived < customers) simulator.at(later(gap.sample(gaps)), ARRIVES, 0, 0)
  })
  let since = 0
  simulator.on(LEAVES, () => {
    level.add(-1, simulator.now)
    if (++left > warmup) time += simulator.now - line[head]
    else if (left === warmup) {
      since = simulator.now
      level.reset(simulator.now)
    }
    head++
    if (left === customers) simulator.stop()
    else if (line.length > head) simulator.at(later(service.sample(services)), LEAVES, 0, 0)
  })
  simulator.at(later(gap.sample(gaps)), ARRIVES, 0, 0)
  expect(simulator.run(Infinity)).toBe('stopped')
  const counted = customers - warmup
  return {
    timeInSystem: time / counted / SECOND,
    meanInSystem: level.mean(simulator.now),
    rate: counted / ((simulator.now - since) / SECOND),
  }
}

/** Mean and half width of its 99 % interval over ten replications (t with 9 degrees of freedom: 3.25). */
function interval(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((a, b) => a + b) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1)
  return { mean, half: 3.25 * Math.sqrt(variance / values.length) }
}

describe('theory', () => {
  it.each([
    [0.5, 2],
    [0.8, 5],
  ])(
    'M/M/1, load ρ = %d: mean time in system 1 / (µ - λ) = %d service times, mean number ρ / (1 - ρ), as many leave as arrive',
    (load, expected) => {
      const runs = Array.from({ length: 10 }, (_, replication) => mm1(load, 50_000, replication))
      for (const [name, theory] of [
        ['timeInSystem', expected],
        ['meanInSystem', load / (1 - load)],
        ['rate', load],
      ] as const) {
        const { mean, half } = interval(runs.map((run) => run[name]))
        expect(Math.abs(mean - theory), `${name} ${mean} ± ${half}, theory ${theory}`).toBeLessThan(half)
        // The interval is narrow enough for a verdict: within 5 %.
        expect(half / theory).toBeLessThan(0.05)
      }
    },
  )
})
