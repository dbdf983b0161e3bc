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

const COLUMNS = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995]

/** The three-digit table that stands in most textbooks (Fisher and Yates 1963, table III; Abramowitz and Stegun 1964, table 26.10). */
const TEXTBOOK = [
  [1, 3.078, 6.314, 12.706, 31.821, 63.657, 318.309, 636.619],
  [2, 1.886, 2.92, 4.303, 6.965, 9.925, 22.327, 31.599],
  [3, 1.638, 2.353, 3.182, 4.541, 5.841, 10.215, 12.924],
  [4, 1.533, 2.132, 2.776, 3.747, 4.604, 7.173, 8.61],
  [5, 1.476, 2.015, 2.571, 3.365, 4.032, 5.893, 6.869],
  [6, 1.44, 1.943, 2.447, 3.143, 3.707, 5.208, 5.959],
  [7, 1.415, 1.895, 2.365, 2.998, 3.499, 4.785, 5.408],
  [8, 1.397, 1.86, 2.306, 2.896, 3.355, 4.501, 5.041],
  [9, 1.383, 1.833, 2.262, 2.821, 3.25, 4.297, 4.781],
  [10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.144, 4.587],
  [11, 1.363, 1.796, 2.201, 2.718, 3.106, 4.025, 4.437],
  [12, 1.356, 1.782, 2.179, 2.681, 3.055, 3.93, 4.318],
  [13, 1.35, 1.771, 2.16, 2.65, 3.012, 3.852, 4.221],
  [14, 1.345, 1.761, 2.145, 2.624, 2.977, 3.787, 4.14],
  [15, 1.341, 1.753, 2.131, 2.602, 2.947, 3.733, 4.073],
  [16, 1.337, 1.746, 2.12, 2.583, 2.921, 3.686, 4.015],
  [17, 1.333, 1.74, 2.11, 2.567, 2.898, 3.646, 3.965],
  [18, 1.33, 1.734, 2.101, 2.552, 2.878, 3.61, 3.922],
  [19, 1.328, 1.729, 2.093, 2.539, 2.861, 3.579, 3.883],
  [20, 1.325, 1.725, 2.086, 2.528, 2.845, 3.552, 3.85],
  [21, 1.323, 1.721, 2.08, 2.518, 2.831, 3.527, 3.819],
  [22, 1.321, 1.717, 2.074, 2.508, 2.819, 3.505, 3.792],
  [23, 1.319, 1.714, 2.069, 2.5, 2.807, 3.485, 3.768],
  [24, 1.318, 1.711, 2.064, 2.492, 2.797, 3.467, 3.745],
  [25, 1.316, 1.708, 2.06, 2.485, 2.787, 3.45, 3.725],
  [26, 1.315, 1.706, 2.056, 2.479, 2.779, 3.435, 3.707],
  [27, 1.314, 1.703, 2.052, 2.473, 2.771, 3.421, 3.69],
  [28, 1.313, 1.701, 2.048, 2.467, 2.763, 3.408, 3.674],
  [29, 1.311, 1.699, 2.045, 2.462, 2.756, 3.396, 3.659],
  [30, 1.31, 1.697, 2.042, 2.457, 2.75, 3.385, 3.646],
  [40, 1.303, 1.684, 2.021, 2.423, 2.704, 3.307, 3.551],
  [60, 1.296, 1.671, 2.0, 2.39, 2.66, 3.232, 3.46],
  [120, 1.289, 1.658, 1.98, 2.358, 2.617, 3.16, 3.373],
  // "infinity" of the table: the normal distribution, which a million degrees are within 1e-5 of
  [1e6, 1.282, 1.645, 1.96, 2.326, 2.576, 3.09, 3.291],
] as const

describe('Student t', () => {
  test.each(TEXTBOOK)('the textbook table at %d degrees, 0.9 to 0.9995, to its last digit', (degrees, ...row) => {
    row.forEach((value, i) => {
      // Half a unit of the last digit, and a little for values that end in 5.
      expect(Math.abs(studentQuantile(COLUMNS[i], degrees) - value), `at ${COLUMNS[i]}`).toBeLessThan(0.00052)
      // And back: the tail beyond the tabled value, within what half a digit of it can change.
      expect(Math.abs(studentTail(value, degrees) / (1 - COLUMNS[i]) - 1), `tail at ${COLUMNS[i]}`).toBeLessThan(0.003)
    })
  })

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
