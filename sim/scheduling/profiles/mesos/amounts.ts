/** Arithmetic on amounts by resource. */

/** Amounts by resource; a resource that is missing has 0. */
export type Amounts = Readonly<Record<string, number>>

/** Adds amounts times a sign. */
export function add(to: Record<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const resource in amounts) to[resource] = (to[resource] ?? 0) + sign * amounts[resource]
}

/** What is left of a beyond b, per resource and never below 0; without resources of which nothing is left. */
export function beyond(a: Amounts, b: Amounts): Amounts {
  const left: Record<string, number> = {}
  for (const resource in a) {
    const rest = a[resource] - (b[resource] ?? 0)
    if (rest > 0) left[resource] = rest
  }
  return left
}

/** At most b of each resource of a. Resources that b does not name get 0, or stay as they are. */
export function atMost(a: Amounts, b: Amounts, unnamed: 'none' | 'all'): Amounts {
  const left: Record<string, number> = {}
  for (const resource in a) {
    const most = b[resource] ?? (unnamed === 'none' ? 0 : a[resource])
    const kept = Math.min(a[resource], Math.max(0, most))
    if (kept > 0) left[resource] = kept
  }
  return left
}

/** The sum per resource. */
export function sum(a: Amounts, b: Amounts): Amounts {
  const total: Record<string, number> = { ...a }
  add(total, b, 1)
  return total
}

/** Whether every amount is 0. */
export const isNothing = (amounts: Amounts): boolean => Object.values(amounts).every((amount) => amount <= 0)
