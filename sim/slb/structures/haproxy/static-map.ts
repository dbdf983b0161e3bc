/**
 * HAProxy's map of servers, which `static-rr` walks and map-based hashes index: each server as often as its weight divided by the greatest common divisor says, spread.
 * Source: HAProxy 2.6.12, src/lb_map.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'

/**
 * The map: length is the sum of the reduced weights. Empty without servers.
 * @param divisor greatest common divisor of the weights of the section, those of servers that are not usable included: HAProxy computes it when it starts
 */
export function staticMap(
  servers: readonly { readonly slot: SlotId; readonly weight: number }[],
  divisor = commonDivisor(servers),
): Int32Array {
  const weights = servers.map(({ weight }) => weight / divisor)
  const length = weights.reduce((sum, weight) => sum + weight, 0)
  const scores = weights.map(() => 0)
  const map = new Int32Array(length)
  for (let at = 0; at < length; at++) {
    let best = 0
    let highest = -1
    for (let i = 0; i < servers.length; i++) {
      scores[i] += weights[i]
      const value = Math.floor((scores[i] + length) / length)
      if (value > highest) {
        highest = value
        best = i
      }
    }
    scores[best] -= length
    map[at] = servers[best].slot
  }
  return map
}

/** Turns in a map that may be replaced: the place in it is kept, or begins again when it is past the end. */
export class MapTurns {
  private at = 0

  /** The next server that is not full; NONE when all are. */
  next(map: Int32Array, full: (slot: SlotId) => boolean): SlotId {
    if (this.at >= map.length) this.at = 0
    for (let step = 0; step < map.length; step++) {
      const slot = map[(this.at + step) % map.length]
      if (full(slot)) continue
      this.at = (this.at + step + 1) % map.length
      return slot
    }
    return NONE
  }

  /** From the beginning of the map. */
  reset(): void {
    this.at = 0
  }
}

/** Of all weights; 0 without a positive one. */
export function commonDivisor(servers: readonly { readonly weight: number }[]): number {
  return servers.reduce((common, { weight }) => gcd(common, weight), 0)
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
