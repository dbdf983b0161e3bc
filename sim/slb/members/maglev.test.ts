import { describe, expect, test } from 'vitest'
import { maglev } from './maglev.ts'
import { context, filled, requestOf } from '../slb.fixture.ts'
import type { Balancer } from '../policy.ts'

const CLIENTS = 20_000
const made = (size: '251' | '16381', weights: readonly number[]): Balancer => filled(maglev.create({ size }, context()), weights)
const backendsOf = (balancer: Balancer, exclude = -1): number[] =>
  Array.from({ length: CLIENTS }, (_, client) => balancer.pick(requestOf(client), exclude))
const shareOf = (picks: readonly number[], slot: number): number => picks.filter((pick) => pick === slot).length / picks.length

describe('maglev', () => {
  test('a client stays with its backend, and shares are in proportion to the weights 1 : 2 : 3 (within 3 standard deviations)', () => {
    const balancer = made('16381', [1, 2, 3])
    const picks = backendsOf(balancer)
    expect(backendsOf(balancer)).toEqual(picks)
    for (let slot = 0; slot < 3; slot++) {
      const share = (slot + 1) / 6
      expect(Math.abs(shareOf(picks, slot) - share)).toBeLessThan(3 * Math.sqrt((share * (1 - share)) / CLIENTS))
    }
  })

  test('one of 10 leaves: its clients move, and few others, fewer the larger the table', () => {
    const movedOf = (size: '251' | '16381'): number => {
      const balancer = made(
        size,
        Array.from({ length: 10 }, () => 1),
      )
      const before = backendsOf(balancer)
      balancer.removed(9)
      const after = backendsOf(balancer)
      return before.filter((slot, client) => slot !== 9 && slot !== after[client]).length / CLIENTS
    }
    expect(movedOf('16381')).toBeLessThan(0.01)
    expect(movedOf('251')).toBeGreaterThan(movedOf('16381'))
  })

  test('a retry goes to another backend, always the same one', () => {
    const balancer = made('251', [1, 1, 1])
    const first = backendsOf(balancer)
    const second = backendsOf(balancer, 0)
    expect(second.every((slot, client) => slot !== 0 && (first[client] === 0 || slot === first[client]))).toBe(true)
    expect(backendsOf(balancer, 0)).toEqual(second)
  })
})
