/**
 * A user's own packer: its two entry points, and the check of each packing, which reports a mistake where it was made and not at a refused
 * bind later.
 */
import { adopt, type Adopted } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import type { Packer, PackerDefinition, Packing, PackingContext, PackingProblem } from './policy.ts'
import { verifyPacking, withDevices } from './bounds/verify.ts'

type GivenValues = Readonly<Record<string, ParameterValue>>

/** The narrow entry point: one function without state. */
export type Pack = (problem: PackingProblem, values: GivenValues) => Packing
/** The wide entry point: creates a packer that may hold state, or null for no packer. */
type Create = (values: GivenValues, context: PackingContext) => Packer | null

function verified(name: string, packer: Packer): Packer {
  return {
    pack(problem) {
      const packing = packer.pack(problem)
      const problems = verifyPacking(problem, packing)
      if (problems.length > 0) throw new Error(`the packer ${name} returned an invalid packing: ${problems.join('; ')}`)
      return withDevices(problem, packing)
    },
  }
}

/**
 * Turns the default export of a user's file into a definition: `{ name, pack(problem, values) }`, or `{ name, create(values, context) }`
 * that returns a Packer or null. `pack` throws an Error with the packer's name when the user's code returns an invalid packing.
 */
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
        const created = (given['create'] as Create).call(given, values, context)
        if (created === null) return null
        if (typeof created?.pack !== 'function')
          throw new TypeError(`${String(given['name'])}: create must return null or { pack(problem) }`)
        return verified(String(given['name']), created)
      },
    },
  ])
}
