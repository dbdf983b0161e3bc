import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { hash32, hash53 } from '../structures/hash.ts'
import type { Balancer } from '../policy.ts'
import { MAX_WEIGHT } from '../structures/slots.ts'
import { context, filled, histories, replay, request, requestOf, scripted } from '../slb.fixture.ts'
import type { Step } from '../slb.fixture.ts'
import { sourceHash, SourceHashTwin } from './source-hash.ts'

const made = (given: Record<string, ParameterValue>, draws: readonly number[] = []): Balancer =>
  sourceHash.create(valuesOf(sourceHash.parameters, given), context(scripted(draws)))
const equal = (n: number): number[] => new Array<number>(n).fill(1)
const slotsOf = (balancer: Balancer, keys: number, exclude = -1): number[] =>
  Array.from({ length: keys }, (_, key) => balancer.pick(requestOf(key), exclude))
const methods = ['modulo', 'rendezvous', 'ring']

describe('source-hash', () => {
  test.each(methods)(
    '%s: a key stays with its backend while the set is unchanged, whatever ends and whatever other keys are picked in between',
    (hash) => {
      const balancer = filled(made({ hash }), equal(20))
      const first = slotsOf(balancer, 500)
      for (const slot of first) balancer.ended(slot, 1000, 0)
      expect(slotsOf(balancer, 500)).toEqual(first)
      expect(slotsOf(filled(made({ hash }), equal(20)), 500)).toEqual(first) // and so in another balancer
      expect(new Set(first).size).toBe(20)
    },
  )

  test('a request without a key goes to a uniformly random one', () => {
    const balancer = filled(made({}, [3, 0, 2]), equal(4))
    expect([balancer.pick(request, -1), balancer.pick(request, -1), balancer.pick(request, 0)]).toEqual([3, 0, 2])
  })

  test.each([
    { hash: 'modulo', weights: fc.integer({ min: 1, max: 5 }) },
    { hash: 'modulo', weights: fc.integer({ min: 1, max: MAX_WEIGHT }) },
    { hash: 'rendezvous', weights: fc.integer({ min: 1, max: 5 }) },
    { hash: 'ring', weights: fc.constant(1) },
    { hash: 'ring', weights: fc.integer({ min: 1, max: 5 }) },
    { hash: 'ring', weights: fc.integer({ min: 1, max: MAX_WEIGHT }) },
  ])('$hash: picks as the twin, through any history', ({ hash, weights }) => {
    const keyed = (history: readonly Step[]): Step[] =>
      history.map((step) => (step.kind === 'pick' ? { ...step, client: Math.max(0, step.client) * 1_234_567_891 } : step))
    fc.assert(
      fc.property(histories(weights), fc.integer({ min: 1, max: 40 }), (history, points) => {
        expect(replay(made({ hash, points }), keyed(history))).toEqual(replay(new SourceHashTwin(hash, points), keyed(history)))
      }),
      { numRuns: 150 },
    )
  })

  test('ring and modulo through growth and decline: hundreds are added and removed', () => {
    for (const hash of ['ring', 'modulo']) {
      const balancer = made({ hash, points: 20 })
      const twin = new SourceHashTwin(hash, 20)
      const both = [balancer, twin]
      const agree = (): void => expect(slotsOf(balancer, 60)).toEqual(slotsOf(twin, 60))
      for (let slot = 0; slot < 150; slot++) for (const one of both) one.added(slot, 1)
      agree()
      for (let slot = 0; slot < 150; slot += 2) for (const one of both) one.removed(slot)
      agree()
      for (let slot = 1; slot < 140; slot += 2) for (const one of both) one.removed(slot)
      agree()
      for (let slot = 200; slot < 240; slot++) for (const one of both) one.added(slot, 1)
      agree()
    }
  })
})

describe('shares', () => {
  const chiSquare = (found: readonly number[], shares: readonly number[], keys: number): number =>
    found.reduce((sum, n, i) => sum + ((n - keys * shares[i]) * (n - keys * shares[i])) / (keys * shares[i]), 0)

  test.each(['modulo', 'rendezvous'])(
    '%s: keys 0 .. 99,999 fall in proportion to weights: chi-square below 18.47, the 99.9 %% point at 4 degrees of freedom',
    (hash) => {
      const weights = [5, 1, 3, 11, 30]
      const found = [0, 0, 0, 0, 0]
      for (const slot of slotsOf(filled(made({ hash }), weights), 100_000)) found[slot]++
      expect(
        chiSquare(
          found,
          weights.map((w) => w / 50),
          100_000,
        ),
      ).toBeLessThan(18.47)
    },
  )

  test('ring: arcs of k points a backend spread as 1 / sqrt(k): relative deviation of 200 backends near 0.079 at 160 points, 0.25 at 16', () => {
    // Shares of n k uniform points: each sum of k spacings has relative variance (1/k)(1 - 1/n); 20 % is 4 standard errors of a deviation over 200
    for (const points of [160, 16]) {
      const found = new Array<number>(200).fill(0)
      const keys = 400_000
      for (const slot of slotsOf(filled(made({ hash: 'ring', points }), equal(200)), keys)) found[slot]++
      const variance = found.reduce((sum, n) => sum + (n - 2000) * (n - 2000), 0) / 199
      const deviation = Math.sqrt(variance - 2000) / 2000 // less that of 2,000 keys a backend, which is Poisson
      expect(Math.abs(deviation * Math.sqrt(points) - 1)).toBeLessThan(0.2)
    }
  })

  test('ring: weights are points, in proportion to the heaviest', () => {
    const found = [0, 0, 0]
    for (const slot of slotsOf(filled(made({ hash: 'ring', points: 4000 }), [1, 2, 5]), 80_000)) found[slot]++
    ;[1, 2, 5].forEach((weight, slot) => expect(Math.abs(found[slot] / (10_000 * weight) - 1)).toBeLessThan(0.15)) // 800 points: 1 / sqrt(800) = 3.5 %
  })
})

describe('keys that move', () => {
  const KEYS = 40_000

  /** Share of the keys that have another backend after the change; the keys of `left` do not count. */
  function moved(hash: string, n: number, change: (balancer: Balancer) => void, left = -1): number {
    const balancer = filled(made({ hash }), equal(n))
    const before = slotsOf(balancer, KEYS)
    change(balancer)
    const after = slotsOf(balancer, KEYS)
    const stayed = before.map((slot, key) => ({ slot, key })).filter(({ slot }) => slot !== left)
    return stayed.filter(({ slot, key }) => after[key] !== slot).length / stayed.length
  }

  test.each(['rendezvous', 'ring'])(
    '%s: when one of 20 leaves, its 1/20 and no other key; when one joins 20, 1/21, and all to it',
    (hash) => {
      // rendezvous: binomial, standard error 0.0011 of 0.05; ring: the share of 160 points is 1/20 with a deviation of 8 %
      const near = hash === 'ring' ? 0.3 : 0.09
      for (const left of [0, 7, 19]) {
        expect(moved(hash, 20, (balancer) => balancer.removed(left), left)).toBe(0)
        expect(Math.abs(moved(hash, 20, (balancer) => balancer.removed(left)) * 20 - 1)).toBeLessThan(near)
      }
      const balancer = filled(made({ hash }), equal(20))
      const before = slotsOf(balancer, KEYS)
      balancer.added(20, 1)
      const changed = slotsOf(balancer, KEYS).filter((slot, key) => slot !== before[key])
      expect(new Set(changed)).toEqual(new Set([20]))
      expect(Math.abs((changed.length / KEYS) * 21 - 1)).toBeLessThan(near)
    },
  )

  test('modulo: when the last of n leaves, (n - 1) / n of all keys; when one joins n, n / (n + 1)', () => {
    // h mod n = h mod (n - 1) for n - 1 of each n (n - 1) values of h: a key stays with probability 1 / n
    for (const n of [5, 20]) {
      expect(Math.abs(moved('modulo', n, (balancer) => balancer.removed(n - 1)) - (n - 1) / n)).toBeLessThan(0.01)
      expect(Math.abs(moved('modulo', n, (balancer) => balancer.added(n, 1)) - n / (n + 1))).toBeLessThan(0.01)
    }
  })

  test.each(methods)('%s: a retry that must pass over its backend goes to another one, the same for all its retries', (hash) => {
    const balancer = filled(made({ hash }), equal(20))
    const first = slotsOf(balancer, 300)
    const second = first.map((slot, key) => balancer.pick(requestOf(key, 1), slot))
    expect(second.every((slot, key) => slot !== first[key])).toBe(true)
    expect(first.map((slot, key) => balancer.pick(requestOf(key, 2), slot))).toEqual(second)
    if (hash === 'modulo') return
    // and to the one that would have it if the first were gone
    for (let key = 0; key < 40; key++) {
      const without = filled(made({ hash }), equal(20))
      without.removed(first[key])
      expect(without.pick(requestOf(key), -1)).toBe(second[key])
    }
  })
})

describe('the hash', () => {
  test('one bit of the key changes about half of the bits, whichever it is', () => {
    const bits = (word: number): number => word.toString(2).replaceAll('0', '').length
    for (let bit = 0; bit < 53; bit++) {
      const flipped = 2 ** bit // a test may
      let changed = 0
      for (let key = 0; key < 400; key++) {
        const base = key * 22_517_998_136_851 // up to 2^53
        const other = Math.floor(base / flipped) % 2 === 0 ? base + flipped : base - flipped
        changed += bits((hash32(base, 3) ^ hash32(other, 3)) >>> 0)
      }
      expect(changed / 400 / 32, `bit ${bit}`).toBeGreaterThan(0.45)
      expect(changed / 400 / 32, `bit ${bit}`).toBeLessThan(0.55)
    }
  })

  test('whole numbers in their ranges', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(2 ** 31 - 1), (key, salt) => {
        const short = hash32(key, salt)
        const long = hash53(key)
        expect(Number.isInteger(short) && short >= 0 && short < 2 ** 32 && Number.isSafeInteger(long) && long >= 0).toBe(true)
      }),
    )
  })
})

test('each parameter has an effect: hash, and points of the ring', () => {
  const played = (given: Record<string, ParameterValue>): string => slotsOf(filled(made(given), equal(20)), 100).join()
  expect(new Set([...methods.map((hash) => played({ hash })), played({ hash: 'ring', points: 3 })]).size).toBe(4)
})
