import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinShortestQueue } from './join-shortest-queue.ts'
import { LevelOrder } from '../structures/level-order.ts'
import type { Balancer } from '../policy.ts'
import { context, filled, histories, letters, replay, request, scripted } from '../slb.fixture.ts'
import type { Step } from '../slb.fixture.ts'
import type { RandomStream } from '../../random/stream.ts'

describe('join-shortest-queue', () => {
  test('counts what pods report, and not what it sent itself', () => {
    const balancer = filled(joinShortestQueue.create({ choices: 0 }, context(scripted([]))), [1, 1, 1])
    balancer.reported!(0, 2)
    balancer.reported!(1, 1)
    balancer.reported!(2, 3)
    expect(letters([0, 1, 2].map(() => balancer.pick(request, -1)))).toBe('bbb')
    balancer.reported!(1, 4) // 2 4 3
    expect(balancer.pick(request, -1)).toBe(0)
    expect(letters([balancer.pick(request, 0)])).toBe('c')
  })

  test('a late report of a removed backend has no effect; one that is added again begins at 0', () => {
    const balancer = filled(joinShortestQueue.create({ choices: 0 }, context(scripted([]))), [1, 1])
    balancer.reported!(0, 5)
    balancer.reported!(1, 3)
    balancer.removed(0)
    balancer.reported!(0, 9)
    balancer.reported!(700, 1)
    balancer.added(0, 1)
    expect(balancer.pick(request, -1)).toBe(0)
  })

  /** A stream whose last draw is given, the others 0, and that notes out of how many each was. */
  class Forced implements RandomStream {
    readonly ranges: number[] = []
    private readonly at: number
    private readonly value: number

    constructor(at: number, value: number) {
      this.at = at
      this.value = value
    }

    next(): number {
      throw new Error('a tie is one whole number')
    }

    int(n: number): number {
      this.ranges.push(n)
      return this.ranges.length === this.at ? this.value : 0
    }
  }

  test('through any history: one draw over the least loaded, each of which has exactly one number; none when there is only one', () => {
    let ties = 0
    const ending = fc.integer({ min: -1, max: 11 }).map((exclude): Step => ({ kind: 'pick', exclude, client: -1 }))
    fc.assert(
      fc.property(histories(fc.constant(1)), ending, (before, last) => {
        const history = [...before, last]
        const play = (random: Forced): number => replay(joinShortestQueue.create({ choices: 0 }, context(random)), history).at(-1)!
        const counting = new Forced(-1, 0)
        const slot = play(counting)
        const wanted = leastOf(history)
        if (wanted.length <= 1) {
          expect([slot]).toEqual(wanted.length === 1 ? wanted : [-1])
          return
        }
        ties++
        expect(counting.ranges.at(-1)).toBe(wanted.length)
        const found = wanted.map((_, draw) => play(new Forced(counting.ranges.length, draw)))
        expect(found.sort((a, b) => a - b)).toEqual(wanted)
      }),
      { numRuns: 300 },
    )
    expect(ties).toBeGreaterThan(50)
  })

  /** The slots that the last pick of a history may choose, found by looking at all. */
  function leastOf(history: readonly Step[]): number[] {
    const inside = new Map<number, number>()
    let exclude = -1
    for (const step of history) {
      if (step.kind === 'add' && !inside.has(step.slot)) inside.set(step.slot, 0)
      else if (step.kind === 'remove') inside.delete(step.slot)
      else if (step.kind === 'report' && inside.has(step.slot)) inside.set(step.slot, step.inside)
      else if (step.kind === 'pick') exclude = step.exclude
    }
    const usable = [...inside.keys()].filter((slot) => slot !== exclude || inside.size === 1)
    const least = Math.min(...usable.map((slot) => inside.get(slot)!))
    return usable.filter((slot) => inside.get(slot) === least).sort((a, b) => a - b)
  }
})

describe('the order by level', () => {
  test('counts far apart, and columns that grow', () => {
    const levels = new LevelOrder()
    for (const slot of [0, 300, 7]) levels.add(slot)
    levels.set(300, 1000)
    levels.set(0, 5000)
    expect([levels.ties(-1), levels.tied(0, -1)]).toEqual([1, 7])
    expect([levels.ties(7), levels.tied(0, 7)]).toEqual([1, 300])
    levels.remove(7)
    levels.set(0, 1000)
    expect(levels.ties(-1)).toBe(2)
    levels.set(0, 0)
    levels.remove(300)
    expect([levels.size, levels.ties(-1), levels.tied(0, -1)]).toEqual([1, 1, 0])
  })
})

test('with one balancer and pods that report at once what it sent, the counts are those of least-connections', () => {
  const balancer: Balancer = filled(joinShortestQueue.create({ choices: 0 }, context()), [1, 1, 1, 1])
  const inside = [0, 0, 0, 0]
  for (let i = 0; i < 400; i++) {
    const slot = balancer.pick(request, -1)
    expect(inside[slot]).toBe(Math.min(...inside))
    balancer.reported!(slot, ++inside[slot])
    if (i % 3 === 0) balancer.reported!(i % 4, (inside[i % 4] = Math.max(0, inside[i % 4] - 1)))
  }
})
