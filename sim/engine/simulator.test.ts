import { describe, expect, it } from 'vitest'
import { Simulator } from './simulator.ts'

describe('simulator', () => {
  it('calls the handler of a kind with a and b, in the order of times', () => {
    const simulator = new Simulator()
    const seen: unknown[] = []
    simulator.on(0, (a, b) => seen.push(['zero', a, b, simulator.now]))
    simulator.on(1022, (a, b) => seen.push(['last', a, b, simulator.now]))
    simulator.at(20, 0, -1, 2_147_483_647)
    simulator.at(10, 1022, 3, -2_147_483_648)
    expect(simulator.size).toBe(2)
    expect(simulator.run(Infinity)).toBe('empty')
    expect(seen).toEqual([
      ['last', 3, -2_147_483_648, 10],
      ['zero', -1, 2_147_483_647, 20],
    ])
    expect([simulator.events, simulator.size, simulator.now]).toEqual([2, 0, 20])
  })

  it('includes events at `until`, moves the clock there, and goes on from there', () => {
    const simulator = new Simulator()
    const seen: number[] = []
    simulator.on(1, (a) => seen.push(a))
    for (const time of [10, 20, 30]) simulator.at(time, 1, time, 0)
    expect(simulator.run(20)).toBe('until')
    expect([seen, simulator.now]).toEqual([[10, 20], 20])
    expect(simulator.run(25)).toBe('until')
    expect(simulator.now).toBe(25)
    expect(() => simulator.at(24, 1, 0, 0)).toThrow('event in the past: 24 is before now, 25')
    expect(() => simulator.run(24)).toThrow('run until 24: before now, 25')
    expect(() => simulator.run(NaN)).toThrow('run until NaN')
    simulator.at(25, 1, 25, 0)
    expect(simulator.run(100)).toBe('empty')
    expect([seen, simulator.now]).toEqual([[10, 20, 25, 30], 30])
  })

  it('an event may schedule another at its own time: it fires after those scheduled before it', () => {
    const simulator = new Simulator()
    const seen: number[] = []
    simulator.on(1, (a) => {
      seen.push(a)
      if (a === 1) simulator.at(simulator.now, 1, 3, 0)
    })
    simulator.at(5, 1, 1, 0)
    simulator.at(5, 1, 2, 0)
    simulator.run(5)
    expect(seen).toEqual([1, 2, 3])
  })

  it('moves and cancels; a handle is stale inside its own event', () => {
    const simulator = new Simulator()
    const seen: number[] = []
    simulator.on(1, (a) => {
      seen.push(a)
      expect(simulator.pending(handles[a])).toBe(false)
    })
    const handles = [10, 20, 30].map((time, a) => simulator.at(time, 1, a, 0))
    simulator.move(handles[0], 25)
    expect(simulator.timeOf(handles[0])).toBe(25)
    simulator.cancel(handles[1])
    simulator.run(Infinity)
    expect(seen).toEqual([0, 2])
    expect(() => simulator.move(handles[2], 40)).toThrow('is not pending')
    expect(() => simulator.cancel(handles[1])).toThrow('is not pending')
  })

  it('stops after the current event, and after the event budget', () => {
    const simulator = new Simulator()
    simulator.on(1, () => simulator.stop())
    simulator.on(2, () => {})
    for (let time = 1; time <= 5; time++) simulator.at(time, time === 2 ? 1 : 2, 0, 0)
    expect([simulator.run(Infinity), simulator.now, simulator.events]).toEqual(['stopped', 2, 2])
    expect([simulator.run(Infinity, 2), simulator.now, simulator.events]).toEqual(['budget', 4, 4])
    expect([simulator.run(Infinity, 0), simulator.run(Infinity)]).toEqual(['budget', 'empty'])
  })

  it('spares an event before which no other event is due, but counts it', () => {
    const simulator = new Simulator()
    const spared: boolean[] = []
    simulator.on(1, () => spared.push(simulator.spare(9), simulator.spare(10), simulator.spare(31)))
    simulator.at(5, 1, 0, 0)
    simulator.at(10, 1, 0, 0)
    // At 5 an event is due at 10; at 10 none is pending, and 31 is after the end.
    simulator.run(30)
    expect(spared).toEqual([true, false, false, false, false, false])
    expect(simulator.events).toBe(3)
    // An event at the root of the heap, before a handler has run.
    simulator.at(40, 1, 0, 0)
    expect([simulator.spare(29), simulator.spare(40)]).toEqual([true, false])
  })

  it('calls closures among the events, and forgets cancelled ones', () => {
    const simulator = new Simulator()
    const seen: string[] = []
    simulator.on(1, () => seen.push('event'))
    simulator.at(10, 1, 0, 0)
    simulator.call(10, () => seen.push('closure'))
    simulator.call(5, () => {
      seen.push('first')
      simulator.call(simulator.now + 1, () => seen.push('nested'))
    })
    const cancelled = simulator.call(7, () => seen.push('never'))
    const moved = simulator.call(7, () => seen.push('moved'))
    simulator.cancel(cancelled)
    simulator.move(moved, 11)
    expect(simulator.run(Infinity)).toBe('empty')
    expect(seen).toEqual(['first', 'nested', 'event', 'closure', 'moved'])
  })

  it('refuses kinds that have no handler, are reserved or out of range', () => {
    const simulator = new Simulator()
    for (const kind of [-1, 1023, 1024, 1.5, NaN])
      expect(() => simulator.on(kind, () => {})).toThrow(`event kind: ${kind}; accepted: whole numbers from 0 to 1022`)
    for (const kind of [-1, 1024]) expect(() => simulator.at(0, kind, 0, 0)).toThrow(`event kind: ${kind}`)
    // The reserved kind is refused when it fires, even in the slot of a cancelled closure.
    simulator.cancel(simulator.call(0, () => {}))
    simulator.at(0, 1023, 0, 0)
    expect(() => simulator.run(1)).toThrow('event kind: 1023; accepted: whole numbers from 0 to 1022')
    simulator.at(0, 9, 0, 0)
    expect(() => simulator.run(1)).toThrow('event kind 9 has no handler; accepted: kinds given to on(kind, handler)')
  })

  it('refuses a second handler for a kind, and keeps the first', () => {
    const simulator = new Simulator()
    const seen: number[] = []
    simulator.on(5, (a) => seen.push(a))
    expect(() => simulator.on(5, () => {})).toThrow('event kind 5 has a handler already; accepted: one handler per kind')
    simulator.at(1, 5, 7, 0)
    simulator.run(1)
    expect(seen).toEqual([7])
  })

  it('an event at Infinity never fires, but may be moved', () => {
    const simulator = new Simulator()
    const seen: number[] = []
    simulator.on(1, () => seen.push(simulator.now))
    const parked = simulator.at(Infinity, 1, 0, 0)
    expect([simulator.run(1000), simulator.now]).toEqual(['until', 1000])
    expect([simulator.run(Infinity), simulator.now, simulator.size]).toEqual(['empty', 1000, 1])
    simulator.move(parked, 1500)
    expect([simulator.run(Infinity), seen]).toEqual(['empty', [1500]])
  })

  it('refuses times that are NaN or past, and to run inside an event', () => {
    const simulator = new Simulator()
    expect(() => simulator.at(NaN, 1, 0, 0)).toThrow('event time: NaN; accepted: whole microseconds from now (0) on')
    expect(() => simulator.call(NaN, () => {})).toThrow('event time: NaN')
    expect(() => simulator.at(-1, 1, 0, 0)).toThrow('event in the past: -1 is before now, 0')
    simulator.call(1, () => void simulator.run(2))
    expect(() => simulator.run(2)).toThrow('run was called from inside an event')
    // The simulator is usable after the error.
    expect(simulator.run(2)).toBe('empty')
  })

  it('calls a check after the handler of each event, and then refuses fractions of a microsecond', () => {
    const simulator = new Simulator()
    const seen: unknown[] = []
    simulator.on(1, (a) => seen.push(['handler', a]))
    simulator.afterEvent = (kind, a, b) => seen.push([kind, a, b, simulator.now])
    simulator.at(3, 1, 4, 5)
    simulator.run(9)
    expect(seen).toEqual([
      ['handler', 4],
      [1, 4, 5, 3],
    ])
    simulator.at(3.5, 1, 6, 7)
    expect(() => simulator.run(9)).toThrow('event 1 (6, 7) at 3.5; accepted: whole microseconds')
  })
})
