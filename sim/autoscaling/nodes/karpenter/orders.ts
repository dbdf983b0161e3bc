/** From the planned nodes of a round to orders of pools: each scalable pool is an instance type, and a planned node takes the cheapest left. */
import { CPU, FIRST_NAMED, MEMORY, MILLI, PODS } from '../../../cluster/views.ts'
import type { PodClassId } from '../../../common/ids.ts'
import type { NodesScalingView, ScalablePool } from '../policy.ts'
import { bySize, provision } from './provisioner.ts'
import { INSTANCE_TYPE, Requirements } from './requirements.ts'
import type { Amounts, InstanceType, PendingPod } from './specs.ts'

/** Devices as an amount [milli-GPU]: a planned node has whole devices, of which shares of several pods are taken together. */
const DEVICES = 'devices'

/** Nodes to order per row of `view.pools`: pods that fit on upcoming nodes need no others. */
export function orders(view: NodesScalingView): Int32Array {
  const counts = new Int32Array(view.pools.length)
  const types = new Map(view.pools.map((pool, row) => [typeOf(pool, row, view), row]))
  const open = [...types.keys()].filter((type) => left(type) > 0)
  const waiting = view.pendingCount === 0 || open.length === 0 ? [] : withoutUpcoming(view, podsOf(view, types))
  if (waiting.length === 0) return counts
  const pool = { name: 'default', weight: 0, requirements: [], labels: {}, taints: [], limits: {}, instanceTypes: open }
  const { nodes } = provision({ pools: [pool], pods: waiting, daemons: [], choose: ([first]) => first })
  for (const node of nodes) {
    const cheapest = node.types
      .filter((type) => left(type) > 0)
      .reduce<InstanceType | null>((best, type) => (best === null || priceOf(type) < priceOf(best) ? type : best), null)
    if (cheapest !== null) counts[types.get(cheapest)!]++
  }
  return counts

  function left(type: InstanceType): number {
    const row = types.get(type)!
    return view.pools[row].max - view.pools[row].count - counts[row]
  }
}

const priceOf = ({ offerings: [offering] }: InstanceType): number => offering.price

function typeOf({ type }: ScalablePool, row: number, view: NodesScalingView): InstanceType {
  const capacity = amounts(view, (resource) => type.capacity[resource] ?? 0, type.devices * MILLI)
  return {
    name: String(row),
    requirements: Requirements.labels({ [INSTANCE_TYPE]: String(row) }),
    offerings: [{ requirements: new Requirements(), price: type.price, available: true }],
    capacity,
    allocatable: capacity,
  }
}

/** The pending pods in order of size; what a class demands of labels, taints and GPU models is the list of pools that admit it. */
function podsOf(view: NodesScalingView, types: ReadonlyMap<InstanceType, number>): PendingPod[] {
  const { classes } = view.cluster
  const shapes = new Map<PodClassId, Omit<PendingPod, 'id'>>()
  const shapeOf = (podClass: PodClassId): Omit<PendingPod, 'id'> => {
    const values = [...types].filter(([, row]) => view.pools[row].type.admits(podClass)).map(([type]) => type.name)
    const { pods: _one, ...requests } = amounts(
      view,
      (resource) => classes.request[resource][podClass],
      classes.gpus[podClass] * classes.gpuMilli[podClass],
    )
    const required = [[{ key: INSTANCE_TYPE, operator: 'In', values }]] as const
    return { kind: podClass, requests, labels: {}, nodeSelector: {}, required, preferred: [], tolerations: [], rules: [] }
  }
  const pods: PendingPod[] = []
  for (let i = 0; i < view.pendingCount; i++) {
    const podClass = view.pending[i]
    let shape = shapes.get(podClass)
    if (shape === undefined) shapes.set(podClass, (shape = shapeOf(podClass)))
    pods.push({ ...shape, id: i })
  }
  return pods.sort(bySize)
}

/** The pods that find no place on upcoming nodes, each of which takes the pods in order of size. */
function withoutUpcoming(view: NodesScalingView, pods: readonly PendingPod[]): readonly PendingPod[] {
  const free: { readonly pool: ScalablePool; readonly amounts: Record<string, number> }[] = []
  for (let i = 0; i < view.upcomingCount; i++) {
    const pool = view.pools.find((one) => one.pool === view.upcoming[i])
    if (pool !== undefined)
      free.push({ pool, amounts: { ...amounts(view, (resource) => pool.type.capacity[resource] ?? 0, pool.type.devices * MILLI) } })
  }
  if (free.length === 0) return pods
  return pods.filter(({ requests, kind }) => {
    const asked: Amounts = { ...requests, pods: 1 }
    const node = free.find(
      (one) => one.pool.type.admits(kind!) && Object.keys(asked).every((resource) => asked[resource] <= (one.amounts[resource] ?? 0)),
    )
    if (node === undefined) return true
    for (const resource in asked) node.amounts[resource] -= asked[resource]
    return false
  })
}

function amounts({ cluster: { nodes } }: NodesScalingView, amount: (resource: number) => number, devices: number): Amounts {
  const named: Record<string, number> = { cpu: amount(CPU), memory: amount(MEMORY), pods: amount(PODS) }
  for (let resource = FIRST_NAMED; resource < nodes.resources.length; resource++) named[nodes.resources[resource]] = amount(resource)
  if (devices > 0) named[DEVICES] = devices
  return named
}
