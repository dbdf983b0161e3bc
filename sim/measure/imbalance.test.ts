import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Imbalance } from './imbalance.ts'

describe('imbalance', () => {
  it('two pods: (2, 0) for 10, (2, 1) for 20, no requests for 70: (10 x 2 + 20 x 4/3) / 30', () => {
    const imbalance = new Imbalance()
    imbalance.join(0, 0)
    imbalance.join(0, 0)
    imbalance.changed(0, 0, 1, 0)
    imbalance.changed(0, 1, 2, 0)
    imbalance.changed(10, 0, 1, 0)
    imbalance.changed(30, 2, 1, 0)
    imbalance.changed(30, 1, 0, 30)
    imbalance.changed(30, 1, 0, 10)
    expect(imbalance.mean(100)).toBeCloseTo((10 * 2 + (20 * 4) / 3) / 30, 12)
    expect(imbalance.busy).toBe(30)
    // Pod one: 30 at two. Pod two: 10 at none, 20 at one.
    expect([...imbalance.addTimes(new Float64Array(1)).slice(0, 3)]).toEqual([10, 20, 30])
  })
  it('a ready pod without requests counts in the mean: 1 of 4 pods busy is 4', () => {
    const imbalance = new Imbalance()
    for (let i = 0; i < 4; i++) imbalance.join(0, 0)
    imbalance.changed(0, 0, 1, 0)
    expect(imbalance.mean(50)).toBe(4)
  })
  it('a pod that leaves with requests in flight is no longer counted: (3, 1) is 1.5, then (1) is 1', () => {
    const imbalance = new Imbalance()
    imbalance.join(0, 3)
    imbalance.join(0, 1)
    imbalance.leave(10, 3, 0)
    expect(imbalance.mean(20)).toBeCloseTo((10 * 1.5 + 10 * 1) / 20, 12)
  })
  it('is NaN while no request has been in flight', () => {
    const imbalance = new Imbalance()
    imbalance.join(0, 0)
    expect(imbalance.mean(10)).toBeNaN()
  })
  it('discards the time before the end of warm-up and keeps the pods', () => {
    const imbalance = new Imbalance()
    imbalance.join(0, 5)
    imbalance.join(0, 1)
    imbalance.reset(100)
    imbalance.changed(110, 5, 1, 100)
    expect(imbalance.mean(120)).toBeCloseTo((10 * (5 / 3) + 10) / 20, 12)
    expect(imbalance.addTimes(new Float64Array(1))[5]).toBe(10)
  })
  it('property: the same as a scan of all pods after each change', () => {
    const step = fc.record({
      pod: fc.integer({ min: 0, max: 4 }),
      change: fc.integer({ min: -3, max: 90 }),
      wait: fc.integer({ min: 0, max: 20 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const imbalance = new Imbalance()
        const inside = [0, 0, 0, 0, 0]
        const since = [0, 0, 0, 0, 0]
        for (let pod = 0; pod < 5; pod++) imbalance.join(0, 0)
        let now = 0
        let weighted = 0
        let busy = 0
        const times: number[] = []
        for (const { pod, change, wait } of steps) {
          const sum = inside.reduce((a, b) => a + b, 0)
          if (sum > 0) {
            busy += wait
            weighted += (wait * Math.max(...inside) * 5) / sum
          }
          for (const count of inside) times[count] = (times[count] ?? 0) + wait
          now += wait
          const after = Math.max(0, inside[pod] + change)
          imbalance.changed(now, inside[pod], after, since[pod])
          inside[pod] = after
          since[pod] = now
        }
        inside.forEach((count, pod) => imbalance.changed(now, count, count, since[pod]))
        const mean = imbalance.mean(now)
        if (busy === 0) expect(mean).toBeNaN()
        else expect(mean).toBeCloseTo(weighted / busy, 9)
        const got = imbalance.addTimes(new Float64Array(1))
        got.forEach((time, count) => expect(time).toBe(times[count] ?? 0))
      }),
      { seed: 3, numRuns: 200 },
    )
  })
})
