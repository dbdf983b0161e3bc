import { describe, expect, test } from 'vitest'
import type { Values } from '../../common/define.ts'
import { peakEwma } from './peak-ewma.ts'
import { Clock, context, filled, letters, request, scripted } from '../slb.fixture.ts'

const MILLISECOND = 1000
const SECOND = 1_000_000
const values = { load: 'peak-ewma', initial: 30 * MILLISECOND, decay: 10 * SECOND } as const
type Given = Partial<Values<typeof peakEwma.parameters>>

/** Backends a, b, c; `draws` are the two numbers of each pick. */
function three(draws: readonly number[], given: Given = {}) {
  const clock = new Clock()
  const balancer = filled(peakEwma.create({ ...values, ...given }, context(scripted(draws), clock)), [1, 1, 1])
  const picks = (count: number): string => letters(Array.from({ length: count }, () => balancer.pick(request, -1)))
  return { balancer, clock, picks }
}

/**
 * a is picked at 0, which makes the list c b a, and answers after `latency` at `time`. Then draws (0, 0) are a and c, since the first draw
 * stands for the last backend where it is equal to the second.
 */
function after(latency: number, time: number, count: number, given: Given = {}): string {
  const { balancer, clock, picks } = three([0, 1, 0, 0, 0, 0], given)
  expect(picks(1)).toBe('a')
  clock.time = time
  balancer.ended(0, latency, 0)
  return picks(count)
}

describe('peak-ewma', () => {
  test('the first drawn wins a tie: draws (0, 1) are a and b, (1, 0) are b and a, (0, 0) are c and a', () => {
    expect([three([0, 1]).picks(1), three([1, 0]).picks(1), three([0, 0]).picks(1)]).toEqual(['a', 'b', 'c'])
  })

  test('in flight: 30 ms * (1 + 1) of a against 30 ms * 1 of b', () => {
    expect(three([0, 1, 1, 1]).picks(2)).toBe('ab') // c b a: (1, 1) are a and b
  })

  test('a slower answer is the estimate at once: 31 ms of a against 30 ms of c; 30 ms is a tie', () => {
    expect([after(31 * MILLISECOND, 0, 1), after(30 * MILLISECOND, 0, 1)]).toEqual(['c', 'a'])
  })

  test('initial: an answer of 10 ms leaves 30 ms as it is, and raises 1 ms', () => {
    expect(after(10 * MILLISECOND, 0, 1)).toBe('a')
    expect(after(10 * MILLISECOND, 0, 1, { initial: MILLISECOND })).toBe('c')
  })

  test('decay: 10 s later, answered in 20 ms, a has 30 / e + 20 (1 - 1 / e) = 23.7 ms, c has 30 / e = 11.0 ms, with one in flight 22.1 ms', () => {
    expect(after(20 * MILLISECOND, 10 * SECOND, 2)).toBe('cc')
    expect(after(20 * MILLISECOND, 10 * SECOND, 2, { decay: 1000 * SECOND })).toBe('ca') // 29.9, 29.7, 59.4
  })

  test('pending: only requests in flight count, however slow the answers were', () => {
    expect(after(31 * MILLISECOND, 0, 1, { load: 'pending' })).toBe('a')
  })
})
