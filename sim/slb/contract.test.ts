import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balancers } from './index.ts'
import { NO_BACKEND, Outcome, QUEUE, REJECT } from './policy.ts'
import { MAX_WEIGHT } from './structures/slots.ts'
import { Clock, context, filled, histories, noExclude, picks, replay, request, seeded } from './slb.fixture.ts'
import { valuesOf } from '../common/define.ts'
import type { ParameterValue } from '../common/define.ts'
import type { Step, Watcher } from './slb.fixture.ts'
import { slowCases } from '../testing/cases.ts'

const anyWeights = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: MAX_WEIGHT }))

/** Values beside the defaults that take other branches. */
const further: Readonly<Record<string, readonly Readonly<Record<string, ParameterValue>>[]>> = {
  'weighted-least-connections': [{ rule: 'sed' }, { rule: 'nq' }],
  'least-response-time': [{ average: 'peak-ewma' }, { among: 'two' }, { average: 'peak-ewma', among: 'two', decay: 1000 }],
  'peak-ewma': [{ load: 'pending' }, { decay: 1000, initial: 5 }],
  'power-of-d': [{ choices: 1 }, { choices: 5 }, { choices: 3, replacement: true }, { choices: 1, memory: 1 }, { choices: 2, memory: 4 }],
  'grpc-least-request': [{ choices: 10 }],
  'join-idle-queue': [{ withdraw: false }],
  'bulletin-board': [{ period: 1000 }, { choices: 2, own: true }, { own: true, period: 300_000_000 }],
  'join-shortest-queue': [{ choices: 2 }],
  forecast: [{ choices: 3, trend: 0, own: false }],
  prequal: [
    { mode: 'sync', choices: 5 },
    { probeRate: 0.5, removeRate: 0.25, poolSize: 4, idle: 50_000 },
    { quantile: 0, errorLimit: 1 },
    { quantile: 1, compensate: false },
  ],
  c3: [{ rateControl: false }, { exponent: 1, clients: 10, interval: 1000 }],
  'grpc-weighted-round-robin': [{ reports: 1000, blackout: 0, update: 100_000 }],
  'central-queue': [{ capacity: 0 }, { limit: 3, capacity: 2 }, { limit: 1_000_000 }],
  maglev: [{ size: '251' }],
  'prefix-affinity': [{ match: 0, difference: 1, ratio: 1, blocks: 3 }],
  'source-hash': [{ hash: 'rendezvous' }, { hash: 'ring', points: 7 }],
  'nginx-round-robin': [
    { maxFails: 3, failTimeout: 1_000_000 },
    { maxFails: 0, maxConns: 2 },
  ],
  'nginx-least-conn': [{ maxFails: 3, maxConns: 1 }],
  'nginx-ip-hash': [{ maxFails: 0 }],
  'nginx-hash': [{ consistent: true }],
  'nginx-random': [{ two: true }],
  'haproxy-roundrobin': [{ maxConn: 2 }],
  'haproxy-static-rr': [{ maxConn: 1 }],
  'haproxy-leastconn': [{ maxConn: 3 }],
  'haproxy-first': [{ maxConn: 1 }],
  'haproxy-random': [{ draws: 1 }],
  'haproxy-source': [{ hashType: 'consistent' }, { hashType: 'consistent', balanceFactor: 110 }],
  'envoy-least-request': [{ choices: 4 }, { fullScan: true }, { bias: 0.5 }],
  'envoy-ring-hash': [
    { minimumRingSize: 50, hashFunction: 'murmur-hash-2' },
    { minimumRingSize: 20, balanceFactor: 120 },
  ],
  'envoy-maglev': [{ tableSize: 251 }, { tableSize: 13, balanceFactor: 110 }],
  'caddy-round-robin': [{ maxRequests: 1 }],
  'caddy-weighted-round-robin': [{ maxRequests: 2 }],
  'caddy-least-conn': [{ maxRequests: 2 }],
  'caddy-first': [{ maxRequests: 1 }],
  'caddy-random-choose': [{ choose: 3, maxRequests: 2 }],
  'caddy-ip-hash': [{ maxRequests: 1 }],
}

/** Members that hold requests back or reject them, by the outcome of the real system. */
const answersNoSlot = (name: string): boolean =>
  name === 'central-queue' ||
  name === 'prequal' ||
  name === 'c3' ||
  name.startsWith('nginx-') ||
  name.startsWith('caddy-') ||
  (name.startsWith('haproxy-') && name !== 'haproxy-source')

/** Members whose tables have as many entries as the weights say: they are made again at each change. */
const tabled = ['nginx-hash', 'haproxy-random', 'haproxy-source', 'envoy-ring-hash', 'envoy-maglev']

const members = balancers.all.flatMap((definition) =>
  [{}, ...(further[definition.name] ?? [])].map((given) => ({ name: `${definition.name} ${JSON.stringify(given)}`, definition, given })),
)

describe.each(members)('the balancer contract: $name', ({ definition, given }) => {
  const values = valuesOf(definition.parameters, given)
  const queues = answersNoSlot(definition.name)
  const [weights, numRuns] = tabled.includes(definition.name)
    ? [fc.integer({ min: 1, max: 4 }), slowCases(8, 4)]
    : [anyWeights, slowCases(100, 10)]
  const fresh = (seed = 'slb', clock = new Clock()) => definition.create(values, context(seeded(seed), clock))
  const run = (history: readonly Step[], seed = 'slb', watcher: Watcher = {}) => {
    const clock = new Clock()
    return replay(fresh(seed, clock), history, watcher, clock)
  }

  test('through any history: a present slot, never the excluded one while there is another, NO_BACKEND when and only when empty, QUEUE or REJECT only from a member with a queue or a limit', () => {
    fc.assert(
      fc.property(histories(weights), (history) => {
        run(history, 'slb', {
          picked: (slot, exclude, present) => {
            if (present.size === 0) return expect(slot).toBe(NO_BACKEND)
            if (queues && (slot === QUEUE || slot === REJECT)) return
            expect(present.has(slot)).toBe(true)
            if (present.size > 1) expect(slot).not.toBe(exclude)
          },
        })
      }),
      { numRuns },
    )
  })

  test('same seed, same picks, and two instances share nothing', () => {
    fc.assert(
      fc.property(histories(weights), histories(weights), (history, other) => {
        const alone = run(history, 'x')
        const clock = new Clock()
        const first = fresh('x', clock)
        run(other, 'y')
        expect(replay(first, history, {}, clock)).toEqual(alone)
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    )
  })

  test('an emptied balancer equals a new one: nothing is remembered of the former backend of a slot', () => {
    const emptied = Array.from({ length: 12 }, (_, slot) => ({ kind: 'remove' as const, slot }))
    fc.assert(
      fc.property(histories(weights), histories(weights), (history, later) => {
        let draws = seeded('before')
        const exchangeable = { next: () => draws.next(), int: (n: number) => draws.int(n) }
        const clock = new Clock()
        const used = definition.create(values, context(exchangeable, clock))
        replay(used, [...history, ...emptied], {}, clock)
        // Timers that are still pending would count among the few that a step fires: they pass now, and must have no effect.
        for (const { time, tag } of clock.timers.splice(0)) {
          clock.time = Math.max(clock.time, time)
          used.woke?.(tag)
        }
        draws = seeded('later')
        const newClock = new Clock()
        if (definition.name.startsWith('nginx-')) newClock.time = clock.time // nginx counts in whole seconds
        expect(replay(used, later, {}, clock)).toEqual(replay(fresh('later', newClock), later, {}, newClock))
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    )
  })

  test('a late end, of a backend that was removed, changes nothing', () => {
    const ends = fc.array(fc.nat(30), { maxLength: 20 })
    fc.assert(
      fc.property(histories(weights), ends, (history, removed) => {
        const clock = new Clock()
        const disturbed = fresh('slb', clock)
        const found = replay(
          {
            added: (slot, weight) => disturbed.added(slot, weight),
            removed: (slot) => disturbed.removed(slot),
            pick: (view, exclude) => {
              for (const slot of removed) disturbed.ended(1000 + slot, 5, Outcome.Lost)
              return disturbed.pick(view, exclude)
            },
            ended: (slot, latency, outcome) => disturbed.ended(slot, latency, outcome),
            reported: (slot, inside) => disturbed.reported?.(slot, inside),
            idled: (slot) => disturbed.idled?.(slot),
            busied: (slot) => disturbed.busied?.(slot),
            woke: (tag) => disturbed.woke?.(tag),
            probed: (slot, tag, inside, latency) => disturbed.probed?.(slot, tag, inside, latency),
            answered: (slot, inside, service) => disturbed.answered?.(slot, inside, service),
            loadReported: (slot, rate, utilization, errors) => disturbed.loadReported?.(slot, rate, utilization, errors),
          },
          history,
          {},
          clock,
        )
        expect(found).toEqual(run(history))
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    )
  })

  test('slots need not be dense: a backend in slot 70000 is picked as well', () => {
    const balancer = fresh()
    balancer.added(70_000, 2)
    expect(balancer.pick(request, noExclude)).toBe(70_000)
    balancer.ended(70_000, 1, Outcome.Answered)
    expect(balancer.pick(request, noExclude)).toBe(70_000)
    balancer.removed(70_000)
    expect(balancer.pick(request, noExclude)).toBe(NO_BACKEND)
  })

  test('adding twice and removing what is not present are errors', () => {
    const balancer = filled(fresh(), [1, 1])
    expect(() => balancer.added(1, 1)).toThrow('backend added twice: slot 1')
    expect(() => balancer.removed(5)).toThrow('backend removed that is not present: slot 5')
    expect(() => balancer.added(2, 0)).toThrow('weight of backend 2: 0')
    expect(picks(balancer, 50).every((slot) => slot === 0 || slot === 1 || (queues && slot < NO_BACKEND))).toBe(true)
  })
})

test('the table of members in the README is the list', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (\w+) \|/gm)].map((row) => ({ name: row[1], fidelity: row[2] }))
  expect(rows).toEqual(balancers.all.map(({ name, fidelity }) => ({ name, fidelity })))
})

test('the table of parameters in the README is theirs', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| `(\w+)` \| (\w+) \|/gm)].map((row) => row.slice(1, 4))
  expect(rows).toEqual(
    balancers.all.flatMap(({ name, parameters }) => Object.entries(parameters).map(([key, { kind }]) => [name, key, kind])),
  )
})
