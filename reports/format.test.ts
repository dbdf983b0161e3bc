import { describe, expect, test } from 'vitest'
import { distinctNames, formatMean, formatNumber, formatSigned, plainText, shortened, withUnit } from './format.ts'

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [1234567.8, '1,234,568'],
    [999.96, '1,000'],
    [12.345, '12.3'],
    [0.012345, '0.0123'],
    [-1234, '-1,234'],
    [1e-7, '1.00e-7'],
    [3e12, '3.00e+12'],
    [NaN, '-'],
    [Infinity, 'inf'],
  ])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text))

  test.each([
    [12.345, 0.4321, '12.35 +/- 0.43'],
    [1234.5, 56.7, '1,235 +/- 57'],
    [12.345, NaN, '12.3'],
    [0, NaN, '0'],
    [5, 0, '5.00 +/- 0.00'],
    [NaN, NaN, '-'],
    [33.3333333, 1e-14, '33.3 +/- 0.0'],
  ])('%d and %d read %s: two digits of the half width', (mean, half, text) => expect(formatMean(mean, half)).toBe(text))

  test('a sign is always there, but not on nothing', () => {
    expect([1.26, -1.26, 0.001, -0.001, 0].map((value) => formatSigned(value, 1))).toEqual(['+1.3', '-1.3', '0.0', '0.0', '0.0'])
  })

  test('a unit stands in brackets, pure numbers and words have none', () => {
    expect([withUnit('latency p99', 'ms'), withUnit('in-flight imbalance', '1'), withUnit('name', '')]).toEqual([
      'latency p99 [ms]',
      'in-flight imbalance',
      'name',
    ])
  })
})

describe('names', () => {
  test('lose control characters, which could steer a terminal', () => {
    expect(plainText('a\u001b[31mred\u0007\nb\u202ec')).toBe('a [31mred b c')
  })

  test('lose their middle when they are long, whole characters at a time', () => {
    expect(shortened('abcdefghij', 10)).toBe('abcdefghij')
    expect(shortened('abcdefghijk', 10)).toBe('abcdef…ijk')
    expect(shortened('😀😀😀😀😀', 4)).toBe('😀😀…😀')
  })

  test('get numbers when shortening makes two of them equal, or one is empty', () => {
    expect(distinctNames(['one', 'two'], 10)).toEqual(['one', 'two'])
    expect(distinctNames(['aaaaaaaaXaaaa', 'aaaaaaaaYaaaa'], 10)).toEqual(['1: aaa…aaa', '2: aaa…aaa'])
    expect(distinctNames(['', 'b'], 10)).toEqual(['1: ', '2: b'])
  })
})
