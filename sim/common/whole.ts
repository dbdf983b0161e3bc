/** Amounts are whole numbers below 2^53, so that sums are exact and "free + held = capacity" holds with ===. */

/** @throws unless the value is a whole number from 0 to `max`; `what` names the amount in the message */
export function assertWhole(value: number, what: string, max = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return
  throw new Error(`${what} is ${value}; accepted: a whole number from 0 to ${max}`)
}
