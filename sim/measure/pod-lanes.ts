/**
 * The lives of the pods of one workload through one episode, a rollout or the failure of nodes, pod by pod: data of a chart. The first
 * rollout of the window is recorded; without one, the first failure.
 */
import type { PodId, Time, WorkloadId } from '../common/ids.ts'

/** What a pod is doing, as far as the control plane knows, except for Unnoticed: its process has died and its endpoint is still listed. */
export const PodState = { Pending: 0, Pulling: 1, Starting: 2, Ready: 3, NotReady: 4, Unnoticed: 5, Terminating: 6 } as const
export type PodState = (typeof PodState)[keyof typeof PodState]

/** Lanes of the pods that exist when an episode begins, and of those that follow; of more pods every k-th has one. */
const MAX_LANES = 40
const MAX_SPANS = 2000

/** A pod: its states, each from a time until the next one begins; the last one ends at `end`. */
export interface PodLane {
  readonly version: string
  readonly template: number
  /** Number of the pod in order of creation. */
  readonly ordinal: number
  readonly states: PodState[]
  readonly from: Time[]
  /** Infinity: the pod has not ended. */
  end: Time
}

/** A rollout or a failure: `to` is Infinity while it goes on. */
export interface Span {
  readonly workload: WorkloadId
  readonly from: Time
  readonly to: Time
}

/** A pod when it is created, or when an episode begins. */
export interface ExistingPod {
  readonly pod: PodId
  readonly version: string
  readonly template: number
  readonly ordinal: number
  readonly state: PodState
}

/** A recorded episode. */
export interface Episode {
  readonly kind: 'rollout' | 'failure'
  readonly workload: WorkloadId
  readonly from: Time
  /** When it was over; Infinity: not before the horizon. */
  readonly to: Time
  readonly lanes: readonly PodLane[]
  /** Pods that took part, with a lane or without. */
  readonly pods: number
}

export class PodLanes {
  private kind: Episode['kind'] = 'failure'
  private workload: WorkloadId = -1
  private from: Time = 0
  private span: Span | null = null
  private lanes: PodLane[] = []
  private readonly open = new Map<PodId, PodLane>()
  private stride = 1
  private pods = 0
  private spans = 0
  private existing: (workload: WorkloadId) => readonly ExistingPod[] = () => []
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** Called once: `existing` lists the pods of a workload in order of creation. */
  connect(existing: (workload: WorkloadId) => readonly ExistingPod[]): void {
    this.existing = existing
  }

  /** A rollout or a failure begins. A rollout takes the place of a failure, and of an earlier rollout of its workload that has not ended. */
  begins(kind: Episode['kind'], span: Span): void {
    if (span.from < this.windowStart) return
    if (this.span !== null && (kind === 'failure' || this.kind === 'rollout')) {
      if (kind === 'rollout' && span.workload === this.workload && this.span.to === Infinity) this.span = span
      return
    }
    this.kind = kind
    this.workload = span.workload
    this.from = span.from
    this.span = span
    this.lanes = []
    this.open.clear()
    this.pods = 0
    this.spans = 0
    const pods = this.existing(span.workload)
    this.stride = Math.max(1, Math.ceil(pods.length / MAX_LANES))
    for (const existing of pods) this.add(existing, span.from)
  }

  created(workload: WorkloadId, pod: ExistingPod, now: Time): void {
    if (workload === this.workload && this.span!.to === Infinity) this.add(pod, now)
  }

  private add({ pod, version, template, ordinal, state }: ExistingPod, now: Time): void {
    if (this.pods++ % this.stride !== 0 || this.lanes.length >= 4 * MAX_LANES) return
    const lane: PodLane = { version, template, ordinal, states: [state], from: [now], end: Infinity }
    this.lanes.push(lane)
    this.open.set(pod, lane)
  }

  /**
   * The pod is in another state from this time on, now or later. States that were announced for later times are void. After the end of the
   * episode only pods that terminate already are followed.
   */
  enters(pod: PodId, state: PodState, from: Time): void {
    const lane = this.open.get(pod)
    if (lane === undefined || this.spans >= MAX_SPANS || this.span!.to < from) return
    const { states, from: times } = lane
    while (times.length > 1 && times[times.length - 1] >= from) {
      times.pop()
      states.pop()
    }
    if (states[states.length - 1] === state) return
    states.push(state)
    times.push(from)
    this.spans++
  }

  /** The container of the pod is pulled from a time on, unless `pulled` is the same, and starts then. */
  starts(pod: PodId, from: Time, pulled: Time): void {
    if (this.workload < 0) return
    if (pulled > from) this.enters(pod, PodState.Pulling, from)
    if (pulled < Infinity) this.enters(pod, PodState.Starting, pulled)
  }

  /** Its process dies; if it was ready, its endpoint is listed until somebody notices. */
  dies(pod: PodId, now: Time): void {
    if (this.open.get(pod)?.states.at(-1) === PodState.Ready) this.enters(pod, PodState.Unnoticed, now)
  }

  ended(pod: PodId, now: Time): void {
    const lane = this.open.get(pod)
    if (lane === undefined) return
    this.open.delete(pod)
    if (this.span!.to >= now || lane.states.at(-1) === PodState.Terminating) lane.end = now
  }

  /** The recorded episode, null when there was none. */
  episode(): Episode | null {
    const { kind, workload, from, span, lanes, pods } = this
    return span === null ? null : { kind, workload, from, to: span.to, lanes, pods }
  }
}
