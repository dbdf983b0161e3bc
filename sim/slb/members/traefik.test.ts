import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, filled, picks, requestOf, scripted } from '../slb.fixture.ts'
import { traefikHrw } from './traefik-hrw.ts'
import { traefikWrr } from './traefik-wrr.ts'

describe('traefik-wrr', () => {
  test('2:1: deadlines 1/2, 1, 3/2 ... and 1, 2 ...: b is second or third of three', () => {
    for (const draw of [0, 1]) {
      const found = picks(filled(traefikWrr.create({}, context(scripted([draw]))), [2, 1]), 6)
      expect(found.slice(0, 1)).toEqual([0])
      expect(found.slice(0, 3).sort((a, b) => a - b)).toEqual([0, 0, 1])
      expect(found.slice(3).sort((a, b) => a - b)).toEqual([0, 0, 1])
    }
  })

  test('a period of W picks has each server w times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const found = picks(filled(traefikWrr.create({}, context()), weights), total)
        expect(weights.map((_, slot) => found.filter((pick) => pick === slot).length)).toEqual(weights)
      }),
    )
  })
})

test('traefik-hrw: shares roughly follow 1:3:2, and only the clients of a server that leaves move', () => {
  const balancer = filled(traefikHrw.create({}, context()), [1, 3, 2])
  const clients = Array.from({ length: 3000 }, (_, client) => client)
  const before = clients.map((client) => balancer.pick(requestOf(client), -1))
  const share = (slot: number): number => before.filter((one) => one === slot).length / before.length
  // FNV-1a of texts that differ in one of the last bytes is correlated, so that shares are off: 0.19, 0.42 and 0.39
  expect(Math.abs(share(1) - 1 / 2)).toBeLessThan(0.1)
  expect(Math.abs(share(0) - 1 / 6)).toBeLessThan(0.1)
  balancer.removed(0)
  for (const client of clients) if (before[client] !== 0) expect(balancer.pick(requestOf(client), -1)).toBe(before[client])
})
