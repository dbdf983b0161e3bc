/** Which of its offers a framework uses for a pod. */

/** What a choice is made from: the share of an agent that would be left free, 0 to 1. */
export type Chooser = (left: readonly number[]) => number

/** Choosers by name; the first of equal offers, in the order in which they came. */
export const CHOOSERS: Readonly<Record<'first-fit' | 'spread' | 'binpack', Chooser>> = {
  'first-fit': () => 0,
  spread: (left) => extreme(left, 1),
  binpack: (left) => extreme(left, -1),
}

function extreme(values: readonly number[], sign: 1 | -1): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (sign * values[i] > sign * values[best]) best = i
  return best
}
