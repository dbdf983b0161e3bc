/**
 * e^x for x <= 0 with the bits of the GNU C library on processors with fused multiply-add. Math.exp differs from it in the last bit of one
 * value in ten, and estimates that have decayed in steps decide by it where two of them are equal but for rounding.
 * Source: Arm Optimized Routines, math/exp.c: e^x = 2^(k/128) e^r with a table of 2^(k/128) and a polynomial for e^r - 1.
 */

const ENTRIES = 128
/** 128 / ln 2, and -ln 2 / 128 in two parts, the first with few enough bits that its multiples are exact. */
const PER_LN2 = 0x171547652b82fe / 2 ** 45
const LN2_HIGH = -(0x162e42fefa0000 / 2 ** 60)
const LN2_LOW = -(0x1cf79abc9e3b3a / 2 ** 99)
/** Coefficients of r^2 to r^5. */
const C2 = 0x1ffffffffffdbd / 2 ** 54
const C3 = 0x1555555555543c / 2 ** 55
const C4 = 0x155555cf172b91 / 2 ** 57
const C5 = 0x11111167a4d017 / 2 ** 59

/** Below this the result is no normal number; nothing depends on its last bit. */
const LOWEST = -708
/** 2^27 + 1 splits a number into two halves of 26 bits. */
const SPLIT = 134_217_729

/** 2^(k/128) as a number and what is left of it, relative to the number. */
const POWERS = new Float64Array(ENTRIES)
const TAILS = new Float64Array(ENTRIES)
/** 2^-k. */
const HALVES = new Float64Array(1024)

function fillTables(): void {
  const BITS = 192n
  const one = 1n << BITS
  let root = 2n * one
  for (let i = 0; i < 7; i++) root = squareRoot(root << BITS)
  let power = one
  for (let k = 0; k < ENTRIES; k++) {
    POWERS[k] = Number(power) / 2 ** 192
    const rounded = BigInt(POWERS[k] * 2 ** 52) << (BITS - 52n)
    TAILS[k] = Number(((power - rounded) << BITS) / rounded) / 2 ** 192
    power = (power * root) >> BITS
  }
  HALVES[0] = 1
  for (let k = 1; k < HALVES.length; k++) HALVES[k] = HALVES[k - 1] / 2
}

/** Newton's method from above. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const better = (root + value / root) >> 1n
    if (better >= root) return root
    root = better
  }
}

fillTables()

/** e^x, for x from -Infinity to 0. */
export function decayFactor(x: number): number {
  if (x < LOWEST) return Math.exp(x)
  const k = Math.floor(PER_LN2 * x + 0.5)
  const r = x + k * LN2_HIGH + k * LN2_LOW
  const entry = k & (ENTRIES - 1)
  const scale = POWERS[entry] * HALVES[-(k >> 7)]
  const square = r * r
  const change = TAILS[entry] + r + square * (C2 + r * C3) + square * square * (C4 + r * C5)
  return fused(scale, change)
}

/** a + a * b, rounded once; |b| is below 1. */
function fused(a: number, b: number): number {
  const product = a * b
  const splitA = SPLIT * a
  const highA = splitA - (splitA - a)
  const lowA = a - highA
  const splitB = SPLIT * b
  const highB = splitB - (splitB - b)
  const lowB = b - highB
  const lost = highA * highB - product + highA * lowB + lowA * highB + lowA * lowB
  const sum = a + product
  return sum + (product - (sum - a) + lost)
}
