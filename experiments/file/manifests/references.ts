/** Names in actions and faults: a workload may be named as in its manifest, also with its namespace, whatever its Service is called. */
import { isMap } from '../quantities.ts'
import type { Item } from './items.ts'

type Raw = Record<string, unknown>

/** Keys whose value is the name of a service, a Job or a CronJob. */
const KEYS = ['rollout', 'scale', 'restart', 'undo', 'pause', 'resume', 'suspend', 'trigger', 'deletePods', 'apply', 'delete', 'podCrash']

/** `actions` and `faults` of the file, with the names that the items have in the run; absent where the file has none. */
export function referencesOf(raw: Raw, items: readonly Item[]): Raw {
  const own = new Set(items.map((item) => item.raw['name']))
  const names = new Map<string, string>()
  for (const { raw: item, workload } of items)
    for (const name of [workload.name, `${workload.namespace}/${workload.name}`])
      if (!own.has(name)) names.set(name, names.has(name) ? '' : String(item['name']))
  const renamed = (given: unknown): unknown =>
    isMap(given)
      ? Object.fromEntries(
          Object.entries(given).map(([key, value]) => [
            key,
            KEYS.includes(key) && typeof value === 'string' && (names.get(value) ?? '') !== '' ? names.get(value) : value,
          ]),
        )
      : given
  return Object.fromEntries(
    ['actions', 'faults'].flatMap((key) => {
      const list = raw[key]
      return Array.isArray(list) ? [[key, list.map(renamed)]] : []
    }),
  )
}
