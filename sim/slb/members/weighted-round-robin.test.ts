import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundRobin } from './round-robin.ts'
import { MAX_WEIGHT } from '../structures/slots.ts'
import { context, filled, histories, letters, picks, replay, request } from '../slb.fixture.ts'
import { weightedRoundRobin, WeightedRoundRobinTwin } from './weighted-round-robin.ts'

const fresh = () => weightedRoundRobin.create({}, context())

describe('weighted-round-robin', () => {
  // credits after the gain -> pick, 5:1:1 of sum 7:
  // (5 1 1) a, (3 2 2) a, (1 3 3) b, (6 -3 4) a, (4 -2 5) c, (9 -1 -1) a, (7 0 0) a, back at (0 0 0)
  test.each([
    { weights: [5, 1, 1], expect: 'aabacaa', source: 'nginx 1.3.1 change note' },
    { weights: [4, 3, 2], expect: 'abcabacba', source: 'by hand' }, // (4 3 2)a (-1 6 4)b (3 0 6)c (7 3 -1)a (2 6 1)b (6 0 3)a (1 3 5)c (5 6 -2)b (9 0 0)a
    { weights: [1, 1, 1], expect: 'abc', source: 'equal weights: the plain order' },
    { weights: [3, 1], expect: 'aaba', source: 'by hand' }, // (3 1)a (2 2)a (1 3)b (4 0)a
    { weights: [1, 3], expect: 'babb', source: 'by hand' }, // (1 3)b (2 2)a (-1 5)b (0 4)b
  ])('$weights gives $expect ($source), and again', ({ weights, expect: sequence }) => {
    expect(letters(picks(filled(fresh(), weights), 2 * sequence.length))).toBe(sequence + sequence)
  })

  test('weights times a factor give the same sequence', () => {
    const sequence = picks(filled(fresh(), [5, 1, 2, 1]), 30)
    expect(picks(filled(fresh(), [35, 7, 14, 7]), 30)).toEqual(sequence)
  })

  test('a cycle of W = sum of weights picks is exactly w for each, for arbitrary weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 15 }), (weights) => {
        const balancer = filled(fresh(), weights)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const cycle = picks(balancer, total)
        expect(weights.map((_, slot) => cycle.filter((pick) => pick === slot).length)).toEqual(weights)
        expect(picks(balancer, total)).toEqual(cycle) // and ends where it began
      }),
    )
  })

  test('equal weights are plain round robin, at a thousand backends too', () => {
    const weights = new Array<number>(1000).fill(3)
    expect(picks(filled(fresh(), weights), 2500)).toEqual(picks(filled(roundRobin.create({}, context()), weights), 2500))
  })

  test.each([
    { of: 'few weights', weights: fc.integer({ min: 1, max: 3 }) },
    { of: 'equal weights', weights: fc.constant(4) },
    { of: 'many weights', weights: fc.integer({ min: 1, max: MAX_WEIGHT }) },
  ])('picks as the textbook through any additions, removals and exclusions: $of', ({ weights }) => {
    fc.assert(
      fc.property(histories(weights), (history) => {
        expect(replay(fresh(), history)).toEqual(replay(new WeightedRoundRobinTwin(), history))
      }),
      { numRuns: 200 },
    )
  })

  test('one that is excluded neither gains nor counts', () => {
    const balancer = filled(fresh(), [2, 1])
    // (- 1) of sum 1: b pays 1 -> (0 0); then (2 1) a -> (-1 1), (1 2) b -> (1 -1), (3 0) a -> (0 0)
    expect(letters([balancer.pick(request, 0), ...picks(balancer, 3)])).toBe('baba')
  })
})
