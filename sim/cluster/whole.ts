/** Law 1: amounts are whole numbers below 2^53, so that sums are exact and "what is free plus what is held is what there is" holds with ===. */

/** Throws unless the value is a whole number from 0 to `most`; `what` names the place. */
export function assertWhole(value: number, what: string, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return
  throw new Error(`${what} is ${value}; accepted is a whole number from 0 to ${most}`)
}
