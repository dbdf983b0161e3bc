/** Requirements on several labels, one per key. */
import { Requirement, type Expression } from './requirement.ts'

/** Labels of which instance types know the values: a pod may name them although a node pool does not. */
export const ZONE = 'topology.kubernetes.io/zone'
export const CAPACITY_TYPE = 'karpenter.sh/capacity-type'
export const HOSTNAME = 'kubernetes.io/hostname'
export const INSTANCE_TYPE = 'node.kubernetes.io/instance-type'
export const NODE_POOL = 'karpenter.sh/nodepool'
const WELL_KNOWN: ReadonlySet<string> = new Set([
  NODE_POOL,
  ZONE,
  'topology.kubernetes.io/region',
  INSTANCE_TYPE,
  'kubernetes.io/arch',
  'kubernetes.io/os',
  CAPACITY_TYPE,
  'node.kubernetes.io/windows-build',
])

/** Requirements by key. Adding one narrows what is there. */
export class Requirements {
  private readonly byKey: Map<string, Requirement>

  constructor(from?: Requirements) {
    this.byKey = new Map(from?.byKey)
  }

  /** The requirements that hold when all expressions hold. */
  static of(expressions: readonly Expression[]): Requirements {
    const requirements = new Requirements()
    for (const expression of expressions) requirements.add(Requirement.of(expression))
    return requirements
  }

  /** Each label has exactly this value. */
  static labels(labels: Readonly<Record<string, string>>): Requirements {
    const requirements = new Requirements()
    for (const [key, value] of Object.entries(labels)) requirements.add(Requirement.in(key, value))
    return requirements
  }

  add(requirement: Requirement): this {
    const known = this.byKey.get(requirement.key)
    this.byKey.set(requirement.key, known === undefined ? requirement : requirement.and(known))
    return this
  }

  addAll(others: Requirements): this {
    for (const requirement of others.byKey.values()) this.add(requirement)
    return this
  }

  /** Leaves a label unrestricted again. */
  delete(key: string): void {
    this.byKey.delete(key)
  }

  /** The requirement on a label; without one every value is allowed. */
  get(key: string): Requirement {
    return this.byKey.get(key) ?? Requirement.exists(key)
  }

  keys(): IterableIterator<string> {
    return this.byKey.keys()
  }

  /**
   * Null when a node with these requirements can satisfy the others, else the first key that prevents it. A label of which nothing is known
   * prevents it unless it may be absent, or is well known and `wellKnown` is set.
   */
  conflict(others: Requirements, wellKnown = true): string | null {
    for (const [key, other] of others.byKey) {
      if ((wellKnown && WELL_KNOWN.has(key)) || this.byKey.has(key) || other.allowsAbsence) continue
      return key
    }
    return this.disjoint(others)
  }

  /** The first common key without a common value, null when there is none. Two requirements that a missing label satisfies are not disjoint. */
  disjoint(others: Requirements): string | null {
    for (const [key, other] of others.byKey) {
      const own = this.byKey.get(key)
      if (own === undefined || own.intersects(other) || (own.allowsAbsence && other.allowsAbsence)) continue
      return key
    }
    return null
  }
}
