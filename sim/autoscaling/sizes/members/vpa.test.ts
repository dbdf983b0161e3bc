import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { UsageView } from '../policy.ts'
import { vpa } from './vpa.ts'

const HOUR = 3_600_000_000

/** The last recommendation after samples of all pods at these hours. */
function after(
  samples: readonly (readonly [hour: number, used: readonly number[]])[],
  given: Readonly<Record<string, ParameterValue>> = {},
  limit = 0,
): number {
  const scaler = vpa.create(valuesOf(vpa.parameters, given), { now: () => 0 })!
  const view = (hour: number, used: readonly number[]): UsageView => ({
    now: hour * HOUR,
    request: 500,
    limit,
    measured: used.length,
    used,
    meanUsed: NaN,
    peakUsed: NaN,
  })
  return samples.map(([hour, used]) => scaler.recommend(view(hour, used)).cpu).at(-1)!
}
/** Nine pods that use little and one that uses 1 core, whose bucket ends at 0.2 (1.05^37 - 1) = 1.0163 cores; that of 100m ends at 0.2 (1.05^9 - 1) = 0.1103. */
const TEN = [...Array.from({ length: 9 }, () => 100), 1000]

describe('vpa', () => {
  test('1 core is in the bucket that ends at 1016 millicores: 1016 + trunc(0.15 * 1016) = 1168; without a margin 1016', () => {
    expect(after([[0, [1000]]])).toBe(1168)
    expect(after([[0, [1000]]], { margin: 0 })).toBe(1016)
  })

  test('percentile: 9 of 10 samples are small, so 80 % are below, and 100 % need the largest', () => {
    expect(after([[0, TEN]], { percentile: 0.8, margin: 0 })).toBe(110)
    expect(after([[0, TEN]], { percentile: 1, margin: 0 })).toBe(1016)
  })

  test('halfLife: 5 samples of 1 core a day ago weigh 2.5 against 1 of 100m now, 71 %; with a half-life of an hour nothing', () => {
    const samples = [[0, [1000, 1000, 1000, 1000, 1000]], [24, [100]]] as const // prettier-ignore
    expect(after(samples, { margin: 0 })).toBe(1016)
    expect(after(samples, { margin: 0, halfLife: HOUR })).toBe(110)
  })

  test('minimum, maximum and the limit of the pod', () => {
    expect([after([[0, [1]]]), after([[0, [1]]], { minimum: 100 })]).toEqual([25, 100])
    expect([after([[0, [1000]]], { maximum: 800 }), after([[0, [1000]]], {}, 700)]).toEqual([800, 700])
  })
})
