import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_WEIGHT } from '../structures/slots.ts'
import { filled, histories, letters, picks, replay, request } from '../slb.fixture.ts'
import { weightedLeastConnections, WeightedLeastConnectionsTwin } from './weighted-least-connections.ts'

const fresh = (rule: string) => weightedLeastConnections.create({ rule }, undefined as never)

describe('weighted-least-connections', () => {
  // a 3, b 1, and b, added last, is first in the list; loads before each pick:
  // wlc: 0/3 0/1 tie: b, 0/3 1/1 a, 1/3 1/1 a, 2/3 1/1 a, 3/3 1/1 tie: b
  // sed: 1/3 1/1 a, 2/3 1/1 a, 3/3 1/1 tie: b, 3/3 2/1 a, 4/3 2/1 a, 5/3 2/1 a, 6/3 2/1 tie: b
  // nq: b and a are idle: b, a; then sed: 2/3 2/1 a, 3/3 2/1 a, 4/3 a, 5/3 a, 6/3 2/1 tie: b
  test.each([
    { rule: 'wlc', sequence: 'baaab' },
    { rule: 'sed', sequence: 'aabaaab' },
    { rule: 'nq', sequence: 'baaaaab' },
  ])('$rule with weights 3 and 1: $sequence', ({ rule, sequence }) => {
    expect(letters(picks(filled(fresh(rule), [3, 1]), sequence.length))).toBe(sequence)
  })

  test('sed leaves a slow idle backend for a fast busy one, nq does not: weights 10 and 1, two at once', () => {
    // (0+1)/10 a; (1+1)/10 < (0+1)/1: a again
    expect(letters(picks(filled(fresh('sed'), [10, 1]), 2))).toBe('aa')
    expect(letters(picks(filled(fresh('nq'), [1, 10]), 2))).toBe('ba')
  })

  test.each(['wlc', 'sed', 'nq'])('%s picks as the twin, through any history', (rule) => {
    const weights = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: MAX_WEIGHT }))
    fc.assert(
      fc.property(histories(weights), (history) => {
        expect(replay(fresh(rule), history)).toEqual(replay(new WeightedLeastConnectionsTwin(rule), history))
      }),
      { numRuns: 200 },
    )
  })

  test('instead of an excluded least the next in order', () => {
    const balancer = filled(fresh('wlc'), [1, 1, 1])
    expect(letters([balancer.pick(request, 2), balancer.pick(request, 2), balancer.pick(request, 2)])).toBe('bab')
  })
})
