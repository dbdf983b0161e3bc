/** What changes cost: pods missing, rollouts and their duration, restarts, and pods that were evicted, by cause. */
import type { Time, WorkloadId } from '../common/ids.ts'
import { Disturbances } from './disturbances.ts'
import type { EventRecorder } from './event-recorder.ts'
import type { PodLanes } from './pod-lanes.ts'
import type { ReplicaCourses } from './replica-courses.ts'

/** A rollout of a new template, a restart or an undo. */
export interface Rollout {
  readonly workload: WorkloadId
  readonly from: Time
  /** When all pods were replaced and available; Infinity: not until the horizon, or another rollout took its place. */
  to: Time
  /** Whether it exceeded its progress deadline. */
  late: boolean
}

/** Pods of one workload over time. */
interface Serving {
  desired: number
  serving: number
  since: Time
  /** Integrals over the window [pod·µs]. */
  missing: number
  wanted: number
}

/** What the charts of one run are drawn from. */
export interface Courses {
  readonly replicas: ReplicaCourses
  readonly lanes: PodLanes
}

export class ChangeRecorder {
  /** Of the window, by time of their start. */
  readonly rollouts: Rollout[] = []
  /** Restarts of containers, and pods that left for other reasons than their owner's decision, in the window. */
  restarts = 0
  /** Containers killed because of a startup or liveness probe; serving pods that a readiness probe took out. */
  kills = 0
  removals = 0
  /** Containers that the kernel killed because they needed more memory than their limit. */
  oomKills = 0
  /** Evictions that a disruption budget refused. */
  refusals = 0
  /** By reason (EndReason). */
  readonly evictions: (number | undefined)[] = []
  /** Failures, drains and marks. */
  readonly disturbances: Disturbances
  /** Null: no events are kept. */
  readonly events: EventRecorder | null
  /** Null: no chart is drawn of this run. */
  readonly courses: Courses | null
  private readonly workloads: Serving[]
  private readonly windowStart: Time

  constructor(workloads: number, windowStart: Time, courses: Courses | null = null, events: EventRecorder | null = null) {
    this.events = events
    this.windowStart = windowStart
    this.courses = courses
    this.disturbances = new Disturbances(courses?.lanes ?? null)
    this.workloads = Array.from({ length: workloads }, () => ({ desired: 0, serving: 0, since: 0, missing: 0, wanted: 0 }))
  }

  /** The number of pods that the workload should have. */
  desired(workload: WorkloadId, count: number, now: Time): void {
    const state = this.settle(workload, now)
    state.desired = count
    this.courses?.replicas.desired(workload, count, now)
    if (state.serving >= count) this.disturbances.recovered(workload, now)
  }

  /** A pod serves from now on (1), or does no longer (-1), noticed or not. */
  serves(workload: WorkloadId, change: 1 | -1, now: Time): void {
    const state = this.settle(workload, now)
    state.serving += change
    if (state.serving >= state.desired) this.disturbances.recovered(workload, now)
  }

  restarted(now: Time): void {
    if (now >= this.windowStart) this.restarts++
  }

  killed(now: Time): void {
    if (now >= this.windowStart) this.kills++
  }

  outOfMemory(now: Time): void {
    if (now >= this.windowStart) this.oomKills++
  }

  unready(now: Time): void {
    if (now >= this.windowStart) this.removals++
  }

  refused(now: Time): void {
    if (now >= this.windowStart) this.refusals++
  }

  evicted(reason: number, now: Time): void {
    if (now >= this.windowStart) this.evictions[reason] = (this.evictions[reason] ?? 0) + 1
  }

  begins(workload: WorkloadId, now: Time): Rollout {
    const rollout = { workload, from: now, to: Infinity, late: false }
    if (now >= this.windowStart) this.rollouts.push(rollout)
    this.courses?.lanes.begins('rollout', rollout)
    return rollout
  }

  /** Pods that were missing, and pods that should have served, over the window [pod·µs]. */
  integrals(workload: WorkloadId, now: Time): { readonly missing: number; readonly wanted: number } {
    return this.settle(workload, now)
  }

  /** Pods that serve and pods that should. */
  servingOf(workload: WorkloadId): { readonly serving: number; readonly desired: number } {
    return this.workloads[workload]
  }

  private settle(workload: WorkloadId, now: Time): Serving {
    const state = this.workloads[workload]
    const elapsed = Math.max(0, now - Math.max(state.since, this.windowStart))
    state.missing += elapsed * Math.max(0, state.desired - state.serving)
    state.wanted += elapsed * state.desired
    state.since = now
    return state
  }
}
