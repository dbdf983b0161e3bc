/**
 * Searches the choices between equal domains that lead to a recorded outcome: depth first, back to the last choice before the first error, and
 * from the start with another order of domains when that takes long.
 */
import { bySize, type ProvisioningPlan } from '../../../autoscaling/nodes/karpenter/provisioner.ts'
import type { PendingPod } from '../../../autoscaling/nodes/karpenter/specs.ts'
import type { ChooseDomain } from '../../../autoscaling/nodes/karpenter/topology-group.ts'
import { Streams, type RandomStream } from '../../../random/stream.ts'

/** A planned node of an outcome. */
export interface RecordedNode {
  readonly pool: string
  readonly pods: readonly string[]
  readonly instance_types: readonly string[]
  readonly zones: readonly string[]
  readonly capacity_types: readonly string[]
  readonly cheapest_type: string
  readonly cheapest_price: number
}

/** What is compared. */
export interface Outcome {
  readonly node_claims?: readonly RecordedNode[]
  readonly failed?: readonly string[]
}

/** A choice that was made. */
interface Choice {
  readonly pod: PendingPod
  /** Domains in the order in which they are tried. */
  readonly candidates: readonly string[]
  at: number
}

/** Runs after which the search starts again with another order, and after which it ends. */
const RUNS_PER_ORDER = 100
const MOST_RUNS = 20_000

const orderOf = (seed: number): RandomStream => new Streams('karpenter', seed).stream('domains')

/** The choices of one run after the other. */
export class Choices {
  /** Runs that have ended. */
  runs = 0
  private readonly nodeOf: ReadonlyMap<number, RecordedNode>
  private readonly made: Choice[] = []
  private count = 0
  private random = orderOf(0)

  constructor({ node_claims }: Outcome, names: readonly string[]) {
    const ids = new Map(names.map((name, id) => [name, id]))
    this.nodeOf = new Map((node_claims ?? []).flatMap((node) => node.pods.map((name) => [ids.get(name)!, node])))
  }

  /** Chooses as before up to the last change, then the likeliest domain. */
  readonly choose: ChooseDomain = (candidates, pod, together) => {
    if (this.count === this.made.length) this.made.push({ pod, candidates: this.likeliestFirst(candidates, pod, together), at: 0 })
    const { candidates: ordered, at } = this.made[this.count++]
    return ordered[at]
  }

  /** Prepares the next run after one with another outcome; false when there is none. */
  next(plan: ProvisioningPlan): boolean {
    if (++this.runs % RUNS_PER_ORDER === 0) {
      this.made.length = this.count = 0
      this.random = orderOf(this.runs)
      return this.runs < MOST_RUNS
    }
    this.made.length = Math.min(this.count, this.choicesUpTo(this.firstError(plan)))
    this.count = 0
    for (let last = this.made.at(-1); last !== undefined; last = this.made.at(-1)) {
      if (++last.at < last.candidates.length) return true
      this.made.pop()
    }
    return false
  }

  /** On the pod's own node the zones that it has in the outcome, on another one those that it has not: there the pod must not fit. */
  private likeliestFirst(candidates: readonly string[], { id }: PendingPod, together: readonly PendingPod[]): readonly string[] {
    const own = this.nodeOf.get(id)
    const other = together.map((pod) => this.nodeOf.get(pod.id)).find((node) => node !== own)
    const zones = (other ?? own)?.zones[0].replace(/^In /, '').split(',') ?? []
    const likely = (zone: string): boolean => zones.includes(zone) === (other === undefined)
    const order = [...candidates]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.random.int(i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    return [...order.filter(likely), ...order.filter((zone) => !likely(zone))]
  }

  /** The first pod in order of size that is not with the pods with which the outcome has it; null when there is none. */
  private firstError({ nodes }: ProvisioningPlan): PendingPod | null {
    const placed = nodes.flatMap((node) => node.pods.map((pod) => ({ pod, node }))).sort((a, b) => bySize(a.pod, b.pod))
    const recordedOf = new Map<object, RecordedNode>()
    const begun = new Set<RecordedNode>()
    for (const { pod, node } of placed) {
      const recorded = this.nodeOf.get(pod.id)
      const known = recordedOf.get(node)
      if (recorded === undefined || (known === undefined ? begun.has(recorded) : known !== recorded)) return pod
      recordedOf.set(node, recorded)
      begun.add(recorded)
    }
    return null
  }

  /** Number of choices up to the last one that was made for this pod or one before it. */
  private choicesUpTo(pod: PendingPod | null): number {
    if (pod === null) return Infinity
    let count = this.made.length
    while (count > 0 && bySize(this.made[count - 1].pod, pod) > 0) count--
    return count
  }
}
