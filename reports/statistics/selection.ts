/**
 * Selection of the best variant: which variants can still be the best, and where further replications are worth most. Pure functions of the
 * values so far, evaluated in the order of replications, so that the result does not depend on which worker was faster.
 *
 * `kimNelson` is the fully sequential procedure of Kim and Nelson 2001 (A fully sequential procedure for indifference-zone selection in
 * simulation, ACM TOMACS 11(3)) with c = 1. If the best variant is better than every other by at least the indifference zone, it is selected
 * with the promised probability, for normal values and under common random numbers too: the bound is Bonferroni's over the other variants.
 * Stopped early, the variants that are left contain the best one with at least that probability.
 *
 * `ocba` has no such guarantee. It allocates replications as Chen, Lin, Yücesan and Chick 2000 (Simulation budget allocation for further
 * enhancing the efficiency of ordinal optimization, DEDS 10), and stops when the approximate probability of a good selection (Branke, Chick
 * and Schmidt 2007, Selecting a selection procedure, PGS by Slepian's bound, here the weaker Bonferroni bound) is high enough. Its variances
 * are those of independent variants, so that common random numbers make it careful.
 */
import { mean, sampleVariance } from 'simple-statistics'
import { normalCdf, type Better } from '../../sim/index.ts'
import { present, presentIn, type PerReplication } from './contrast.ts'

/** How the best variant is selected. */
export interface SelectionRule {
  readonly method: 'kim-nelson' | 'ocba'
  /** Differences below this share of the baseline's mean (over the first wave) do not matter. Exactly one of `relative` and `absolute` is a number. */
  readonly relative: number | null
  /** The same in the unit of the values. */
  readonly absolute: number | null
  /** Required probability of a correct selection, for example 0.95. */
  readonly confidence: number
  /** Replications of the first wave. */
  readonly first: number
  /** Replications added at once: of each variant that is left (Kim and Nelson), or of all variants together (OCBA). */
  readonly wave: number
  /** Upper bound of the replications of a variant. */
  readonly most: number
}

/** The state of a selection. */
export interface Selection {
  /** Row of the variant that is best so far. */
  readonly best: number
  /** No more replications are needed. */
  readonly decided: boolean
  /** Rows of the variants that can still be the best. */
  readonly left: readonly number[]
  /** Replications after which a variant was eliminated; 0 for those that are left. */
  readonly eliminated: readonly number[]
  /** The indifference zone in the unit of the values. */
  readonly zone: number
  /** Probability of a good selection as estimated by OCBA; NaN for Kim and Nelson, whose guarantee needs no estimate. */
  readonly confidence: number
}

/** Values with a sign that makes the larger one better, null for missing ones. */
const signed = (list: PerReplication, better: Better): PerReplication =>
  better === 'lower' ? list.map((value) => (value === null ? null : -value)) : list

/** The indifference zone: an absolute one as it is, a relative one as a share of the first list's mean over the first wave. */
export function zoneOf(lists: readonly PerReplication[], { relative, absolute, first }: SelectionRule): number {
  if (relative === null) return absolute ?? 0
  const values = presentIn(lists[0].slice(0, first))
  return values.length === 0 ? 0 : relative * Math.abs(mean(values))
}

/** A running comparison of two variants: replications with both values, and the sum of the first minus the second. */
class Pair {
  private readonly a: PerReplication
  private readonly b: PerReplication
  private readonly zone: number
  /** h² S²: the variance of the differences over the first wave times the constant of the procedure; infinite below two differences. */
  private readonly spread: number
  private n = 0
  private sum = 0
  private seen = 0

  constructor(a: PerReplication, b: PerReplication, zone: number, rule: SelectionRule, variants: number) {
    this.a = a
    this.b = b
    this.zone = zone
    const first: number[] = []
    for (let r = 0; r < rule.first; r++) {
      const difference = this.difference(r)
      if (difference !== null) first.push(difference)
    }
    this.spread = first.length < 2 ? Infinity : constantOf(first.length, variants, rule.confidence) * sampleVariance(first)
  }

  /** After r replications: 1 when the second is out, -1 when the first is, 0 when neither is. */
  loser(r: number): number {
    for (; this.seen < r; this.seen++) {
      const difference = this.difference(this.seen)
      if (difference === null) continue
      this.n++
      this.sum += difference
    }
    if (this.n === 0) return 0
    const ahead = this.sum / this.n
    const width = this.zone > 0 ? this.spread / (2 * this.zone * this.n) - this.zone / 2 : Infinity
    if (Math.abs(ahead) > Math.max(0, width)) return ahead > 0 ? 1 : -1
    // Equal in every replication: one is as good as the other, and the first one stays.
    return ahead === 0 && width <= 0 ? 1 : 0
  }

  private difference(r: number): number | null {
    const x = this.a[r]
    const y = this.b[r]
    return present(x) && present(y) ? x - y : null
  }
}

/**
 * Eliminates variants replication by replication. `lists` are the values by variant and replication; an eliminated variant's list may end
 * earlier. A variant without a value never is the best.
 */
export function kimNelson(lists: readonly PerReplication[], rule: SelectionRule, better: Better): Selection {
  const values = lists.map((list) => signed(list, better))
  const zone = zoneOf(lists, rule)
  let left = values.flatMap((list, i) => (list.some(present) ? [i] : []))
  const variants = left.length
  const eliminated = new Array<number>(lists.length).fill(0)
  const pairs = left.flatMap((a) =>
    left.filter((b) => b > a).map((b) => ({ a, b, pair: new Pair(values[a], values[b], zone, rule, variants) })),
  )
  for (let r = rule.first; left.length > 1 && left.every((i) => values[i].length >= r); r++) {
    const losers = new Set<number>()
    for (const { a, b, pair } of pairs) {
      if (eliminated[a] > 0 || eliminated[b] > 0) continue
      const loser = pair.loser(r)
      if (loser !== 0) losers.add(loser > 0 ? b : a)
    }
    for (const i of losers) eliminated[i] = r
    left = left.filter((i) => eliminated[i] === 0)
  }
  return { best: bestOf(values, left), decided: left.length <= 1, left, eliminated, zone, confidence: NaN }
}

/** h² = (n - 1) ((2 α / (k - 1))^(-2 / (n - 1)) - 1). */
export function constantOf(n: number, variants: number, confidence: number): number {
  const base = (2 * (1 - confidence)) / (variants - 1)
  return Math.max(0, (n - 1) * (Math.exp((-2 / (n - 1)) * Math.log(base)) - 1))
}

/** Row with the largest mean over all its values; the first of equal ones, -1 without any value. */
function bestOf(values: readonly PerReplication[], rows: readonly number[]): number {
  let best = -1
  let top = -Infinity
  for (const i of rows) {
    const known = presentIn(values[i])
    if (known.length === 0 || !(mean(known) > top)) continue
    top = mean(known)
    best = i
  }
  return best
}

/** What OCBA knows of a variant. */
interface Moments {
  readonly n: number
  readonly mean: number
  readonly variance: number
}

function momentsOf(list: PerReplication): Moments {
  const values = presentIn(list)
  return { n: values.length, mean: values.length === 0 ? NaN : mean(values), variance: values.length < 2 ? NaN : sampleVariance(values) }
}

/** The state of a selection by OCBA: the best mean, and the probability that it is the best or within the indifference zone of it. */
export function ocba(lists: readonly PerReplication[], rule: SelectionRule, better: Better): Selection {
  const values = lists.map((list) => signed(list, better))
  const moments = values.map(momentsOf)
  const left = moments.flatMap(({ variance }, i) => (Number.isNaN(variance) ? [] : [i]))
  const zone = zoneOf(lists, rule)
  const best = bestOf(values, left)
  const wrong = left.filter((i) => i !== best).reduce((sum, i) => sum + tail(moments[best], moments[i], zone), 0)
  const confidence = best < 0 ? NaN : Math.max(0, 1 - wrong)
  const eliminated = lists.map(() => 0)
  return { best, decided: left.length <= 1 || confidence >= rule.confidence, left, eliminated, zone, confidence }
}

/** Probability that `other` is better than `best` by more than the zone. */
function tail(best: Moments, other: Moments, zone: number): number {
  const distance = best.mean - other.mean + zone
  const error = Math.sqrt(best.variance / best.n + other.variance / other.n)
  return error === 0 ? (distance > 0 ? 0 : 1) : normalCdf(-distance / error)
}

/**
 * Shares of the replications by OCBA, which add up to 1: of two variants that are not the best N_i / N_j = ((s_i / d_i) / (s_j / d_j))² with
 * the distance d to the best mean, and N_best = s_best √Σ (N_i / s_i)². Distances below the indifference zone count as the zone: a tie must
 * not take everything.
 */
export function ocbaShares(lists: readonly PerReplication[], rule: SelectionRule, better: Better): number[] {
  const { best, left, zone } = ocba(lists, rule, better)
  const moments = lists.map((list) => momentsOf(signed(list, better)))
  const weights = lists.map(() => 0)
  let squares = 0
  for (const i of left) {
    if (i === best) continue
    const distance = Math.max(moments[best].mean - moments[i].mean, zone, Number.MIN_VALUE)
    weights[i] = moments[i].variance / (distance * distance)
    if (moments[i].variance > 0) squares += (weights[i] * weights[i]) / moments[i].variance
  }
  if (best >= 0) weights[best] = Math.sqrt(moments[best].variance * squares)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum > 0 && Number.isFinite(sum)
    ? weights.map((weight) => weight / sum)
    : lists.map((_, i) => (left.includes(i) ? 1 / left.length : 0))
}

/** The state of a selection by the method of its rule. */
export const selectionOf = (lists: readonly PerReplication[], rule: SelectionRule, better: Better): Selection =>
  rule.method === 'ocba' ? ocba(lists, rule, better) : kimNelson(lists, rule, better)

/**
 * Replications to add to each variant now; all 0 when the best one is selected or the maximum is reached. The length of a list is the number
 * of replications that its variant was asked for: a failed run is a null and is not repeated.
 */
export function replicationsToSelect(lists: readonly PerReplication[], rule: SelectionRule, better: Better): number[] {
  const selection = selectionOf(lists, rule, better)
  const none = lists.map(() => 0)
  if (selection.decided) return none
  const room = lists.map((list) => Math.max(0, rule.most - list.length))
  if (rule.method === 'kim-nelson') return none.map((_, i) => (selection.left.includes(i) ? Math.min(rule.wave, room[i]) : 0))
  return apportion(lists, ocbaShares(lists, rule, better), rule.wave, room)
}

/** `wave` replications to the variants that are farthest below their share of all, one by one; equal ones in the order of the variants. Fewer when those have reached the maximum. */
function apportion(lists: readonly PerReplication[], shares: readonly number[], wave: number, room: readonly number[]): number[] {
  const more = lists.map(() => 0)
  const total = lists.reduce((sum, list) => sum + list.length, 0) + wave
  for (let k = 0; k < wave; k++) {
    let neediest = -1
    let need = 0
    for (let i = 0; i < lists.length; i++) {
      const lack = shares[i] * total - lists[i].length - more[i]
      if (shares[i] > 0 && more[i] < room[i] && lack > need) {
        need = lack
        neediest = i
      }
    }
    if (neediest < 0) break
    more[neediest]++
  }
  return more
}
