import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Outcome, QUEUE } from '../policy.ts'
import { context, filled, histories, letters, picks, replay, request, requestOf } from '../slb.fixture.ts'
import { boundedPlaces, HaproxyRing } from '../structures/haproxy/ring.ts'
import { haproxyFirst } from './haproxy-first.ts'
import { haproxyLeastconn } from './haproxy-leastconn.ts'
import { haproxyRandom } from './haproxy-random.ts'
import { haproxyRoundrobin } from './haproxy-roundrobin.ts'
import { haproxySource } from './haproxy-source.ts'
import { haproxyStaticRr } from './haproxy-static-rr.ts'

describe('haproxy-roundrobin', () => {
  // effective 80 16 16 of 112, position 112: a has positions 112, 113, 114 (32, 64, 96 - 80 left over: + 1), then 116, 117, 119; b and c fill the holes 115 and 118
  test.each([
    { weights: [5, 1, 1], expect: 'aaabaac' },
    { weights: [1, 1, 1], expect: 'abc' },
    { weights: [1, 2], expect: 'bba' }, // the heaviest first; b at 48 and 49, next at 51 (49 + 1.5, rounded by what is left over), a at 50
  ])('$weights gives $expect, and again', ({ weights, expect: sequence }) => {
    expect(letters(picks(filled(haproxyRoundrobin.create({ maxConn: 0 }, context()), weights), 2 * sequence.length))).toBe(
      sequence + sequence,
    )
  })

  test('shares of a sequence of W = sum of weights picks are the weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const balancer = filled(haproxyRoundrobin.create({ maxConn: 0 }, context()), weights)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const found = picks(balancer, 10 * total)
        weights.forEach((weight, slot) => {
          const share = found.filter((pick) => pick === slot).length
          expect(Math.abs(share - 10 * weight)).toBeLessThanOrEqual(2)
        })
      }),
      { numRuns: 50 },
    )
  })

  test('a full backend is passed over, and when all are full the request is queued', () => {
    const balancer = filled(haproxyRoundrobin.create({ maxConn: 1 }, context()), [3, 1])
    expect(picks(balancer, 3)).toEqual([0, 1, QUEUE])
    balancer.ended(0, 1, Outcome.Answered)
    expect(balancer.pick(request, -1)).toBe(0)
  })
})

describe('haproxy-static-rr', () => {
  // 2:1 of 3: (2 1) values 1 1 a(-1 1); (1 2) 1 1 a(-2 2); (0 3) 1 2 b
  test.each([
    { weights: [2, 1], expect: 'aab' },
    { weights: [4, 2], expect: 'aab' },
    { weights: [1, 1, 1], expect: 'abc' },
  ])('$weights walks the map $expect', ({ weights, expect: sequence }) => {
    expect(letters(picks(filled(haproxyStaticRr.create({ maxConn: 0 }, context()), weights), 2 * sequence.length))).toBe(
      sequence + sequence,
    )
  })
})

describe('haproxy-leastconn', () => {
  test('4:1 held: keys (n + 1) 256 / weight, 0 when idle; a grows 128, 192 ... 512 = b at 512, who has it longer', () => {
    expect(letters(picks(filled(haproxyLeastconn.create({ maxConn: 0 }, context()), [4, 1]), 9))).toBe('abaaaaaab')
  })

  test('idle backends alternate whatever their weight', () => {
    const balancer = filled(haproxyLeastconn.create({ maxConn: 0 }, context()), [9, 1])
    const found = Array.from({ length: 4 }, () => {
      const slot = balancer.pick(request, -1)
      balancer.ended(slot, 1, Outcome.Answered)
      return slot
    })
    expect(letters(found)).toBe('abab')
  })

  test('never one with a greater key than another, through any history', () => {
    const key = (n: number, weight: number): number => (n === 0 ? 0 : Math.floor(((n + 1) * 256) / weight))
    fc.assert(
      fc.property(histories(fc.integer({ min: 1, max: 256 })), (history) => {
        replay(haproxyLeastconn.create({ maxConn: 0 }, context()), history, {
          picked: (slot, exclude, present, inFlight) => {
            for (const [one, weight] of present)
              if (one !== exclude || present.size === 1)
                expect(key(inFlight.get(slot)!, present.get(slot)!)).toBeLessThanOrEqual(key(inFlight.get(one)!, weight))
          },
        })
      }),
      { numRuns: 50 },
    )
  })
})

test('haproxy-first: the first that is not full, then the queue', () => {
  const balancer = filled(haproxyFirst.create({ maxConn: 2 }, context()), [1, 1])
  expect(picks(balancer, 5)).toEqual([0, 0, 1, 1, QUEUE])
  balancer.ended(1, 1, Outcome.Answered)
  balancer.ended(0, 1, Outcome.Answered)
  expect(picks(balancer, 3)).toEqual([0, 1, QUEUE])
})

describe('haproxy rings', () => {
  test('the nearest point on either side: a key at a point belongs to it, and keys beside it too', () => {
    const ring = new HaproxyRing([
      { slot: 0, id: 1, weight: 1 },
      { slot: 1, id: 2, weight: 1 },
    ])
    const all = (hash: number): number => ring.find(hash, () => false)
    const owner = all(0x1000)
    expect(ring.find(0x1000, (slot) => slot === owner)).toBe(1 - owner)
    expect(ring.find(0x1000, () => true)).toBe(-1)
  })

  test('places with a factor of 100 % for 9 requests and 3 equal servers: 10 places as 3, 3 and 4; never 0', () => {
    expect([0, 1, 2].map((before) => boundedPlaces(9, 100, 1, before, 3))).toEqual([3, 3, 4])
    expect(boundedPlaces(0, 100, 1, 0, 5)).toBe(1)
  })

  test('source, consistent: only the clients of a backend that leaves move; map-based: most move', () => {
    for (const [hashType, most] of [
      ['consistent', 0],
      ['map-based', 1],
    ] as const) {
      const balancer = filled(haproxySource.create({ hashType, balanceFactor: 0 }, context()), [1, 1, 1, 1, 1])
      const clients = Array.from({ length: 400 }, (_, client) => client)
      const before = clients.map((client) => balancer.pick(requestOf(client), -1))
      balancer.removed(2)
      const others = clients.filter((client) => before[client] !== 2)
      const moved = others.filter((client) => balancer.pick(requestOf(client), -1) !== before[client]).length
      if (most === 0) expect(moved).toBe(0)
      else expect(moved / others.length).toBeGreaterThan(0.5)
    }
  })

  test('with a balance factor no backend holds more than its places, whichever client asks', () => {
    const balancer = filled(haproxySource.create({ hashType: 'consistent', balanceFactor: 125 }, context()), [1, 1, 1, 1])
    const held = [0, 0, 0, 0]
    for (let i = 0; i < 40; i++) held[balancer.pick(requestOf(7), -1)]++
    // 1.25 × 40 / 4 = 12.5 places, rounded for the four together
    expect(Math.max(...held)).toBeLessThanOrEqual(13)
    expect(held.reduce((sum, n) => sum + n, 0)).toBe(40)
  })

  test('random: more draws even out the counts', () => {
    const spread = (draws: number): number => {
      const held = [0, 0, 0, 0]
      for (const slot of picks(filled(haproxyRandom.create({ draws }, context()), [1, 1, 1, 1]), 400)) held[slot]++
      return Math.max(...held) - Math.min(...held)
    }
    expect(spread(3)).toBeLessThan(10)
    expect(spread(1)).toBeGreaterThan(10)
  })
})
