/** Balancers against queueing theory, the slow ones (theory.test.ts has the others). */
import { expect, test } from 'vitest'
import { idleQueues, replicate } from './farm.fixture.ts'
import { centralQueue } from './members/central-queue.ts'
import { joinIdleQueue } from './members/join-idle-queue.ts'
import { joinShortestQueue } from './members/join-shortest-queue.ts'
import { leastConnections } from './members/least-connections.ts'
import { random } from './members/random.ts'

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
