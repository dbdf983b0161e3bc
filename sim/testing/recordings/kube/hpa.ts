/** Replays `hpa-calculator` and `hpa-controller`: single decisions about one metric, and series of decisions of the whole controller. */
import { MetricError, proposed } from '../../../autoscaling/replicas/hpa/calculator.ts'
import type { Behavior } from '../../../autoscaling/replicas/hpa/behavior.ts'
import { HorizontalPodAutoscaler } from '../../../autoscaling/replicas/hpa/controller.ts'
import type { MetricTarget, PodGroup } from '../../../autoscaling/replicas/hpa/observation.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

const SECOND = 1_000_000
/** The real code counts memory in thousandths of a byte. */
const MILLI = 1000

/** Pods as recorded: ages in seconds, memory in bytes. */
type RecordedPods = Omit<Partial<PodGroup>, 'requests' | 'usage'> & Pick<PodGroup, 'count' | 'phase' | 'requests' | 'usage'>

/** One recorded decision. */
export interface CalculatorCase extends RecordedCase {
  readonly target: MetricTarget
  readonly currentReplicas: number
  readonly toleranceUp: number
  readonly toleranceDown: number
  readonly cpuInitializationPeriod: number
  readonly initialReadinessDelay: number
  readonly pods: readonly RecordedPods[] | null
  readonly observed?: readonly number[]
  readonly expect: Readonly<Record<string, unknown>>
}

interface Tick {
  readonly at: number
  readonly replicas: number
  readonly pods: readonly RecordedPods[] | null
  readonly external?: readonly number[]
  readonly after: number
  readonly ableToScale: string
  readonly scalingLimited: string
  readonly scalingActive: string
}

/** One recorded series of decisions. */
export interface ControllerCase extends RecordedCase {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly tolerance: number
  readonly downscaleStabilization: number
  readonly cpuInitializationPeriod: number
  readonly initialReadinessDelay: number
  readonly targets: readonly MetricTarget[]
  readonly behavior?: Behavior | null
  readonly ticks: readonly Tick[]
}

function podsOf(pods: readonly RecordedPods[] | null, factor: number): PodGroup[] {
  return (pods ?? []).map((pod) => ({
    count: pod.count,
    phase: pod.phase,
    terminating: pod.terminating ?? false,
    startedAgo: pod.startedAgo === undefined || pod.startedAgo === null ? null : pod.startedAgo * SECOND,
    ready: pod.ready ?? null,
    readyChangedAgo: (pod.readyChangedAgo ?? 0) * SECOND,
    requests: pod.requests.map((request) => (request < 0 ? request : request * factor)),
    usage: pod.usage === null || pod.usage === undefined ? null : pod.usage * factor,
    sampledAgo: (pod.sampledAgo ?? 0) * SECOND,
    window: (pod.window ?? 0) * SECOND,
  }))
}

/** Replays one decision. */
export function replayCalculator(recorded: CalculatorCase): string | null {
  const factor = recorded.target.resource === 'memory' ? MILLI : 1
  const target =
    'averageValue' in recorded.target ? { ...recorded.target, averageValue: recorded.target.averageValue * factor } : recorded.target
  let ours: Record<string, unknown>
  try {
    const { ratio: _ratio, ...shown } = proposed({
      target,
      currentReplicas: recorded.currentReplicas,
      tolerances: { up: recorded.toleranceUp, down: recorded.toleranceDown },
      readiness: {
        cpuInitialization: recorded.cpuInitializationPeriod * SECOND,
        initialDelay: recorded.initialReadinessDelay * SECOND,
      },
      pods: podsOf(recorded.pods, factor),
      observed: recorded.observed ?? [],
    })
    ours = shown
  } catch (error) {
    if (!(error instanceof MetricError)) throw error
    ours = { replicas: 0, usage: 0, error: error.message }
  }
  return firstDifference(recorded.expect, ours, '', true)
}

/** Replays one series. */
export function replayController(recorded: ControllerCase): string | null {
  const hpa = new HorizontalPodAutoscaler({
    minReplicas: recorded.minReplicas,
    maxReplicas: recorded.maxReplicas,
    targets: recorded.targets,
    behavior: recorded.behavior ?? null,
    tolerance: recorded.tolerance,
    downscaleStabilization: recorded.downscaleStabilization * SECOND,
    readiness: { cpuInitialization: recorded.cpuInitializationPeriod * SECOND, initialDelay: recorded.initialReadinessDelay * SECOND },
  })
  for (const tick of recorded.ticks) {
    const pods = podsOf(tick.pods, 1)
    const after = hpa.decide(tick.at * SECOND, tick.replicas, { podsOf: () => pods, observedOf: () => tick.external ?? [] })
    const { ableToScale, scalingLimited, scalingActive } = tick
    const difference = firstDifference({ after: tick.after, ableToScale, scalingLimited, scalingActive }, { after, ...hpa.conditions })
    if (difference !== null) return `at ${tick.at} s: ${difference}`
  }
  return null
}
