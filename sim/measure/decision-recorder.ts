/**
 * A sample of a run's scheduling decisions, spread evenly over the run whatever their number: every k-th decision is kept, and when there are
 * more than the limit, every second of those kept is dropped and k doubles. No random numbers are drawn.
 */
import type { Time } from '../common/ids.ts'

/** One decision; the texts are made only for decisions that are kept. */
export interface Decision {
  readonly time: Time
  /** Name of the scheduler, and of the pod's owner. */
  readonly scheduler: string
  readonly owner: string
  /** Row of the pod and number of its use: the same for all decisions about one pod. */
  readonly pod: string
  readonly created: Time
  /** [millicores], [bytes]. */
  readonly cpu: number
  readonly memory: number
  /** What became of it: bound, refused (the cluster had changed), no node, evicted. */
  readonly outcome: 'bound' | 'refused' | 'no node' | 'evicted'
  /** Row of the node; NONE without one. */
  readonly node: number
  /** Why no node was found; '' otherwise. */
  readonly why: string
}

export class DecisionRecorder {
  /** Decisions since the origin. */
  seen = 0
  /** Every k-th decision is kept: k. */
  every = 1
  private kept: Decision[] = []
  private readonly limit: number
  private readonly from: Time

  /** @param limit most decisions kept, at least 1; @param from decisions before it are not counted */
  constructor(limit: number, from: Time) {
    this.limit = limit
    this.from = from
  }

  /** Counts a decision, and keeps it if it is its turn. */
  decided(time: Time, describe: () => Decision): void {
    if (time < this.from || this.seen++ % this.every !== 0) return
    this.kept.push(describe())
    if (this.kept.length <= this.limit) return
    this.kept = this.kept.filter((_, row) => row % 2 === 0)
    this.every *= 2
  }

  /** In order of time. */
  list(): readonly Decision[] {
    return this.kept
  }
}
