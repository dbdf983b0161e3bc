/** The families of algorithms (sim/families.ts) as the file sees them: without their types, and with the keys that stand beside a choice. */
import { FAMILIES, FAMILY_PATHS, type Adopted, type Definition, type Family, type FamilyPath } from '../../sim/index.ts'

export { FAMILY_PATHS }
export type { FamilyPath }

/** What `list`, the schema and error messages need of a definition. */
export type Described = Omit<Definition<unknown, never>, 'create'>

/** A family whose members are described only. */
export interface DescribedFamily extends Omit<Family<Described>, 'adopt'> {
  adopt(exported: unknown): Adopted<Described>
}

/** Keys beside an algorithm's name that belong to its role in the run: another algorithm in the same role keeps them. */
const ROLE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['scheduling', ['order']],
  ['binpacking', ['role', 'every']],
])

export const roleKeys = (path: readonly (string | number)[]): readonly string[] => ROLE_KEYS.get(path.join('.')) ?? []

export const familyOf = (path: FamilyPath): DescribedFamily => FAMILIES[path]
