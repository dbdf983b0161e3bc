/** A user's own packer: two doors, and a check of each packing, so that a mistake is named where it was made and not by a refused bind later. */
import { adopt, type Adopted } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import type { Packer, PackerDefinition, Packing, PackingContext, PackingProblem } from './policy.ts'
import { verifyPacking, withDevices } from './bounds/verify.ts'

type GivenValues = Readonly<Record<string, ParameterValue>>

/** The narrow door: one function, no state. */
export type Pack = (problem: PackingProblem, values: GivenValues) => Packing
type Create = (values: GivenValues, context: PackingContext) => Packer | null

function verified(name: string, packer: Packer): Packer {
  return {
    pack(problem) {
      const packing = packer.pack(problem)
      const problems = verifyPacking(problem, packing)
      if (problems.length > 0) throw new Error(`the packer ${name} gave no packing: ${problems.join('; ')}`)
      return withDevices(problem, packing)
    },
  }
}

/** `{ name, pack(problem, values) }`, or `{ name, create(values, context) }` that gives a Packer or null. */
export function adoptPacker(exported: unknown): Adopted<PackerDefinition> {
  return adopt<Packer | null, PackingContext>('packer', exported, [
    {
      name: 'pack',
      make: (given) => (values) =>
        verified(String(given['name']), { pack: (problem) => (given['pack'] as Pack).call(given, problem, values) }),
    },
    {
      name: 'create',
      make: (given) => (values, context) => {
        const made = (given['create'] as Create).call(given, values, context)
        if (made === null) return null
        if (typeof made?.pack !== 'function') throw new TypeError(`${String(given['name'])}: create must return null or { pack(problem) }`)
        return verified(String(given['name']), made)
      },
    },
  ])
}
