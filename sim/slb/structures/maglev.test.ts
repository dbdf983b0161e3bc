import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ciliumTable, DEFAULT_SEED } from './cilium/maglev.ts'
import { inRounds, maglevTable } from './maglev.ts'

describe('Maglev', () => {
  const [b0, b1, b2] = [{ offset: 3, skip: 4 }, { offset: 0, skip: 2 }, { offset: 3, skip: 1 }] // prettier-ignore

  test('the example of the paper, table 1: permutations 3 0 4 1 5 2 6, 0 2 4 6 1 3 5 and 3 4 5 6 0 1 2, with and without B1', () => {
    expect([...maglevTable(7, [b0, b1, b2])]).toEqual([1, 0, 1, 0, 2, 2, 0])
    expect([...maglevTable(7, [b0, b2])]).toEqual([0, 0, 0, 0, 1, 1, 1])
  })

  test('a backend that passes every second round over claims half as much: 2 + 1 of each 3 positions', () => {
    const table = maglevTable(7, [b0, b1], inRounds(2, (backend, round) => backend === 0 || round % 2 === 0)) // prettier-ignore
    expect(table.filter((backend) => backend === 0)).toHaveLength(5) // rounds 0, 01, 0, 01, 0
  })

  test('equal turns: the numbers of positions differ by one at most', () => {
    const backends = fc.array(fc.record({ offset: fc.integer({ min: 0, max: 250 }), skip: fc.integer({ min: 1, max: 250 }) }), { minLength: 1, maxLength: 40 }) // prettier-ignore
    fc.assert(
      fc.property(backends, (permutations) => {
        const counts = permutations.map(() => 0)
        for (const backend of maglevTable(251, permutations)) counts[backend]++
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('no backends: no table', () => {
    expect(maglevTable(7, [])).toHaveLength(0)
  })
})

describe('Cilium', () => {
  const backends = Array.from({ length: 10 }, (_, i) => ({ text: `[10.0.0.${i}:80/TCP,State:active]`, weight: 1 }))

  test('the order of the list has no effect, only the texts', () => {
    const names = (list: typeof backends): string[] => Array.from(ciliumTable(list, 251, DEFAULT_SEED), (i) => list[i].text)
    expect(names([...backends].reverse())).toEqual(names(backends))
  })

  test('weights 1 to 10: shares within 1 % of weight / 55', () => {
    const weighted = backends.map(({ text }, i) => ({ text, weight: i + 1 }))
    const table = ciliumTable(weighted, 16_381, DEFAULT_SEED)
    for (const { weight } of weighted)
      expect(table.filter((i) => i === weight - 1).length / table.length / (weight / 55)).toBeCloseTo(1, 1.9)
  })

  test('one of 10 backends leaves: under 5 % of the others’ positions change hands at a size of 16381', () => {
    const before = ciliumTable(backends, 16_381, DEFAULT_SEED)
    const after = ciliumTable(backends.slice(0, 9), 16_381, DEFAULT_SEED)
    const kept = [...before.keys()].filter((position) => before[position] !== 9)
    const moved = kept.filter((position) => before[position] !== after[position])
    expect(moved.length / kept.length).toBeLessThan(0.05)
    expect(moved.length).toBeGreaterThan(0) // not a minimal disruption, as that of a ring
  })
})
