import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bulletinBoard, BulletinBoardTwin } from './bulletin-board.ts'
import { NONE } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { Clock, context, filled, histories, letters, replay, request, scripted, seeded } from '../slb.fixture.ts'
import type { RandomStream } from '../../random/stream.ts'

const SECOND = 1_000_000

/** A board of four backends, and an update that finds these numbers inside. */
function board({ period = SECOND, own = false, draws = [] as readonly number[] } = {}) {
  const clock = new Clock()
  const balancer = bulletinBoard.create({ period, own, choices: 0 }, context(scripted(draws), clock))
  const update = (inside: readonly number[]): void => {
    const timer = clock.timers.shift()!
    clock.time = timer.time
    balancer.woke!(timer.tag)
    for (const { slot, tag } of clock.probes.splice(0)) balancer.probed!(slot, tag, inside[slot])
  }
  return { clock, balancer, update }
}

describe('bulletin-board', () => {
  test('probes all of its backends every period, from the first one on', () => {
    const { clock, balancer, update } = board({ period: 250_000 })
    clock.time = 1_000_000
    filled(balancer, [1, 1, 1])
    expect(clock.timers.map(({ time }) => time)).toEqual([1_250_000])
    expect(clock.probes).toEqual([])
    const timer = clock.timers[0]
    clock.time = timer.time
    balancer.woke!(timer.tag)
    expect(clock.probes.map(({ slot }) => slot)).toEqual([0, 1, 2])
    clock.timers.shift()
    clock.probes.length = 0
    update([0, 0, 0])
    expect(clock.timers.map(({ time }) => time)).toEqual([1_750_000])
  })

  test('the fewest as last counted, however many it has sent since; ties are one draw over the tied', () => {
    const { balancer, update } = board({ draws: [2, 1] })
    filled(balancer, [1, 1, 1])
    expect(balancer.pick(request, -1)).toBe(2) // all count as 0 before the first update
    update([2, 1, 3])
    expect(letters([1, 2, 3, 4].map(() => balancer.pick(request, -1)))).toBe('bbbb')
    expect(balancer.pick(request, 1)).toBe(0)
    update([4, 2, 2])
    expect([1, 2]).toContain(balancer.pick(request, -1))
  })

  test('own: its requests since the update are added, ended or not, and dropped at the next', () => {
    const { balancer, update } = board({ own: true, draws: [0, 0, 0, 0] })
    filled(balancer, [1, 1])
    update([5, 3])
    const picked = [1, 2, 3].map(() => balancer.pick(request, -1))
    expect(picked.slice(0, 2)).toEqual([1, 1]) // 5 3, 5 4, 5 5: a tie
    balancer.ended(1, 10, 0)
    update([5, 3])
    expect(balancer.pick(request, -1)).toBe(1)
  })

  test('a pod that does not answer is passed over while another has answered, and counts again when it answers', () => {
    const { balancer, update } = board({ draws: [1, 0] })
    filled(balancer, [1, 1, 1])
    update([NONE, 7, 8])
    expect(letters([balancer.pick(request, -1), balancer.pick(request, 1)])).toBe('bc')
    update([NONE, NONE, NONE])
    expect([0, 1, 2]).toContain(balancer.pick(request, -1))
    update([0, 7, NONE])
    expect(balancer.pick(request, -1)).toBe(0)
    balancer.removed(1)
    expect(balancer.pick(request, 0)).toBe(2) // the only other one, silent
  })

  test('a timer and answers from before the last backend left change nothing', () => {
    const { clock, balancer, update } = board()
    balancer.added(0, 1)
    const stale = clock.timers.shift()!
    balancer.removed(0)
    filled(balancer, [1, 1])
    balancer.woke!(stale.tag)
    expect([clock.probes.length, clock.timers.length]).toEqual([0, 1])
    balancer.probed!(0, stale.tag, 9)
    balancer.probed!(1, stale.tag, 0)
    update([0, 1])
    expect(balancer.pick(request, -1)).toBe(0)
  })

  test.each([false, true])('own %s: draws from exactly the least of a plain column, through any history', (own) => {
    let ties = 0
    fc.assert(
      fc.property(histories(fc.constant(1), 6), (history) => {
        let range = 0
        const inner = seeded('board')
        const random: RandomStream = { next: () => inner.next(), int: (n) => inner.int((range = n)) }
        const clock = new Clock()
        const fast = bulletinBoard.create({ period: 200_000_000, own, choices: 0 }, context(random, clock))
        const twin = new BulletinBoardTwin(own)
        const both: Balancer = {
          added: (slot, weight) => {
            fast.added(slot, weight)
            twin.added(slot, weight)
          },
          removed: (slot) => {
            fast.removed(slot)
            twin.removed(slot)
          },
          pick: (view, exclude) => {
            range = 1
            const slot = fast.pick(view, exclude)
            const wanted = twin.least(exclude)
            if (wanted.length === 0) expect(slot).toBe(-1)
            else {
              expect(wanted).toContain(slot)
              expect(range).toBe(wanted.length)
              if (range > 1) ties++
              twin.sent(slot)
            }
            return slot
          },
          ended: (slot, latency, outcome) => fast.ended(slot, latency, outcome),
          woke: (tag) => fast.woke!(tag),
          probed: (slot, tag, inside) => {
            fast.probed!(slot, tag, inside)
            twin.probed(slot, tag, inside)
          },
        }
        replay(both, history, {}, clock)
      }),
      { numRuns: 200 },
    )
    expect(ties).toBeGreaterThan(50)
  })
})
