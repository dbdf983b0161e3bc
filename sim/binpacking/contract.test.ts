/** The contract of every packer. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../common/define.ts'
import { DEVICES, MILLI } from '../cluster/views.ts'
import { NONE } from '../common/ids.ts'
import { continuousBound, firstFitInOrder, lowerBound, packers, packingGap, verifyPacking } from './index.ts'
import { createPacker, createTwin, names, valuesFor } from './packers.fixture.ts'
import type { Packing, PackingProblem } from './policy.ts'
import { problem } from './problem.fixture.ts'
import { anyProblem, variedProblem } from './random-problem.fixture.ts'

const context = { now: () => 0 }
const members = packers.all.flatMap(({ name, parameters, create }) => {
  const packer = create(valuesOf(parameters), context)
  return packer === null ? [] : [{ name, fresh: () => create(valuesOf(parameters), context)! }]
})
members.push({ name: 'first-fit-in-order (the estimator)', fresh: () => firstFitInOrder })

/** Everything that can be compared, as plain data. */
const plain = ({ bin, deviceMask, opened, leftOver }: Packing): unknown => ({
  bin: [...bin],
  devices: [...(deviceMask ?? [])],
  opened: [...opened],
  leftOver,
})

/** The first bin that can take one more pod of the class beside its pods; NONE when there is none. */
function binThatFits(p: PackingProblem, packing: Packing, podClass: number): number {
  const { request, gpus, gpuMilli } = p.classes
  for (let bin = 0; bin < p.bins + packing.opened.length; bin++) {
    const type = bin < p.bins ? null : p.types[packing.opened[bin - p.bins]]
    const left = p.free.map((column, r) => (type === null ? column[bin] : type.capacity[r]))
    const devices = Array.from({ length: DEVICES }, (_, d) =>
      type === null ? p.freeDevice[bin * DEVICES + d] : d < type.devices ? MILLI : 0,
    )
    packing.bin.forEach((other, item) => {
      if (other !== bin) return
      left.forEach((_, r) => (left[r] -= request[r][p.podClass[item]]))
      devices.forEach((_, d) => (devices[d] -= (packing.deviceMask![item] >> d) & 1 ? gpuMilli[p.podClass[item]] : 0))
    })
    const admitted = type === null ? p.binAdmits(podClass, bin) : type.admits(podClass)
    const fitting = devices.filter((free) => free >= gpuMilli[podClass]).length
    if (admitted && left.every((amount, r) => request[r][podClass] <= amount) && (gpus[podClass] === 0 || fitting >= gpus[podClass]))
      return bin
  }
  return NONE
}

for (const { name, fresh } of members) {
  describe(name, () => {
    test('never over capacity, never a bin that does not admit the pod, limits kept, counts correct', () => {
      const packer = fresh()
      fc.assert(
        fc.property(anyProblem, (p) => {
          expect(verifyPacking(p, packer.pack(p))).toEqual([])
        }),
        { numRuns: 300, seed: 11 },
      )
    })

    test('no pod is left over that fits a bin of the packing', () => {
      const packer = fresh()
      fc.assert(
        fc.property(anyProblem, (p) => {
          const packing = packer.pack(p)
          const left = new Set(Array.from(p.podClass).filter((_, item) => packing.bin[item] === NONE))
          for (const podClass of left) expect(binThatFits(p, packing, podClass)).toBe(NONE)
        }),
        { numRuns: 100, seed: 12 },
      )
    })

    test('no pod has a new bin that fits an existing one', () => {
      const packer = fresh()
      fc.assert(
        fc.property(anyProblem, (p) => {
          const packing = packer.pack(p)
          const toNew = new Set(Array.from(p.podClass).filter((_, item) => packing.bin[item] >= p.bins))
          for (const podClass of toNew) expect(binThatFits(p, { ...packing, opened: [] }, podClass)).toBe(NONE)
        }),
        { numRuns: 100, seed: 16 },
      )
    })

    test('continuous bound <= lower bound <= bins used, and its cost <= the price of the new bins', () => {
      const packer = fresh()
      fc.assert(
        fc.property(anyProblem, (p) => {
          const packing = packer.pack(p)
          const { used, bound, gap } = packingGap(p, packing)
          expect(bound.bins).toBeLessThanOrEqual(used)
          expect(gap).toBeGreaterThanOrEqual(0)
          expect(bound.cost).toBeLessThanOrEqual(packing.opened.reduce((sum, type) => sum + p.types[type].price, 0))
          if (packing.leftOver > 0) return
          expect(lowerBound(p)).toEqual(bound)
          expect(continuousBound(p).bins).toBeLessThanOrEqual(bound.bins)
        }),
        { numRuns: 300, seed: 13 },
      )
    })

    test('the same problem, the same packing: also after another problem, and from another instance', () => {
      const packer = fresh()
      fc.assert(
        fc.property(anyProblem, anyProblem, (p, other) => {
          const first = plain(packer.pack(p))
          packer.pack(other)
          expect(plain(packer.pack(p))).toEqual(first)
          expect(plain(fresh().pack(p))).toEqual(first)
        }),
        { numRuns: 100, seed: 14 },
      )
    })

    test('an earlier packing does not change, and the problem is not written to', () => {
      const packer = fresh()
      const p = problem([{ cpu: 5 }, { cpu: 3 }], [{ cpu: 4 }], [{ cpu: 8 }])
      const first = packer.pack(p)
      const before = plain(first)
      packer.pack(problem([{ cpu: 1 }, { cpu: 1 }], [{ cpu: 1 }], [{ cpu: 1 }]))
      expect(plain(first)).toEqual(before)
      expect([p.free[0][0], p.podClass[0]]).toEqual([4, 0])
    })

    test('no pods, and no bins', () => {
      expect(fresh().pack(problem([], [{ cpu: 1 }], []))).toMatchObject({ opened: [], leftOver: 0 })
      expect(fresh().pack(problem([{ cpu: 1 }], [], []))).toMatchObject({ opened: [], leftOver: 1 })
    })
  })
}

describe('equal to the twin, which scans all bins or all pods, for all parameters', () => {
  test.each(names)('%s', (name) => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: anyProblem }, { weight: 1, arbitrary: variedProblem }), valuesFor(name), (p, values) => {
        expect(plain(createPacker(name, values).pack(p))).toEqual(plain(createTwin(name, values).pack(p)))
      }),
      { numRuns: 500, seed: 15 },
    )
  })

  test('first-fit-in-order is first-fit', () => {
    fc.assert(
      fc.property(anyProblem, (p) => {
        expect(plain(firstFitInOrder.pack(p))).toEqual(plain(createTwin('first-fit').pack(p)))
      }),
      { numRuns: 500, seed: 15 },
    )
  })
})
