/**
 * The HorizontalPodAutoscaler: proposals of its metrics, stabilised, limited, and written as the new number of replicas.
 * Source: Kubernetes 1.34 pkg/controller/podautoscaler/horizontal.go.
 */
import type { Time } from '../../../common/ids.ts'
import { completeBehavior, downLimit, ScaleEvents, upLimit, type Behavior, type CompleteRules } from './behavior.ts'
import { MetricError, proposed, type Proposal } from './calculator.ts'
import type { MetricTarget, PodGroup, Readiness, Tolerances } from './observation.ts'

/** What a manifest and the controller manager say. */
export interface HpaSettings {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly targets: readonly MetricTarget[]
  /** null: the rules of autoscaling/v1, doubling and a window for scaling down. */
  readonly behavior: Behavior | null
  readonly tolerance: number
  readonly downscaleStabilization: Time
  readonly readiness: Readiness
}

/** Reasons of the conditions, empty before the first. */
export interface HpaConditions {
  ableToScale: string
  scalingLimited: string
  scalingActive: string
}

/** What a controller reads at one decision, by target. */
export interface HpaInputs {
  /** The pods, with their samples of the target's metric. */
  podsOf(target: number): readonly PodGroup[]
  /** Values of an Object (one) or External metric (they add up). */
  observedOf(target: number): readonly number[]
}

/** How a decision came about: numbers of replicas after each step. */
export interface HpaSteps {
  /** By target: what it asks for, or why it could not be read. */
  readonly proposals: readonly (Proposal | { readonly error: string })[]
  /** The largest of them, null when too little is known. */
  readonly wanted: number | null
  /** After the stabilisation windows, and after the limits. */
  readonly stable: number | null
  readonly limited: number | null
}

interface Limited {
  readonly replicas: number
  readonly reason: string
}

export class HorizontalPodAutoscaler {
  readonly conditions: HpaConditions = { ableToScale: '', scalingLimited: '', scalingActive: '' }
  /** Of the last decision that read metrics; null: none has. */
  steps: HpaSteps | null = null
  private readonly settings: HpaSettings
  private readonly rules: { up: CompleteRules; down: CompleteRules } | null
  private readonly tolerances: Tolerances
  /** Recommendations before stabilisation. */
  private readonly recommendations: { replicas: number; at: Time }[] = []
  private readonly ups = new ScaleEvents()
  private readonly downs = new ScaleEvents()

  constructor(settings: HpaSettings) {
    const { behavior, tolerance, downscaleStabilization } = settings
    this.settings = settings
    this.rules = behavior === null ? null : completeBehavior(behavior, downscaleStabilization)
    this.tolerances = { up: this.rules?.up.tolerance ?? tolerance, down: this.rules?.down.tolerance ?? tolerance }
  }

  /** One decision: the replicas to set. */
  decide(now: Time, current: number, inputs: HpaInputs): number {
    const { minReplicas, maxReplicas } = this.settings
    this.steps = null
    if (this.recommendations.length === 0) this.recommendations.push({ replicas: current, at: now })
    this.conditions.ableToScale = 'SucceededGetScale'
    if (current === 0 && minReplicas !== 0) {
      this.conditions.scalingActive = 'ScalingDisabled'
      return 0
    }
    const desired = current > maxReplicas ? maxReplicas : current < minReplicas ? minReplicas : this.byMetrics(now, current, inputs)
    if (desired === null || desired === current) return current
    this.conditions.ableToScale = 'SucceededRescale'
    if (this.rules !== null) {
      if (desired > current) this.ups.add(desired - current, now, this.rules.up)
      else this.downs.add(current - desired, now, this.rules.down)
    }
    return desired
  }

  /** null: no decision, because too little is known. */
  private byMetrics(now: Time, current: number, inputs: HpaInputs): number | null {
    const proposals = this.settings.targets.map((_, target) => this.proposalOf(target, current, inputs))
    const wanted = this.largest(proposals, current)
    this.steps = { proposals, wanted, stable: null, limited: null }
    if (wanted === null) return null
    const stable = this.rules === null ? this.stableDown(wanted, now) : this.stable(this.rules, wanted, current, now)
    if (stable === wanted) this.conditions.ableToScale = 'ReadyForNewScale'
    else this.conditions.ableToScale = this.rules !== null && wanted >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized'
    const limited = this.rules === null ? this.limitedByDoubling(stable, current) : this.limitedByRules(this.rules, stable, current, now)
    this.conditions.scalingLimited = limited.reason
    this.steps = { proposals, wanted, stable, limited: limited.replicas }
    return limited.replicas
  }

  private proposalOf(row: number, currentReplicas: number, inputs: HpaInputs): HpaSteps['proposals'][number] {
    const { targets, readiness } = this.settings
    const { tolerances } = this
    try {
      const [pods, observed] = [inputs.podsOf(row), inputs.observedOf(row)]
      return proposed({ target: targets[row], currentReplicas, tolerances, readiness, pods, observed })
    } catch (error) {
      if (!(error instanceof MetricError)) throw error
      return { error: error.message }
    }
  }

  /** The metric that asks for most decides. When one cannot be read, the others may scale up, not down. */
  private largest(proposals: HpaSteps['proposals'], current: number): number | null {
    const read = proposals.flatMap((proposal) => ('error' in proposal ? [] : [proposal.replicas]))
    const largest = Math.max(0, ...read)
    const failed = proposals.findIndex((proposal) => 'error' in proposal)
    if (failed >= 0 && (read.length === 0 || largest < current)) {
      this.conditions.scalingActive = `FailedGet${this.settings.targets[failed].source}Metric`
      return null
    }
    this.conditions.scalingActive = 'ValidMetricFound'
    return largest
  }

  /** Without behaviour: the highest recommendation within the window. */
  private stableDown(wanted: number, now: Time): number {
    const from = now - this.settings.downscaleStabilization
    let highest = wanted
    for (const { replicas, at } of this.recommendations) if (at >= from) highest = Math.max(highest, replicas)
    this.remember(wanted, now, from)
    return highest
  }

  /** With behaviour: the current number, moved into the range of the recommendations within the windows. */
  private stable({ up, down }: { up: CompleteRules; down: CompleteRules }, wanted: number, current: number, now: Time): number {
    let lowest = wanted
    let highest = wanted
    for (const { replicas, at } of this.recommendations) {
      if (at > now - up.window) lowest = Math.min(lowest, replicas)
      if (at > now - down.window) highest = Math.max(highest, replicas)
    }
    this.remember(wanted, now, now - Math.max(up.window, down.window))
    return Math.min(Math.max(current, lowest), highest)
  }

  /** Recommendations before `from` are forgotten. */
  private remember(replicas: number, at: Time, from: Time): void {
    const kept = this.recommendations.filter((recommendation) => recommendation.at >= from)
    this.recommendations.splice(0, this.recommendations.length, ...kept, { replicas, at })
  }

  private limitedByDoubling(wanted: number, current: number): Limited {
    const { minReplicas, maxReplicas } = this.settings
    const doubled = Math.max(2 * current, 4)
    const most = Math.min(maxReplicas, doubled)
    if (wanted < minReplicas) return { replicas: minReplicas, reason: 'TooFewReplicas' }
    if (wanted > most) return { replicas: most, reason: maxReplicas > doubled ? 'ScaleUpLimit' : 'TooManyReplicas' }
    return { replicas: wanted, reason: 'DesiredWithinRange' }
  }

  private limitedByRules(rules: { up: CompleteRules; down: CompleteRules }, wanted: number, current: number, now: Time): Limited {
    const { minReplicas, maxReplicas } = this.settings
    if (wanted > current) {
      const limit = Math.max(current, upLimit(rules.up, current, this.ups, this.downs, now))
      const most = Math.min(maxReplicas, limit)
      if (wanted > most) return { replicas: most, reason: maxReplicas > limit ? 'ScaleUpLimit' : 'TooManyReplicas' }
    } else if (wanted < current) {
      const limit = Math.min(current, downLimit(rules.down, current, this.ups, this.downs, now))
      const fewest = Math.max(minReplicas, limit)
      if (wanted < fewest) return { replicas: fewest, reason: minReplicas < limit ? 'ScaleDownLimit' : 'TooFewReplicas' }
    }
    return { replicas: wanted, reason: 'DesiredWithinRange' }
  }
}
