import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leastConnections, LeastConnectionsTwin } from './least-connections.ts'
import { MAX_WEIGHT } from '../structures/slots.ts'
import { context, filled, histories, letters, picks, replay, request } from '../slb.fixture.ts'

const fresh = () => leastConnections.create({}, context())

describe('least-connections', () => {
  test('the fewest in flight; among equals the one that has been unchanged longest', () => {
    const balancer = filled(fresh(), [1, 1, 1])
    expect(letters(picks(balancer, 4))).toBe('abca') // 2 1 1
    balancer.ended(2, 10, 0) // 2 1 0
    expect(letters(picks(balancer, 1))).toBe('c') // 2 1 1, b changed before c
    expect(letters(picks(balancer, 1))).toBe('b') // 2 2 1
    balancer.ended(0, 10, 0) // 1 2 1, c changed before a
    expect(letters(picks(balancer, 2))).toBe('ca')
  })

  test('idle backends take turns, since an end is a change too', () => {
    const balancer = filled(fresh(), [1, 1, 1])
    const sequence = Array.from({ length: 6 }, () => {
      const slot = balancer.pick(request, -1)
      balancer.ended(slot, 10, 0)
      return slot
    })
    expect(letters(sequence)).toBe('abcabc')
  })

  // in flight / weight before each pick, weights 3 and 1: 0/3 0/1 a, 1/3 0/1 b, 1/3 1/1 a, 2/3 1/1 a, then 3/3 1/1: b changed first
  test('weights count as a divisor: 3:1 fills to 3 and 1', () => {
    expect(letters(picks(filled(fresh(), [3, 1]), 8))).toBe('abaabaaa')
  })

  test('equal loads of different weights tie: 1/49 and 2/98', () => {
    const balancer = filled(fresh(), [49, 98, 49])
    // 0/49 0/98 0/49: a b c; 1/49 1/98 1/49: b; 1/49 2/98 1/49 are equal: a (oldest change), c, b
    expect(letters(picks(balancer, 7))).toBe('abcbacb')
  })

  test('instead of an excluded least the second least, of the same count or the next one in use', () => {
    const balancer = filled(fresh(), [1, 1])
    expect(letters([balancer.pick(request, 0), balancer.pick(request, 0), balancer.pick(request, 0)])).toBe('bbb') // 0 3
    expect(letters([balancer.pick(request, 0)])).toBe('b') // counts 1 and 2 are not in use
    expect(letters(picks(balancer, 5))).toBe('aaaab') // 4 4: b unchanged longer
  })

  test.each([
    { of: 'equal weights (lists by count)', weights: fc.constant(2) },
    { of: 'few weights (heap)', weights: fc.integer({ min: 1, max: 3 }) },
    { of: 'many weights (heap)', weights: fc.integer({ min: 1, max: MAX_WEIGHT }) },
    {
      of: 'mostly equal (the change-over)',
      weights: fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
    },
  ])('picks as the twin, through any history: $of', ({ weights }) => {
    fc.assert(
      fc.property(histories(weights), (history) => {
        expect(replay(fresh(), history)).toEqual(replay(new LeastConnectionsTwin(), history))
      }),
      { numRuns: 200 },
    )
  })

  test('counts far apart and growth: a thousand in flight on one, then others join and leave', () => {
    const balancer = fresh()
    const twin = new LeastConnectionsTwin()
    const answers = [balancer, twin].map((one) => {
      one.added(0, 1)
      const all = picks(one, 1000)
      for (let slot = 1; slot < 60; slot++) one.added(slot, 1)
      all.push(...picks(one, 200))
      for (let slot = 1; slot < 60; slot++) one.removed(slot)
      all.push(...picks(one, 3))
      for (let i = 0; i < 1003; i++) one.ended(0, 10, 0)
      one.added(7, 1)
      return [...all, ...picks(one, 4)]
    })
    expect(answers[0]).toEqual(answers[1])
  })
})
