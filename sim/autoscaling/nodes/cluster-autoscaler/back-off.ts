/**
 * Node groups whose nodes do not come in time: their orders are written off and the group is not scaled up for a while, longer each time.
 * Source: Kubernetes autoscaler, cluster-autoscaler/utils/backoff and clusterstate.
 */
import { NONE, type PoolId, type Time } from '../../../common/ids.ts'
import type { NodesScalingView } from '../policy.ts'

const MINUTE = 60_000_000
const FIRST: Time = 5 * MINUTE
const LONGEST: Time = 30 * MINUTE
const RESET: Time = 180 * MINUTE

interface Group {
  /** Nodes ordered and not joined, as of the last scan. */
  upcoming: number
  /** Since when none of them has joined [µs]; NONE: none is upcoming. */
  waitingSince: Time
  /** Until when the group is not scaled up, and the length of that time. */
  until: Time
  length: Time
}

export class BackOff {
  private readonly groups = new Map<PoolId, Group>()
  private readonly patience: Time

  /** @param patience time in which a node must join [µs] */
  constructor(patience: Time) {
    this.patience = patience
  }

  /** Looks at the upcoming nodes of a scan; groups that kept it waiting for too long back off. */
  scan({ now, pools, upcoming, upcomingCount }: NodesScalingView): void {
    const counts = new Map<PoolId, number>()
    for (let i = 0; i < upcomingCount; i++) counts.set(upcoming[i], (counts.get(upcoming[i]) ?? 0) + 1)
    for (const { pool } of pools) this.look(this.of(pool), counts.get(pool) ?? 0, now)
  }

  private of(pool: PoolId): Group {
    const found = this.groups.get(pool) ?? { upcoming: 0, waitingSince: NONE, until: -Infinity, length: 0 }
    this.groups.set(pool, found)
    return found
  }

  private look(group: Group, upcoming: number, now: Time): void {
    if (upcoming === 0) group.waitingSince = NONE
    else if (group.waitingSince === NONE || upcoming < group.upcoming) group.waitingSince = now
    group.upcoming = upcoming
    if (group.waitingSince === NONE || now - group.waitingSince < this.patience || now < group.until) return
    const isFresh = group.length === 0 || now - group.until >= RESET
    group.length = isFresh ? FIRST : Math.min(LONGEST, 2 * group.length)
    group.until = now + group.length
  }

  /** Whether the group is not scaled up now. */
  isBackedOff(pool: PoolId, now: Time): boolean {
    const group = this.groups.get(pool)
    return group !== undefined && now < group.until
  }

  /** Whether the nodes that the group still owes are not counted on. */
  isWrittenOff(pool: PoolId, now: Time): boolean {
    const group = this.groups.get(pool)
    return group !== undefined && group.waitingSince !== NONE && now - group.waitingSince >= this.patience
  }
}
