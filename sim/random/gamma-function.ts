/** The gamma function and the incomplete gamma functions, from logarithms, exponentials and square roots alone (reason: math.ts). */

/** From this argument on Stirling's series is exact to the last bit with the terms below. */
const STIRLING_FROM = 10

const HALF_LOG_TURN = 0.918938533204672741780329736406 // ln(2π) / 2

/**
 * ln Γ(a) - ((a - 1/2) ln a - a + ln(2π) / 2), for a >= 10: the sum of B(2n) / (2n (2n - 1) a^(2n - 1)).
 * Source: Abramowitz and Stegun 1964, 6.1.41 and the Bernoulli numbers of table 23.2.
 */
function stirlingRest(a: number): number {
  const s = 1 / (a * a)
  return (
    (1 / 12 -
      s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360_360 - s * (1 / 156 - s * (3617 / 122_400)))))))) /
    a
  )
}

/** ln Γ(a) for a > 0, below 10 by Γ(a) = Γ(a + n) / (a (a + 1) … (a + n - 1)). Relative error about 1e-15. */
export function logGamma(a: number): number {
  let product = 1
  let b = a
  for (; b < STIRLING_FROM; b++) product *= b
  return (b - 0.5) * Math.log(b) - b + HALF_LOG_TURN + stirlingRest(b) - Math.log(product)
}

/** Γ(a), a > 0; Infinity from about 171.6 on. */
export function gammaOf(a: number): number {
  return Math.exp(logGamma(a))
}

/** x^a e^-x / Γ(a + 1), without overflow for large a, where x^a and Γ are huge and their quotient is not. */
function leading(a: number, x: number): number {
  if (a < STIRLING_FROM) return Math.exp(a * Math.log(x) - x - logGamma(a + 1))
  const ratio = x / a
  return Math.exp(-a * (ratio - 1 - Math.log(ratio)) - stirlingRest(a)) / Math.sqrt(2 * Math.PI * a)
}

/** Bound of the terms that are added; the slowest case, shape 10,000 at its mean, needs about 600. */
const MAX_TERMS = 100_000
/** Terms below this share of the sum do not change it. */
const SMALL = 1.2e-16

/** P(a, x): probability that a gamma variate of shape a and scale 1 is below x. Series: Abramowitz and Stegun 6.5.29. */
export function lowerGamma(a: number, x: number): number {
  if (!(x > 0)) return 0
  if (x > a + 1) return 1 - upperGamma(a, x)
  let term = 1
  let sum = 1
  for (let n = 1; n < MAX_TERMS && term > SMALL * sum; n++) {
    term *= x / (a + n)
    sum += term
  }
  return Math.min(1, leading(a, x) * sum)
}

/** Q(a, x) = 1 - P(a, x), exact where it is small. Continued fraction: Abramowitz and Stegun 6.5.31, by Lentz's method (1976). */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1
  if (x <= a + 1) return 1 - lowerGamma(a, x)
  if (x === Infinity) return 0
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < MAX_TERMS; n++) {
    const over = n * (a - n)
    b += 2
    d = 1 / (b + over * d)
    c = b + over / c
    const factor = c * d
    fraction *= factor
    if (Math.abs(factor - 1) <= 2 * SMALL) break
  }
  return leading(a, x) * a * fraction
}
