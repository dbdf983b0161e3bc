import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_WEIGHT, Slots } from './slots.ts'
import { noExclude } from '../slb.fixture.ts'

describe('slots', () => {
  test('candidates are the present slots but the excluded one, each exactly once, through any additions and removals', () => {
    const change = fc.record({ slot: fc.nat(40), keep: fc.boolean() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), fc.integer({ min: -1, max: 41 }), (changes, exclude) => {
        const slots = new Slots()
        const present = new Set<number>()
        for (const { slot, keep } of changes) {
          if (present.has(slot) === keep) continue
          if (keep) slots.add(slot, 1)
          else slots.remove(slot)
          if (keep) present.add(slot)
          else present.delete(slot)
        }
        const wanted = present.size > 1 ? [...present].filter((slot) => slot !== exclude) : [...present]
        const candidates = slots.candidates(exclude)
        const found = Array.from({ length: candidates }, (_, i) => slots.candidate(i, exclude, candidates))
        expect(found.sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b))
        for (let slot = -1; slot < 45; slot++) expect(slots.has(slot)).toBe(present.has(slot))
      }),
    )
  })

  test('columns grow with the slot number and keep what they held', () => {
    const slots = new Slots()
    slots.add(3, 7)
    slots.sent(3)
    slots.add(100_000, 9)
    expect([slots.weight[3], slots.inFlight[3], slots.weight[100_000], slots.count]).toEqual([7, 1, 9, 2])
    expect(slots.has(99_999)).toBe(false)
  })

  test('counts in flight stop at zero, end with the backend, and start at zero for the next in its slot', () => {
    const slots = new Slots()
    slots.add(0, 1)
    slots.sent(0)
    slots.sent(0)
    expect([slots.ended(0), slots.inFlight[0]]).toEqual([true, 1])
    slots.remove(0)
    expect(slots.ended(0)).toBe(false) // sent before the removal, over after it
    slots.add(0, 1)
    expect([slots.inFlight[0], slots.ended(0), slots.inFlight[0]]).toEqual([0, false, 0])
    expect(slots.candidates(noExclude)).toBe(1)
  })

  test('what cannot be is refused with what would be accepted', () => {
    const slots = new Slots()
    slots.add(1, MAX_WEIGHT)
    expect(() => slots.add(1, 1)).toThrow('backend added twice: slot 1')
    expect(() => slots.remove(2)).toThrow('backend removed that is not present: slot 2')
    expect(() => slots.add(-1, 1)).toThrow('slot of a backend: -1; accepted are whole numbers from 0')
    for (const weight of [0, -1, 1.5, NaN, MAX_WEIGHT + 1]) {
      expect(() => slots.add(2, weight)).toThrow(`weight of backend 2: ${weight}; accepted are whole numbers from 1 to 1000000`)
    }
    expect([slots.count, slots.has(2)]).toEqual([1, false])
  })
})
