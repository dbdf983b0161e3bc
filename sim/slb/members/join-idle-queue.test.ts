import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinIdleQueue, JoinIdleQueueTwin } from './join-idle-queue.ts'
import { random } from './random.ts'
import { context, filled, histories, letters, replay, request, scripted, seeded } from '../slb.fixture.ts'

const fresh = (draws: readonly number[], withdraw = true) =>
  filled(joinIdleQueue.create({ withdraw }, context(scripted(draws))), [1, 1, 1, 1])

describe('join-idle-queue', () => {
  test('first reported, first picked, each report once; without reports any', () => {
    const balancer = fresh([1, 3])
    for (const slot of [2, 0, 2]) balancer.idled!(slot)
    expect(letters([0, 1, 2, 3].map(() => balancer.pick(request, -1)))).toBe('cabd')
  })

  test('an idle pod that is excluded keeps its place', () => {
    const balancer = fresh([0])
    balancer.idled!(2)
    balancer.idled!(1)
    expect(letters([balancer.pick(request, 2)])).toBe('b')
    expect(letters([balancer.pick(request, 2)])).toBe('a') // any of a b d
    expect(letters([balancer.pick(request, -1)])).toBe('c')
  })

  test('withdraw: a pod that got a request from another balancer is off the list, or stays on it', () => {
    const [withdrawn, kept] = [true, false].map((withdraw) => {
      const balancer = fresh([3], withdraw)
      balancer.idled!(0)
      balancer.busied!(0)
      return letters([balancer.pick(request, -1)])
    })
    expect([withdrawn, kept]).toEqual(['d', 'a'])
  })

  test.each([true, false])('withdraw %s: picks as an array of the idle would, through any history', (withdraw) => {
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        const twin = new JoinIdleQueueTwin(withdraw, random.create({}, context(seeded('idle'))))
        const answers = replay(joinIdleQueue.create({ withdraw }, context(seeded('idle'))), history)
        const wanted = replay(twin, history)
        // Draws go over the dense column of present slots, whose order is the same in both.
        expect(answers).toEqual(wanted)
      }),
      { numRuns: 200 },
    )
  })
})
