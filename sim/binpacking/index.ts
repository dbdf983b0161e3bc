/** Binpacking: the list of members, and the door for a user's own. */
import { adopt, type Adopted } from '../adopt.ts'
import { catalogue, type ParameterValue } from '../define.ts'
import { bestFitDecreasing } from './best-fit-decreasing.ts'
import { firstFitDecreasing } from './first-fit-decreasing.ts'
import { none } from './none.ts'
import type { Packer, PackerDefinition, Packing, PackingContext, PackingProblem } from './policy.ts'
import { verifyPacking, withDevices } from './verify.ts'

export { continuousBound, packingGap, type Bound, type Gap } from './bound.ts'
export { firstFitInOrder } from './first-fit-in-order.ts'
export { plainBestFitDecreasing, plainFirstFitDecreasing, plainFirstFitInOrder } from './plain.ts'
export { verifyPacking } from './verify.ts'

export const packers = catalogue<Packer | null, PackingContext>('binpacking', [none, firstFitDecreasing, bestFitDecreasing])

/** What a user's narrow door looks like: one function, no state. */
export type Pack = (problem: PackingProblem, values: Readonly<Record<string, ParameterValue>>) => Packing

type Create = (values: Readonly<Record<string, ParameterValue>>, context: PackingContext) => Packer | null

/** Checks each packing, so that a mistake is named where it was made and not by a refused bind later. */
export function verified(name: string, packer: Packer): Packer {
  return {
    pack(problem) {
      const packing = packer.pack(problem)
      const problems = verifyPacking(problem, packing)
      if (problems.length > 0) throw new Error(`the packer ${name} gave no packing: ${problems.join('; ')}`)
      return withDevices(problem, packing)
    },
  }
}

/** A user's packer: `{ name, pack(problem, values) }`, or `{ name, create(values, context) }` with a Packer of its own. */
export function adoptPacker(exported: unknown): Adopted<PackerDefinition> {
  return adopt<Packer | null, PackingContext>('packer', exported, [
    {
      name: 'pack',
      make: (given) => (values) => verified(given['name'] as string, { pack: (problem) => (given['pack'] as Pack)(problem, values) }),
    },
    {
      name: 'create',
      make: (given) => (values, context) => {
        const made = (given['create'] as Create)(values, context)
        if (made === null) return null
        if (typeof made?.pack !== 'function') throw new TypeError(`create of the packer ${given['name'] as string} must return an object with pack(problem), or null`)
        return verified(given['name'] as string, made)
      },
    },
  ])
}
