/** Faults that recur, against closed forms, in long runs. */
import { describe, expect, it } from 'vitest'
import { availabilityOf, latencyWithBreakdowns } from './breakdowns.fixture.ts'
import { meanOf } from './mean.fixture.ts'

describe('faults that recur, in long runs', () => {
  it('M/M/1 with breakdowns, preemptive resume: L = λ((ξ + η)² + ξμ) / ((ξ + η)(μη − λ(ξ + η))), W = L/λ (White and Christie 1958; Avi-Itzhak and Naor 1963)', () => {
    const rates = { arrivals: 50, services: 100, breaks: 2, repairs: 10 }
    const { mean, half } = meanOf(10, (replication) => latencyWithBreakdowns(rates, 3000, replication))
    expect(half).toBeLessThan(0.12 * 0.0716667)
    expect(Math.abs(mean - 0.0716667)).toBeLessThan(half)
  })

  it('k of n nodes with exponential failure and repair: Σ C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ from i = k on, p = up / (up + down)', () => {
    // p = 5/6: five nodes 3125/7776, four 3125/7776, three 1250/7776.
    const { mean, half } = meanOf(10, (replication) => availabilityOf(3, 5, 1000, 200, 800, replication))
    expect(half).toBeLessThan(0.005)
    expect(Math.abs(mean - 7500 / 7776)).toBeLessThan(half)
  })
})
