/** Times that are drawn for a volume, and waits between attempts. */
import type { Time } from '../../common/ids.ts'
import { distribution, type Distribution, type DistributionSpec } from '../../random/distributions.ts'
import type { KeyedStream } from '../../random/stream.ts'

const made = new WeakMap<DistributionSpec, Distribution>()

/** A whole time from the distribution, by the uniform that belongs to (purpose, n). */
export function draw(spec: DistributionSpec, random: KeyedStream, purpose: number, n: number): Time {
  let known = made.get(spec)
  if (known === undefined) made.set(spec, (known = distribution(spec)))
  return Math.max(0, Math.round(known.quantile(random.at(purpose, n))))
}

/** The wait after the n-th failure in a row (0, 1, ...): doubled each time, up to the longest. */
export function backOff(n: number, first: Time, longest: Time): Time {
  let wait = first
  for (let i = 0; i < n && wait < longest; i++) wait *= 2
  return Math.min(wait, longest)
}
