/**
 * Functions whose last bit must be the same on every Node version. `Math.pow` and `**` are not (measured between 20 and 24);
 * Math.log, Math.exp and Math.sqrt are, and math.test.ts guards it.
 */

/**
 * The whole number nearest to x, halves up. Not Math.round: V8 compiles that to a branch that is mispredicted half the time on random
 * numbers (15 ns per variate, as much as the logarithm of an exponential one).
 */
export function nearest(x: number): number {
  return Math.floor(x + 0.5)
}

/** Powers with whole exponents up to this are computed by multiplication, exact where the product is. */
const MULTIPLIED = 64

/**
 * x to the power y, for x >= 0 (x < 0 only with a whole y, |y| <= 64; else NaN). Relative error about |y ln x| * 2^-53:
 * 1e-14 for the values used here.
 */
export function pow(x: number, y: number): number {
  if (Number.isInteger(y) && Math.abs(y) <= MULTIPLIED) {
    const power = wholePower(x, Math.abs(y))
    return y < 0 ? 1 / power : power
  }
  return Math.exp(y * Math.log(x))
}

/** x to a whole power from 0, by squaring. Go's math.Pow multiplies in the same order, so both have the same bits. */
export function wholePower(x: number, exponent: number): number {
  let power = 1
  let square = x
  for (let left = exponent; left > 0; left >>= 1) {
    if ((left & 1) === 1) power *= square
    square *= square
  }
  return power
}

/** ln 2 in two parts: the first has few enough bits that whole multiples of it are exact. */
const LN2_HIGH = 6.9314718036912381649e-1
const LN2_LOW = 1.90821492927058770002e-10
/** Coefficients of r * coth(r / 2) in powers of r^2, from the highest down; the first ones, 2 and 1/6, are in the formula. */
const EXP_TERMS = [
  4.13813679705723846039e-8, -1.6533902205465251539e-6, 6.61375632143793436117e-5, -2.77777777770155933842e-3, 1.66666666666666657415e-1,
]

/**
 * 2 to the power x, within one unit of the last place. Go's math.Exp2 has the same bits.
 * Source: the reduction and the rational function of exp in fdlibm (Sun Microsystems, 1993).
 */
export function exp2(x: number): number {
  if (x >= 1024) return Infinity
  if (x < -1074) return 0
  const whole = Math.trunc(x > 0 ? x + 0.5 : x - 0.5)
  const rest = x - whole
  const high = rest * LN2_HIGH
  const low = -rest * LN2_LOW
  const r = high - low
  const c = r - r * r * horner(EXP_TERMS, r * r)
  const power = 1 - (low - (r * c) / (2 - c) - high)
  return scaledByTwo(power, whole)
}

/** x * 2^exponent, in two steps where 2^exponent itself is too small for a normal number. */
function scaledByTwo(x: number, exponent: number): number {
  if (exponent >= 0) return exponent > 1023 ? x * wholePower(2, exponent - 1) * 2 : x * wholePower(2, exponent)
  return exponent < -1022 ? x / wholePower(2, 1022) / wholePower(2, -exponent - 1022) : x / wholePower(2, -exponent)
}

/**
 * The p-quantile of the standard normal distribution: -Infinity at 0, Infinity at 1, NaN outside.
 * Source: Wichura 1988, Algorithm AS 241, The percentage points of the normal distribution, PPND16 (relative accuracy 1e-16).
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * horner(CENTRE_TOP, r)) / horner(CENTRE_BOTTOM, r)
  }
  const tail = q < 0 ? p : 1 - p
  if (!(tail > 0)) return tail === 0 ? q * Infinity : NaN
  const r = Math.sqrt(-Math.log(tail))
  const x = r <= 5 ? horner(NEAR_TOP, r - 1.6) / horner(NEAR_BOTTOM, r - 1.6) : horner(FAR_TOP, r - 5) / horner(FAR_BOTTOM, r - 5)
  return q < 0 ? -x : x
}

// Coefficients from the highest power down.
const CENTRE_TOP = [
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4, 1.3731693765509461125e4,
  1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
]
const CENTRE_BOTTOM = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4, 5.3941960214247511077e3,
  6.871870074920579083e2, 4.2313330701600911252e1, 1,
]
const NEAR_TOP = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258, 3.64784832476320460504,
  5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
]
const NEAR_BOTTOM = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1, 6.8976733498510000455e-1,
  1.6763848301838038494, 2.05319162663775882187, 1,
]
const FAR_TOP = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2, 2.9656057182850489123e-1,
  1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
]
const FAR_BOTTOM = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4, 1.48753612908506148525e-2,
  1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
]

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i]
  return sum
}

/**
 * Probability that a standard normal variate is below x: within 1e-15, in the far tail within 1e-8 of the value. Source: Hart 1968, as
 * given by West 2005, Better approximations to cumulative normal functions.
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x)
  const density = Math.exp((-z * z) / 2)
  let above: number
  if (z > 37) {
    above = 0
  } else if (z < 7.07106781186547) {
    above = (density * horner(HART_TOP, z)) / horner(HART_BOTTOM, z)
  } else {
    above = density / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631
  }
  return x > 0 ? 1 - above : above
}

const HART_TOP = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931, 220.206867912376,
]
const HART_BOTTOM = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831, 793.826512519948,
  440.413735824752,
]
