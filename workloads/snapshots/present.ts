/** A snapshot as the state in which a run begins. */
import { NONE, type KubePod, type NodeId, type Present, type PresentKind } from '../../sim/index.ts'
import { hasDevices } from './groups.ts'
import { keepingOf, shapeOf, type Usage } from './shapes.ts'
import type { Snapshot } from './snapshot.ts'

/** terminationGracePeriodSeconds of pods that state none [s]. */
const DEFAULT_GRACE = 30

/** What decides how a snapshot becomes part of a run. */
export interface PresentOptions extends Usage {
  /** Row of each node. */
  readonly rowOf: ReadonlyMap<string, NodeId>
  /** The scheduler that places a pod, by its name in the snapshot, with the profile of its configuration. */
  readonly schedulerOf: (name: string) => { readonly scheduler: number; readonly profile?: string }
  /** By service of the run: the Service of the snapshot (namespace/name) whose pods it has; undefined: none. */
  readonly services: readonly (string | undefined)[]
}

/** Pods of the running ones that a Service selects, by its namespace/name; empty when there is no such Service. */
export function podsOfService({ cluster }: Snapshot, name: string): KubePod[] {
  const service = cluster.services?.find((one) => `${one.namespace}/${one.name}` === name)
  const selector = Object.entries(service?.selector ?? {})
  if (service === undefined || selector.length === 0) return []
  return runningOf(cluster.pods ?? [], new Set(cluster.nodes.map((node) => node.name))).filter(
    ({ namespace, labels, terminating }) =>
      terminating !== true && namespace === service.namespace && selector.every(([key, value]) => labels?.[key] === value),
  )
}

/** Pods that are on a node of the snapshot. */
const runningOf = (pods: readonly KubePod[], nodes: { has(name: string): boolean }): KubePod[] =>
  pods.filter(({ node }) => node !== null && node !== undefined && nodes.has(node))

/** The pods of a snapshot and what is around them. */
export function presentOf(snapshot: Snapshot, options: PresentOptions): Present {
  const { cluster, pending } = snapshot
  const { rowOf } = options
  const served = new Set<KubePod>()
  const services = options.services.map((name) => {
    const pods = name === undefined ? [] : podsOfService(snapshot, name).filter((pod) => !served.has(pod))
    for (const pod of pods) served.add(pod)
    return pods.map(({ node }) => rowOf.get(node!)!)
  })
  const kinds = new Kinds(snapshot, options)
  const running = runningOf(cluster.pods ?? [], rowOf).filter((pod) => !served.has(pod))
  const waiting = pending.map(({ pod }) => pod)
  return {
    kinds: kinds.list,
    kind: Int32Array.from([...running, ...waiting], (pod) => kinds.rowOf(pod)),
    node: Int32Array.from([...running.map(({ node }) => rowOf.get(node!)!), ...waiting.map(() => NONE)]),
    services,
    cordoned: cluster.nodes.flatMap(({ name, unschedulable }) => (unschedulable === true ? [rowOf.get(name)!] : [])),
    surroundings: {
      namespaces: new Map((cluster.namespaces ?? []).map(({ name, labels }) => [name, labels ?? {}])),
      services: cluster.services ?? [],
      workloads: cluster.workloads ?? [],
    },
    budgets: (cluster.pdbs ?? []).map(({ namespace, selector, disruptionsAllowed }) => ({
      namespace,
      selector: selector ?? null,
      allowed: disruptionsAllowed,
    })),
  }
}

/** Equal pods share a kind, so that a cluster of thousands has few. */
class Kinds {
  readonly list: PresentKind[] = []
  private readonly rows = new Map<string, number>()
  private readonly devices: boolean
  private readonly snapshot: Snapshot
  private readonly options: PresentOptions

  constructor(snapshot: Snapshot, options: PresentOptions) {
    this.snapshot = snapshot
    this.options = options
    this.devices = hasDevices(snapshot)
  }

  rowOf(pod: KubePod): number {
    const { scheduler, profile } = this.options.schedulerOf(this.snapshot.schedulers.get(pod) ?? 'default-scheduler')
    const plain = shapeOf(pod, this.options, this.devices)
    const shape = profile === undefined ? plain : { ...plain, rules: { ...plain.rules, schedulerName: profile } }
    const leaves = pod.terminating === true ? { leaves: (pod.deletionGrace ?? DEFAULT_GRACE) * 1_000_000 } : {}
    const kind = { shape, keeping: keepingOf(pod), scheduler, ...leaves }
    const key = JSON.stringify(kind)
    let row = this.rows.get(key)
    if (row === undefined) this.rows.set(key, (row = this.list.push(kind) - 1))
    return row
  }
}
