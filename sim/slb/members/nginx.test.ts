import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REJECT, Outcome } from '../policy.ts'
import { Clock, context, filled, histories, letters, picks, replay, request, requestOf, scripted } from '../slb.fixture.ts'
import { bytesOf } from '../structures/hashes/bytes.ts'
import { ipHash, NginxRing } from '../structures/nginx/hashing.ts'
import { NGINX_DEFAULTS, NginxPeers } from '../structures/nginx/peers.ts'
import { NginxUpstream } from '../structures/nginx/upstream.ts'
import { nginxHash } from './nginx-hash.ts'
import { nginxIpHash } from './nginx-ip-hash.ts'
import { nginxLeastConn } from './nginx-least-conn.ts'
import { nginxRandom } from './nginx-random.ts'
import { nginxRoundRobin } from './nginx-round-robin.ts'
import { WeightedRoundRobinTwin } from './weighted-round-robin.ts'

const LINE = { maxFails: 1, failTimeout: 10_000_000, maxConns: 0 }
const weights = fc.integer({ min: 1, max: 9 })

describe('nginx-round-robin', () => {
  test('4:1 with a failure at maxFails 2: the weight of a falls by 4/2 and recovers by one per selection', () => {
    // (4 1)a(-1 1), a fails: effective 2; (1 2)b(1 -1) of sum 3, effective 3; (4 0)a(0 0) of sum 4, effective 4; (4 1)a
    const balancer = filled(nginxRoundRobin.create({ ...LINE, maxFails: 2 }, context()), [4, 1])
    const first = balancer.pick(request, -1)
    balancer.ended(first, 1, Outcome.Refused)
    expect(balancer.explain!(0)).toEqual({ effectiveWeight: 2, currentWeight: -1, fails: 1 })
    expect(letters([first, ...picks(balancer, 3)])).toBe('abaa')
  })

  test('a failed backend is left out while no more than failTimeout whole seconds have passed', () => {
    const clock = new Clock()
    const balancer = filled(nginxRoundRobin.create(LINE, context(scripted([]), clock)), [1, 1])
    balancer.ended(balancer.pick(request, -1), 1, Outcome.TimedOut)
    clock.time = 10_999_999
    expect(letters(picks(balancer, 3))).toBe('bbb')
    clock.time = 11_000_000
    expect(letters(picks(balancer, 3))).toContain('a')
  })

  test.each([
    { outcome: Outcome.Answered, of: 'an answer', fails: 0 },
    { outcome: Outcome.Rejected, of: 'a rejection by the pod', fails: 0 },
    { outcome: Outcome.Cancelled, of: 'a cancelled request', fails: 0 },
    { outcome: Outcome.Lost, of: 'a lost request', fails: 1 },
  ])('$of counts as $fails failures', ({ outcome, fails }) => {
    const balancer = filled(nginxRoundRobin.create(LINE, context()), [1, 1])
    balancer.ended(balancer.pick(request, -1), 1, outcome)
    expect(balancer.explain!(0)['fails']).toBe(fails)
  })

  test('when all have failed or are full, a request is rejected', () => {
    const failing = filled(nginxRoundRobin.create(LINE, context()), [1, 1])
    for (let i = 0; i < 2; i++) failing.ended(failing.pick(request, -1), 1, Outcome.Refused)
    expect(failing.pick(request, -1)).toBe(REJECT)
    const full = filled(nginxRoundRobin.create({ ...LINE, maxConns: 1 }, context()), [2, 1])
    expect(picks(full, 3)).toEqual([0, 1, REJECT])
  })

  test('without failures it is weighted-round-robin, pick for pick', () => {
    fc.assert(
      fc.property(histories(weights), (history) => {
        const ours = replay(nginxRoundRobin.create({ ...LINE, maxFails: 0 }, context()), history)
        expect(ours).toEqual(replay(new WeightedRoundRobinTwin(), history))
      }),
      { numRuns: 50 },
    )
  })
})

describe('nginx-least-conn', () => {
  test('2:1 held: ties run weighted round robin among the tied', () => {
    // 0/2 0/1 tie (2 1)a(-1 1); 1/2 > 0 b; 1/2 < 1 a; 2/2 = 1/1 tie (1 2)b(1 -1); 2/2 < 2 a
    expect(letters(picks(filled(nginxLeastConn.create(LINE, context()), [2, 1]), 5))).toBe('ababa')
  })

  test('never a backend with more requests per weight than another', () => {
    fc.assert(
      fc.property(histories(weights), (history) => {
        replay(nginxLeastConn.create({ ...LINE, maxFails: 0 }, context()), history, {
          picked: (slot, exclude, present, inFlight) => {
            const candidates = [...present.keys()].filter((one) => one !== exclude || present.size === 1)
            for (const one of candidates)
              expect(inFlight.get(slot)! * present.get(one)!).toBeLessThanOrEqual(inFlight.get(one)! * present.get(slot)!)
          },
        })
      }),
      { numRuns: 50 },
    )
  })
})

describe('nginx hashes', () => {
  const peersOf = (list: readonly number[]): NginxPeers => {
    const peers = new NginxPeers()
    list.forEach((weight, slot) => peers.add(slot, { ...NGINX_DEFAULTS, weight }))
    peers.begin()
    return peers
  }

  test('ip_hash of 10.1.2.x: 89 -> 3796 -> 2521 -> 2680 modulo 6271, 2680 modulo 3 = 1: the second of three, whatever x', () => {
    for (const x of [0, 3, 255]) expect(ipHash(peersOf([1, 1, 1]), Uint8Array.of(10, 1, 2, x), 100)).toBe(1)
    expect(ipHash(peersOf([1, 3, 1]), Uint8Array.of(10, 1, 2, 9), 100)).toBe(0) // 2680 modulo 5 = 0
  })

  test.each([
    { name: 'ip-hash', create: () => nginxIpHash.create(LINE, context()) },
    { name: 'hash', create: () => nginxHash.create({ ...LINE, consistent: false }, context()) },
    { name: 'consistent hash', create: () => nginxHash.create({ ...LINE, consistent: true }, context()) },
  ])('$name: a client keeps its backend, and shares follow 1:3', ({ create }) => {
    const balancer = filled(create(), [1, 3])
    const of = (client: number): number => balancer.pick(requestOf(client), -1)
    const clients = Array.from({ length: 2000 }, (_, client) => client)
    const found = clients.map(of)
    expect(clients.map(of)).toEqual(found)
    const share = found.filter((slot) => slot === 1).length / found.length
    expect(share).toBeGreaterThan(0.68)
    expect(share).toBeLessThan(0.82)
  })

  test('consistent: when a backend leaves, only its clients move', () => {
    const balancer = filled(nginxHash.create({ ...LINE, consistent: true }, context()), [1, 2, 1, 3])
    const clients = Array.from({ length: 500 }, (_, client) => client)
    const before = clients.map((client) => balancer.pick(requestOf(client), -1))
    balancer.removed(1)
    clients.forEach((client) => {
      if (before[client] !== 1) expect(balancer.pick(requestOf(client), -1)).toBe(before[client])
    })
  })

  test('a ring without a usable server has none for a key', () => {
    const ring = new NginxRing([{ slot: 4, name: 'a:80', weight: 1 }])
    expect(ring.find(bytesOf('k'), () => true)).toBe(4)
    expect(ring.find(bytesOf('k'), () => false)).toBe(-1)
  })
})

describe('nginx-random', () => {
  test('draws are points of the summed weights 3:2: 0 to 2 are a, 3 and 4 are b', () => {
    const balancer = filled(nginxRandom.create({ ...LINE, two: false }, context(scripted([0, 2, 3, 4]))), [3, 2])
    expect(letters(picks(balancer, 4))).toBe('aabb')
  })

  test('two: the second drawn wins a tie, and a draw of the first again is repeated', () => {
    const balancer = filled(nginxRandom.create({ ...LINE, two: true }, context(scripted([0, 1, 0, 0, 1]))), [1, 1])
    expect(letters(picks(balancer, 2))).toBe('ba') // a, b: tie; then a, a again, b: b has more
  })
})

test('consistent: after 20 further points in vain the request takes turns (ngx_http_upstream_get_chash_peer)', () => {
  // Nine of ten servers are down. A key that meets the tenth within 21 points gets it; all do, by round robin of the usable ones at the latest.
  const line = (slot: number) => ({ ...NGINX_DEFAULTS, name: `10.0.0.${slot}:80`, backup: false, down: slot > 1 })
  const upstream = new NginxUpstream('hash-consistent', Array.from({ length: 20 }, (_, slot) => line(slot)), scripted([])) // prettier-ignore
  const keys = Array.from({ length: 400 }, (_, i) => bytesOf(`key-${i}`))
  const ring = new NginxRing(Array.from({ length: 20 }, (_, slot) => ({ slot, name: line(slot).name, weight: 1 })))
  const byPoints = keys.map((key) => ring.find(key, (slot) => slot <= 1))
  expect(byPoints.filter((slot) => slot === -1).length / keys.length).toBeCloseTo(0.9 ** 21, 1) // 11 %
  const turns: number[] = []
  keys.forEach((key, i) => {
    const slot = upstream.open(key, 0)
    upstream.close(slot, false, 0)
    if (byPoints[i] === -1) turns.push(slot)
    else expect(slot).toBe(byPoints[i])
  })
  expect(turns.every((slot, i) => slot === (turns[0] + i) % 2)).toBe(true)
})

test('an upstream block: a request tries primary servers that refuse, then the backup', () => {
  const line = { ...NGINX_DEFAULTS, weight: 1 }
  const upstream = new NginxUpstream(
    'round-robin',
    [
      { ...line, name: 'a:1', backup: false },
      { ...line, name: 'b:1', backup: true },
    ],
    scripted([]),
  )
  const tried: number[] = []
  const fails = (slot: number): boolean => tried.push(slot) > 0 && slot === 0
  expect(upstream.open(bytesOf(''), 100, fails)).toBe(1)
  upstream.close(1, false, 100)
  expect(upstream.open(bytesOf(''), 100, fails)).toBe(1)
  expect(tried).toEqual([0, 1, 1]) // a has failed once and is left out
})
