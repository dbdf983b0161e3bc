/**
 * The restart policy of a Swarm service: whether the task of a slot is replaced when it ended, by the number of restarts so far.
 * Source: swarmkit manager/orchestrator/restart/restart.go (shouldRestart, RecordRestartHistory).
 */
import type { Time } from '../../common/ids.ts'
import type { Slot } from './service.ts'
import type { RestartPolicy } from './spec.ts'

interface History {
  /** Version of the service: a change of it makes the history void. */
  version: number
  total: number
  /** Times of restarts within the window, if there is one. */
  times: Time[]
}

/** The restarts of one service. */
export class RestartHistory {
  private readonly slots = new Map<Slot, History>()
  private readonly policy: RestartPolicy

  constructor(policy: RestartPolicy) {
    this.policy = policy
  }

  /** Whether a task of this version of the service, which ended now, is replaced. */
  allows(slot: Slot, version: number, now: Time): boolean {
    const { condition, maxAttempts, window } = this.policy
    if (condition === 'none') return false
    if (maxAttempts === Infinity) return true
    const history = this.slots.get(slot)
    if (history === undefined || history.version !== version) return true
    if (window === 0) return history.total < maxAttempts
    history.times = history.times.filter((time) => time > now - window)
    return history.times.filter((time) => time < now).length < maxAttempts
  }

  /** A task of this version replaces one that ended. */
  record(slot: Slot, version: number, now: Time): void {
    if (this.policy.maxAttempts === Infinity) return
    let history = this.slots.get(slot)
    if (history === undefined || history.version !== version) this.slots.set(slot, (history = { version, total: 0, times: [] }))
    history.total++
    if (this.policy.window > 0) history.times.push(now)
  }
}
