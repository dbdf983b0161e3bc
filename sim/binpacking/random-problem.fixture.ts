/** Arbitrary packing problems for property tests: few classes or many, devices, named resources, refusals, limits, prices. */
import fc from 'fast-check'
import { problem, type Bin, type Pod, type Type } from './problem.fixture.ts'

const kind = fc.constantFrom('', 'a', 'b')

const pod: fc.Arbitrary<Pod> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ cpu: fc.integer({ min: 0, max: 60 }), memory: fc.integer({ min: 0, max: 40 }), kind }) },
  { weight: 1, arbitrary: fc.record({ cpu: fc.integer({ min: 1, max: 20 }), gpus: fc.constantFrom(1, 2, 3), kind }) },
  {
    weight: 2,
    arbitrary: fc.record({ cpu: fc.integer({ min: 0, max: 5 }), gpus: fc.constant(1), gpuMilli: fc.integer({ min: 1, max: 1000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ named: fc.tuple(fc.integer({ min: 0, max: 5 })), memory: fc.integer({ min: 0, max: 2 ** 40 }) }) },
)

const refuses = fc.subarray(['a', 'b'])
const bin: fc.Arbitrary<Bin> = fc.record({
  cpu: fc.integer({ min: 0, max: 100 }),
  memory: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 2 ** 42 })),
  pods: fc.integer({ min: 0, max: 6 }),
  named: fc.tuple(fc.integer({ min: 0, max: 8 })),
  devices: fc.array(fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 1000 })), { maxLength: 4 }),
  refuses,
})
const type: fc.Arbitrary<Type> = fc.record({
  cpu: fc.integer({ min: 20, max: 100 }),
  memory: fc.oneof(fc.integer({ min: 10, max: 100 }), fc.integer({ min: 0, max: 2 ** 42 })),
  pods: fc.integer({ min: 1, max: 6 }),
  named: fc.tuple(fc.integer({ min: 0, max: 8 })),
  devices: fc.array(fc.constant(1000), { maxLength: 4 }),
  refuses,
  price: fc.integer({ min: 0, max: 5 }),
  limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 4 })),
})

/** Pods drawn from a few shapes in any order, so that classes repeat. */
const pods = (max: number): fc.Arbitrary<Pod[]> =>
  fc
    .tuple(fc.array(pod, { minLength: 1, maxLength: 12, size: 'max' }), fc.array(fc.nat(), { maxLength: max, size: 'max' }))
    .map(([shapes, draws]) => draws.map((draw) => shapes[draw % shapes.length]))

export const anyProblem = fc
  .tuple(pods(60), fc.array(bin, { maxLength: 12, size: 'max' }), fc.array(type, { maxLength: 3 }))
  .map(([p, b, t]) => problem(p, b, t))

/** The same with hardly two pods alike, and more of them. */
export const variedProblem = fc
  .tuple(fc.array(pod, { maxLength: 120, size: 'max' }), fc.array(bin, { maxLength: 20, size: 'max' }), fc.array(type, { maxLength: 3 }))
  .map(([p, b, t]) => problem(p, b, t))

/** Small enough to try all packings. */
export const smallProblem = fc
  .tuple(pods(7), fc.array(bin, { maxLength: 2 }), fc.array(type, { minLength: 1, maxLength: 3 }))
  .map(([p, b, t]) => problem(p, b, t))
