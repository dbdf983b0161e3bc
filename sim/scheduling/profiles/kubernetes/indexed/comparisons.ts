/** Scores that compare the candidates with each other: TaintToleration, NodeAffinity, PodTopologySpread, InterPodAffinity. */
import { NONE } from '../../../../common/ids.ts'
import type { PodClassId } from '../../../../common/ids.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import { MAX_SCORE } from '../plugin.ts'
import type { StaticScores } from './static-scores.ts'
import type { Plan } from './plans.ts'

/** Weights; 0 switches a score off. */
export interface ComparisonWeights {
  readonly taints: number
  readonly nodeAffinity: number
  readonly spread: number
  readonly podAffinity: number
}

/** Whole scores stay below it, so that they are numbers of 32 bits. */
const MAX_INT = 2_147_483_647

/** Adds weighted scores to the totals of candidates. What is equal for all candidates is left out. */
export class Comparisons {
  private readonly weights: ComparisonWeights
  private readonly statics: StaticScores
  private raw = new Float64Array(0)
  private scores = new Int32Array(0)
  /** By domain: the search in which it was last seen. */
  private seen = new Int32Array(64)
  private search = 0

  constructor(weights: ComparisonWeights, statics: StaticScores) {
    this.weights = weights
    this.statics = statics
  }

  /** Adds to `totals`, which has a place for each of the `count` rows. */
  add(plan: Plan, podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, totals: Int32Array): void {
    if (this.scores.length < count) {
      this.raw = new Float64Array(2 * count)
      this.scores = new Int32Array(2 * count)
    }
    const { taints, nodeAffinity, spread, podAffinity } = this.weights
    if (taints > 0) this.byHighest(this.statics.taints(podClass, view), -taints, view, rows, count, totals)
    if (nodeAffinity > 0) this.byHighest(this.statics.affinity(podClass, view), nodeAffinity, view, rows, count, totals)
    if (spread > 0 && plan.soft.length > 0) this.spread(plan, spread, rows, count, totals)
    if (podAffinity > 0 && plan.sums.size > 0) this.podAffinity(plan, podAffinity, rows, count, totals)
  }

  /** The highest raw score becomes 100; a negative weight reverses, 100 less the score. Null: all raw scores are 0. */
  private byHighest(
    raw: Int32Array | null,
    weight: number,
    { nodes: { nodeClass } }: ClusterView,
    rows: Int32Array,
    count: number,
    totals: Int32Array,
  ): void {
    if (raw === null) return
    let highest = 0
    for (let i = 0; i < count; i++) {
      const value = raw[nodeClass[rows[i]]]
      if (value > highest) highest = value
    }
    if (highest === 0) return
    for (let i = 0; i < count; i++) totals[i] += weight * (((MAX_SCORE * raw[nodeClass[rows[i]]]) / highest) | 0)
  }

  private spread(plan: Plan, weight: number, rows: Int32Array, count: number, totals: Int32Array): void {
    const { raw, scores } = this
    const ignored = plan.keys !== null && this.markIgnored(plan, rows, count)
    let hosts = count
    if (ignored) for (let i = 0; i < count; i++) if (scores[i] === NONE) hosts--
    raw.fill(0, 0, count)
    for (const { tally, maxSkew, host } of plan.soft) {
      const { topology, counts } = tally
      const { domain } = topology
      const factor = Math.log((host ? hosts : this.domains(topology.size, domain, rows, count, ignored)) + 2)
      const skew = maxSkew - 1
      for (let i = 0; i < count; i++) {
        const at = domain[rows[i]]
        if (at !== NONE) raw[i] += counts[at] * factor + skew
      }
    }
    let lowest = MAX_INT
    let highest = 0
    for (let i = 0; i < count; i++) {
      if (ignored && scores[i] === NONE) continue
      const rounded = (raw[i] + 0.5) | 0
      scores[i] = rounded
      if (rounded < lowest) lowest = rounded
      if (rounded > highest) highest = rounded
    }
    const sum = highest + lowest
    for (let i = 0; i < count; i++) {
      if (ignored && scores[i] === NONE) continue
      totals[i] += weight * (highest === 0 ? MAX_SCORE : ((MAX_SCORE * (sum - scores[i])) / highest) | 0)
    }
  }

  /** NONE in `scores` for candidates that lack a key; whether there is one. */
  private markIgnored({ keys }: Plan, rows: Int32Array, count: number): boolean {
    let some = false
    for (let i = 0; i < count; i++) {
      const lacks = keys!.some((topology) => topology.at(rows[i]) === NONE)
      this.scores[i] = lacks ? NONE : 0
      some ||= lacks
    }
    return some
  }

  /** Number of domains of the candidates; a missing label is one of them. */
  private domains(size: number, domain: Int32Array, rows: Int32Array, count: number, ignored: boolean): number {
    if (size + 1 > this.seen.length) this.seen = new Int32Array(2 * size + 2)
    const { seen, scores } = this
    const search = ++this.search
    let found = 0
    for (let i = 0; i < count; i++) {
      if (ignored && scores[i] === NONE) continue
      const at = domain[rows[i]] + 1
      if (seen[at] === search) continue
      seen[at] = search
      found++
    }
    return found
  }

  private podAffinity(plan: Plan, weight: number, rows: Int32Array, count: number, totals: Int32Array): void {
    const { scores } = this
    scores.fill(0, 0, count)
    for (const { topology, counts } of plan.sums.values()) {
      const { domain } = topology
      for (let i = 0; i < count; i++) {
        const at = domain[rows[i]]
        if (at !== NONE) scores[i] += counts[at]
      }
    }
    let lowest = MAX_INT
    let highest = -MAX_INT
    for (let i = 0; i < count; i++) {
      const value = scores[i]
      if (value < lowest) lowest = value
      if (value > highest) highest = value
    }
    const range = highest - lowest
    if (range === 0) return
    for (let i = 0; i < count; i++) totals[i] += weight * ((MAX_SCORE * ((scores[i] - lowest) / range)) | 0)
  }
}
