/**
 * Draws in proportion to their own size (density x f(x) / E[X]): the durations that are met at a random instant. Of any distribution with a
 * quantile function, where residual.ts has closed forms of some. X is taken as Q(Φ(z)) of a normal score z, so that what is correlated
 * with X through a Gaussian copula can be drawn along with it. The range of z is cut into cells; a cell is drawn by its largest
 * possible weight, then a point in it is kept or rejected (von Neumann 1951): exact, and one draw in a hundred is rejected.
 */
import { distribution, type Distribution, normalCdf, normalQuantile, type RandomStream, SMALLEST_UNIFORM } from '../../sim/random/index.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { remembered } from './remembered.ts'

/** Scores beyond are those of uniforms within 2^-53 of 0 or 1, which no stream draws. */
const REACH = 8.2
const CELLS = 1024
const WIDTH = (2 * REACH) / CELLS
const DENSITY = 1 / Math.sqrt(2 * Math.PI)
/** Rejections in a row that only a law with all of its weight in a step meets. */
const MAX_TRIES = 10_000
/** The largest uniform below 1. */
const LARGEST = 1 - 1 / 9_007_199_254_740_992

/** Uniform of a normal score, within what streams draw. */
export const uniformOf = (z: number): number => Math.min(Math.max(normalCdf(z), 0), LARGEST)

/** Normal score of a uniform in [0, 1). */
export const scoreOf = (u: number): number => normalQuantile(Math.max(u, SMALLEST_UNIFORM))

const edge = (cell: number): number => -REACH + cell * WIDTH

export class LengthBiased {
  private readonly of: Distribution
  private readonly tops: Float64Array

  constructor(of: Distribution) {
    this.of = of
    const tops = new Float64Array(CELLS)
    for (let cell = 0; cell < CELLS; cell++) {
      // The value is largest at the upper end, the density at the end that is nearer to 0.
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
      // A law that is zero but for a sliver of a cell: the sliver is at its end.
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

export const lengthBiased = remembered((spec) => new LengthBiased(distribution(spec)))

const density = (z: number): number => DENSITY * Math.exp((-z * z) / 2)

const densityNear = (cell: number): number => density(cell < CELLS / 2 ? edge(cell + 1) : edge(cell))
