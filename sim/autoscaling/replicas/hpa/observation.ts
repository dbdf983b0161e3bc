/** What the HorizontalPodAutoscaler reads at one decision: its pods, their samples, and the values of other metrics. */
import type { Time } from '../../../common/ids.ts'

/** A group of alike pods. Ages are before the decision [µs]. */
export interface PodGroup {
  readonly count: number
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  readonly terminating: boolean
  /** null: it has no start time. */
  readonly startedAgo: Time | null
  /** The condition Ready; null: it has none. */
  readonly ready: boolean | null
  readonly readyChangedAgo: Time
  /** Request of each container; NONE: it requests none of this resource. */
  readonly requests: readonly number[]
  /** The sample of the metric, in the unit of the requests; null: none. */
  readonly usage: number | null
  readonly sampledAgo: Time
  /** Interval over which the sample was measured. */
  readonly window: Time
}

/** What a metric of the autoscaler measures, and its target. */
export type MetricTarget = {
  readonly source: 'Resource' | 'Pods' | 'Object' | 'External'
  /** Of a Resource metric. */
  readonly resource?: string
} & ({ readonly utilization: number } | { readonly averageValue: number } | { readonly value: number })

/** How much a ratio may differ from 1 without a change, by direction. */
export interface Tolerances {
  readonly up: number
  readonly down: number
}

/** Settings of the controller manager. */
export interface Readiness {
  /** After its start a pod's CPU samples count only while it is ready [µs]. */
  readonly cpuInitialization: Time
  /** A pod that has not become ready this long after its start has never been ready [µs]. */
  readonly initialDelay: Time
}

/** Everything of one decision about one metric. */
export interface Observation {
  readonly target: MetricTarget
  readonly currentReplicas: number
  readonly tolerances: Tolerances
  readonly readiness: Readiness
  readonly pods: readonly PodGroup[]
  /** Values of an Object (one) or External metric (they add up). */
  readonly observed: readonly number[]
}
