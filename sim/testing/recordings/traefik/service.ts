/** Replays the recordings of Traefik: weights and a strategy in, the server of each request out. */
import { twoChoices } from '../../../slb/members/two-choices.ts'
import { SummedDeadlines } from '../../../slb/structures/deadlines.ts'
import { bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { hex, sha256 } from '../../../slb/structures/hashes/sha256.ts'
import { traefikScore } from '../../../slb/structures/rendezvous-score.ts'
import { firstDifference } from '../recording.ts'
import { drivenBy, replayCounts, replayMap, replayPossible, type ProxyCase } from '../proxies/traffic.ts'

/** One recorded case. */
export interface TraefikCase extends ProxyCase {
  readonly weights: readonly number[]
  readonly handler_names?: readonly string[]
  readonly set_cookie_of_server?: Readonly<Record<string, string>>
  readonly with_cookie?: readonly (readonly [cookie: string, server: number])[]
}

/** Traefik's answer when no server has a weight above 0. */
const SERVICE_UNAVAILABLE = -503

/** Replays one case. */
export function replayTraefik(recorded: TraefikCase): string | null {
  switch (recorded.family) {
    case 'rr-servers':
    case 'wrr-servers':
    case 'wrr-services':
      return replayDeadlines(recorded.weights, recorded.picks!)
    case 'hrw-servers':
    case 'hrw-services':
      return replayRendezvous(recorded)
    case 'p2c':
      return replayTwoChoices(recorded)
    case 'sticky':
      return replaySticky(recorded)
    default:
      return `family ${JSON.stringify(recorded.family)} is not known`
  }
}

/** Traefik shuffles its servers, so each pick must be one of those that are due first; a weight of 0 is never due. */
function replayDeadlines(weights: readonly number[], picks: readonly number[]): string | null {
  const deadlines = new SummedDeadlines()
  weights.forEach((weight, slot) => {
    if (weight > 0) deadlines.insert(slot, weight, slot)
  })
  if (weights.every((weight) => weight <= 0))
    return firstDifference(
      picks,
      picks.map(() => SERVICE_UNAVAILABLE),
      'picks',
    )
  for (const [i, slot] of picks.entries()) {
    if (!(weights[slot] > 0) || !deadlines.isNext(slot))
      return `pick ${i}: recorded ${slot}, ours ${deadlines.first(-1)}, which is due earlier`
    deadlines.take(slot)
  }
  return null
}

function replayRendezvous({ id, weights, handler_names, map }: TraefikCase): string | null {
  const names = handler_names ?? weights.map((_, i) => `${id}-${i}`)
  const open = (key: string): number => {
    let best = SERVICE_UNAVAILABLE
    let highest = 0
    for (const [server, weight] of weights.entries()) {
      const score = weight > 0 ? traefikScore(key, names[server], weight) : 0
      if (score > highest) {
        highest = score
        best = server
      }
    }
    return best
  }
  return replayMap({ open, close: () => undefined }, map)
}

function replayTwoChoices(recorded: TraefikCase): string | null {
  const driven = drivenBy(recorded, (context) => twoChoices.create({}, context), recorded.weights)
  return replayPossible(driven, recorded.ops ?? []) ?? replayCounts(driven, recorded.counts!, recorded.then_quick!)
}

/** The cookie is the beginning of the SHA-256 of the server's URL. */
function replaySticky({ weights, set_cookie_of_server, with_cookie }: TraefikCase): string | null {
  const cookies = weights.map((_, i) => hex(sha256(bytesOf(`http://127.0.0.1:${19501 + i}`))).slice(0, 16))
  const difference = firstDifference(set_cookie_of_server, Object.fromEntries(cookies.entries()), 'set_cookie_of_server')
  if (difference !== null) return difference
  return replayMap({ open: (cookie) => cookies.indexOf(cookie), close: () => undefined }, with_cookie)
}
