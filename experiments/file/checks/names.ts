/** Names that must be unique. */
import { isMap } from '../quantities.ts'
import type { Issue } from '../document.ts'

/** Two items of one name, found in the raw data, so that problems inside an item do not hide it. */
export function duplicateNames(raw: unknown): Issue[] {
  return [
    ...duplicates(raw, ['cluster', 'pools'], 'pool'),
    ...duplicates(raw, ['workload', 'services'], 'service'),
    ...duplicates(raw, ['workload', 'background'], 'background source'),
    ...duplicates(raw, ['workload', 'antagonists'], 'antagonist'),
    ...duplicates(raw, ['network', 'devices'], 'network device'),
    ...duplicates(raw, ['workload', 'jobs'], 'source of jobs'),
    ...duplicates(raw, ['workload', 'batch'], 'Job or CronJob'),
    ...namesOfServices(raw),
    ...duplicateSchedulers(raw),
  ]
}

/** Actions name services, Jobs and CronJobs alike. */
function namesOfServices(raw: unknown): Issue[] {
  const workload = isMap(raw) && isMap(raw['workload']) ? raw['workload'] : {}
  const namesIn = (key: string): unknown[] =>
    Array.isArray(workload[key]) ? workload[key].map((item: unknown) => (isMap(item) ? item['name'] : undefined)) : []
  const services = namesIn('services')
  return namesIn('batch').flatMap((name, i) =>
    typeof name === 'string' && services.includes(name)
      ? [{ path: ['workload', 'batch', i, 'name'], message: 'found the name of a service; accepted: a name that no service has' }]
      : [],
  )
}

/** `default` is the name of the scheduler that `scheduling` describes. */
function duplicateSchedulers(raw: unknown): Issue[] {
  const items = isMap(raw) ? raw['schedulers'] : undefined
  return duplicatesIn(Array.isArray(items) ? items : [], ['schedulers'], 'scheduler', ['default'])
}

function duplicates(raw: unknown, [section, key]: readonly [string, string], what: string): Issue[] {
  const items = isMap(raw) && isMap(raw[section]) ? raw[section][key] : undefined
  return duplicatesIn(Array.isArray(items) ? items : [], [section, key], what)
}

function duplicatesIn(items: readonly unknown[], path: readonly string[], what: string, taken: readonly string[] = []): Issue[] {
  const issues: Issue[] = []
  const seen = new Set<string>(taken)
  items.forEach((item, i) => {
    const name = isMap(item) ? (item['name'] ?? item['trace'] ?? item['preset']) : undefined
    if (typeof name !== 'string') return
    if (seen.has(name))
      issues.push({ path: [...path, i, 'name'], message: `found a second ${what} with the name "${name}"; accepted: each name once` })
    seen.add(name)
  })
  return issues
}
