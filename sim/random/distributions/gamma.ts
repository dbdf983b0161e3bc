/** Gamma distribution; a whole shape k is Erlang's, the sum of k exponential phases. cv = 1 / √shape. */
import { lowerGamma, upperGamma } from '../gamma-function.ts'
import type { RandomStream } from '../stream.ts'
import { accept, positive, type Distribution } from './distribution.ts'
import { Inverse } from './inverse.ts'

const MIN_SHAPE = 0.01
const MAX_SHAPE = 10_000

export class Gamma implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly shape: number
  private readonly scale: number
  private readonly inverse: Inverse

  constructor(mean: number, shape: number) {
    accept(positive(mean), 'gamma', 'mean', mean, 'a number above 0')
    accept(
      shape >= MIN_SHAPE && shape <= MAX_SHAPE,
      'gamma',
      'shape',
      shape,
      `a number from ${MIN_SHAPE} to ${MAX_SHAPE} (cv from 0.01 to 10)`,
    )
    this.mean = mean
    this.variance = (mean * mean) / shape
    this.shape = shape
    this.scale = mean / shape
    this.inverse = inverseOf(shape)
  }
  quantile(u: number): number {
    return this.scale * this.inverse.at(u)
  }
  cdf(x: number): number {
    return lowerGamma(this.shape, x / this.scale)
  }
  survival(x: number): number {
    return upperGamma(this.shape, x / this.scale)
  }
  sample(stream: RandomStream): number {
    return this.scale * this.inverse.at(stream.next())
  }
}

function inverseOf(shape: number): Inverse {
  return new Inverse({ cdf: (x) => lowerGamma(shape, x), survival: (x) => upperGamma(shape, x) }, 0, shape)
}
