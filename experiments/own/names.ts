import { FAMILY_PATHS } from '../../sim/index.ts'
import type { Scenario } from '../file/scenario.ts'

/** Names of the users' own algorithms in a scenario. */
export function ownNames({ choices, schedulers, services, calls = [] }: Scenario): string[] {
  const selections = [
    ...FAMILY_PATHS.map((path) => choices[path]),
    ...schedulers.flatMap(({ algorithm, order }) => [algorithm, order]),
    ...[...services, ...calls].flatMap(({ slb }) => (slb === undefined ? [] : [slb])),
  ]
  return [...new Set(selections.flatMap(({ name, file }) => (file === undefined ? [] : [name])))]
}
