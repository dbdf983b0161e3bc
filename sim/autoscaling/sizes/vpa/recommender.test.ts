import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AGGREGATION_DEFAULTS, ContainerUsage } from './container-usage.ts'
import { recommended, RECOMMENDER_DEFAULTS } from './recommender.ts'

const HOUR = 3_600_000_000
const MINUTE = 60_000_000
const MIB = 1024 * 1024

/** Usage at each minute of a span. */
function steady(minutes: number, millicores: number, bytes: number): ContainerUsage {
  const usage = new ContainerUsage()
  for (let minute = 0; minute < minutes; minute++) {
    usage.addCpu(minute * MINUTE, millicores)
    usage.addMemory(minute * MINUTE, bytes)
  }
  return usage
}

describe('recommendations', () => {
  test('CPU: 1 core is in the bucket from 0.2 (1.05^36 - 1) = 0.958 to 0.2 (1.05^37 - 1) = 1.0163: 1016 + trunc(152.4) = 1168', () => {
    expect(recommended(steady(1, 1000, 0), RECOMMENDER_DEFAULTS).target.cpu).toBe(1168)
    expect(recommended(steady(1, 959, 0), RECOMMENDER_DEFAULTS).target.cpu).toBe(1168)
    expect(recommended(steady(1, 958, 0), RECOMMENDER_DEFAULTS).target.cpu).toBe(958 + 143) // the bucket before it
  })

  test('without history the upper bound is the largest amount, and the lower one the minimum: 25 millicores, 250 MiB', () => {
    const { lower, upper } = recommended(steady(1, 1000, 1024 * MIB), RECOMMENDER_DEFAULTS)
    expect(upper).toEqual({ cpu: 1e14, memory: 1e14 })
    expect(lower).toEqual({ cpu: 25, memory: 250 * MIB })
  })

  test('after one day (1440 samples over 1439 minutes) the upper bound is about twice the percentile, the lower one about itself', () => {
    const { lower, target, upper } = recommended(steady(1440, 1000, 0), RECOMMENDER_DEFAULTS)
    expect(upper.cpu).toBe(Math.trunc(1168 * (1 + 1440 / 1439)))
    expect(lower.cpu).toBe(Math.trunc(1168 * (1 + (0.001 * 1440) / 1439) ** -2))
    expect(target.cpu).toBe(1168)
  })

  test('two containers share the minimum of the pod: 12 of 25 millicores, 125 of 250 MiB', () => {
    expect(recommended(steady(1, 0, 0), RECOMMENDER_DEFAULTS, 2).target).toEqual({ cpu: 12, memory: 125 * MIB })
  })

  test('lower <= target <= upper whatever is used', () => {
    const samples = fc.array(fc.tuple(fc.nat(20_000), fc.nat(4000)), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(samples, (given) => {
        const usage = new ContainerUsage()
        given.forEach(([millicores, mebibytes], hour) => {
          usage.addCpu(hour * HOUR, millicores)
          usage.addMemory(hour * HOUR, mebibytes * MIB)
        })
        const { lower, target, upper } = recommended(usage, RECOMMENDER_DEFAULTS)
        for (const resource of ['cpu', 'memory'] as const) {
          expect(lower[resource]).toBeLessThanOrEqual(target[resource])
          expect(target[resource]).toBeLessThanOrEqual(upper[resource])
        }
      }),
    )
  })
})

describe('memory', () => {
  test('one peak per interval, at its end; a sample as old as the last one counts, an older one does not', () => {
    const usage = new ContainerUsage()
    expect([usage.addMemory(HOUR, 100 * MIB), usage.addMemory(HOUR, 90 * MIB), usage.addMemory(0, 500 * MIB)]).toEqual([true, true, false])
    expect([usage.memoryPeak, usage.memoryIntervalEnd]).toEqual([100 * MIB, 25 * HOUR])
    usage.addMemory(24 * HOUR, 300 * MIB)
    expect(usage.memory.checkpoint().weights.size).toBe(1) // the peak of 100 MiB was replaced
    usage.addMemory(25 * HOUR, 200 * MIB)
    expect([usage.memoryPeak, usage.memoryIntervalEnd]).toEqual([200 * MIB, 49 * HOUR])
    expect(usage.memory.checkpoint().weights.size).toBe(2)
  })

  test('out of memory at 1 GiB: max(1024 + 100, 1.2 * 1024) = 1228.8 MiB; at 200 MiB: 300 MiB; a second one does not add to the first', () => {
    const peak = (requested: number): number => {
      const usage = new ContainerUsage()
      usage.addOutOfMemory(HOUR, requested)
      usage.addOutOfMemory(2 * HOUR, requested)
      return usage.memoryPeak
    }
    expect([peak(1024 * MIB), peak(200 * MIB)]).toEqual([Math.trunc(1228.8 * MIB), 300 * MIB])
  })

  test('a kill older than the last sample by more than the interval is not used', () => {
    const usage = new ContainerUsage({ ...AGGREGATION_DEFAULTS, memoryInterval: HOUR })
    usage.addMemory(10 * HOUR, 100 * MIB)
    expect([usage.addOutOfMemory(9 * HOUR - 1, MIB), usage.addOutOfMemory(9 * HOUR, MIB)]).toEqual([false, true])
  })

  test('CPU samples must be later than the last one', () => {
    const usage = new ContainerUsage()
    expect([usage.addCpu(1, 5), usage.addCpu(1, 5), usage.addCpu(2, 5)]).toEqual([true, false, true])
    expect([usage.samples, usage.firstSample, usage.lastSample]).toEqual([2, 1, 2])
  })
})
