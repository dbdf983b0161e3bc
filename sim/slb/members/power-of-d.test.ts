import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PowerOfD, powerOfD } from './power-of-d.ts'
import { context, filled, histories, letters, replay, request, scripted, seeded } from '../slb.fixture.ts'
import { TwoChoices, twoChoices } from './two-choices.ts'

const values = { choices: 2, replacement: false, memory: 0 }
const with4 = (given: Partial<typeof values>, draws: readonly number[]) =>
  filled(new PowerOfD({ ...values, ...given }, context(scripted(draws))), [1, 1, 1, 1])
const picksOf = (balancer: PowerOfD, count: number): string => letters(Array.from({ length: count }, () => balancer.pick(request, -1)))

describe('power-of-d', () => {
  test('two distinct draws without memory are two-choices, pick for pick', () => {
    expect(powerOfD.create(values, context())).toBeInstanceOf(TwoChoices)
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        expect(replay(new PowerOfD(values, context(seeded('d'))), history)).toEqual(
          replay(twoChoices.create({}, context(seeded('d'))), history),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('draws without replacement reach each ordered choice of 3 of 4 by exactly one triple of draws', () => {
    const orders = new Set<string>()
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 2; k++) orders.add(picksOf(with4({ choices: 3 }, [i, j, k, i, j, k, i, j, k]), 3)) // each pick fills the first that is still empty
      }
    }
    expect(orders.size).toBe(4 * 3 * 2)
  })

  test('with replacement a draw may hit the same one twice, and is then a choice of one', () => {
    expect(picksOf(with4({ replacement: true }, [1, 1, 1, 1]), 2)).toBe('bb')
    expect(picksOf(with4({ replacement: true }, [1, 2, 1, 2]), 2)).toBe('bc')
  })

  test('more choices than backends: all are looked at, so it is the least of all', () => {
    fc.assert(
      fc.property(histories(fc.constant(1), 5), (history) => {
        replay(new PowerOfD({ ...values, choices: 9 }, context(seeded('all'))), history, {
          picked: (slot, exclude, present, inFlight) => {
            const usable = [...present.keys()].filter((one) => one !== exclude || present.size === 1)
            if (usable.length > 0) expect(inFlight.get(slot)).toBe(Math.min(...usable.map((one) => inFlight.get(one)!)))
          },
        })
      }),
    )
  })

  test('memory: the least loaded after placement is looked at again, the drawn one first on ties', () => {
    // draw c: c 1, remembered c. draw d: d 0 < c 1: d 1; of d 1 and c 1 the drawn d stays. draw a: a; a 1, d 1: a. draw a: a 1, alone (a is the
    // remembered one): a 2. draw b: b 0. draw a: b 1 < a 2: b 2; a 2, b 2: a is looked at first. draw c: c 1 < a 2
    expect(picksOf(with4({ choices: 1, memory: 1 }, [2, 3, 0, 0, 1, 0, 2]), 7)).toBe('cdaabbc')
    expect(picksOf(with4({ choices: 1, memory: 0 }, [2, 3, 0, 0, 1, 0, 2]), 7)).toBe('cdaabac')
  })

  test('a remembered one that has left is forgotten, one that is excluded is passed over', () => {
    const balancer = with4({ choices: 1, memory: 2 }, [0, 1, 1, 2])
    expect(picksOf(balancer, 2)).toBe('ab') // remembers b and a
    expect(letters([balancer.pick(request, 0)])).toBe('b') // drawn: of d b c the second
    balancer.removed(0)
    expect(balancer.pick(request, -1)).not.toBe(0)
  })

  test('each parameter has an effect: choices, replacement, memory', () => {
    const played = (given: Partial<typeof values>) => {
      const balancer = filled(new PowerOfD({ ...values, ...given }, context(seeded('tells'))), new Array<number>(20).fill(1))
      return Array.from({ length: 40 }, () => balancer.pick(request, -1)).join()
    }
    expect(new Set([played({}), played({ choices: 3 }), played({ replacement: true }), played({ memory: 1 })]).size).toBe(4)
  })
})
