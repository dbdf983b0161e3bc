/** Ten thousand problems (a fifth of them in `npm test`) over all members and all their parameters: each answer is a valid packing, and no pod is lost. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packingGap, verifyPacking } from './index.ts'
import { createPacker, names, valuesFor } from './packers.fixture.ts'
import type { Packer } from './policy.ts'
import { anyProblem } from './random-problem.fixture.ts'
import { slowCases } from '../testing/index.ts'

test('10,000 problems: verified, every pod placed or counted as left over, gap never below 0', () => {
  // One instance per choice of parameters, kept over all problems: state that is kept from round to round would change an answer.
  const packers = new Map<string, Packer>()
  const choice = fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), valuesFor(name)))
  const seen = new Set<string>()
  fc.assert(
    fc.property(anyProblem, choice, (p, [name, values]) => {
      const key = `${name} ${JSON.stringify(values)}`
      if (!packers.has(key)) packers.set(key, createPacker(name, values))
      const packing = packers.get(key)!.pack(p)
      seen.add(name)
      expect(verifyPacking(p, packing)).toEqual([])
      expect(packing.bin.length).toBe(p.items)
      const { gap, costGap } = packingGap(p, packing)
      expect(gap).toBeGreaterThanOrEqual(0)
      expect(costGap).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: slowCases(10_000, 5), seed: 61 },
  )
  expect(seen.size).toBe(names.length)
})
