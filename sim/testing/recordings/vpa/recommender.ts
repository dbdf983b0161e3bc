/** Replays the histograms and the recommendations of the Vertical Pod Autoscaler. */
import { exponentialBuckets, linearBuckets, type Buckets } from '../../../autoscaling/sizes/vpa/buckets.ts'
import { ContainerUsage } from '../../../autoscaling/sizes/vpa/container-usage.ts'
import { Histogram } from '../../../autoscaling/sizes/vpa/histogram.ts'
import { recommended, type Amounts, type RecommenderSettings } from '../../../autoscaling/sizes/vpa/recommender.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

const SECOND = 1_000_000

type RecordedBuckets =
  | { readonly type: 'linear'; readonly max: number; readonly bucket_size: number; readonly epsilon: number }
  | {
      readonly type: 'exponential'
      readonly max: number
      readonly first_bucket_size: number
      readonly ratio: number
      readonly epsilon: number
    }

interface Operation {
  readonly op: 'add' | 'subtract'
  /** Absent: 0. */
  readonly value?: number
  readonly weight: number
  readonly at_s: number
}

/** A recorded histogram. */
interface HistogramCase extends RecordedCase {
  readonly buckets: RecordedBuckets
  readonly half_life_s?: number
  readonly ops: readonly Operation[] | null
  readonly merge_ops?: readonly Operation[] | null
  readonly percentiles: readonly (readonly [share: number, value: number])[]
  readonly empty: boolean
  readonly checkpoint_bucket_weights: Readonly<Record<string, number>>
  readonly checkpoint_total_weight: number
  readonly checkpoint_reference_s?: number
}

interface RecordedAmounts {
  readonly cpu_milli: number
  readonly memory_bytes: number
}

/** A recorded container. */
interface ContainerCase extends RecordedCase {
  readonly containers_in_pod: number
  readonly aggregation: Readonly<Record<string, number>>
  readonly config: Readonly<Record<string, number>>
  readonly events: readonly {
    readonly kind: 'cpu' | 'memory' | 'oom'
    readonly at_s: number
    readonly value: number
    readonly accepted: boolean
  }[]
  readonly recommendations: readonly {
    readonly after_events: number
    readonly result: { readonly lower: RecordedAmounts; readonly target: RecordedAmounts; readonly upper: RecordedAmounts }
    readonly samples: number
    readonly memory_window_end_s: number
    readonly memory_peak_bytes: number
  }[]
}

/** Replays one histogram or container. */
export const replayVpa = (recorded: HistogramCase | ContainerCase): string | null =>
  'buckets' in recorded ? replayHistogram(recorded) : replayContainer(recorded)

const bucketsOf = (given: RecordedBuckets): Buckets =>
  given.type === 'linear'
    ? linearBuckets(given.max, given.bucket_size, given.epsilon)
    : exponentialBuckets(given.max, given.first_bucket_size, given.ratio, given.epsilon)

function replayHistogram(recorded: HistogramCase): string | null {
  const filled = (operations: readonly Operation[] | null): Histogram => {
    const histogram = new Histogram(bucketsOf(recorded.buckets), (recorded.half_life_s ?? 0) * SECOND)
    for (const { op, value, weight, at_s } of operations ?? []) histogram[op](value ?? 0, weight, at_s * SECOND)
    return histogram
  }
  const histogram = filled(recorded.ops)
  if (recorded.merge_ops !== undefined) histogram.merge(filled(recorded.merge_ops))
  const { weights, total, reference } = histogram.checkpoint()
  return firstDifference(
    {
      percentiles: recorded.percentiles.map(([, value]) => value),
      empty: recorded.empty,
      weights: recorded.checkpoint_bucket_weights,
      total: recorded.checkpoint_total_weight,
      reference: recorded.checkpoint_reference_s,
    },
    {
      percentiles: recorded.percentiles.map(([share]) => histogram.percentile(share)),
      empty: histogram.isEmpty(),
      weights: Object.fromEntries(weights),
      total,
      reference: Number.isFinite(reference) ? reference / SECOND : undefined,
    },
  )
}

function replayContainer(recorded: ContainerCase): string | null {
  const { aggregation, config, events, recommendations } = recorded
  const usage = new ContainerUsage({
    cpuHalfLife: aggregation['cpu_half_life_s'] * SECOND,
    memoryHalfLife: aggregation['memory_half_life_s'] * SECOND,
    memoryInterval: aggregation['memory_interval_s'] * SECOND,
    oomRatio: aggregation['oom_bump_ratio'],
    oomBump: aggregation['oom_min_bump_bytes'],
  })
  const add = { cpu: 'addCpu', memory: 'addMemory', oom: 'addOutOfMemory' } as const
  let done = 0
  for (const { after_events, result, samples, memory_window_end_s, memory_peak_bytes } of recommendations) {
    for (; done < after_events; done++) {
      const { kind, at_s, value, accepted } = events[done]
      if (usage[add[kind]](at_s * SECOND, value) !== accepted) return `event ${done}: recorded accepted ${accepted}, ours ${!accepted}`
    }
    const ours = recommended(usage, settingsOf(config), recorded.containers_in_pod)
    const difference = firstDifference(
      { ...result, samples, end: memory_window_end_s, peak: memory_peak_bytes },
      {
        lower: amounts(ours.lower),
        target: amounts(ours.target),
        upper: amounts(ours.upper),
        samples: usage.samples,
        end: usage.memoryIntervalEnd / SECOND,
        peak: usage.memoryPeak,
      },
    )
    if (difference !== null) return `after ${after_events} events: ${difference}`
  }
  return null
}

const amounts = ({ cpu, memory }: Amounts): RecordedAmounts => ({ cpu_milli: cpu, memory_bytes: memory })

function settingsOf(config: ContainerCase['config']): RecommenderSettings {
  const percentiles = (resource: 'cpu' | 'memory') => ({
    lower: config[`lower_${resource}_percentile`],
    target: config[`target_${resource}_percentile`],
    upper: config[`upper_${resource}_percentile`],
  })
  return {
    cpu: percentiles('cpu'),
    memory: percentiles('memory'),
    margin: config['safety_margin'],
    leastCpu: config['pod_min_cpu_milli'],
    leastMemory: config['pod_min_memory_mib'],
    cpuConfidence: config['confidence_cpu_s'] * SECOND,
    memoryConfidence: config['confidence_memory_s'] * SECOND,
  }
}
