import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, filled, histories, letters, replay, request, scripted } from '../slb.fixture.ts'
import { twoChoices } from './two-choices.ts'

const with4 = (draws: readonly number[]) => filled(twoChoices.create({}, context(scripted(draws))), [1, 1, 1, 1])

describe('two-choices', () => {
  // second draw j is over the three others: j below the first is index j, else index j + 1
  test.each([
    { draws: [2, 0], pair: 'c a' },
    { draws: [2, 1], pair: 'c b' },
    { draws: [2, 2], pair: 'c d' },
    { draws: [0, 0], pair: 'a b' },
    { draws: [3, 2], pair: 'd c' },
  ])('draws $draws look at $pair: the first on a tie, the other once the first has one more', ({ draws, pair }) => {
    const balancer = with4([...draws, ...draws, ...draws])
    const [first, second] = pair.split(' ')
    expect(letters([0, 1, 2].map(() => balancer.pick(request, -1)))).toBe(`${first}${second}${first}`)
  })

  test('an end makes the backend attractive again', () => {
    const balancer = with4([0, 0, 0, 0, 1, 0])
    expect(letters([0, 1].map(() => balancer.pick(request, -1)))).toBe('ab')
    balancer.ended(0, 10, 0) // a 0, b 1; drawn: b, then a
    expect(letters([balancer.pick(request, -1)])).toBe('a')
  })

  test('with an exclusion both draws are among the others, and still distinct', () => {
    for (let exclude = 0; exclude < 4; exclude++) {
      const pairs = new Set<string>()
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 2; j++) {
          const balancer = with4([i, j, i, j])
          pairs.add(letters([0, 1].map(() => balancer.pick(request, exclude)))) // a tie shows the first, the next pick the second
        }
      }
      const others = [0, 1, 2, 3].filter((slot) => slot !== exclude)
      const wanted = others.flatMap((a) => others.filter((b) => b !== a).map((b) => letters([a, b])))
      expect([...pairs].sort()).toEqual(wanted.sort())
    }
  })

  test('one candidate is drawn once, since there is no second', () => {
    const balancer = filled(twoChoices.create({}, context(scripted([0, 0]))), [1, 1])
    expect(letters([balancer.pick(request, 0), balancer.pick(request, 0)])).toBe('bb')
  })

  test('counts in flight through any history: of two candidates never the one with more', () => {
    let choices = 0
    fc.assert(
      fc.property(histories(fc.constant(1), 3), (history) => {
        replay(twoChoices.create({}, context()), history, {
          picked: (slot, exclude, present, inFlight) => {
            const candidates = [...present.keys()].filter((one) => one !== exclude)
            if (candidates.length !== 2) return
            choices++
            const least = Math.min(...candidates.map((one) => inFlight.get(one)!))
            expect(inFlight.get(slot)).toBe(least)
          },
        })
      }),
    )
    expect(choices).toBeGreaterThan(1000)
  })
})
