/** Bounds of tallies that a node must keep for a kind of pods: the filters PodTopologySpread and InterPodAffinity on columns. */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId } from '../../../../common/ids.ts'
import type { Plan } from './plans.ts'
import type { Tally } from './tally.ts'

/** Why a rule about other pods refuses a node. */
export type Refused = 'none' | 'spread' | 'spread label' | 'affinity' | 'anti-affinity' | 'existing anti-affinity'

/** Sums stay below it. */
const NO_BOUND = 2_147_483_647

/** Whether a pod is anywhere whose required anti-affinity avoids the kind. */
export function isRepelled({ repelled }: Plan): boolean {
  for (const { total } of repelled.values()) if (total > 0) return true
  return false
}

/** The bounds as they are during one decision, in the order of the filters. */
export class Checks {
  count = 0
  private readonly domains: Int32Array[] = []
  private readonly counts: Int32Array[] = []
  /** Bounds of the sum in the node's domain. */
  private readonly least: number[] = []
  private readonly most: number[] = []
  /** What a node without the key means. */
  private readonly needsKey: boolean[] = []
  private readonly reasons: Refused[] = []

  /** Takes the bounds of a plan. They hold until a tally changes. */
  take(plan: Plan, repels = isRepelled(plan)): void {
    this.count = 0
    for (const { tally, maxSkew, minDomains, self } of plan.hard) {
      const smallest = tally.domains < minDomains ? 0 : tally.smallest()
      this.push(tally, -NO_BOUND, Math.min(NO_BOUND, maxSkew + smallest - self), true, 'spread')
    }
    const free = plan.attractsItself && plan.attracted.every(({ total }) => total === 0)
    for (const tally of plan.attracted) this.push(tally, free ? -NO_BOUND : 1, NO_BOUND, true, 'affinity')
    for (const tally of plan.avoided) this.push(tally, -NO_BOUND, 0, false, 'anti-affinity')
    if (repels) for (const tally of plan.repelled.values()) this.push(tally, -NO_BOUND, 0, false, 'existing anti-affinity')
  }

  passes(row: NodeId): boolean {
    for (let i = 0; i < this.count; i++) {
      const domain = this.domains[i][row]
      if (domain === NONE) {
        if (this.needsKey[i]) return false
        continue
      }
      const sum = this.counts[i][domain]
      if (sum > this.most[i] || sum < this.least[i]) return false
    }
    return true
  }

  /** The first bound that the node does not keep. */
  refusal(row: NodeId): Refused {
    for (let i = 0; i < this.count; i++) {
      const domain = this.domains[i][row]
      const reason = this.reasons[i]
      if (domain === NONE) {
        if (this.needsKey[i]) return reason === 'spread' ? 'spread label' : reason
        continue
      }
      const sum = this.counts[i][domain]
      if (sum > this.most[i] || sum < this.least[i]) return reason
    }
    return 'none'
  }

  private push({ topology, counts }: Tally, least: number, most: number, needsKey: boolean, reason: Refused): void {
    const i = this.count++
    this.domains[i] = topology.domain
    this.counts[i] = counts
    this.least[i] = least
    this.most[i] = most
    this.needsKey[i] = needsKey
    this.reasons[i] = reason
  }
}
