import { describe, expect, it } from 'vitest'
import { Disturbances, partsOf } from './disturbances.ts'

describe('recovery from a failure', () => {
  it('is the sum of its parts, each of which begins where the one before it ended', () => {
    const found = new Disturbances()
    found.fails(0, 100)
    found.fails(0, 100)
    found.bound(0, 120) // of another pod, before anything was evicted
    found.detected(0, 150)
    found.detected(0, 155)
    found.evicted(0, 450)
    found.evicted(0, 460)
    found.bound(0, 462)
    found.recovered(0, 480)
    expect(found.failures).toHaveLength(1)
    expect(partsOf(found.failures[0])).toEqual({ detection: 50, eviction: 310, rescheduling: 2, start: 18 })
  })

  it('pods that are back before the failure is noticed: all of it is detection', () => {
    const found = new Disturbances()
    found.fails(2, 100)
    found.recovered(2, 130)
    expect(partsOf(found.failures[0])).toEqual({ detection: 30, eviction: 0, rescheduling: 0, start: 0 })
  })

  it('pods that start again on their node after the detection: no eviction', () => {
    const found = new Disturbances()
    found.fails(0, 0)
    found.detected(0, 50)
    found.recovered(0, 90)
    expect(partsOf(found.failures[0])).toEqual({ detection: 50, eviction: 0, rescheduling: 0, start: 40 })
  })
})
