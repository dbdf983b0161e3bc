import { describe, expect, test } from 'vitest'
import { decayFactor } from './decay-factor.ts'

describe('e^x', () => {
  // C's printf("%a", exp(x)) on x86-64 with glibc 2.36; V8's Math.exp differs at the first three in the last bit.
  test.each([
    [-23 / 97, 7105795883832905, -1],
    [-24 / 97, 7032916568213951, -1],
    [-30 / 97, 6611072033184101, -1],
    [-5 / 97, 8554673852571245, -1],
    [-97 / 97, 6627126856707896, -2],
    [-201 / 97, 4536490009754071, -3],
    [-400 / 97, 4664817616343279, -6],
  ])('e^%f', (x, whole, exponent) => {
    expect(decayFactor(x)).toBe((whole / 2 ** 52) * Math.pow(2, exponent))
  })

  test('1 at 0, 0 at -infinity, and within two units of the last place of the platform', () => {
    expect([decayFactor(0), decayFactor(-Infinity)]).toEqual([1, 0])
    for (let x = 0; x > -708; x -= 0.0917) expect(Math.abs(decayFactor(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(2 * 2 ** -52)
  })
})
