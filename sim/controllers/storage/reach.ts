/** What the claims of a pod mean for its placement: the nodes that reach its volumes, and attachments as a resource of nodes. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { LabelRequirement, PodShape } from '../../cluster/spec.ts'
import type { NodeId } from '../../common/ids.ts'
import type { Binder } from './binder.ts'
import { attachments, ZONE_LABEL, type Driver } from './spec.ts'
import type { Claim } from './volume.ts'

export class Reach {
  /** By shape and requirements: pods with equal ones share a shape object. */
  private readonly shapes = new WeakMap<PodShape, Map<string, PodShape>>()
  private readonly binder: Binder

  constructor(binder: Binder) {
    this.binder = binder
  }

  /** Whether a volume is available for the unbound claim, or can be made. */
  canBind(claim: Claim): boolean {
    return this.binder.driverOf(claim) !== null || this.binder.match(claim, null) !== undefined
  }

  /** Whether the claim's driver can make its volume for a node with these labels. */
  canProvision(claim: Claim, labels: Readonly<Record<string, string>>): boolean {
    const zones: readonly string[] = claim.class?.zones ?? []
    return this.binder.driverOf(claim) !== null && (zones.length === 0 || zones.includes(labels[ZONE_LABEL] ?? ''))
  }

  /** The shape with what the claims require. */
  shapeOf(shape: PodShape, claims: readonly Claim[]): PodShape {
    const reach = claims.flatMap((claim) => this.requirementsOf(claim))
    const drivers = claims.flatMap((claim) => claim.volume?.driver ?? this.binder.driverOf(claim) ?? [])
    const limited = drivers.filter(({ attachLimit }) => attachLimit !== Infinity)
    if (reach.length === 0 && limited.length === 0) return shape
    const key = JSON.stringify([reach, limited.map(({ name }) => name)])
    const known = this.shapes.get(shape) ?? new Map<string, PodShape>()
    this.shapes.set(shape, known)
    let made = known.get(key)
    if (made === undefined) known.set(key, (made = { ...shape, reach, resources: { ...shape.resources, ...countsOf(limited) } }))
    return made
  }

  private requirementsOf(claim: Claim): readonly LabelRequirement[] {
    if (claim.volume !== null) return claim.volume.reach
    if (this.binder.driverOf(claim) !== null) {
      const zones = claim.class!.zones
      return zones.length === 0 ? [] : [...this.withVolumes(claim, [{ key: ZONE_LABEL, values: zones }])]
    }
    return this.withVolumes(claim, [])
  }

  /** Nodes that reach one of the volumes that the claim could get, too; volumes beyond a second label are not looked at. */
  private withVolumes(claim: Claim, own: readonly LabelRequirement[]): readonly LabelRequirement[] {
    const values = new Map<string, Set<string>>(own.map((one) => [one.key, new Set(one.values)]))
    for (const { reach } of this.binder.offers(claim)) {
      if (reach.length === 0) return []
      for (const { key, values: more } of reach.slice(0, 1)) {
        const known = values.get(key) ?? new Set<string>()
        values.set(key, known)
        for (const value of more) known.add(value)
      }
    }
    const [first] = values
    return first === undefined ? [] : [{ key: first[0], values: [...first[1]].sort() }]
  }
}

function countsOf(drivers: readonly Driver[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const driver of drivers) counts[attachments(driver)] = (counts[attachments(driver)] ?? 0) + 1
  return counts
}

/** Labels of the node. */
export const labelsOf = ({ nodeClasses, view }: Cluster, node: NodeId): Readonly<Record<string, string>> =>
  nodeClasses.templates[view.nodes.nodeClass[node]].labels
