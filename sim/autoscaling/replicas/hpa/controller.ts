/**
 * The HorizontalPodAutoscaler: proposals of its metrics, stabilised, limited, and written as the new number of replicas.
 * Source: Kubernetes 1.34 pkg/controller/podautoscaler/horizontal.go.
 */
import { NONE, type Time } from '../../../common/ids.ts'
import { completeBehavior, downLimit, ScaleEvents, upLimit, type Behavior, type CompleteRules } from './behavior.ts'
import { MetricError, proposed, type Proposal } from './calculator.ts'
import type { MetricTarget, PodGroup, Readiness, Tolerances } from './observation.ts'
import { RecentExtreme } from './recommendations.ts'

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
  /** Everything that the proposals are made from is as at the last decision, but perhaps the number of replicas. */
  readonly unchanged?: boolean
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
  /** Recommendations before stabilisation, within the windows of scaling down and up. */
  private readonly highest = new RecentExtreme(1)
  private readonly lowest = new RecentExtreme(-1)
  private started = false
  /** What the last decision proposed, at which number of replicas. */
  private last: { readonly current: number; readonly proposals: HpaSteps['proposals'] } | null = null
  private readonly ups = new ScaleEvents()
  private readonly downs = new ScaleEvents()

  constructor(settings: HpaSettings) {
    const { behavior, tolerance, downscaleStabilization } = settings
    this.settings = settings
    this.rules = behavior === null ? null : completeBehavior(behavior, downscaleStabilization)
    this.tolerances = { up: this.rules?.up.tolerance ?? tolerance, down: this.rules?.down.tolerance ?? tolerance }
  }

  /**
   * Takes the decision when it is known without a proposal: inputs as at the last one, which asked for the present number and found nothing
   * higher in the window. False: it is not known.
   */
  keeps(now: Time, current: number): boolean {
    const { steps, last } = this
    if (last?.current !== current || steps?.wanted !== current || steps.limited !== current) return false
    if (this.rules === null) return this.highest.repeat(current, now)
    this.remember(current, now)
    return true
  }

  /** One decision: the replicas to set. */
  decide(now: Time, current: number, inputs: HpaInputs): number {
    const { minReplicas, maxReplicas } = this.settings
    this.steps = null
    if (!this.started) this.remember(current, now)
    this.started = true
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
    const proposals = this.proposalsOf(current, inputs)
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

  private proposalsOf(current: number, inputs: HpaInputs): HpaSteps['proposals'] {
    if (inputs.unchanged === true && this.last?.current === current) return this.last.proposals
    const proposals = this.settings.targets.map((_, target) => this.proposalOf(target, current, inputs))
    this.last = { current, proposals }
    return proposals
  }

  private proposalOf(row: number, currentReplicas: number, inputs: HpaInputs): HpaSteps['proposals'][number] {
    const { targets, readiness } = this.settings
    const { tolerances } = this
    try {
      const pods = inputs.podsOf(row)
      return proposed({ target: targets[row], currentReplicas, tolerances, readiness, pods, observed: inputs.observedOf(row) })
    } catch (error) {
      if (!(error instanceof MetricError)) throw error
      return { error: error.message }
    }
  }

  /** The metric that asks for most decides. When one cannot be read, the others may scale up, not down. */
  private largest(proposals: HpaSteps['proposals'], current: number): number | null {
    let largest = 0
    let read = 0
    let failed = NONE
    for (let row = 0; row < proposals.length; row++) {
      const proposal = proposals[row]
      if ('error' in proposal) {
        if (failed === NONE) failed = row
        continue
      }
      read++
      if (proposal.replicas > largest) largest = proposal.replicas
    }
    if (failed !== NONE && (read === 0 || largest < current)) {
      this.conditions.scalingActive = `FailedGet${this.settings.targets[failed].source}Metric`
      return null
    }
    this.conditions.scalingActive = 'ValidMetricFound'
    return largest
  }

  /** Without behaviour: the highest recommendation within the window. */
  private stableDown(wanted: number, now: Time): number {
    const highest = this.highest.since(now - this.settings.downscaleStabilization, wanted)
    this.remember(wanted, now)
    return highest
  }

  /** With behaviour: the current number, moved into the range of the recommendations within the windows, which end before their length. */
  private stable({ up, down }: { up: CompleteRules; down: CompleteRules }, wanted: number, current: number, now: Time): number {
    const lowest = this.lowest.since(now - up.window + 1, wanted)
    const highest = this.highest.since(now - down.window + 1, wanted)
    this.remember(wanted, now)
    return Math.min(Math.max(current, lowest), highest)
  }

  private remember(replicas: number, at: Time): void {
    this.highest.add(replicas, at)
    if (this.rules !== null) this.lowest.add(replicas, at)
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
