/** The choice in a sample of Caddy's random_choose. */
import type { SlotId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'

/**
 * The first idle one, else one at random of those that had no more requests than every one before them in the sample: also of those that had more than a later
 * one, since Caddy 2.11.7 keeps them in its list when it finds a lesser one.
 */
export function leastOfSample(sample: readonly SlotId[], requests: { readonly [slot: number]: number }, random: RandomStream): SlotId {
  const candidates: SlotId[] = []
  let least = Infinity
  for (const slot of sample) {
    if (requests[slot] === 0) return slot
    if (requests[slot] > least) continue
    least = requests[slot]
    candidates.push(slot)
  }
  return candidates.length === 1 ? candidates[0] : candidates[random.int(candidates.length)]
}
