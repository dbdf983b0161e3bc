/**
 * Autoregression of a series: x(t) - m = sum of a(k) (x(t - k) - m), with m the mean and a(k) from the Yule-Walker equations, solved by the
 * Levinson-Durbin recursion (Durbin 1960). The biased autocovariances make every fitted model stationary.
 */

/** A fitted model. */
export interface Autoregression {
  readonly mean: number
  /** a(1) .. a(p) */
  readonly coefficients: readonly number[]
}

/** Fits a model of this order to a series longer than the order. A constant series has coefficients 0. */
export function autoregression(series: readonly number[], order: number): Autoregression {
  const mean = series.reduce((sum, value) => sum + value, 0) / series.length
  const centred = series.map((value) => value - mean)
  const covariance = Array.from({ length: order + 1 }, (_, lag) => {
    let sum = 0
    for (let i = lag; i < centred.length; i++) sum += centred[i] * centred[i - lag]
    return sum / centred.length
  })
  return { mean, coefficients: levinsonDurbin(covariance) }
}

/** Solves the Yule-Walker equations for autocovariances of lag 0 to p. */
function levinsonDurbin(covariance: readonly number[]): number[] {
  let coefficients: number[] = []
  let error = covariance[0]
  for (let lag = 1; lag < covariance.length; lag++) {
    if (!(error > covariance[0] * Number.EPSILON)) return [...coefficients, ...new Array<number>(covariance.length - lag).fill(0)]
    let reflection = covariance[lag]
    coefficients.forEach((a, i) => (reflection -= a * covariance[lag - 1 - i]))
    reflection /= error
    const before = coefficients
    coefficients = [...before.map((a, i) => a - reflection * before[before.length - 1 - i]), reflection]
    error *= 1 - reflection * reflection
  }
  return coefficients
}

/** The `steps` values after a series that ends with `last`, at least as many values as the model has coefficients. */
export function continued({ mean, coefficients }: Autoregression, last: readonly number[], steps: number): number[] {
  const series = last.slice(-coefficients.length).map((value) => value - mean)
  const first = series.length
  for (let step = 0; step < steps; step++) series.push(coefficients.reduce((sum, a, k) => sum + a * series[series.length - 1 - k], 0))
  return series.slice(first).map((value) => value + mean)
}
