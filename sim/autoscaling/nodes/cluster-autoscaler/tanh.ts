/** The hyperbolic tangent by Math.exp, whose last bit is the same on every Node version; Math.tanh is not guarded. */
export function tanh(x: number): number {
  const e = Math.exp(-2 * Math.abs(x))
  return Math.sign(x) * ((1 - e) / (1 + e))
}
