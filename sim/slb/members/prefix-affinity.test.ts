import { expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import { context, filled, letters, noExclude, request, scripted } from '../slb.fixture.ts'
import { Outcome } from '../policy.ts'
import { prefixAffinity } from './prefix-affinity.ts'

function affinity(given: Parameters<typeof valuesOf>[1] = {}, backends = 3) {
  const balancer = filled(prefixAffinity.create(valuesOf(prefixAffinity.parameters, given), context(scripted([]))), Array(backends).fill(1))
  return {
    balancer,
    send: (...blocks: number[]) => letters([balancer.pick({ ...request, blocks }, noExclude)]),
    end: (slot: number) => balancer.ended(slot, 1, Outcome.Answered),
  }
}

test('a new prompt goes to the backend that was sent the fewest blocks, a known one to where its longest part went', () => {
  const { send } = affinity()
  expect([send(1, 2), send(3, 4, 5), send(6), send(1, 2, 7), send(3, 4, 8), send(6, 9)]).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  // a has 1, 2, 7; b 3, 4, 5, 8; c 6, 9
  expect(send(10)).toBe('c')
})

test('30 % of the blocks must be known: one of three is enough, one of four is not', () => {
  const { send } = affinity()
  send(1, 2, 3)
  expect(send(1, 5, 6)).toBe('a')
  expect(send(1, 7, 8, 9)).toBe('b')
})

test('of several that were sent the same part, the one with fewer requests in flight, then the one that was sent it first', () => {
  const { send, end } = affinity({ difference: 1, ratio: 1 }, 2)
  expect([send(1), send(1)]).toEqual(['a', 'a'])
  expect(send(1)).toBe('b') // 2 against 0 is more than a difference of 1
  expect(send(1)).toBe('b')
  expect(send(1)).toBe('a')
  end(0)
  end(0)
  expect(send(1)).toBe('a')
})

test('loads decide only when both the difference and the ratio are exceeded', () => {
  const { send } = affinity({ difference: 2, ratio: 3 }, 2)
  expect([send(1), send(1), send(1), send(1)]).toEqual(['a', 'a', 'a', 'b'])
})

test('blocks beyond the limit are forgotten, those used longest ago first and the end of a prompt before its beginning', () => {
  const { send } = affinity({ blocks: 3 }, 2)
  expect([send(1, 2, 3), send(4, 5, 6)]).toEqual(['a', 'b'])
  expect(send(1, 2, 7)).toBe('a') // forgets 3
  expect(send(3)).toBe('a') // as any new prompt; forgets 7
  expect(send(1, 2, 8, 9)).toBe('a')
})

test('a request without blocks goes to the least loaded backend, a backend that left has nothing', () => {
  const { balancer, send } = affinity({}, 2)
  expect([send(1), send(), send()]).toEqual(['a', 'b', 'a'])
  balancer.removed(0)
  balancer.added(0, 1)
  expect(send(1)).toBe('a')
  expect(send(2)).toBe('b')
})
