/**
 * The inverse of a continuous cumulated share that has no closed one. It is exactly monotone: the answer is the first of the numbers of
 * 40 significant bits that the share u reaches, and that does not depend on the way the search took. (An iteration that stops "close
 * enough" gives a slightly larger uniform a slightly smaller variate now and then.) Relative precision 2^-39 = 2e-12.
 *
 * Plainly one would bisect from 0 to Infinity: a thousand looks. A table of 155 knots, dense in the tails, brackets the answer; inside,
 * inverse quadratic interpolation guarded by bisection takes about six. Source: Chandrupatla 1997, A new hybrid quadratic/bisection
 * algorithm for finding the zero of a nonlinear function without using derivatives.
 */
import { pow } from '../math.ts'
import { firstAbove } from './distribution.ts'

/** A continuous law with shares below (cdf) and above (survival), each exact where it is small. */
export interface Shares {
  cdf(x: number): number
  survival(x: number): number
}

const UNIFORM_KNOTS = 64
/** Tail knots at 2^-7 … 2^-53 from either end. */
const FIRST_TAIL = 7
const LAST_TAIL = 53
const LARGEST_NUMBER = Number.MAX_VALUE

export class Inverse {
  private readonly of: Shares
  /** Where the law begins; -Infinity for one without end below. */
  private readonly low: number
  private readonly shares: Float64Array
  private readonly places: Float64Array

  /** `middle`: any place where the share below is neither 0 nor 1, or a guess of it. */
  constructor(of: Shares, low: number, middle: number) {
    this.of = of
    this.low = low
    const shares: number[] = []
    for (let k = LAST_TAIL; k >= FIRST_TAIL; k--) shares.push(pow(2, -k))
    for (let i = 1; i < UNIFORM_KNOTS; i++) shares.push(i / UNIFORM_KNOTS)
    for (let k = FIRST_TAIL; k <= LAST_TAIL; k++) shares.push(1 - pow(2, -k))
    this.shares = Float64Array.from(shares)
    this.places = new Float64Array(shares.length)
    // From the middle outwards, each knot from its neighbour.
    const half = firstAbove(this.shares, 0.5) - 1
    this.places[half] = this.search(0.5, this.below(0.5, middle), this.above(0.5, middle))
    for (let i = half + 1; i < shares.length; i++)
      this.places[i] = this.search(shares[i], this.places[i - 1], this.above(shares[i], this.places[i - 1]))
    for (let i = half - 1; i >= 0; i--)
      this.places[i] = this.search(shares[i], this.below(shares[i], this.places[i + 1]), this.places[i + 1])
  }

  /** First place that the share u, in [0, 1), is reached at. */
  at(u: number): number {
    const { shares, places } = this
    const next = firstAbove(shares, u)
    const from = next === 0 ? (u > 0 ? this.below(u, places[0]) : this.low) : places[next - 1]
    if (next === 0 && !(u > 0)) return this.low
    if (next > 0 && shares[next - 1] === u) return from
    return this.search(u, from, next === shares.length ? this.above(u, from) : places[next])
  }

  /** Above 0 where the share u is passed: in shares below up to a half, in shares above from there on. */
  private excess(u: number, x: number): number {
    return u < 0.5 ? this.of.cdf(x) - u : 1 - u - this.of.survival(x)
  }

  /** A place at or above `x` where the share u is reached. */
  private above(u: number, x: number): number {
    let step = Math.max(Math.abs(x), Number.MIN_VALUE)
    let high = x
    while (this.excess(u, high) < 0 && high < LARGEST_NUMBER) {
      high = Math.min(high + step, LARGEST_NUMBER)
      step *= 2
    }
    return high
  }

  /** A place below `x` where the share u is not reached yet, or the very beginning. */
  private below(u: number, x: number): number {
    let step = Math.max(Math.abs(x), Number.MIN_VALUE)
    let at = x
    while (at > this.low && at > -LARGEST_NUMBER && this.excess(u, at) >= 0) {
      at = this.low > -Infinity ? this.low + (at - this.low) / 2 : Math.max(at - step, -LARGEST_NUMBER)
      step *= 2
    }
    return at
  }

  /** The first 40-bit number of (from, to] where the share u is reached; `to` when none is before it. */
  private search(u: number, from: number, to: number): number {
    let a = to
    let fa = this.excess(u, to)
    let b = from
    let fb = this.excess(u, from)
    if (fb >= 0) return from
    if (fa < 0) return to
    // a and b bracket; c is the last but one. t is where to look next, as a part of the way from a to b.
    let c = a
    let fc = fa
    let t = 0.5
    for (let look = 0; look < MOST_LOOKS; look++) {
      const x = a + t * (b - a)
      const f = this.excess(u, x)
      if (f >= 0 === fa >= 0) {
        c = a
        fc = fa
      } else {
        c = b
        b = a
        fc = fb
        fb = fa
      }
      a = x
      fa = f
      const width = Math.abs(b - a)
      const close = CLOSE * Math.max(Math.abs(a), Math.abs(b))
      if (width <= close || width <= Number.MIN_VALUE) break
      const xi = (a - b) / (c - b)
      const phi = (fa - fb) / (fc - fb)
      if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
        t = (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb))
      } else t = 0.5
      // At least a little inside, so that the bracket closes from both sides.
      const least = (0.5 * close) / width
      if (!(t > least)) t = least
      else if (t > 1 - least) t = 1 - least
    }
    return this.snapped(u, Math.min(a, b), Math.max(a, b), to)
  }

  /** Not reached at `low`, reached at `high`: the first 40-bit number at or after the crossing. */
  private snapped(u: number, low: number, high: number, to: number): number {
    let x = to40Bits(low)
    // Two steps at most when the bracket is narrower than a step; wider ones (a jump, a flat part) have been closed to that.
    for (let step = 0; step < 4 && (x <= low || this.excess(u, x) < 0); step++) x = next40Bits(x)
    if (x < high && this.excess(u, x) < 0) x = high
    return Math.min(x, to)
  }
}

const MOST_LOOKS = 200
/** Relative width of a closed bracket: an eighth of a step of 40 bits. */
const CLOSE = pow(2, -43)
/** 2^(53 - 40) + 1. */
const SPLIT = 8193
const STEP = 1.25 * pow(2, -40)

/** Rounds to 40 significant bits (Veltkamp 1968). */
function to40Bits(x: number): number {
  if (Math.abs(x) > 1e300 || Math.abs(x) < 1e-290) return x
  const t = SPLIT * x
  return t - (t - x)
}

/** The next larger number of 40 bits: 1.25 half steps on, and rounded. */
function next40Bits(x: number): number {
  return to40Bits(x + Math.max(Math.abs(x) * STEP, Number.MIN_VALUE))
}
