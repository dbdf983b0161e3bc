import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundRobin } from './round-robin.ts'
import { context, filled, histories, letters, picks, replay, request } from '../slb.fixture.ts'

const fresh = () => roundRobin.create({}, context({ next: () => 0, int: () => 0 }))

describe('round-robin', () => {
  test('in order of addition, from the first, weights without effect', () => {
    expect(letters(picks(filled(fresh(), [1, 5, 2]), 7))).toBe('abcabca')
  })

  test('exact shares: k n picks over n backends are k for each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (n, k) => {
        const shares = new Array<number>(n).fill(0)
        for (const slot of picks(filled(fresh(), new Array<number>(n).fill(1)), n * k)) shares[slot]++
        expect(shares).toEqual(new Array<number>(n).fill(k))
      }),
    )
  })

  test('an excluded backend is skipped and loses this turn', () => {
    const balancer = filled(fresh(), [1, 1, 1])
    const excludes = [0, -1, -1, -1, 2, -1] // a's turn, c, a, b, c's turn, b
    expect(letters(excludes.map((exclude) => balancer.pick(request, exclude)))).toBe('bcabab')
  })

  test('the turn of a removed backend passes to its successor, a new one is last in the list', () => {
    const balancer = filled(fresh(), [1, 1, 1, 1]) // a b c d
    expect(letters(picks(balancer, 1))).toBe('a')
    balancer.removed(1) // it was b's turn
    expect(letters(picks(balancer, 1))).toBe('c')
    balancer.removed(0) // behind the cursor: changes nothing
    balancer.added(4, 1) // e, behind d
    expect(letters(picks(balancer, 5))).toBe('decde')
    balancer.added(0, 1) // the lap is at its end: the new a is before c
    expect(letters(picks(balancer, 4))).toBe('acde')
    balancer.removed(4) // last of the list
    expect(letters(picks(balancer, 4))).toBe('acda')
  })

  test('between two turns of one who stays, everyone else who stays has exactly one, whoever leaves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.array(fc.nat(11), { maxLength: 8 }),
        fc.array(fc.nat(5), { maxLength: 8 }),
        (n, leavers, gaps) => {
          const balancer = filled(fresh(), new Array<number>(n).fill(1))
          const leaving = [...new Set(leavers)].filter((slot) => slot < n).slice(0, n - 1)
          const order: number[] = []
          for (const [i, slot] of leaving.entries()) {
            order.push(...picks(balancer, gaps[i] ?? 1))
            balancer.removed(slot)
          }
          order.push(...picks(balancer, 3 * n))
          const staying = Array.from({ length: n }, (_, slot) => slot).filter((slot) => !leaving.includes(slot))
          const turns = order.filter((slot) => staying.includes(slot))
          expect(turns).toEqual(turns.map((_, i) => staying[i % staying.length]))
        },
      ),
    )
  })

  test('plays any history as a list and an index would', () => {
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        const list: number[] = []
        let turn = 0 // index of whose turn it is; list.length: the end of the list
        const take = (): number => {
          if (turn >= list.length) turn = 0
          return list[turn++]
        }
        const plain = {
          added: (slot: number) => void list.push(slot),
          removed: (slot: number) => {
            const at = list.indexOf(slot)
            list.splice(at, 1)
            if (at < turn) turn--
          },
          pick: (_: unknown, exclude: number) => {
            if (list.length === 0) return -1
            const slot = take()
            return slot === exclude ? take() : slot
          },
          ended: () => undefined,
        }
        expect(replay(fresh(), history)).toEqual(replay(plain, history))
      }),
    )
  })
})
