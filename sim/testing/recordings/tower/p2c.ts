/** Replays tower's balancer: the member itself, with the recorded generator of random numbers; compares the draws, their loads and the pick. */
import { PeakEwma } from '../../../slb/members/peak-ewma.ts'
import type { BalancingContext } from '../../../slb/policy.ts'
import type { RandomStream } from '../../../random/stream.ts'
import type { RecordedCase } from '../recording.ts'

const MILLISECOND = 1000
const MASK = 0xffff_ffff_ffff_ffffn

interface Request {
  readonly at_ms: number
  readonly candidates: readonly (readonly [service: number, load: number])[]
  readonly pick: number
  readonly answered_at_ms: number
}

/** One recorded sequence. */
interface TowerCase extends RecordedCase {
  readonly load: 'peak_ewma' | 'pending_requests'
  readonly services: number
  readonly default_rtt_ms: number
  readonly decay_ms: number
  readonly splitmix64_seed: string
  readonly requests: readonly Request[]
}

/** Splitmix64 (Sebastiano Vigna, public domain); an `int` is the remainder of a number of 64 bits. */
function splitmix64(seed: bigint): RandomStream {
  let state = seed
  const number = (): bigint => {
    state = (state + 0x9e37_79b9_7f4a_7c15n) & MASK
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK
    z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK
    return z ^ (z >> 31n)
  }
  return { next: () => Number(number() >> 11n) / 2 ** 53, int: (n) => Number(number() % BigInt(n)) }
}

/** Notes the loads that a pick looks at. */
class Observed extends PeakEwma {
  looked: (readonly [slot: number, load: number])[] = []

  protected override loadOf(slot: number): number {
    const load = super.loadOf(slot)
    this.looked.push([slot, load])
    return load
  }
}

/** Replays one sequence. */
export function replayTower(recorded: TowerCase): string | null {
  const { load, services, default_rtt_ms, decay_ms, splitmix64_seed, requests } = recorded
  let now = 0
  const unused = (): never => {
    throw new Error('tower asks for no timers and probes')
  }
  const context: BalancingContext = { random: splitmix64(BigInt(splitmix64_seed)), now: () => now, wakeAt: unused, probe: unused }
  const balancer = new Observed(
    {
      load: load === 'peak_ewma' ? 'peak-ewma' : 'pending',
      initial: default_rtt_ms * MILLISECOND,
      decay: decay_ms * MILLISECOND,
    },
    context,
  )
  for (let slot = 0; slot < services; slot++) balancer.added(slot, 1)
  // Answers by the time at which they are read, those of one instant in the order of their requests.
  const answers = requests.map((_, i) => i).sort((a, b) => requests[a].answered_at_ms - requests[b].answered_at_ms || a - b)
  let answered = 0
  for (const [i, request] of requests.entries()) {
    for (; answered < answers.length && requests[answers[answered]].answered_at_ms < request.at_ms; answered++) {
      const { pick, at_ms, answered_at_ms } = requests[answers[answered]]
      now = answered_at_ms * MILLISECOND
      balancer.ended(pick, (answered_at_ms - at_ms) * MILLISECOND)
    }
    now = request.at_ms * MILLISECOND
    balancer.looked = []
    const pick = balancer.pick({ client: -1, attempt: 0, queued: 0 }, -1)
    const difference = compared(request, balancer.looked, pick)
    if (difference !== null) return `request ${i}: ${difference}`
  }
  return null
}

function compared(recorded: Request, looked: Observed['looked'], pick: number): string | null {
  const ours = JSON.stringify(looked)
  if (JSON.stringify(recorded.candidates) !== ours) return `candidates: recorded ${JSON.stringify(recorded.candidates)}, ours ${ours}`
  return recorded.pick === pick ? null : `pick: recorded ${recorded.pick}, ours ${pick}`
}
