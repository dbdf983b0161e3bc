import { describe, expect, test } from 'vitest'
import { random } from './random.ts'
import { context, filled, letters, request, scripted } from '../slb.fixture.ts'

const with4 = (draws: readonly number[]) => filled(random.create({}, context(scripted(draws))), [9, 1, 1, 1])

describe('random', () => {
  test('one draw a pick, and each draw another backend: uniform, weights without effect', () => {
    const balancer = with4([0, 1, 2, 3])
    expect(letters([0, 1, 2, 3].map(() => balancer.pick(request, -1)))).toBe('abcd')
  })

  test.each([
    { exclude: 0, expect: 'dbc' }, // the last replaces the excluded one
    { exclude: 2, expect: 'abd' },
    { exclude: 3, expect: 'abc' },
    { exclude: 7, expect: 'abcd' }, // not present
  ])('excluding $exclude, each draw another of the others', ({ exclude, expect: sequence }) => {
    const balancer = with4([...sequence].map((_, i) => i))
    expect(letters([...sequence].map(() => balancer.pick(request, exclude)))).toBe(sequence)
  })
})
