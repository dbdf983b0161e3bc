/** Balancers against queueing theory: what is tested is the choice alone (farm.fixture.ts has the chain and the closed forms). */
import { describe, expect, test } from 'vitest'
import {
  contains,
  erlangResponse,
  fixedPoint,
  idleQueues,
  power,
  replicate,
  SERVICE,
  shareRejected,
  shortestOfTwo,
} from './farm.fixture.ts'
import { bulletinBoard } from './members/bulletin-board.ts'
import { centralQueue } from './members/central-queue.ts'
import { joinShortestQueue } from './members/join-shortest-queue.ts'
import { leastConnections } from './members/least-connections.ts'
import { powerOfD } from './members/power-of-d.ts'
import { random } from './members/random.ts'
import { twoChoices } from './members/two-choices.ts'
import { shortestOf } from './shortest.fixture.ts'

describe('the closed forms themselves', () => {
  test('published values of d = 2: 1.265686 at 0.5, 2.614057 at 0.9, 5.431997 at 0.99; 3.858 for d = 3 at 0.99, 100 for d = 1 (Mitzenmacher 2001)', () => {
    expect(fixedPoint(2, 0.5)).toBeCloseTo(1.265686, 6)
    expect(fixedPoint(2, 0.9)).toBeCloseTo(2.614057, 6)
    expect(fixedPoint(2, 0.99)).toBeCloseTo(5.431997, 6)
    expect(fixedPoint(3, 0.99)).toBeCloseTo(3.858, 3)
    expect(fixedPoint(1, 0.99)).toBeCloseTo(100, 9)
    expect(erlangResponse(1, 0.9)).toBeCloseTo(10, 9)
    expect(shareRejected(1, 0.9, 0)).toBeCloseTo(0.9 / 1.9, 9) // B(1, a) = a / (1 + a)
    expect(shareRejected(10, 0.8, 0)).toBeCloseTo(0.1217, 4)
    expect(erlangResponse(10, 0.8)).toBeCloseTo(1.2046, 4)
    expect(shortestOfTwo(0.5)).toBeCloseTo(1.426, 3)
    expect(shortestOfTwo(0.5, 0.75)).toBeCloseTo(1.597, 3)
  })
})

describe('d choices', () => {
  // n = 5,000: the finite farm exceeds the limit by O(1/n), far inside the interval
  const large = { servers: 5000, lambda: 0.9, warmup: 60, measured: 100 }

  test('two choices, lambda 0.9: mean response 2.614 = sum of lambda^(2^i - 2), shares with at least i requests lambda^(2^i - 1)', () => {
    const { response, tail } = replicate({ definition: twoChoices }, large)
    contains(response, fixedPoint(2, 0.9))
    expect(response.half).toBeLessThan(0.02 * fixedPoint(2, 0.9)) // an interval that wide would say nothing
    for (let i = 1; i <= 4; i++) contains(tail[i], power(0.9, power(2, i) - 1)) // 0.9, 0.729, 0.478, 0.206
  })

  test.each([3, 5])(
    '%d choices, lambda 0.9: shares with at least i requests lambda^((d^i - 1) / (d - 1)), mean response their sum over lambda',
    (d) => {
      const { response, tail } = replicate(
        { definition: powerOfD, given: { choices: d } },
        { ...large, servers: 3000, warmup: 40, measured: 60 },
      )
      contains(response, fixedPoint(d, 0.9)) // 2.028 and 1.633
      expect(response.half).toBeLessThan(0.02 * fixedPoint(d, 0.9))
      for (let i = 1; i <= 3; i++) contains(tail[i], power(0.9, (power(d, i) - 1) / (d - 1)))
    },
  )

  test('distinct draws at n = 2, lambda 0.5 are join-the-shortest-queue, 1.426; draws that may coincide miss it every second time: 1.597', () => {
    const farm = { servers: 2, lambda: 0.5, warmup: 1000, measured: 40_000 }
    const distinct = replicate({ definition: twoChoices }, farm).response
    contains(distinct, shortestOfTwo(0.5))
    expect(distinct.low).toBeGreaterThan(fixedPoint(2, 0.5)) // a finite farm exceeds the limit
    const replaced = replicate({ definition: powerOfD, given: { replacement: true } }, farm).response
    contains(replaced, shortestOfTwo(0.5, 0.75)) // both draws hit the longer queue with probability 1/4
    expect(distinct.high).toBeLessThan(replaced.low)
  })
})

describe('a farm of servers', () => {
  test('join-shortest-queue at n = 3 and 4 is the chain on sorted queues, which gives 1.426 at n = 2, lambda 0.5 and lies between M/M/n and JSQ of two', () => {
    expect(shortestOf(2, 0.5, 20, 400)).toBeCloseTo(shortestOfTwo(0.5), 6)
    const cases = [
      [3, 0.7, 18, 500],
      [4, 0.6, 12, 300],
    ] as const
    for (const [servers, lambda, top, rounds] of cases) {
      const theory = shortestOf(servers, lambda, top, rounds)
      expect(theory).toBeGreaterThan(erlangResponse(servers, lambda))
      expect(theory).toBeLessThan(shortestOfTwo(lambda))
      contains(replicate({ definition: joinShortestQueue }, { servers, lambda, warmup: 500, measured: 8000 }).response, theory)
    }
  })

  test('random, lambda 0.7: n separate M/M/1, mean response 1 / (1 - 0.7) = 3.333, geometric queues', () => {
    const { response, tail } = replicate({ definition: random }, { servers: 1000, lambda: 0.7, warmup: 150, measured: 400 })
    contains(response, 1 / 0.3)
    expect(response.half).toBeLessThan(0.02 / 0.3)
    for (let i = 1; i <= 4; i++) contains(tail[i], power(0.7, i))
  })
})

describe('one queue before all servers', () => {
  const farm = { servers: 10, lambda: 0.8, warmup: 200, measured: 12_000 }

  test('central-queue, limit 1, n = 10, lambda 0.8: M/M/10, mean response 1 + C(10, 8) / (10 - 8) = 1.205 (Erlang C)', () => {
    const { response, rejected } = replicate({ definition: centralQueue, given: { capacity: 100_000 } }, farm)
    contains(response, erlangResponse(10, 0.8))
    expect(response.half).toBeLessThan(0.02 * erlangResponse(10, 0.8))
    expect(rejected.high).toBe(0)
  })

  test.each([0, 5])(
    'central-queue, limit 1, capacity %d, n = 10, lambda 0.8: rejects as M/M/10/(10 + capacity), capacity 0 as Erlang B(10, 8) = 0.122',
    (capacity) => {
      const { rejected } = replicate({ definition: centralQueue, given: { capacity } }, farm)
      contains(rejected, shareRejected(10, 0.8, capacity))
      expect(rejected.half).toBeLessThan(0.05 * shareRejected(10, 0.8, capacity))
    },
  )
})

describe('old information', () => {
  // Times in mean service times; the smallest period, 1 ms, is a thousandth of one and shorter than the time between two ticks.
  const board = (period: number) => ({ definition: bulletinBoard, given: { period: period * SERVICE } })

  test('bulletin-board updated at each event, n = 2, lambda 0.5: join-the-shortest-queue, 1.426', () => {
    contains(replicate(board(0.001), { servers: 2, lambda: 0.5, warmup: 1000, measured: 40_000 }).response, shortestOfTwo(0.5))
  })
})

describe('several balancers', () => {
  test('two balancers before two servers, lambda 0.5: join-shortest-queue is 1.426 still; least-connections, which sees its own half, is worse', () => {
    const farm = { servers: 2, lambda: 0.5, warmup: 1000, measured: 40_000, balancers: 2 }
    const shortest = replicate({ definition: joinShortestQueue }, farm).response
    contains(shortest, shortestOfTwo(0.5))
    expect(replicate({ definition: leastConnections }, farm).response.low).toBeGreaterThan(shortest.high)
  })

  test('join-idle-queue, r = 10 servers a balancer, n = 1,000, lambda 0.5: the large-system limit, and within 3 % the closed form of Lu et al. (lambda 0.9 in theory.long.test.ts)', () => {
    idleQueues(0.5, 0.01)
  })
})
