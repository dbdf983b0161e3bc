/** Balancers against queueing theory, the slow ones (theory.test.ts has the others). */
import { expect, test } from 'vitest'
import { contains, erlangResponse, fixedPoint, idleQueues, replicate, SERVICE } from './farm.fixture.ts'
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

test('a queue before the servers beats queues at the servers: limit 1 is better than limits 2 and 1000; the last is least-connections', () => {
  const [one, two, many, least] = [
    { definition: centralQueue },
    { definition: centralQueue, given: { limit: 2 } },
    { definition: centralQueue, given: { limit: 1000 } },
    { definition: leastConnections },
  ].map((contender) => replicate(contender, { servers: 10, lambda: 0.8, warmup: 200, measured: 20_000 }).response)
  expect(one!.high).toBeLessThan(two!.low)
  expect(one!.high).toBeLessThan(many!.low)
  expect(many).toEqual(least)
})

test('join-idle-queue, r = 10 servers a balancer, n = 1,000, lambda 0.9: the large-system limit, and within 3 % the closed form of Lu et al., 1 + lambda / ((1 - lambda)(1 + r))', () => {
  idleQueues(0.9, 0.03)
})

test('join-idle-queue lies between join-shortest-queue and random, and more balancers make it worse: r = 10, 5 and 2 at n = 10, lambda 0.9', () => {
  const farm = { servers: 10, lambda: 0.9, warmup: 500, measured: 12_000 }
  const [shortest, one, two, five, any] = [
    replicate({ definition: joinShortestQueue }, farm),
    replicate({ definition: joinIdleQueue }, farm),
    replicate({ definition: joinIdleQueue }, { ...farm, balancers: 2 }),
    replicate({ definition: joinIdleQueue }, { ...farm, balancers: 5 }),
    replicate({ definition: random }, farm),
  ].map(({ response }) => response)
  expect(shortest!.high).toBeLessThan(one!.low)
  expect(one!.high).toBeLessThan(two!.low)
  expect(two!.high).toBeLessThan(five!.low)
  expect(five!.high).toBeLessThan(any!.low)
})

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
    { servers: 4000, lambda: 0.9, warmup: 60, measured: 80 },
  )
  contains(response, limit)
  expect(response.half).toBeLessThan(0.025 * limit)
  for (let i = 1; i <= 4; i++) contains(tail[i], v[i]) // 0.9, 0.81, 0.649, 0.402
  expect(response.high).toBeLessThan(5) // half of the 10 of one choice without memory
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

test('bulletin-board, n = 100, lambda 0.9: better than random (10) with a period of 0.1, worse with a period of 20 (Mitzenmacher 2000); own requests help', () => {
  const farm = { servers: 100, lambda: 0.9, warmup: 200, measured: 400 }
  // A period in mean service times.
  const board = (period: number, own = false) => ({ definition: bulletinBoard, given: { period: period * SERVICE, own } })
  const [fresh, old, own] = [board(0.1), board(20), board(20, true)].map((contender) => replicate(contender, farm).response)
  expect(fresh!.high).toBeLessThan(fixedPoint(2, 0.9))
  expect(old!.low).toBeGreaterThan(fixedPoint(1, 0.9))
  expect(own!.high).toBeLessThan(old!.low)
})

test('join-idle-queue: words that are not withdrawn send requests to busy pods: worse at lambda 0.5, where most pods are on a list', () => {
  const farm = { servers: 500, lambda: 0.5, warmup: 60, measured: 150, balancers: 50 }
  const [withdrawn, kept] = [true, false].map((withdraw) => replicate({ definition: joinIdleQueue, given: { withdraw } }, farm).response)
  expect(withdrawn!.high).toBeLessThan(kept!.low)
})
