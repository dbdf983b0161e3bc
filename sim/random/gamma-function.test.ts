import { describe, expect, it } from 'vitest'
import { gammaOf, logGamma, lowerGamma, upperGamma } from './gamma-function.ts'
import { normalCdf } from './math.ts'

const near = (found: number, expected: number, relative: number): void => {
  expect(Math.abs(found - expected), `${found} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected))
}

describe('gamma function', () => {
  it('Γ(n) = (n - 1)!', () => {
    let factorial = 1
    for (let n = 1; n <= 30; n++) {
      near(gammaOf(n), factorial, 1e-13)
      factorial *= n
    }
  })
  it('Γ(1/2) = √π, Γ(3/2) = √π / 2, Γ(1/4) = 3.6256099082219083 (Abramowitz and Stegun, table 6.1 and 6.1.10)', () => {
    near(gammaOf(0.5), Math.sqrt(Math.PI), 1e-14)
    near(gammaOf(1.5), Math.sqrt(Math.PI) / 2, 1e-14)
    near(gammaOf(0.25), 3.6256099082219083119, 1e-14)
  })
  it('reflection: Γ(a) Γ(1 - a) = π / sin πa', () => {
    for (const a of [0.001, 0.1, 0.3, 0.77]) near(gammaOf(a) * gammaOf(1 - a), Math.PI / Math.sin(Math.PI * a), 1e-13)
  })
  it('duplication: ln Γ(2a) = ln Γ(a) + ln Γ(a + 1/2) + (2a - 1) ln 2 - ln(π) / 2, up to a = 10,000', () => {
    for (const a of [0.02, 3.3, 9.9, 40, 777, 10_000])
      near(logGamma(2 * a), logGamma(a) + logGamma(a + 0.5) + (2 * a - 1) * Math.LN2 - Math.log(Math.PI) / 2, 1e-13)
  })
})

describe('incomplete gamma function', () => {
  it('whole a: Q(a, x) = e^-x Σ x^i / i!, i < a (Poisson), also where it is 1e-40', () => {
    for (const a of [1, 2, 5, 20]) {
      for (const x of [0.01, 1, 4.9, 5.1, 21, 60, 120]) {
        let term = 1
        let sum = 0
        for (let i = 0; i < a; i++) {
          sum += term
          term *= x / (i + 1)
        }
        near(upperGamma(a, x), Math.exp(-x) * sum, 1e-12)
        // Where P is small, by its own series: e^-x Σ x^i / i!, i >= a.
        let rest = 0
        for (let i = a; term > 1e-17 * rest && i < 1000; i++) {
          rest += term
          term *= x / (i + 1)
        }
        near(lowerGamma(a, x), Math.exp(-x) * rest, 1e-12)
      }
    }
  })
  it('a = 1/2: P(1/2, x) = 2 Φ(√2x) - 1', () => {
    for (const x of [0.01, 0.3, 1, 2, 8]) near(lowerGamma(0.5, x), 2 * normalCdf(Math.sqrt(2 * x)) - 1, 1e-12)
  })
  it('recurrence: P(a + 1, x) = P(a, x) - x^a e^-x / Γ(a + 1), for fractional and large a', () => {
    for (const a of [0.013, 0.7, 9.5, 10.5, 333.3, 9_000]) {
      for (const part of [0.5, 0.97, 1, 1.03, 1.6]) {
        const x = part * a
        expect(Math.abs(lowerGamma(a, x) - Math.exp(a * Math.log(x) - x - logGamma(a + 1)) - lowerGamma(a + 1, x))).toBeLessThan(2e-11)
        expect(Math.abs(lowerGamma(a, x) + upperGamma(a, x) - 1)).toBeLessThan(1e-15)
      }
    }
  })
  it('at the ends: 0 at 0, 1 at Infinity', () => {
    expect([lowerGamma(2, 0), upperGamma(2, 0), lowerGamma(2, -1), lowerGamma(2, Infinity), upperGamma(2, Infinity)]).toEqual([
      0, 1, 0, 1, 0,
    ])
  })
})
