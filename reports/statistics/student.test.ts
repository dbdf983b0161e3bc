import { describe, expect, test } from 'vitest'
import { studentQuantile, studentTail, studentTwoSided } from './student.ts'

/** NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, and the common four-digit tables: [degrees, t 0.95, t 0.975, t 0.995]. */
const TABLE = [
  [1, 6.3138, 12.7062, 63.6567],
  [2, 2.92, 4.3027, 9.9248],
  [3, 2.3534, 3.1824, 5.8409],
  [4, 2.1318, 2.7764, 4.6041],
  [5, 2.015, 2.5706, 4.0321],
  [9, 1.8331, 2.2622, 3.2498],
  [10, 1.8125, 2.2281, 3.1693],
  [19, 1.7291, 2.093, 2.8609],
  [30, 1.6973, 2.0423, 2.75],
  [60, 1.6706, 2.0003, 2.6603],
  [120, 1.6577, 1.9799, 2.6174],
] as const

describe('Student t', () => {
  test.each(TABLE)('quantiles at %i degrees of freedom are those of the published table', (degrees, t95, t975, t995) => {
    expect(studentQuantile(0.95, degrees)).toBeCloseTo(t95, 4)
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(t975, 4)
    expect(studentQuantile(0.995, degrees)).toBeCloseTo(t995, 4)
  })

  test('one degree is the Cauchy distribution: quantile tan(pi (p - 1/2)), tail 1/2 - atan(t) / pi', () => {
    for (const p of [0.6, 0.9, 0.975, 0.9995]) expect(studentQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 10)
    for (const t of [0.1, 1, 7, 300]) expect(studentTail(t, 1) / (Math.atan(1 / t) / Math.PI)).toBeCloseTo(1, 10)
  })

  test('two degrees have the closed form t = (2p - 1) / sqrt(2 p (1 - p))', () => {
    for (const p of [0.55, 0.8, 0.975, 0.999]) expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 9)
  })

  test('many degrees approach the normal distribution, 1.959964 at 0.975', () => {
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(1.959964, 5)
  })

  test('quantile and tail are inverse, and symmetric around zero', () => {
    for (const degrees of [1, 3, 9, 29]) {
      for (const p of [0.01, 0.3, 0.5, 0.7, 0.999]) {
        expect(1 - studentTail(studentQuantile(p, degrees), degrees)).toBeCloseTo(p, 12)
        expect(studentQuantile(p, degrees)).toBeCloseTo(-studentQuantile(1 - p, degrees), 9)
      }
    }
    expect(studentTwoSided(-2.262157, 9)).toBeCloseTo(0.05, 6)
    expect(studentTwoSided(0, 9)).toBe(1)
    expect(studentTail(Infinity, 4)).toBe(0)
  })

  test('what is no probability or no degree is refused with its value', () => {
    expect(() => studentQuantile(1, 5)).toThrow('probability must be between 0 and 1, got 1')
    expect(() => studentTail(1, 0)).toThrow('degrees of freedom must be above 0, got 0')
  })
})
