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
import { joinIdleQueue } from './members/join-idle-queue.ts'
import { joinShortestQueue } from './members/join-shortest-queue.ts'
import { leastConnections } from './members/least-connections.ts'
import { powerOfD } from './members/power-of-d.ts'
import { random } from './members/random.ts'
import { roundRobin } from './members/round-robin.ts'
import { twoChoices } from './members/two-choices.ts'
import { weightedLeastConnections } from './members/weighted-least-connections.ts'
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

  test('one choice and one remembered, lambda 0.9: v_(k+1) = lambda m_k v_k, m_(k+1) = m_k v_(k+1) / (1 - v_k + v_(k+1)), mean response 3.22', () => {
    // v_k: servers with at least k; m_k: probability that the remembered one has at least k. An arrival joins the lesser of it and a uniform one, so that what
    // flows past k is lambda m_k v_k; it leaves a memory of at least k + 1 unless both had exactly k. (The chain of the memory runs n times
    // as fast as the servers: fluid limit as in Luczak, Norris 2013.)
    const v = [1]
    const m = [1]
    for (let k = 0; k < 12; k++) {
      v.push(0.9 * m[k] * v[k])
      m.push((m[k] * v[k + 1]) / (1 - v[k] + v[k + 1]))
    }
    const limit = v.slice(1).reduce((sum, share) => sum + share, 0) / 0.9
    expect(limit).toBeCloseTo(3.2246, 3)
    const { response, tail } = replicate(
      { definition: powerOfD, given: { choices: 1, memory: 1 } },
      { ...large, servers: 4000, measured: 80 },
    )
    contains(response, limit)
    expect(response.half).toBeLessThan(0.025 * limit)
    for (let i = 1; i <= 4; i++) contains(tail[i], v[i]) // 0.9, 0.81, 0.649, 0.402
    expect(response.high).toBeLessThan(5) // half of the 10 of one choice without memory
  })

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

  test('M/M/c <= least-connections = join-shortest-queue <= two-choices <= random, and round-robin between M/M/c and random, at n = 50, lambda 0.9', () => {
    const farm = { servers: 50, lambda: 0.9, warmup: 600, measured: 1500 }
    const all = [leastConnections, joinShortestQueue, weightedLeastConnections, twoChoices, roundRobin, random].map(
      (definition) => replicate({ definition }, farm).response,
    )
    const [least, shortest, weighted, two, turns, any] = all
    expect(erlangResponse(50, 0.9)).toBeLessThan(shortest!.low)
    for (const same of [least!, weighted!]) expect(same.low < shortest!.high && shortest!.low < same.high).toBe(true) // one balancer counts all
    expect(shortest!.high).toBeLessThan(two!.low)
    expect(two!.high).toBeLessThan(turns!.low)
    expect(turns!.high).toBeLessThan(any!.low)
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
  const board = (period: number, own = false) => ({ definition: bulletinBoard, given: { period: period * SERVICE, own } })

  test('bulletin-board updated at each event, n = 2, lambda 0.5: join-the-shortest-queue, 1.426', () => {
    contains(replicate(board(0.001), { servers: 2, lambda: 0.5, warmup: 1000, measured: 40_000 }).response, shortestOfTwo(0.5))
  })

  test('n = 100, lambda 0.9: better than random (10) with a period of 0.1, worse with a period of 20 (Mitzenmacher 2000); own requests help', () => {
    const farm = { servers: 100, lambda: 0.9, warmup: 200, measured: 400 }
    const [fresh, old, own] = [board(0.1), board(20), board(20, true)].map((contender) => replicate(contender, farm).response)
    expect(fresh!.high).toBeLessThan(fixedPoint(2, 0.9))
    expect(old!.low).toBeGreaterThan(fixedPoint(1, 0.9))
    expect(own!.high).toBeLessThan(old!.low)
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

  test('words that are not withdrawn send requests to busy pods: worse at lambda 0.5, where most pods are on a list', () => {
    const farm = { servers: 500, lambda: 0.5, warmup: 60, measured: 150, balancers: 50 }
    const [withdrawn, kept] = [true, false].map((withdraw) => replicate({ definition: joinIdleQueue, given: { withdraw } }, farm).response)
    expect(withdrawn!.high).toBeLessThan(kept!.low)
  })
})
