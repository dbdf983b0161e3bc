/** Replays the decisions of Knative's pod autoscaler; of the family `collector` also the averages of its collector. */
import { PodAutoscaler } from '../../../autoscaling/replicas/knative/pod-autoscaler.ts'
import { WindowAverage } from '../../../autoscaling/replicas/knative/window-average.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

const SECOND = 1_000_000
/** Averages are recorded with six digits; newer releases round where the recorded one cut. */
const PRECISION = 1e-6

interface Scrape {
  readonly at_s: number
  readonly concurrency?: number
  readonly proxied_concurrency?: number
  readonly requests?: number
  readonly proxied_requests?: number
}

interface Step {
  readonly at_s: number
  readonly ready_pods: number
  readonly stable?: number
  readonly panic?: number
  readonly scrapes?: readonly Scrape[]
  readonly no_data?: boolean
  readonly pod_count_error?: boolean
  readonly set_reachable?: boolean
  readonly desired: number
  readonly excess_burst_capacity: number
  readonly valid: boolean
}

/** One recorded sequence. */
export interface KpaCase extends RecordedCase {
  readonly family: string
  readonly spec: {
    readonly metric: 'concurrency' | 'rps'
    readonly max_scale_up_rate: number
    readonly max_scale_down_rate: number
    readonly target_value: number
    readonly total_value: number
    readonly target_burst_capacity: number
    readonly panic_threshold: number
    readonly stable_window_s: number
    readonly panic_window_s: number
    readonly scale_down_delay_s: number
    readonly activation_scale: number
    readonly reachable: boolean
    readonly weighted_average?: boolean
  }
  readonly initial_ready_pods: number
  readonly steps: readonly Step[]
}

/** The averages of one step; null: there is no data. */
type Averages = { readonly stable: number; readonly panic: number } | null

/** Averages of the scrapes, with what went through the activator taken off, which counts it itself. */
function collector({ metric, stable_window_s, panic_window_s, weighted_average }: KpaCase['spec']): (step: Step) => Averages {
  const stable = new WindowAverage(stable_window_s * SECOND, SECOND, weighted_average)
  const panic = new WindowAverage(panic_window_s * SECOND, SECOND, weighted_average)
  return (step) => {
    for (const scrape of step.scrapes ?? []) {
      const value =
        metric === 'rps'
          ? (scrape.requests ?? 0) - (scrape.proxied_requests ?? 0)
          : (scrape.concurrency ?? 0) - (scrape.proxied_concurrency ?? 0)
      stable.record(scrape.at_s * SECOND, value)
      panic.record(scrape.at_s * SECOND, value)
    }
    const now = step.at_s * SECOND
    return stable.isEmpty(now) ? null : { stable: stable.at(now), panic: panic.at(now) }
  }
}

const given = (step: Step): Averages => (step.no_data === true ? null : { stable: step.stable ?? 0, panic: step.panic ?? 0 })

/** Replays one sequence. */
export function replayKpa(recorded: KpaCase): string | null {
  const { spec, steps, family, initial_ready_pods } = recorded
  const autoscaler = new PodAutoscaler(
    {
      maxScaleUpRate: spec.max_scale_up_rate,
      maxScaleDownRate: spec.max_scale_down_rate,
      target: spec.target_value,
      total: spec.total_value,
      targetBurstCapacity: spec.target_burst_capacity,
      panicThreshold: spec.panic_threshold,
      stableWindow: spec.stable_window_s * SECOND,
      scaleDownDelay: spec.scale_down_delay_s * SECOND,
      activationScale: spec.activation_scale,
    },
    0,
    initial_ready_pods,
    spec.reachable,
  )
  const averagesAt = family === 'collector' ? collector(spec) : given
  for (const step of steps) {
    autoscaler.reachable = step.set_reachable ?? autoscaler.reachable
    const difference = replayStep(step, autoscaler, averagesAt(step))
    if (difference !== null) return `at ${step.at_s} s: ${difference}`
  }
  return null
}

function replayStep(step: Step, autoscaler: PodAutoscaler, averages: Averages): string | null {
  if (averages === null || step.pod_count_error === true) return step.valid ? 'recorded a decision, ours has no data' : null
  for (const name of ['stable', 'panic'] as const)
    if (Math.abs((step[name] ?? 0) - averages[name]) > PRECISION) return `${name}: recorded ${step[name]}, ours ${averages[name]}`
  const ours = autoscaler.decide(step.at_s * SECOND, step.ready_pods, averages.stable, averages.panic)
  return firstDifference(
    { valid: step.valid, desired: step.desired, excess: step.excess_burst_capacity },
    { valid: true, desired: ours.desired, excess: ours.excessBurstCapacity },
  )
}
