/**
 * Length-biased draws (density x f(x) / E[X]): the durations that are under way at a random instant. They work for any distribution with a
 * quantile function, where residual.ts has closed forms for some kinds. X is Q(Φ(z)) of a normal score z, so that an amount correlated with
 * X through a Gaussian copula can be drawn along with it. The range of z is divided into cells; a cell is drawn by its largest possible
 * weight, then a point in it is accepted or rejected (von Neumann 1951). This is exact, and rejects one draw in a hundred.
 */
import { distribution, type Distribution, normalCdf, normalQuantile, type RandomStream, SMALLEST_UNIFORM } from '../../sim/random/index.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { remembered } from './remembered.ts'

/** Scores beyond this belong to uniforms within 2^-53 of 0 or 1, which no stream draws. */
const REACH = 8.2
const CELLS = 1024
const WIDTH = (2 * REACH) / CELLS
const DENSITY = 1 / Math.sqrt(2 * Math.PI)
/** Rejections in a row that occur only with a distribution whose weight lies in one step. */
const MAX_TRIES = 10_000
/** The largest uniform below 1. */
const LARGEST = 1 - 1 / 9_007_199_254_740_992

/** The uniform of a normal score, within the range that streams draw from. */
export const uniformOf = (z: number): number => Math.min(Math.max(normalCdf(z), 0), LARGEST)

/** The normal score of a uniform in [0, 1). */
export const scoreOf = (u: number): number => normalQuantile(Math.max(u, SMALLEST_UNIFORM))

const edge = (cell: number): number => -REACH + cell * WIDTH

/** The length-biased form of a distribution. */
export class LengthBiased {
  private readonly of: Distribution
  private readonly tops: Float64Array

  constructor(of: Distribution) {
    this.of = of
    const tops = new Float64Array(CELLS)
    for (let cell = 0; cell < CELLS; cell++) {
      // The value is largest at the upper end, the density at the end nearer to 0.
      tops[cell] = of.quantile(uniformOf(edge(cell + 1))) * densityNear(cell)
    }
    this.tops = cumulated(tops)
  }

  /** A normal score; the value is `of.quantile(uniformOf(score))`. */
  score(stream: RandomStream): number {
    for (let tries = 1; ; tries++) {
      const cell = placeOf(this.tops, stream.next())
      const z = edge(cell) + stream.next() * WIDTH
      const top = cell === 0 ? this.tops[0] : this.tops[cell] - this.tops[cell - 1]
      if (stream.next() * top < this.of.quantile(uniformOf(z)) * density(z)) return z
      // A distribution that is zero except at the end of a cell.
      if (tries === MAX_TRIES) return edge(cell + 1)
    }
  }

  /** E[X g(Z)] / E[X], by the midpoint rule over the same cells. */
  mean(g: (z: number) => number): number {
    let sum = 0
    let weights = 0
    for (let cell = 0; cell < CELLS; cell++) {
      const z = edge(cell) + WIDTH / 2
      const weight = this.of.quantile(uniformOf(z)) * density(z)
      sum += weight * g(z)
      weights += weight
    }
    return sum / weights
  }
}

/** The length-biased form of a distribution, computed once per process. */
export const lengthBiased = remembered((spec) => new LengthBiased(distribution(spec)))

const density = (z: number): number => DENSITY * Math.exp((-z * z) / 2)

const densityNear = (cell: number): number => density(cell < CELLS / 2 ? edge(cell + 1) : edge(cell))
