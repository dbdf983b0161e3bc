/**
 * Mixtures: a draw is from one of several distributions, chosen with its weight. The simple method takes one uniform for the part and one
 * for the value; then a larger uniform can give a smaller value, and a change of a weight gives compared runs unrelated draws. Therefore
 * the cdf of the whole mixture is inverted: one uniform, monotone. Single values (constants, empirical values, counts) are looked up in a
 * table, the continuous rest is inverted numerically (inverse.ts).
 */
import type { RandomStream } from '../stream.ts'
import { Constant, Exponential } from './basic.ts'
import { Discrete } from './discrete.ts'
import { accept, firstAbove, LARGEST_UNIFORM, positive, SMALLEST_UNIFORM, type Distribution } from './distribution.ts'
import { Inverse } from './inverse.ts'

interface Part {
  readonly weight: number
  readonly of: Distribution
}

export class Mixture implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly parts: readonly Part[]
  /** Single values in ascending order, and the cumulative share of single values (without the rest) up to each. */
  private readonly atoms: Float64Array
  private readonly atomShares: Float64Array
  /** Share of the whole mixture below each single value, and at or below it. */
  private readonly below: Float64Array
  private readonly upTo: Float64Array
  /** The inverse of the continuous rest alone, and its share of the mixture. */
  private readonly rest: Inverse | null
  private readonly restShare: number

  constructor(parts: readonly Part[], kind = 'mixture') {
    accept(parts.length >= 1 && parts.length <= MAX_PARTS, kind, 'parts', `${parts.length} of them`, `1 to ${MAX_PARTS}`)
    const wrong = parts.find(({ weight }) => !(weight >= 0 && weight < Infinity))
    accept(wrong === undefined, kind, 'weights', wrong?.weight, 'numbers from 0 on')
    const total = parts.reduce((sum, { weight }) => sum + weight, 0)
    accept(positive(total), kind, 'weights', total === 0 ? 'all 0' : total, 'at least one above 0, and a finite sum')
    this.parts = parts.filter(({ weight }) => weight > 0).map(({ weight, of }) => ({ weight: weight / total, of }))
    this.mean = this.parts.reduce((sum, { weight, of }) => sum + weight * of.mean, 0)
    const second = this.parts.reduce((sum, { weight, of }) => sum + weight * (of.variance + of.mean * of.mean), 0)
    this.variance = second === Infinity ? Infinity : second - this.mean * this.mean

    const shares = atomsOf(this.parts)
    this.atoms = Float64Array.from(shares.keys()).sort()
    let sum = 0
    this.atomShares = this.atoms.map((value) => (sum += shares.get(value) ?? 0))
    this.upTo = this.atoms.map((value) => this.cdf(value))
    this.below = this.upTo.map((upTo, i) => upTo - (this.atomShares[i] - (i === 0 ? 0 : this.atomShares[i - 1])))
    const smooth = this.parts.filter(({ of }) => !isSingle(of))
    this.restShare = smooth.reduce((share, { weight }) => share + weight, 0)
    this.rest = smooth.length === 0 ? null : inverseOf(smooth.map(({ weight, of }) => ({ weight: weight / this.restShare, of })))
  }

  quantile(u: number): number {
    const { atoms, rest } = this
    const next = firstAbove(this.upTo, u)
    if (rest === null) return atoms[Math.min(next, atoms.length - 1)]
    if (next < atoms.length && u >= this.below[next]) return atoms[next]
    // Between two single values: invert the rest alone, without the single values passed. The neighbours bound the result in spite of rounding.
    const passed = next === 0 ? 0 : this.atomShares[next - 1]
    const x = rest.at(Math.min(Math.max((u - passed) / this.restShare, 0), LARGEST_UNIFORM))
    if (next < atoms.length && x > atoms[next]) return atoms[next]
    return next > 0 && x < atoms[next - 1] ? atoms[next - 1] : x
  }
  cdf(x: number): number {
    let sum = 0
    for (let i = 0; i < this.parts.length; i++) sum += this.parts[i].weight * this.parts[i].of.cdf(x)
    return sum
  }
  survival(x: number): number {
    let sum = 0
    for (let i = 0; i < this.parts.length; i++) sum += this.parts[i].weight * this.parts[i].of.survival(x)
    return sum
  }
  sample(stream: RandomStream): number {
    return this.quantile(Math.max(stream.next(), SMALLEST_UNIFORM))
  }
}

/** Bound on the cost of the inversion, which evaluates every part at each step. */
const MAX_PARTS = 100

const isSingle = (of: Distribution): of is Constant | Discrete => of instanceof Constant || of instanceof Discrete

function atomsOf(parts: readonly Part[]): Map<number, number> {
  const shares = new Map<number, number>()
  const add = (value: number, share: number): void => void shares.set(value, (shares.get(value) ?? 0) + share)
  for (const { weight, of } of parts) {
    if (of instanceof Constant) add(of.mean, weight)
    if (!(of instanceof Discrete)) continue
    let before = 0
    for (const value of of.values) {
      const upTo = of.cdf(value)
      add(value, weight * (upTo - before))
      before = upTo
    }
  }
  return shares
}

function inverseOf(parts: readonly Part[]): Inverse {
  const of = {
    cdf: (x: number): number => parts.reduce((sum, part) => sum + part.weight * part.of.cdf(x), 0),
    survival: (x: number): number => parts.reduce((sum, part) => sum + part.weight * part.of.survival(x), 0),
  }
  const low = Math.min(...parts.map(({ of }) => of.quantile(0)))
  return new Inverse(of, low, parts[0].of.quantile(0.5))
}

/** Parallel exponential phases: an exponential time whose mean is one of several. cv at least 1. */
export class Hyperexponential extends Mixture {
  constructor(weights: readonly number[], means: readonly number[]) {
    accept(
      weights.length === means.length,
      'hyperexponential',
      'weights',
      `${weights.length} of them`,
      `one for each of the ${means.length} means`,
    )
    const wrong = means.find((mean) => !positive(mean))
    accept(wrong === undefined, 'hyperexponential', 'means', wrong, 'numbers above 0')
    super(
      means.map((mean, i) => ({ weight: weights[i], of: new Exponential(mean) })),
      'hyperexponential',
    )
  }
}

/**
 * The two phases with this mean and cv that contribute half of the mean each: weights p and 1 - p, p = (1 + √((cv² - 1) / (cv² + 1))) / 2,
 * means mean / 2p and mean / 2(1 - p). Source: Whitt 1982, Approximating a point process by a renewal process, section 3.
 */
export function balancedMeans(mean: number, cv: number): { readonly weights: readonly number[]; readonly means: readonly number[] } {
  accept(positive(mean), 'hyperexponential', 'mean', mean, 'a number above 0')
  accept(cv >= 1 && cv <= 1000, 'hyperexponential', 'cv', cv, 'a number from 1 to 1000 (below 1: gamma or erlang)')
  // 1 - p is computed directly: for a large cv p is close to 1.
  const c2 = cv * cv
  const rare = 1 / (c2 + 1) / (1 + Math.sqrt((c2 - 1) / (c2 + 1)))
  return { weights: [1 - rare, rare], means: [mean / (2 * (1 - rare)), mean / (2 * rare)] }
}
