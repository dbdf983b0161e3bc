/**
 * Student's t distribution: tail and quantile, which simple-statistics lacks.
 *
 * The tail is a regularised incomplete beta function, P(T > t) = I_x(v/2, 1/2) / 2 with x = v / (v + t²) (Abramowitz and Stegun
 * 1964, 26.7.1), computed by its continued fraction (26.5.8) with Lentz's algorithm. The quantile is found by bisection on the tail. An
 * expansion such as Hill's (1970) is faster but loses digits at 1 to 3 degrees of freedom, that is for studies with few replications;
 * one quantile is needed per number of replications, so speed does not matter.
 */

/** Lanczos approximation of log Γ(x), x > 0 (g = 7, nine coefficients; 15 digits). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function logGamma(x: number): number {
  const shifted = x - 1
  let sum = LANCZOS[0]
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (shifted + i)
  const t = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Continued fraction of the incomplete beta function, by the modified Lentz algorithm. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const step = d * c
    result *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return result
}

/** Regularised incomplete beta function I_x(a, b); `rest` is 1 - x, passed separately so that a tiny one keeps its digits. */
function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (rest <= 0) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest))
  // The fraction converges fast on one side of the mean only; the other side is its mirror image.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(rest, b, a)) / b
}

/** P(T > t) for t of either sign. */
export function studentTail(t: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`degrees of freedom must be above 0, got ${degrees}`)
  if (t < 0) return 1 - studentTail(-t, degrees)
  if (t === Infinity) return 0
  const square = t * t
  const half = 0.5 * incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5)
  return half
}

/** Two-sided p-value of a t statistic. */
export function studentTwoSided(t: number, degrees: number): number {
  return Math.min(1, 2 * studentTail(Math.abs(t), degrees))
}

/** The t with P(T <= t) = `probability`, for 0 < probability < 1. */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`probability must be between 0 and 1, got ${probability}`)
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees)
  const tail = 1 - probability
  let low = 0
  let high = 1
  while (studentTail(high, degrees) > tail) high *= 2
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) break
    if (studentTail(middle, degrees) > tail) low = middle
    else high = middle
  }
  return high
}
