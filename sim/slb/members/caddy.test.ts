import { describe, expect, test } from 'vitest'
import { Outcome, REJECT } from '../policy.ts'
import { context, filled, letters, picks, request, requestOf, scripted } from '../slb.fixture.ts'
import { leastOfSample } from '../structures/caddy/sample.ts'
import { caddyFirst } from './caddy-first.ts'
import { caddyIpHash } from './caddy-ip-hash.ts'
import { caddyLeastConn } from './caddy-least-conn.ts'
import { caddyRandomChoose } from './caddy-random-choose.ts'
import { caddyRoundRobin } from './caddy-round-robin.ts'
import { caddyWeightedRoundRobin } from './caddy-weighted-round-robin.ts'

const free = { maxRequests: 0 }

test('caddy-round-robin: the counter is raised first, so the second is first; a full one loses its turn', () => {
  expect(letters(picks(filled(caddyRoundRobin.create(free, context()), [1, 1, 1]), 4))).toBe('bcab')
  expect(picks(filled(caddyRoundRobin.create({ maxRequests: 1 }, context()), [1, 1]), 3)).toEqual([1, 0, REJECT])
})

describe('caddy-weighted-round-robin', () => {
  test.each([
    { weights: [1, 3, 1, 1, 1, 2], expect: 'bbbcdeffa' }, // turns 1 .. 9 of blocks of 1 3 1 1 1 2
    { weights: [2, 1], expect: 'aba' },
    { weights: [4], expect: 'aaa' },
  ])('$weights gives $expect', ({ weights, expect: sequence }) => {
    expect(letters(picks(filled(caddyWeightedRoundRobin.create(free, context()), weights), sequence.length))).toBe(sequence)
  })

  test('of n available the one of the block modulo n: a full, block a is b, block b is c', () => {
    const balancer = filled(caddyWeightedRoundRobin.create({ maxRequests: 1 }, context()), [2, 1, 1])
    // turn 1 block 0: a; turn 2 block 1 of b c: c; turn 3 block 2 of b: b; then all are full
    expect(picks(balancer, 4)).toEqual([0, 2, 1, REJECT])
  })
})

test('caddy-least-conn: fewest, at random on ties', () => {
  const balancer = filled(caddyLeastConn.create(free, context(scripted([2, 1]))), [9, 1, 1])
  const found = picks(balancer, 3)
  expect([...found].sort((a, b) => a - b)).toEqual([0, 1, 2])
  balancer.ended(1, 1, Outcome.Answered)
  expect(balancer.pick(request, -1)).toBe(1)
})

test('caddy-first: the first that is not full, then none', () => {
  const balancer = filled(caddyFirst.create({ maxRequests: 2 }, context()), [1, 1])
  expect(picks(balancer, 5)).toEqual([0, 0, 1, 1, REJECT])
  balancer.ended(0, 1, Outcome.Answered)
  expect([balancer.pick(request, 0), balancer.pick(request, -1)]).toEqual([REJECT, 0])
})

describe('caddy-random-choose', () => {
  test('the sample: the first two, then a draw of 3 puts c in place 0, 1 or nowhere', () => {
    for (const [draw, busy, expected] of [
      [0, 'a', 'c'], // c b, both idle: the first
      [1, 'a', 'c'], // a c, a busy
      [2, 'a', 'b'], // a b
    ] as const) {
      const balancer = filled(caddyRandomChoose.create({ ...free, choose: 2 }, context(scripted([2, draw]))), [1, 1, 1])
      expect(letters([balancer.pick(request, -1)])).toBe(busy) // a b: both idle
      expect(letters([balancer.pick(request, -1)])).toBe(expected)
    }
  })

  test('one with more than a later one stays a candidate: of 3, 2 and 2 requests any can win', () => {
    const winners = [0, 1, 2].map((draw) => leastOfSample([7, 8, 9], { 7: 3, 8: 2, 9: 2 }, scripted([draw])))
    expect(winners).toEqual([7, 8, 9])
    expect(leastOfSample([7, 8], { 7: 2, 8: 3 }, scripted([]))).toBe(7)
    expect(leastOfSample([7, 8, 9], { 7: 2, 8: 0, 9: 0 }, scripted([]))).toBe(8)
  })
})

test('caddy-ip-hash: a client keeps its backend, and only those of one that leaves move', () => {
  const balancer = filled(caddyIpHash.create(free, context()), [1, 1, 1, 1])
  const clients = Array.from({ length: 300 }, (_, client) => client)
  const before = clients.map((client) => balancer.pick(requestOf(client), -1))
  expect(new Set(before).size).toBe(4)
  balancer.removed(3)
  for (const client of clients) if (before[client] !== 3) expect(balancer.pick(requestOf(client), -1)).toBe(before[client])
})
