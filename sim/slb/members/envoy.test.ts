import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, filled, histories, letters, picks, replay, request, requestOf, scripted } from '../slb.fixture.ts'
import { boundedHost, EnvoyMaglev, EnvoyRing } from '../structures/envoy/hashing.ts'
import { OutlierDetector } from '../structures/envoy/outliers.ts'
import { levelOf, localityWeights, priorityLoads } from '../structures/envoy/priorities.ts'
import { envoyLeastRequest } from './envoy-least-request.ts'
import { envoyMaglev } from './envoy-maglev.ts'
import { envoyRingHash } from './envoy-ring-hash.ts'
import { envoyRoundRobin } from './envoy-round-robin.ts'

const startingAt = (start: number) => envoyRoundRobin.create({}, context(scripted([start])))

describe('envoy-round-robin', () => {
  // deadlines k/3 of a, k/1 of b: 1/3 2/3 1 1; equal deadlines in the order in which they were set
  test.each([
    { weights: [1, 1, 1], start: 5, expect: 'cabc' },
    { weights: [3, 1], start: 0, expect: 'aabaaaba' },
    { weights: [3, 1], start: 1, expect: 'abaaaba' },
    { weights: [2, 1, 2], start: 0, expect: 'acbac' },
  ])('$weights from $start on: $expect', ({ weights, start, expect: sequence }) => {
    expect(letters(picks(filled(startingAt(start), weights), sequence.length))).toBe(sequence)
  })

  test('a period of W picks has each host w times; one that starts among equal deadlines, whose order may differ at its end, one more or fewer', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(weights, fc.nat(1_000_000), (list, start) => {
        const total = list.reduce((sum, weight) => sum + weight, 0)
        const found = picks(filled(startingAt(start), list), total)
        list.forEach((weight, slot) => {
          const count = found.filter((pick) => pick === slot).length
          if (start % total === 0) expect(count).toBe(weight)
          expect(Math.abs(count - weight)).toBeLessThanOrEqual(1)
        })
      }),
    )
  })
})

const least = { choices: 2, fullScan: false, bias: 1 }

describe('envoy-least-request', () => {
  test('two draws with replacement: the first on ties, a later one only when it has fewer', () => {
    // draws a b: tie a; a b: b has fewer; b b: b
    const balancer = filled(envoyLeastRequest.create(least, context(scripted([0, 1, 0, 1, 1, 1]))), [1, 1])
    expect(letters(picks(balancer, 3))).toBe('abb')
  })

  test('full scan: never one with more than another', () => {
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        replay(envoyLeastRequest.create({ ...least, fullScan: true }, context()), history, {
          picked: (slot, exclude, present, inFlight) => {
            for (const one of present.keys())
              if (one !== exclude || present.size === 1) expect(inFlight.get(slot)).toBeLessThanOrEqual(inFlight.get(one)!)
          },
        })
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    // a at 1/2, 1, 2, 3.5 (1/2, 2/2, 3/2 later), b at 1, 2, 4: of equal ones the deadline that was set first
    { bias: 1, expect: 'ababaa' },
    // a at 1/2, 1, 1.5, 2, b at 1, 2
    { bias: 0, expect: 'abaaba' },
  ])('2:1 with all requests held and bias $bias: $expect', ({ bias, expect: sequence }) => {
    const balancer = filled(envoyLeastRequest.create({ ...least, bias }, context(scripted([0]))), [2, 1])
    expect(letters(picks(balancer, 6))).toBe(sequence)
  })
})

const hosts = (...weights: number[]) => weights.map((weight, i) => ({ name: `10.0.0.${i + 1}:80`, weight }))
const keys = Array.from({ length: 1000 }, (_, i) => (BigInt(i) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn)

describe('envoy hashing', () => {
  test('a ring of weights 1:3 with at least 100 points: 25 and 75 points, and shares near them', () => {
    const ring = new EnvoyRing(hosts(1, 3), 100, 1000)
    const share = keys.filter((key) => ring.find(key, 0) === 1).length / keys.length
    expect(share).toBeGreaterThan(0.6)
    expect(share).toBeLessThan(0.9)
    expect(new EnvoyRing(hosts(1), 1, 1).find(5n, 3)).toBe(0)
  })

  test('Maglev: places are in proportion to weights 1:2:1 within one per host', () => {
    const table = new EnvoyMaglev(hosts(1, 2, 1), 251)
    const places = [0, 0, 0]
    for (let place = 0n; place < 251n; place++) places[table.find(place, 0)]++
    expect(places.reduce((sum, n) => sum + n, 0)).toBe(251)
    for (const [i, share] of [62.75, 125.5, 62.75].entries()) expect(Math.abs(places[i] - share)).toBeLessThanOrEqual(2)
  })

  test.each([
    {
      name: 'ring',
      create: () =>
        envoyRingHash.create({ minimumRingSize: 1024, maximumRingSize: 8_388_608, hashFunction: 'xx-hash', balanceFactor: 0 }, context()),
      moved: 0.1,
    }, // 103 points of each become 114
    { name: 'maglev', create: () => envoyMaglev.create({ tableSize: 65_537, balanceFactor: 0 }, context()), moved: 0.02 },
  ])('$name: when one of 10 leaves, at most $moved of the others’ clients move', ({ create, moved }) => {
    const balancer = filled(create(), new Array<number>(10).fill(1))
    const clients = Array.from({ length: 1000 }, (_, client) => client)
    const before = clients.map((client) => balancer.pick(requestOf(client), -1))
    balancer.removed(4)
    const others = clients.filter((client) => before[client] !== 4)
    const changed = others.filter((client) => balancer.pick(requestOf(client), -1) !== before[client]).length
    expect(changed / others.length).toBeLessThanOrEqual(moved)
  })

  test('bounded loads: within its places the first host, else another within its own, the same for the same key', () => {
    const active = [3, 0, 0]
    const find = (): number => boundedHost(hosts(1, 1, 1), 0, 77n, 100, (host) => active[host])
    const other = find() // 4 places in all, ceil(4/3) = 2 for each, host 0 holds 3
    expect(other).not.toBe(0)
    expect(find()).toBe(other)
    active[0] = 1
    expect(find()).toBe(0)
  })

  test('a table whose size is not prime is refused', () => {
    expect(envoyMaglev.problems!({ tableSize: 65_536, balanceFactor: 0 })[0].message).toContain('found 65536; accepted: a prime number')
    expect(envoyMaglev.problems!({ tableSize: 65_537, balanceFactor: 0 })).toEqual([])
  })
})

describe('envoy priorities', () => {
  const level = (n: number, healthy: number, degraded = 0) => ({ hosts: n, healthy, degraded })

  test.each([
    {
      of: 'half of the first level healthy at 140 %: 70 to it, the rest to the second',
      levels: [level(2, 1), level(1, 1)],
      healthy: [70, 30],
      panic: [false, false],
    },
    {
      of: 'too little in all: shares 46 and 46 scaled to 100, the rest to the first; both in panic, so by hosts',
      levels: [level(3, 1), level(3, 1)],
      healthy: [50, 50],
      panic: [true, true],
    },
    {
      of: 'nothing healthy at all: by number of hosts 1 and 3',
      levels: [level(1, 0), level(3, 0)],
      healthy: [25, 75],
      panic: [true, true],
    },
    { of: 'a level without hosts gets nothing', levels: [level(0, 0), level(2, 2)], healthy: [0, 100], panic: [false, false] },
  ])('$of', ({ levels, healthy, panic }) => {
    expect(priorityLoads(levels, 140, 50)).toEqual({ healthy, degraded: levels.map(() => 0), panic })
  })

  test('degraded hosts take what healthy ones leave: 93 healthy at 2 of 3, 46 degraded at 1 of 3, scaled by 100', () => {
    const loads = priorityLoads([level(4, 0), level(3, 2, 1)], 140, 30)
    expect(loads).toEqual({ healthy: [0, 93], degraded: [0, 7], panic: [false, false] })
    expect(levelOf(loads, 92)).toEqual({ level: 1, degraded: false })
    expect(levelOf(loads, 93)).toEqual({ level: 1, degraded: true })
  })

  test('loads sum to 100 for any levels', () => {
    const levels = fc.array(
      fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6)).map(([other, healthy, degraded]) => level(other + healthy + degraded, healthy, degraded)),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(levels, fc.integer({ min: 100, max: 200 }), fc.nat(100), (list, overprovisioning, threshold) => {
        const { healthy, degraded } = priorityLoads(list, overprovisioning, threshold)
        expect([...healthy, ...degraded].reduce((sum, load) => sum + load, 0)).toBe(100)
      }),
    )
  })

  test('localities 5 and 1, one of three healthy in the first: 5 × 1.4 / 3 to 1, which is 7:3', () => {
    const [first, second] = localityWeights(
      [
        { weight: 5, ...level(3, 1) },
        { weight: 1, ...level(1, 1) },
      ],
      140,
    )
    expect(first * 3).toBe(second * 7)
  })
})

test('outliers: three errors in a row eject, an answer in between does not', () => {
  const detector = new OutlierDetector({ consecutive5xx: 3, maxEjectionPercent: 50 }, 2)
  for (const failed of [true, true, false, true, true]) detector.answered(0, failed)
  expect(detector.isEjected(0)).toBe(false)
  detector.answered(0, true)
  expect([detector.isEjected(0), detector.isEjected(1)]).toEqual([true, false])
})

test('a pick that excludes the host whose turn it is goes to the next one', () => {
  const balancer = filled(startingAt(0), [1, 1, 1])
  expect(letters([balancer.pick(request, 0), ...picks(balancer, 2)])).toBe('bca')
})
