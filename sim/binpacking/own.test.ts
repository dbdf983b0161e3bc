/** A user's own packer, and the check of its packings. */
import { describe, expect, test } from 'vitest'
import { adoptPacker, verifyPacking } from './index.ts'
import type { Packer, Packing } from './policy.ts'
import { problem } from './problem.fixture.ts'

const of = (bin: number[], opened: number[] = [], leftOver = bin.filter((b) => b < 0).length): Packing => ({
  bin: Int32Array.from(bin),
  opened,
  leftOver,
})

function adopted(exported: unknown): Packer {
  const result = adoptPacker(exported)
  if ('problems' in result) throw new Error(result.problems.join('; '))
  return result.definition.create({ each: 2 }, { now: () => 5 })!
}

describe('verifyPacking names every fault', () => {
  const p = problem(
    [{ cpu: 4 }, { cpu: 4, memory: 1 }, { cpu: 1, kind: 'a' }],
    [{ cpu: 5 }, { cpu: 8, refuses: ['a'] }],
    [{ cpu: 6, limit: 1 }],
  )
  test.each<[string, Packing, RegExp[]]>([
    ['a good one', of([0, 1, 0]), []],
    ['over capacity', of([0, 0, 1]), [/^bin 0 has 5 millicores free, its pods request 8$/, /^bin 1 does not admit pod 2/]],
    ['over a new bin', of([2, 2, 2], [0]), [/^new bin 0 \(type-0\) has 6 millicores free, its pods request 9$/]],
    ['more new bins than the limit', of([2, 3, 0], [0, 0]), [/^2 new bins of type type-0: at most 1/]],
    ['no such bin', of([0, 1, 2]), [/^pod 2 has bin 2: rows 0 to 1, or -1/]],
    ['no such type', of([0, 1, 2], [7]), [/^new bin 0 has type 7: rows 0 to 0/]],
    ['a wrong count', of([0, -1, -1], [], 1), [/^leftOver is 1, but 2/]],
    ['too few rows', of([0]), [/^bin must have 3 rows, one for each pod, found 1$/]],
  ])('%s', (_name, packing, faults) => {
    const problems = verifyPacking(p, packing)
    expect(problems.length).toBe(faults.length)
    faults.forEach((fault, i) => expect(problems[i]).toMatch(fault))
  })

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /must be an object \{ bin, opened, leftOver \}, found undefined/],
    ['a plain array', { bin: [0, 0, 0], opened: [], leftOver: 0 }, /bin must be an Int32Array/],
    ['no list of new bins', { bin: new Int32Array(3), leftOver: 0 }, /opened must be an array/],
    [
      'masks that are no column',
      { bin: new Int32Array(3), opened: [], leftOver: 0, deviceMask: [0] },
      /deviceMask, when given, must be an Int32Array of 3 rows/,
    ],
  ])('%s', (_name, packing, fault) => expect(verifyPacking(p, packing as Packing)[0]).toMatch(fault))

  test('devices: the mask must have as many as the pod requests, with enough free; without masks an assignment must exist', () => {
    const gpu = problem([{ gpus: 1, gpuMilli: 600 }, { gpus: 1, gpuMilli: 600 }, { gpus: 1 }], [{ devices: [1000, 1000, 700] }], [])
    const masks = (...deviceMask: number[]): string[] => verifyPacking(gpu, { ...of([0, 0, 0]), deviceMask: Int32Array.from(deviceMask) })
    expect(masks(0b100, 0b010, 0b001)).toEqual([])
    expect(masks(0b001, 0b010, 0b100)).toEqual([expect.stringMatching(/too little free on the devices of pod 2 \(deviceMask 4\)/)])
    expect(masks(0b011, 0b100, 0b001)).toContainEqual(expect.stringMatching(/pod 0 requests 1 devices, its deviceMask is 3/))
    expect(verifyPacking(gpu, of([0, 0, 0]))).toEqual([])
    const small = problem(
      [
        { gpus: 1, gpuMilli: 600 },
        { gpus: 1, gpuMilli: 600 },
      ],
      [{ devices: [1000] }],
      [],
    )
    expect(verifyPacking(small, of([0, 0]))).toEqual([expect.stringMatching(/1000|too few free devices/)])
  })

  test('ten faults and a count of the others', () => {
    const many = problem(
      Array.from({ length: 15 }, () => ({ cpu: 1, kind: 'a' })),
      [{ refuses: ['a'] }],
      [],
    )
    const problems = verifyPacking(many, of(Array.from({ length: 15 }, () => 0)))
    expect(problems.length).toBe(11)
    expect(problems[10]).toBe('and 5 more')
  })
})

describe('adoptPacker', () => {
  /** `each` pods a bin, in order. */
  const byTurns = {
    name: 'by-turns',
    parameters: { each: 1 },
    pack: ({ items }: { items: number }, { each }: { each: number }) =>
      of(Array.from({ length: items }, (_, item) => Math.floor(item / each))),
  }

  test('the narrow entry point: pack(problem, values), checked, devices filled in', () => {
    const p = problem([{ gpus: 1, gpuMilli: 300 }, { gpus: 1 }], [{ devices: [1000, 1000] }], [])
    const packing = adopted(byTurns).pack(p)
    expect([...packing.bin]).toEqual([0, 0])
    expect([...packing.deviceMask!]).toEqual([0b10, 0b01])
  })

  test('the wide entry point: create(values, context)', () => {
    const wide = {
      name: 'wide',
      create: (values: { each: number }, context: { now(): number }) => ({ pack: () => of([values.each + context.now() === 7 ? 0 : -1]) }),
    }
    expect([...adopted(wide).pack(problem([{ cpu: 1 }], [{ cpu: 1 }], [])).bin]).toEqual([0])
  })

  test('an invalid packing ends the run with the name of the packer', () => {
    expect(() => adopted(byTurns).pack(problem([{ cpu: 5 }], [{ cpu: 4 }], []))).toThrow(
      /^the packer by-turns returned an invalid packing: bin 0 has 4 millicores free/,
    )
    expect(() => adopted({ name: 'wide', create: () => ({}) })).toThrow(/^wide: create must return null or \{ pack\(problem\) \}$/)
  })

  test('an export without an entry point is refused with what is missing', () => {
    expect(adoptPacker({ name: 'x' })).toEqual({ problems: ['a packer needs a function pack or create, found name'] })
    expect(adoptPacker(undefined)).toMatchObject({ problems: [expect.stringMatching(/no default export/)] })
  })
})
