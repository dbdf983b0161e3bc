import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CentralQueueTwin, centralQueue } from './central-queue.ts'
import { leastConnections } from './least-connections.ts'
import { NO_BACKEND, Outcome, QUEUE, REJECT } from '../policy.ts'
import { context, filled, histories, replay, requestOf } from '../slb.fixture.ts'

const ask = (queued: number) => requestOf(-1, 0, queued)

describe('central-queue', () => {
  test('limit 2, capacity 1, two backends: four requests are sent, one is queued, one is rejected; the queued one gets the free place', () => {
    const balancer = filled(centralQueue.create({ limit: 2, capacity: 1 }, context()), [1, 1])
    expect([0, 0, 0, 0, 0, 1].map((queued) => balancer.pick(ask(queued), -1))).toEqual([0, 1, 0, 1, QUEUE, REJECT])
    balancer.ended(1, 5, Outcome.Answered)
    expect([balancer.pick(ask(0), -1), balancer.pick(ask(0), -1)]).toEqual([1, QUEUE])
  })

  test('the backend tried last is not used while there is another, even when only it is below the limit', () => {
    const balancer = filled(centralQueue.create({ limit: 1, capacity: 9 }, context()), [1, 1])
    expect([balancer.pick(ask(0), 0), balancer.pick(ask(0), 1), balancer.pick(ask(0), 0)]).toEqual([1, 0, QUEUE])
    balancer.ended(0, 5, Outcome.Answered)
    expect(balancer.pick(ask(0), 0)).toBe(QUEUE)
    balancer.removed(1)
    expect(balancer.pick(ask(0), 0)).toBe(0)
    balancer.removed(0)
    expect(balancer.pick(ask(0), 0)).toBe(NO_BACKEND)
  })

  test.each([
    { limit: 1, capacity: 0 },
    { limit: 1, capacity: 3 },
    { limit: 2, capacity: 1000 },
  ])('picks as one that compares all, through any history: $limit, $capacity', ({ limit, capacity }) => {
    const answers = new Set<number>()
    fc.assert(
      fc.property(histories(fc.integer({ min: 1, max: 3 }), 4), (history) => {
        const found = replay(centralQueue.create({ limit, capacity }, context()), history, {
          picked: (slot, _exclude, _present, inFlight) => void (slot >= 0 && expect(inFlight.get(slot)).toBeLessThan(limit)),
        })
        expect(found).toEqual(replay(new CentralQueueTwin(limit, capacity), history))
        for (const answer of found) answers.add(Math.min(answer, 0))
      }),
      { numRuns: 200 },
    )
    expect(answers.has(QUEUE)).toBe(capacity > 0)
    expect(answers.has(REJECT)).toBe(capacity < 1000)
  })

  test('without a limit that is reached it is least-connections with equal weights, pick for pick', () => {
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        expect(replay(centralQueue.create({ limit: 1000, capacity: 0 }, context()), history)).toEqual(
          replay(leastConnections.create({}, context()), history),
        )
      }),
      { numRuns: 100 },
    )
  })
})
