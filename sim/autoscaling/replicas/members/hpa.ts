/** HPA: the number of replicas that the Kubernetes HorizontalPodAutoscaler sets for a target of CPU utilization. */
import { define, type ValueProblem } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import type { Behavior, ScalingPolicy, ScalingRules } from '../hpa/behavior.ts'
import { HorizontalPodAutoscaler } from '../hpa/controller.ts'
import type { PodGroup } from '../hpa/observation.ts'
import { needingPods, type LoadView, type PodSample, type ReplicaAutoscaler } from '../policy.ts'
import { ROUNDING } from '../recommendation-window.ts'

const HOUR = 3_600_000_000
const SECOND = 1_000_000 // µs
const SELECTIONS = ['Max', 'Min', 'Disabled'] as const

const policies = (meaning: string, initial: readonly Readonly<Record<string, number | string>>[]) =>
  ({
    kind: 'list',
    default: initial,
    min: 1,
    max: 20,
    of: {
      type: { kind: 'choice', default: 'Percent', choices: ['Pods', 'Percent'], meaning: 'what value counts' },
      value: { kind: 'integer', min: 1, max: 1_000_000, meaning: 'largest change within the period' },
      period: { kind: 'duration', default: 15 * SECOND, min: SECOND, max: 1800 * SECOND, meaning: 'time over which changes count' },
    },
    meaning,
  }) as const

const window = (initial: Time, meaning: string) => ({ kind: 'duration', default: initial, min: 0, max: 3600 * SECOND, meaning }) as const

const parameters = {
  target: { kind: 'share', default: 0.8, min: 0.01, max: 10, meaning: 'CPU used over CPU requested to aim at, in whole percents' },
  tolerance: {
    kind: 'share',
    default: 0.1,
    min: 0,
    max: 1,
    meaning: 'no change while the ratio to the target is within 1 - tolerance .. 1 + tolerance',
  },
  rules: {
    kind: 'choice',
    default: 'plain',
    choices: ['plain', 'behavior'],
    meaning: 'plain: a manifest without behavior, at most double (or 4) at once; behavior: the windows and policies below',
  },
  scaleUpWindow: window(0, 'behavior: not above the lowest recommendation within this window'),
  scaleUpSelect: {
    kind: 'choice',
    default: 'Max',
    choices: SELECTIONS,
    meaning: 'behavior: the policy that decides, by the change it allows',
  },
  scaleUpPolicies: policies('behavior: limits of scale-up', [
    { type: 'Pods', value: 4, period: 15 * SECOND },
    { type: 'Percent', value: 100, period: 15 * SECOND },
  ]),
  scaleDownWindow: window(300 * SECOND, 'not below the highest recommendation within this window'),
  scaleDownSelect: {
    kind: 'choice',
    default: 'Max',
    choices: SELECTIONS,
    meaning: 'behavior: the policy that decides, by the change it allows',
  },
  scaleDownPolicies: policies('behavior: limits of scale-down', [{ type: 'Percent', value: 100, period: 15 * SECOND }]),
  cpuInitialization: {
    kind: 'duration',
    default: 300 * SECOND,
    min: 0,
    meaning: 'time after its start in which a pod counts only while it is ready and its whole window is from then on',
  },
  initialReadinessDelay: {
    kind: 'duration',
    default: 30 * SECOND,
    min: 0,
    meaning: 'a pod that is not ready and has not changed that later than this after its start has never been ready',
  },
  every: { kind: 'duration', default: 15 * SECOND, min: 1, meaning: 'time between two decisions' },
} as const

type Given = Values<typeof parameters>

/** Parameters that only `rules: behavior` reads. */
const OF_BEHAVIOR = ['scaleUpWindow', 'scaleUpSelect', 'scaleUpPolicies', 'scaleDownSelect', 'scaleDownPolicies'] as const

/** Kubernetes 1.34.4: the calculator and the controller that its recordings are compared with. */
export const hpa = needingPods(
  define({
    name: 'hpa',
    summary:
      'The number of replicas that the Kubernetes HorizontalPodAutoscaler sets for CPU utilization: ratio rule, pods that start, stabilization windows, rate limits.',
    source: 'Kubernetes 1.34, pkg/controller/podautoscaler/{horizontal,replica_calculator}.go',
    fidelity: 'faithful',
    parameters,
    problems: (values): readonly ValueProblem[] =>
      values.rules === 'behavior'
        ? []
        : OF_BEHAVIOR.filter((key) => JSON.stringify(values[key]) !== JSON.stringify(parameters[key].default)).map((key) => ({
            path: [key],
            message: 'found with rules: plain, which has no such limit; accepted: with rules: behavior',
          })),
    create: (values): ReplicaAutoscaler | null => new Hpa(values),
  }),
)

class Hpa implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Given
  private controller: HorizontalPodAutoscaler | null = null
  private readonly read = new SampledPods()
  private readonly inputs: { podsOf(): readonly PodGroup[]; observedOf(): readonly number[]; unchanged: boolean }

  constructor(values: Given) {
    this.every = values.every
    this.values = values
    this.inputs = { podsOf: () => this.read.pods, observedOf: () => [], unchanged: false }
  }

  desired(load: LoadView): number {
    this.controller ??= this.started(load)
    const { cpuInitialization, initialReadinessDelay } = this.values
    const young = Math.max(cpuInitialization, initialReadinessDelay)
    // Pods that are ready for an hour are alike to it, unless its settings tell them apart.
    const alike = Math.max(young, load.window) <= HOUR ? load.alike : null
    this.inputs.unchanged = !this.read.update(alike ?? load.pods, load, young)
    if (this.inputs.unchanged && this.controller.keeps(load.now, load.replicas)) return load.replicas
    return this.controller.decide(load.now, load.replicas, this.inputs)
  }

  private started({ min, max }: LoadView): HorizontalPodAutoscaler {
    const { target, tolerance, rules, scaleDownWindow, cpuInitialization, initialReadinessDelay } = this.values
    return new HorizontalPodAutoscaler({
      minReplicas: min,
      maxReplicas: max,
      targets: [{ source: 'Resource', resource: 'cpu', utilization: Math.round(target * 100) }],
      behavior: rules === 'behavior' ? behaviorOf(this.values) : null,
      tolerance,
      downscaleStabilization: scaleDownWindow,
      readiness: { cpuInitialization, initialDelay: initialReadinessDelay },
    })
  }
}

function behaviorOf(values: Given): Behavior {
  const rules = (windowLength: Time, select: string, list: Given['scaleUpPolicies']): ScalingRules => ({
    stabilizationWindowSeconds: windowLength / SECOND,
    selectPolicy: select as (typeof SELECTIONS)[number],
    policies: list.map(({ type, value, period }) => ({ type: type as ScalingPolicy['type'], value, periodSeconds: period / SECOND })),
  })
  return {
    scaleUp: rules(values.scaleUpWindow, values.scaleUpSelect, values.scaleUpPolicies),
    scaleDown: rules(values.scaleDownWindow, values.scaleDownSelect, values.scaleDownPolicies),
  }
}

type Sampled = PodSample & { readonly count?: number }

/** The pods of a view as the controller reads them. The list is the same object while that of the view is, so that equal samples give no second proposal. */
class SampledPods {
  pods: { -readonly [K in keyof PodGroup]: PodGroup[K] }[] = []
  private list: readonly Sampled[] | null = null
  private window: Time = 0

  /** Whether the controller may propose something else than at the last update. @param young age up to which times of a pod matter to it [µs] */
  update(list: readonly Sampled[], { now, sampled, window: length }: LoadView, young: Time): boolean {
    const isNew = list !== this.list
    if (isNew) this.pods = list.map((one) => groupOf(one))
    let changed = isNew || length !== this.window
    this.list = list
    this.window = length
    for (let i = 0; i < list.length; i++) {
      const { started, readySince, used } = list[i]
      const pod = this.pods[i]
      const usage = Number.isNaN(used) ? null : Math.ceil(used - ROUNDING)
      // The times of a ready pod that was old enough before do not count.
      if (usage !== pod.usage || pod.ready !== true || pod.startedAgo === null || pod.startedAgo < young) changed = true
      if (pod.startedAgo !== null) pod.startedAgo = now - started
      pod.readyChangedAgo = now - readySince
      pod.sampledAgo = now - sampled
      pod.window = length
      pod.usage = usage
    }
    return changed
  }
}

/** Quantities have whole millicores, rounded up as the API does. */
function groupOf({ started, ready, request, count = 1 }: Sampled): SampledPods['pods'][number] {
  const hasNode = !Number.isNaN(started)
  return {
    count,
    phase: hasNode ? 'Running' : 'Pending',
    terminating: false,
    startedAgo: hasNode ? 0 : null,
    ready: hasNode ? ready : null,
    readyChangedAgo: 0,
    requests: [request],
    usage: null,
    sampledAgo: 0,
    window: 0,
  }
}
