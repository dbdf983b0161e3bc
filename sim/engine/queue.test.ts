import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../common/ids.ts'
import { MAX_PENDING } from './events.ts'
import { Streams } from '../random/stream.ts'
import { EventQueue } from './queue.ts'

const LAST_NUMBER = 2 ** 31 - 1

/** The reference implementation (twin): a list in the order of time, and of push and move among equal times. */
class SortedList {
  time = 0
  private rows: { time: number; a: number }[] = []

  get size(): number {
    return this.rows.length
  }
  push(time: number, a: number): void {
    // Behind all that are not later: first in, first out.
    let at = this.rows.length
    while (at > 0 && this.rows[at - 1].time > time) at--
    this.rows.splice(at, 0, { time, a })
  }
  move(a: number, time: number): void {
    this.cancel(a)
    this.push(time, a)
  }
  cancel(a: number): void {
    this.rows = this.rows.filter((row) => row.a !== a)
  }
  pop(): number {
    const first = this.rows.shift()
    if (first === undefined) return -1
    this.time = first.time
    return first.a
  }
}

type Step = { readonly act: 'push' | 'pop' | 'move' | 'cancel'; readonly delay: number; readonly which: number }

const step = (weights: Readonly<Record<Step['act'], number>>): fc.Arbitrary<Step> =>
  fc.record({
    act: fc.oneof(...Object.entries(weights).map(([act, weight]) => ({ arbitrary: fc.constant(act as Step['act']), weight }))),
    // Few different delays: many equal times.
    delay: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1e6 })),
    which: fc.nat(),
  })

/** Runs the steps on both and compares all that is observable. */
function sameAsSortedList(steps: readonly Step[], queue: EventQueue): void {
  const list = new SortedList()
  const handles = new Map<number, number>()
  const stale: number[] = []
  const pop = (): void => {
    const expected = list.pop()
    const slot = queue.pop()
    expect(slot < 0 ? -1 : queue.a(slot)).toBe(expected)
    if (expected < 0) return
    expect([queue.kind(slot), queue.b(slot), queue.time]).toEqual([expected % 1023, ~expected, list.time])
    stale.push(handles.get(expected)!)
    handles.delete(expected)
  }
  steps.forEach(({ act, delay, which }, a) => {
    const time = queue.time + delay
    const pending = [...handles.keys()]
    const chosen = pending[which % pending.length]
    if (act === 'pop') pop()
    else if (act === 'push' || chosen === undefined) {
      list.push(time, a)
      handles.set(a, queue.push(time, a % 1023, a, ~a))
    } else if (act === 'move') {
      list.move(chosen, time)
      queue.move(handles.get(chosen)!, time)
      expect(queue.timeOf(handles.get(chosen)!)).toBe(time)
    } else {
      list.cancel(chosen)
      queue.cancel(handles.get(chosen)!)
      stale.push(handles.get(chosen)!)
      handles.delete(chosen)
    }
    expect(queue.size).toBe(list.size)
    if (![...handles.values()].every((handle) => queue.pending(handle))) expect.fail('a pending event is called stale')
    if (stale.slice(-5).some((handle) => queue.pending(handle))) expect.fail('a stale handle is called pending')
  })
  while (list.size > 0) pop()
  expect(queue.pop()).toBe(-1)
}

describe('event queue', () => {
  it('property: leaves as a sorted list does, with cancels, moves, ties and growth', () => {
    const steps = fc.array(step({ push: 4, pop: 3, move: 2, cancel: 1 }), { maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(steps, (s) => sameAsSortedList(s, new EventQueue({ capacity: 1 }))),
      { seed: 1, numRuns: 300 },
    )
  })

  it('property: the same while running numbers are used up again and again', () => {
    const steps = fc.array(step({ push: 4, pop: 3, move: 2, cancel: 1 }), { maxLength: 80, size: 'max' })
    const near = fc.integer({ min: LAST_NUMBER - 40, max: LAST_NUMBER })
    fc.assert(
      fc.property(steps, near, (s, firstNumber) => sameAsSortedList(s, new EventQueue({ firstNumber }))),
      { seed: 2, numRuns: 300 },
    )
  })

  it('the same while its size wanders up to a thousand and back, three times', () => {
    const draws = new Streams(3, 0).stream('steps')
    const acts = {
      up: ['push', 'push', 'push', 'push', 'push', 'push', 'pop', 'move', 'cancel'],
      down: ['push', 'pop', 'pop', 'pop', 'pop', 'pop', 'move', 'cancel'],
    } as const
    const steps = Array.from({ length: 12_000 }, (_, i): Step => {
      const choice = acts[Math.floor(i / 2000) % 2 === 0 ? 'up' : 'down']
      return {
        act: choice[draws.int(choice.length)],
        delay: draws.int(2) === 0 ? draws.int(4) : draws.int(1_000_000),
        which: draws.int(1_000_000),
      }
    })
    sameAsSortedList(steps, new EventQueue())
  })

  it('beyond 2^17 entries, where children are chosen by a branch: 300,000 events leave in the order of (time, push)', () => {
    const queue = new EventQueue()
    const n = 300_000
    const time = Float64Array.from({ length: n }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 0) % 50_000)
    for (let i = 0; i < n; i++) queue.push(time[i], 1, i, 0)
    let last = -1
    for (let i = 0; i < n; i++) {
      const a = queue.a(queue.pop())
      if (last >= 0 && (time[a] < time[last] || (time[a] === time[last] && a < last))) expect.fail(`${a} after ${last}`)
      last = a
    }
    expect(queue.size).toBe(0)
  })

  it('a hundred events at one instant leave in the order of their push, the moved one last', () => {
    const queue = new EventQueue()
    const handles = Array.from({ length: 100 }, (_, i) => queue.push(7, 0, i, 0))
    queue.move(handles[3], 7)
    const order = Array.from({ length: 100 }, () => queue.a(queue.pop()))
    expect(order).toEqual([...Array(100).keys()].filter((i) => i !== 3).concat(3))
  })

  it('keeps events later than the limit', () => {
    const queue = new EventQueue()
    queue.push(10, 0, 1, 0)
    queue.push(20, 0, 2, 0)
    queue.limit = 15
    expect([queue.a(queue.pop()), queue.pop(), queue.time, queue.size]).toEqual([1, -1, 10, 1])
    queue.limit = 20
    expect(queue.a(queue.pop())).toBe(2)
  })

  it('refuses NaN and times before now', () => {
    const queue = new EventQueue()
    const handle = queue.push(10, 0, 0, 0)
    queue.push(5, 0, 0, 0)
    queue.pop()
    expect(() => queue.push(4, 0, 0, 0)).toThrow('event in the past: 4 is before now, 5')
    expect(() => queue.move(handle, 4)).toThrow('event in the past: 4 is before now, 5')
    expect(() => queue.push(NaN, 0, 0, 0)).toThrow('event time: NaN; accepted: whole microseconds from now (5)')
    expect(() => queue.move(handle, NaN)).toThrow('event time: NaN')
    expect(queue.size).toBe(1)
  })

  it('refuses stale and invented handles instead of touching another event', () => {
    const queue = new EventQueue()
    const fired = queue.push(1, 0, 0, 0)
    queue.pop()
    // Stale at once, although the slot has not been reused.
    for (const act of [() => queue.cancel(fired), () => queue.move(fired, 9), () => queue.timeOf(fired)]) {
      expect(act).toThrow(
        `event handle: ${fired} is not pending (it has fired, was cancelled, or never was one); accepted: one for which pending() holds`,
      )
    }
    const cancelled = queue.push(2, 0, 0, 0)
    expect(cancelled % MAX_PENDING).toBe(fired % MAX_PENDING)
    expect(cancelled).not.toBe(fired)
    expect(queue.pending(fired)).toBe(false)
    queue.cancel(cancelled)
    expect(() => queue.cancel(cancelled)).toThrow('is not pending')
    for (const handle of [NONE, 12345, 2 ** 31 - 1]) expect(queue.pending(handle)).toBe(false)
  })

  it('distinguishes 511 earlier events of one slot from the latest', () => {
    const queue = new EventQueue()
    const handles: number[] = []
    for (let i = 0; i < 512; i++) {
      handles.push(queue.push(i, 0, 0, 0))
      if (i < 511) queue.pop()
    }
    expect(new Set(handles).size).toBe(512)
    expect(handles.filter((handle) => queue.pending(handle))).toEqual([handles[511]])
  })

  it('refuses kinds and options out of range', () => {
    const queue = new EventQueue()
    for (const kind of [-1, 1024, 5000])
      expect(() => queue.push(0, kind, 0, 0)).toThrow(`event kind: ${kind}; accepted: whole numbers from 0 to 1023`)
    for (const capacity of [0, 1.5, NaN, MAX_PENDING + 1])
      expect(() => new EventQueue({ capacity })).toThrow(`event queue capacity: ${capacity}; accepted: a whole number from 1 to 4194304`)
    for (const firstNumber of [0, 2 ** 31])
      expect(() => new EventQueue({ firstNumber })).toThrow(`first running number: ${firstNumber}; accepted`)
  })

  it('holds 2^22 pending events and refuses one more; renumbering keeps their order', () => {
    const queue = new EventQueue({ capacity: MAX_PENDING, firstNumber: LAST_NUMBER - MAX_PENDING + 1 })
    for (let i = 0; i < MAX_PENDING; i++) queue.push(Math.floor(i / 4) % 1000, 0, i, 0)
    expect(queue.size).toBe(MAX_PENDING)
    expect(() => queue.push(0, 0, 0, 0)).toThrow('pending events: more than 4194304; accepted: arrivals streamed')
    expect(queue.size).toBe(MAX_PENDING)
    // Times repeat every 4,000 pushes. The first of all to leave are 0, 1, 2, 3, 4000, 4001 ...; a push in between uses the last running number and causes a renumbering.
    const order: number[] = []
    for (let i = 0; i < 6; i++) {
      const a = queue.a(queue.pop())
      order.push(a)
      queue.push(2000, 0, a, 0)
    }
    expect(order).toEqual([0, 1, 2, 3, 4000, 4001])
  }, 30_000)
})
