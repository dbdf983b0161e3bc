import { FAMILY_PATHS, type OwnPart, type Selection } from '../../sim/index.ts'
import type { Scenario } from '../file/scenario.ts'

/** Names of the users' own algorithms in a scenario. */
export function ownNames({ choices, schedulers, services, calls = [] }: Scenario): string[] {
  const selections = [
    ...FAMILY_PATHS.map((path) => choices[path]),
    ...schedulers.flatMap(({ algorithm, order }) => [algorithm, order]),
    ...[...services, ...calls].flatMap(({ slb }) => (slb === undefined ? [] : [slb])),
  ]
  return [...new Set(selections.flatMap((one) => [...(one.file === undefined ? [] : [one.name]), ...partsOf(one).map(({ name }) => name)]))]
}

/** The user's parts of an algorithm. */
const partsOf = ({ values }: Selection): readonly OwnPart[] =>
  Object.values(values).flatMap((value) => (Array.isArray(value) ? (value as readonly OwnPart[]).filter((one) => 'digest' in one) : []))
