import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adoptBalancer } from './index.ts'
import type { Backends } from './index.ts'
import { leastConnections } from './members/least-connections.ts'
import { NO_BACKEND, QUEUE, REJECT } from './policy.ts'
import type { Balancer, RequestView } from './policy.ts'
import { context, filled, histories, letters, picks, replay, request, requestOf, scripted, seeded } from './slb.fixture.ts'
import { valuesOf } from '../common/define.ts'
import type { ParameterValue } from '../common/define.ts'
import type { RandomStream } from '../random/stream.ts'

function definitionOf(exported: unknown) {
  const adopted = adoptBalancer(exported)
  if ('problems' in adopted) throw new Error(adopted.problems.join('\n'))
  return adopted.definition
}

function made(exported: unknown, values: Record<string, ParameterValue> = {}, random: RandomStream = seeded('own')): Balancer {
  const definition = definitionOf(exported)
  return definition.create(valuesOf(definition.parameters, values), context(random))
}

function problemsOf(exported: unknown): readonly string[] {
  const adopted = adoptBalancer(exported)
  return 'problems' in adopted ? adopted.problems : []
}

/** A user's file: the lightest by (in flight + bias) / weight, the first shown on ties. */
const lightest = {
  name: 'lightest',
  parameters: { bias: 1 },
  pick(backends: Backends, _request: RequestView, _random: RandomStream, values: Record<string, number>): number {
    let best = 0
    const cost = (i: number): number => (backends.inFlight(i) + values['bias']) / backends.weight(i)
    for (let i = 1; i < backends.count; i++) if (cost(i) < cost(best)) best = i
    return best
  },
}

describe('the narrow form: { name, pick(backends, request, random, values) }', () => {
  // (0+1)/3 and (0+1)/1: a; 2/3 1/1: a; 3/3 1/1: a, the first on a tie; 4/3 1/1: b
  test('sees requests in flight and weights', () => {
    const balancer = made(lightest)
    expect(letters(picks(filled(balancer, [3, 1]), 4))).toBe('aaab')
    balancer.ended(1, 10, 0) // 4/3 1/1
    expect(letters(picks(balancer, 1))).toBe('b')
  })

  test('gets its parameters: with bias 0 idle backends tie whatever their weight', () => {
    // 0/1 0/3: a; 1/1 0/3: b; 1/1 1/3: b ... with bias 1: 1/1 1/3: b; 1/1 2/3: b
    expect(letters(picks(filled(made(lightest, { bias: 0 }), [1, 3]), 3))).toBe('abb')
    expect(letters(picks(filled(made(lightest), [1, 3]), 3))).toBe('bba')
  })

  test('gets the stream of the balancer and the request', () => {
    const sticky = {
      name: 'sticky',
      pick: ({ count }: Backends, { client }: RequestView, random: RandomStream) => (client >= 0 ? client % count : random.int(count)),
    }
    const balancer = filled(made(sticky, {}, scripted([2, 0])), [1, 1, 1])
    expect([balancer.pick(request, -1), balancer.pick(requestOf(7), -1), balancer.pick(request, -1)]).toEqual([2, 1, 0])
  })

  test('the excluded backend is not included while there is another, and pick is not called when there is none', () => {
    fc.assert(
      fc.property(histories(fc.integer({ min: 1, max: 5 })), (history) => {
        let exclude = -1
        let shown = 0
        const balancer = made({
          name: 'watcher',
          pick: (backends: Backends, _request: RequestView, random: RandomStream) => {
            const slots = Array.from({ length: backends.count }, (_, i) => backends.slot(i))
            expect(new Set(slots).size).toBe(backends.count)
            if (backends.count > 1) expect(slots).not.toContain(exclude)
            shown = backends.count
            return random.int(backends.count)
          },
        })
        const spied: Balancer = {
          added: (slot, weight) => balancer.added(slot, weight),
          removed: (slot) => balancer.removed(slot),
          pick: (view, passOver) => {
            exclude = passOver
            return balancer.pick(view, passOver)
          },
          ended: (slot, latency, outcome) => balancer.ended(slot, latency, outcome),
        }
        replay(spied, history, {
          picked: (slot, passOver, present) => {
            if (present.size === 0) return expect(slot).toBe(NO_BACKEND)
            expect(present.has(slot)).toBe(true)
            expect(shown).toBe(present.size > 1 && present.has(passOver) ? present.size - 1 : present.size)
          },
        })
      }),
    )
  })

  test.each([
    { answer: 3, found: '3' },
    { answer: -1, found: '-1' },
    { answer: 0.5, found: '0.5' },
    { answer: NaN, found: 'NaN' },
    { answer: undefined, found: 'undefined' },
    { answer: '1', found: '1' },
  ])('an answer that is no index is an error with its name: $found', ({ answer, found }) => {
    const balancer = filled(made({ name: 'confused', pick: () => answer }), [1, 1, 1])
    expect(() => balancer.pick(request, -1)).toThrow(
      `confused: pick must return a whole number from 0 to 2, the index of a backend, or QUEUE (-2) or REJECT (-3); found ${found}`,
    )
  })
})

test('QUEUE and REJECT are answers of both forms, with and without backends', () => {
  for (const answer of [QUEUE, REJECT]) {
    expect(filled(made({ name: 'narrow', pick: () => answer }), [1]).pick(request, -1)).toBe(answer)
    const whole = made({ name: 'whole', create: () => ({ added() {}, removed() {}, ended() {}, pick: () => answer }) })
    expect(whole.pick(request, -1)).toBe(answer)
    expect(filled(whole, [1]).pick(request, -1)).toBe(answer)
  }
})

describe('the form with create: { name, create(values, context) }', () => {
  test('a whole balancer works as it would in the list', () => {
    const own = {
      name: 'mine',
      parameters: {},
      create: (values: object, given: ReturnType<typeof context>) => leastConnections.create(values, given),
    }
    fc.assert(
      fc.property(histories(fc.integer({ min: 1, max: 3 })), (history) => {
        expect(replay(made(own), history)).toEqual(replay(leastConnections.create({}, context()), history))
      }),
    )
  })

  test('a slot that is not present, the excluded one, or a wrong NO_BACKEND are errors with its name', () => {
    const always = (answer: unknown) => ({ name: 'stubborn', create: () => ({ added() {}, removed() {}, ended() {}, pick: () => answer }) })
    expect(() => filled(made(always(2)), [1, 1]).pick(request, -1)).toThrow(
      'stubborn: pick must return the slot of a present backend, or QUEUE (-2) or REJECT (-3); found 2',
    )
    expect(() => filled(made(always(0.5)), [1, 1]).pick(request, -1)).toThrow(
      'stubborn: pick must return the slot of a present backend, or QUEUE (-2) or REJECT (-3); found 0.5',
    )
    expect(() => filled(made(always(-1)), [1, 1]).pick(request, -1)).toThrow('found -1')
    expect(() => filled(made(always(1)), [1, 1]).pick(request, 1)).toThrow(
      'stubborn: pick must return the slot of a present backend other than 1, or QUEUE (-2) or REJECT (-3); found 1',
    )
    expect(filled(made(always(0)), [1]).pick(request, 0)).toBe(0) // alone, the excluded one is right
    expect(() => made(always(0)).pick(request, -1)).toThrow(
      'stubborn: pick must return -1 while there is no backend, or QUEUE (-2) or REJECT (-3); found 0',
    )
  })

  test('what create returns must be a balancer', () => {
    expect(() => made({ name: 'half', create: () => ({ pick: () => 0, added() {} }) })).toThrow(
      'half: create must return a balancer with the functions added, removed, pick, ended; missing: removed, ended',
    )
    expect(() => made({ name: 'nothing', create: () => undefined })).toThrow('nothing: create must return a balancer')
  })
})

describe('a wrong export is reported when the file is read', () => {
  test.each([
    { exported: undefined, says: 'the default export must be an object with a name and pick or create, found no default export' },
    { exported: { name: 'idle' }, says: 'a balancer needs a function pick or create, found name' },
    { exported: { name: 'No Name', pick: () => 0 }, says: 'name must be lower-case words joined by hyphens, found "No Name"' },
  ])('$says', ({ exported, says }) => {
    expect(problemsOf(exported)).toEqual([says])
  })
})

describe('reports from pods', () => {
  const whole = (extra: object) => ({
    name: 'reporter',
    create: () => ({ added: () => 0, removed: () => 0, pick: () => -1, ended: () => 0, ...extra }),
  })

  test('reach a whole balancer that has the functions, and its own `this`', () => {
    const calls: string[] = []
    const balancer = made(
      whole({
        prefix: 'pod',
        reported(this: { prefix: string }, slot: number, inside: number) {
          calls.push(`${this.prefix} ${slot} holds ${inside}`)
        },
        idled: (slot: number) => calls.push(`${slot} idle`),
        busied: (slot: number) => calls.push(`${slot} busy`),
        woke: (tag: number) => calls.push(`woke ${tag}`),
        probed: (slot: number, tag: number, inside: number) => calls.push(`${slot} probed with ${tag}: ${inside}`),
      }),
    )
    balancer.reported?.(3, 7)
    balancer.idled?.(2)
    balancer.busied?.(2)
    balancer.woke?.(5)
    balancer.probed?.(2, 6, 0)
    expect(calls).toEqual(['pod 3 holds 7', '2 idle', '2 busy', 'woke 5', '2 probed with 6: 0'])
  })

  test('one without them has none', () => {
    const balancer = made(whole({}))
    expect([balancer.reported, balancer.idled, balancer.busied, balancer.woke, balancer.probed]).toEqual(Array(5).fill(undefined))
  })
})
