/**
 * CPU and memory requests of tasks. Continuous distributions are rounded to a grid of four steps per doubling (1, 1.25, 1.5, 1.75, 2,
 * 2.5 ...), as users write requests: pods with equal requests share a pod class, and distinct requests would create a class per pod.
 * Constants and empirical values are not changed. Either way a request is a step function of a uniform, so every mean is a sum.
 */
import { distribution, type DistributionSpec, normalCdf, SMALLEST_UNIFORM } from '../../sim/random/index.ts'
import { placeOf } from '../shape/weights.ts'
import { scoreOf, uniformOf } from './length-biased.ts'
import { remembered } from './remembered.ts'

const MEBIBYTE = 1_048_576
/** Finest step of the grid, largest request (a million cores, a pebibyte) and smallest. */
const CPU = { finest: 1, max: 1e9, min: 1 }
const MEMORY = { finest: MEBIBYTE, max: 1_125_899_906_842_624, min: 0 }

/** The nearest point of the grid, at least `finest`. */
export function onGrid(amount: number, finest: number): number {
  let octave = finest
  while (octave * 2 <= amount) octave *= 2
  const step = Math.max(octave / 4, finest)
  return Math.max(finest, Math.floor(amount / step + 0.5) * step)
}

/** A step function: values in ascending order, value i for uniforms from `upTo[i - 1]` to before `upTo[i]`. */
export class Steps {
  readonly values: Float64Array
  readonly upTo: Float64Array
  /** Normal scores of `upTo`. */
  private readonly scores: Float64Array

  constructor(values: readonly number[], upTo: readonly number[]) {
    this.values = Float64Array.from(values)
    this.upTo = Float64Array.from(upTo)
    this.upTo[upTo.length - 1] = 1
    this.scores = this.upTo.map((u) => (u >= 1 ? Infinity : scoreOf(u)))
  }

  /** Place of the uniform. */
  at(u: number): number {
    return placeOf(this.upTo, u)
  }

  /** E[g(value)]. */
  mean(g: (value: number) => number = (value) => value): number {
    return this.meanGiven(0, 0, g)
  }

  /** E[g(value) | Z = z], where the normal score of the value has this (Pearson) correlation with Z. */
  meanGiven(z: number, correlation: number, g: (value: number) => number = (value) => value): number {
    const spread = Math.sqrt(1 - correlation * correlation)
    let below = 0
    let sum = 0
    for (let i = 0; i < this.values.length; i++) {
      const upTo =
        correlation === 0
          ? this.upTo[i]
          : spread === 0
            ? Number(z < this.scores[i])
            : normalCdf((this.scores[i] - correlation * z) / spread)
      sum += g(this.values[i]) * (upTo - below)
      below = upTo
    }
    return sum
  }
}

/** Steps of CPU requests [millicores] and of memory requests [bytes], computed once per process. */
export const cpuSteps = remembered((spec) => stepsOf(spec, CPU))
export const memorySteps = remembered((spec) => stepsOf(spec, MEMORY))

/** The steps of a distribution on the grid; edges are found by bisection. */
function stepsOf(spec: DistributionSpec, { finest, max, min }: typeof CPU): Steps {
  const of = distribution(spec)
  const exact = spec.kind === 'constant' || spec.kind === 'empirical'
  const at = (u: number): number => {
    const amount = Math.min(Math.max(of.quantile(u), 0), max)
    return exact ? Math.max(min, Math.floor(amount + 0.5)) : onGrid(amount, finest)
  }
  const values: number[] = []
  const upTo: number[] = []
  const last = at(LARGEST)
  let u = SMALLEST_UNIFORM
  for (let value = at(u); ; value = at(u)) {
    values.push(value)
    if (value === last) break
    let low = u
    let high = LARGEST
    while (high - low > EDGE * high) {
      const middle = (low + high) / 2
      if (at(middle) > value) high = middle
      else low = middle
    }
    upTo.push(high)
    u = high
  }
  upTo.push(1)
  return new Steps(values, upTo)
}

const LARGEST = 1 - 1 / 9_007_199_254_740_992

/** Relative accuracy of an edge. */
const EDGE = 1e-15

/** A normal score with this correlation to `z`, from another uniform. */
export function correlated(z: number, correlation: number, u: number): number {
  return correlation * z + Math.sqrt(Math.max(0, 1 - correlation * correlation)) * scoreOf(u)
}

/** The uniform of the second of two correlated amounts. */
export function correlatedUniform(z: number, correlation: number, u: number): number {
  return correlation === 0 ? u : uniformOf(correlated(z, correlation, u))
}
