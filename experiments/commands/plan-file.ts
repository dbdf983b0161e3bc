/** The plan of an experiment file with the overrides of the command line: what `run` and `plan` begin with. */
import { problemsText } from '../file/document.ts'
import { version } from '../file/package.ts'
import { readExperiment } from '../file/spec.ts'
import { planOf, type Plan } from '../plan/plan.ts'
import type { Screens } from './command.ts'

/** Options that replace values of the file. */
export interface Overrides {
  readonly seed?: string
  readonly replications?: number
  /** `path=value` */
  readonly set: readonly string[]
}

/** The overrides as `--set` texts. */
export function setsOf({ set, seed, replications }: Overrides): string[] {
  const sets = [...set]
  if (seed !== undefined) sets.push(`seed=${/^\d+$/.test(seed) ? seed : JSON.stringify(seed)}`)
  if (replications !== undefined) sets.push(`replications=${replications}`)
  return sets
}

/** The plan of a file, after its warnings were printed; undefined after its problems were. */
export async function planFile(file: string, overrides: Overrides, { err }: Screens): Promise<Plan | undefined> {
  const resolved = await readExperiment(file, { set: setsOf(overrides) })
  if ('problems' in resolved) {
    err.write(`${problemsText(resolved.problems)}\n`)
    return undefined
  }
  for (const warning of resolved.experiment.warnings) err.write(warningLine(warning))
  return planOf(resolved.experiment, version())
}

/** "warning: …", a line. */
export const warningLine = (warning: string): string => `warning: ${warning}\n`
