/** Which scheduler of the run places the pods of a manifest: the one that their `schedulerName` names, or none, as in a cluster without it. */
import type { ManifestWorkload } from '../../../workloads/index.ts'
import { isMap } from '../quantities.ts'
import { plain } from './targets.ts'

type Raw = Record<string, unknown>

/** The value of the key `scheduler` of pods that nobody places. */
export const NOBODY = 'none'

/** The scheduler of pods that name none. */
const DEFAULT = 'default-scheduler'

/** Names of the schedulers and of the profiles of a file; what is wrong with them is reported elsewhere. */
export function schedulerNames({ scheduling, schedulers }: Raw): ReadonlySet<string> {
  const further = Array.isArray(schedulers) ? schedulers.filter(isMap) : []
  const profiles = [scheduling, ...further.map(({ algorithm }) => algorithm)].flatMap((algorithm) => {
    const config = isMap(algorithm) ? algorithm['config'] : undefined
    const given = isMap(config) ? config['profiles'] : undefined
    return Array.isArray(given) ? given.filter(isMap).map(({ schedulerName }) => schedulerName) : []
  })
  return new Set([...further.map(({ name }) => name), ...profiles].filter((name) => typeof name === 'string'))
}

/** The name of the scheduler as the file has it; undefined: the default one. */
export function schedulerOf({ template, orchestrator }: ManifestWorkload, known: ReadonlySet<string>): string | undefined {
  const { scheduler } = template
  if (orchestrator !== 'kubernetes' || scheduler === '' || (scheduler === DEFAULT && !known.has(scheduler))) return undefined
  return known.has(scheduler) ? scheduler : known.has(plain(scheduler)) ? plain(scheduler) : NOBODY
}

/** A sentence for pods that nobody places. */
export const withoutScheduler = ({ kind, namespace, name, place, template }: ManifestWorkload, known: ReadonlySet<string>): string =>
  `${place.file}:${place.line}:${place.column} ${kind} ${namespace}/${name} spec.schedulerName: found ${template.scheduler}, which is no scheduler of the run; accepted: ${[DEFAULT, ...known].join(', ')}; its pods stay pending (schedulers: [{ name: ${plain(template.scheduler)} }])`
