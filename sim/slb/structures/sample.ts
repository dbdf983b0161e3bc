/** Different backends drawn uniformly, a few of many. */
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { BackendSet } from './slots.ts'

/**
 * Fills `into` with up to `count` different present backends but `exclude`, and returns how many there are. The k-th draw is uniform over
 * those not drawn yet: it skips each earlier draw that is not above it.
 */
export class Sample {
  readonly slots: Int32Array
  private readonly drawn: Int32Array

  constructor(capacity: number) {
    this.slots = new Int32Array(capacity)
    this.drawn = new Int32Array(capacity)
  }

  draw(set: BackendSet, count: number, exclude: SlotId, random: RandomStream): number {
    const { drawn, slots } = this
    const candidates = set.candidates(exclude)
    const draws = Math.min(count, candidates)
    for (let k = 0; k < draws; k++) {
      let i = random.int(candidates - k)
      let at = 0
      while (at < k && drawn[at] <= i) {
        i++
        at++
      }
      for (let j = k; j > at; j--) drawn[j] = drawn[j - 1]
      drawn[at] = i
      slots[k] = set.candidate(i, exclude, candidates)
    }
    return draws
  }
}
