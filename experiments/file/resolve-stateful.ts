/** From the stores and databases of the file to those of a run; undefined when there are none. */
import type { Consistency, DatabaseSpec, StoreSpec } from '../../sim/index.ts'
import type { Issue, Path } from './document.ts'
import type { ServiceData } from './schema.ts'

/** In JSON: null stands for no bound. */
type Keeps = DatabaseSpec | (Omit<StoreSpec, 'receiveRate'> & { readonly receiveRate: number | null })

const NEEDED: Readonly<Record<Consistency, number>> = { ONE: 1, TWO: 2, THREE: 3, QUORUM: 1, ALL: 1 }

/** Adds an issue for each store or database that its service cannot be. */
export function resolveStateful(
  services: readonly ServiceData[],
  issues: Issue[],
): { readonly workload: number; readonly keeps: Keeps }[] | undefined {
  const found = services.flatMap((service, workload) => {
    const { store, database } = service
    if (store === undefined && database === undefined) return []
    const path: Path = ['workload', 'services', workload]
    check(service, path, issues)
    const keeps: Keeps =
      store !== undefined ? { kind: 'store', ...store, receiveRate: store.receiveRate ?? null } : { kind: 'database', ...database! }
    return [{ workload, keeps }]
  })
  return found.length === 0 ? undefined : found
}

function check({ store, database, replicas, controller }: ServiceData, path: Path, issues: Issue[]): void {
  const report = (keys: Path, message: string): void => void issues.push({ path: [...path, ...keys], message })
  if (store !== undefined && database !== undefined) report(['database'], 'found a store and a database; accepted: one of them')
  if (database !== undefined && replicas !== 1)
    report(['database'], `found ${replicas} replicas of a database of one instance; accepted: replicas: 1`)
  if (store === undefined) return
  if (controller?.kind !== 'stateful-set')
    report(['store'], 'found a store without ordinals, by which its pods know their data; accepted: controller: stateful-set')
  if (store.replication > replicas)
    report(['store', 'replication'], `found ${store.replication} for ${replicas} replicas; accepted: at most the replicas of the service`)
  for (const key of ['reads', 'writes'] as const)
    if (NEEDED[store[key]] > store.replication)
      report(
        ['store', key],
        `found ${store[key]} with a replication of ${store.replication}; accepted: at most as many replicas as there are`,
      )
}
