import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Level } from './level.ts'

describe('level', () => {
  it('weights by time: 0 for 10, 4 for 5, 1 for 5 is (0 + 20 + 5) / 20', () => {
    const level = new Level()
    level.add(4, 10)
    level.add(-3, 15)
    expect(level.integral(20)).toBe(25)
    expect(level.mean(20)).toBe(1.25)
    expect(level.max).toBe(4)
    expect(level.value).toBe(1)
  })

  it('discards the past at a reset and keeps its value: 4 from 10 on, 6 from 20 to 30 is (40 + 60) / 20', () => {
    const level = new Level(9)
    level.set(4, 5)
    level.reset(10)
    expect(level.max).toBe(4)
    expect(level.mean(10)).toBeNaN()
    level.set(6, 20)
    expect(level.integral(30)).toBe(100)
    expect(level.mean(30)).toBe(5)
    expect(level.max).toBe(6)
  })

  it('starts at a given value and time', () => {
    expect(new Level(3, 100).integral(110)).toBe(30)
  })

  it('counts a peak that lasts no time as the largest value, not in the mean', () => {
    const level = new Level(1)
    level.add(5, 10)
    level.add(-5, 10)
    expect([level.max, level.mean(20)]).toEqual([6, 1])
  })

  it('refuses to go back in time', () => {
    const level = new Level()
    level.add(1, 10)
    expect(() => level.add(1, 9)).toThrow('level at time 9: before its last change, 10')
    expect(() => level.integral(NaN)).toThrow('level at time NaN')
  })

  it('property: the integral is the exact sum of value times time, however large', () => {
    const step = fc.tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.integer({ min: 0, max: 2 ** 36 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const level = new Level()
        let now = 0
        let value = 0n
        let area = 0n
        for (const [delta, wait] of steps) {
          level.add(delta, now)
          value += BigInt(delta)
          area += value * BigInt(wait)
          now += wait
        }
        expect(level.integral(now)).toBe(Number(area))
      }),
      { seed: 6, numRuns: 300 },
    )
  })
})
