import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DelayWindow } from './delay-window.ts'
import { PodAutoscaler, TICK, type PodAutoscalerSpec } from './pod-autoscaler.ts'

const SECOND = 1_000_000

const spec = (given: Partial<PodAutoscalerSpec> = {}): PodAutoscalerSpec => ({
  maxScaleUpRate: 1000,
  maxScaleDownRate: 2,
  target: 70,
  total: 100,
  targetBurstCapacity: 211,
  panicThreshold: 2,
  stableWindow: 60 * SECOND,
  scaleDownDelay: 0,
  activationScale: 1,
  ...given,
})
const started = (given: Partial<PodAutoscalerSpec> = {}, ready = 1, reachable = true): PodAutoscaler =>
  new PodAutoscaler(spec(given), 0, ready, reachable)

describe('stable mode', () => {
  test('ceil(average / target): 280 / 70 = 4 pods, 281 / 70 = 4.01 needs 5', () => {
    expect(started().decide(TICK, 4, 280, 280).desired).toBe(4)
    expect(started().decide(TICK, 4, 281, 281).desired).toBe(5)
  })

  test('one decision stays within ceil(ready * 1.5) = 5 and floor(3 / 2) = 1 of 3 ready pods', () => {
    const limits = { maxScaleUpRate: 1.5, panicThreshold: 100 }
    expect(started(limits).decide(TICK, 3, 7000, 7000).desired).toBe(5)
    expect(started(limits).decide(TICK, 3, 0, 0).desired).toBe(1)
  })

  test('not reachable: to 0 at once; the activation scale of 3 counts only while anything is needed', () => {
    expect(started({}, 1, false).decide(TICK, 8, 0, 0).desired).toBe(0)
    expect(started({ activationScale: 3 }).decide(TICK, 1, 10, 10).desired).toBe(3)
    expect(started({ activationScale: 3 }).decide(TICK, 1, 0, 0).desired).toBe(0)
  })
})

describe('panic mode', () => {
  test('begins at ceil(560 / 70) = 8 pods for 4 ready ones, ratio 2, and does not fall until 60 s after the last excess', () => {
    const autoscaler = started({}, 0)
    expect(autoscaler.decide(0, 4, 140, 560).desired).toBe(8)
    for (let at = TICK; at <= 60 * SECOND; at += TICK) expect(autoscaler.decide(at, 8, 140, 140).desired).toBe(8)
    expect(autoscaler.decide(62 * SECOND, 8, 140, 140).desired).toBe(4) // floor(8 / 2), the rate of one decision
  })

  test('491 / 70 = 7.01 needs 8 pods and panics for 4 ready ones; 490 needs 7 and does not', () => {
    expect(started({}, 0).decide(0, 4, 140, 491).desired).toBe(8)
    expect(started({}, 0).decide(0, 4, 140, 490).desired).toBe(2)
  })

  test('an autoscaler that starts with 5 ready pods keeps them for the stable window', () => {
    const autoscaler = started({}, 5)
    expect(autoscaler.decide(60 * SECOND, 5, 70, 70).desired).toBe(5)
    expect(autoscaler.decide(62 * SECOND, 5, 70, 70).desired).toBe(2)
  })
})

describe('burst capacity and scale-down delay', () => {
  test('excess = floor(3 * 100 - 211 - 20.5) = 68; without a target 0; unlimited -1', () => {
    expect(started().decide(TICK, 3, 10, 20.5).excessBurstCapacity).toBe(68)
    expect(started({ targetBurstCapacity: 0 }).decide(TICK, 3, 10, 20.5).excessBurstCapacity).toBe(0)
    expect(started({ targetBurstCapacity: -1 }).decide(TICK, 3, 10, 20.5).excessBurstCapacity).toBe(-1)
  })

  test('a delay of 6 s: three slots of 2 s, so the 9 of second 0 counts until second 5', () => {
    const autoscaler = started({ scaleDownDelay: 6 * SECOND, panicThreshold: 100 })
    expect(autoscaler.decide(0, 9, 630, 630).desired).toBe(9)
    expect([2, 4, 6].map((second) => autoscaler.decide(second * SECOND, 9, 350, 350).desired)).toEqual([9, 9, 5])
  })

  test('equal to the highest of the slots within the window', () => {
    const sequence = fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(sequence, fc.integer({ min: 1, max: 9 }), (steps, slots) => {
        const window = new DelayWindow(slots * TICK, TICK)
        const seen: { slot: number; pods: number }[] = []
        let slot = 0
        for (const [skip, pods] of steps) {
          slot += skip
          seen.push({ slot, pods })
          const highest = Math.max(...seen.filter((entry) => slot - entry.slot < slots).map((entry) => entry.pods))
          expect(window.record(slot * TICK, pods)).toBe(highest)
        }
      }),
    )
  })
})

test('whatever the load: never above ceil(rate * ready), nor below floor(ready / rate) while reachable and without panic', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(5000)), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(steps, (sequence) => {
      const autoscaler = started({ maxScaleUpRate: 2, panicThreshold: Infinity })
      sequence.forEach(([ready, load], step) => {
        const { desired } = autoscaler.decide(step * TICK, ready, load, load)
        expect(desired).toBeLessThanOrEqual(2 * ready)
        expect(desired).toBeGreaterThanOrEqual(Math.floor(ready / 2))
      })
    }),
  )
})
