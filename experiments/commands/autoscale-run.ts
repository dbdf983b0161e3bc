/** Plays observations to an autoscaler, and keeps the numbers between what it saw and what it decided. */
import {
  ContainerUsage,
  HorizontalPodAutoscaler,
  PodAutoscaler,
  RECOMMENDER_DEFAULTS,
  recommended,
  ScaledObject,
  WindowAverage,
  type HpaSteps,
  type MetricTarget,
  type PodGroup,
} from '../../sim/index.ts'
import type { Autoscaler } from '../../workloads/index.ts'
import type { AutoscaleScript, Observation, ObservedPods } from './autoscale-file.ts'
import type { KnativeAutoscaler, ScaledObject as ScaledObjectManifest, VerticalAutoscaler } from './autoscale-manifest.ts'

const SECOND = 1_000_000
/** The real code counts memory in thousandths of a byte. */
const MILLI = 1000

/** One decision: the time [µs], the replicas before and after, and what is between them, by the kind of the autoscaler. */
export interface AutoscaleDecision {
  readonly at: number
  readonly before: number | null
  readonly after: number | null
  readonly why: Readonly<Record<string, unknown>>
}

interface Player {
  decide(seen: Observation, replicas: number): AutoscaleDecision
}

/** All decisions of a script. */
export function playAutoscaler(script: AutoscaleScript): AutoscaleDecision[] {
  const player = playerOf(script)
  let { replicas } = script
  return script.observations.map((seen) => {
    const decision = player.decide(seen, seen.replicas ?? replicas)
    replicas = decision.after ?? replicas
    return decision
  })
}

function playerOf(script: AutoscaleScript): Player {
  const { manifest } = script
  switch (manifest.kind) {
    case 'HorizontalPodAutoscaler':
      return new Horizontal(script, manifest)
    case 'ScaledObject':
      return new Keda(script, manifest)
    case 'PodAutoscaler':
      return new Knative(script, manifest)
    case 'VerticalPodAutoscaler':
      return new Vertical(manifest)
  }
}

/** By target: what is asked for, or why it could not be read. */
const metricsOf = (names: readonly string[], steps: HpaSteps | null) =>
  steps === null ? [] : steps.proposals.map((proposal, row) => ({ metric: names[row], ...proposal }))

class Horizontal implements Player {
  private readonly hpa: HorizontalPodAutoscaler
  private readonly metrics: Autoscaler['metrics']

  constructor(script: AutoscaleScript, { min, max, metrics, behavior, scaleUp, scaleDown }: Autoscaler) {
    const { tolerance, downscaleStabilization, cpuInitialization, initialReadinessDelay } = script
    this.metrics = metrics
    this.hpa = new HorizontalPodAutoscaler({
      minReplicas: min,
      maxReplicas: max,
      targets: metrics.map(targetOf),
      behavior: behavior ? { scaleUp: rulesOf(scaleUp), scaleDown: rulesOf(scaleDown) } : null,
      tolerance,
      downscaleStabilization,
      readiness: { cpuInitialization, initialDelay: initialReadinessDelay },
    })
  }

  decide(seen: Observation, before: number): AutoscaleDecision {
    const { hpa, metrics } = this
    const after = hpa.decide(seen.at, before, {
      podsOf: (row) => seen.pods.map((pods) => groupOf(pods, metrics[row])),
      observedOf: (row) => [Math.round((seen.metrics.get(metrics[row].name) ?? 0) * MILLI)],
    })
    const { steps, conditions } = hpa
    const names = metrics.map(({ name }) => name)
    const { wanted = null, stable = null, limited = null } = steps ?? {}
    return { at: seen.at, before, after, why: { metrics: metricsOf(names, steps), wanted, stable, limited, conditions: { ...conditions } } }
  }
}

function targetOf({ type, name, target }: Autoscaler['metrics'][number]): MetricTarget {
  const isResource = type === 'Resource' || type === 'ContainerResource'
  const source = isResource ? ({ source: 'Resource', resource: name } as const) : ({ source: type } as const)
  const value = isResource && name === 'memory' ? target.value * MILLI : target.value
  if (target.type === 'Utilization') return { ...source, utilization: target.value }
  return target.type === 'Value' ? { ...source, value } : { ...source, averageValue: value }
}

const rulesOf = ({ stabilization, select, policies }: Autoscaler['scaleUp']) => ({
  stabilizationWindowSeconds: stabilization / SECOND,
  selectPolicy: select,
  policies: policies.map(({ type, value, period }) => ({ type, value, periodSeconds: period / SECOND })),
})

/** Pods with their sample of one metric: cpu in millicores, memory and other metrics in thousandths. */
function groupOf(pods: ObservedPods, { type, name }: Autoscaler['metrics'][number]): PodGroup {
  const { count, phase, terminating, ready, started, readySince, sampled, window, used, request, metrics } = pods
  const resource = name === 'memory' ? 'memory' : 'cpu'
  const amount = (given: ObservedPods['used']): number | undefined => {
    const value = given[resource]
    return value === undefined || resource === 'cpu' ? value : value * MILLI
  }
  const custom = metrics.get(name)
  const sample = type === 'Pods' ? (custom === undefined ? undefined : custom * MILLI) : amount(used)
  return {
    count,
    phase: phase as PodGroup['phase'],
    terminating,
    startedAgo: started,
    ready,
    readyChangedAgo: readySince ?? started,
    requests: [amount(request) ?? -1],
    usage: sample ?? null,
    sampledAgo: sampled,
    window,
  }
}

class Keda implements Player {
  private readonly scaled: ScaledObject
  private readonly names: readonly string[]

  constructor({ tolerance, downscaleStabilization }: AutoscaleScript, manifest: ScaledObjectManifest) {
    this.names = manifest.triggers.map(({ name }) => name)
    this.scaled = new ScaledObject({ ...manifest, tolerance, downscaleStabilization })
  }

  decide({ at, metrics }: Observation, before: number): AutoscaleDecision {
    const after = this.scaled.decide(
      at,
      before,
      this.names.map((name) => metrics.get(name) ?? NaN),
    )
    const { active, hpa } = this.scaled
    const { wanted = null, stable = null, limited = null } = hpa.steps ?? {}
    return { at, before, after, why: { active, metrics: metricsOf(this.names, hpa.steps), wanted, stable, limited } }
  }
}

class Knative implements Player {
  private readonly autoscaler: PodAutoscaler
  private readonly stable: WindowAverage
  private readonly panic: WindowAverage
  private readonly manifest: KnativeAutoscaler
  private readonly target: number

  constructor({ targetBurstCapacity, replicas, observations }: AutoscaleScript, manifest: KnativeAutoscaler) {
    const { annotations, metric, concurrency } = manifest
    const given = (key: string, initial: number): number => Number(annotations.get(key) ?? initial)
    const total = given('target', concurrency > 0 ? concurrency : metric === 'rps' ? 200 : 100)
    this.target = Math.max(0.01, (total * given('target-utilization-percentage', 70)) / 100)
    const stableWindow = secondsOf(annotations.get('window') ?? '60s') * SECOND
    const panicSeconds = Math.max(1, Math.round((stableWindow * given('panic-window-percentage', 10)) / 100 / SECOND))
    this.manifest = manifest
    this.stable = new WindowAverage(stableWindow, SECOND)
    this.panic = new WindowAverage(panicSeconds * SECOND, SECOND)
    const spec = {
      maxScaleUpRate: 1000,
      maxScaleDownRate: 2,
      target: this.target,
      total,
      targetBurstCapacity: given('target-burst-capacity', targetBurstCapacity),
      panicThreshold: given('panic-threshold-percentage', 200) / 100,
      stableWindow,
      scaleDownDelay: secondsOf(annotations.get('scale-down-delay') ?? '0s') * SECOND,
      activationScale: given('activation-scale', 1),
    }
    this.autoscaler = new PodAutoscaler(spec, observations[0].at, observations[0].ready ?? replicas)
  }

  decide({ at, ready, metrics, pods }: Observation, before: number): AutoscaleDecision {
    const { metric, annotations } = this.manifest
    const value = metrics.get(metric)
    if (value !== undefined) {
      this.stable.record(at, value)
      this.panic.record(at, value)
    }
    if (this.stable.isEmpty(at)) return { at, before, after: before, why: { stable: null, panic: null } }
    const [stable, panic] = [this.stable.at(at), this.panic.at(at)]
    const up = ready ?? (pods.length > 0 ? readyOf(pods) : before)
    const { desired, excessBurstCapacity } = this.autoscaler.decide(at, up, stable, panic)
    const max = Number(annotations.get('max-scale') ?? 0)
    const after = Math.max(Number(annotations.get('min-scale') ?? 0), max > 0 ? Math.min(max, desired) : desired)
    const why = { stable, panic, target: this.target, ready: up, panicking: this.autoscaler.isPanicking, desired, excessBurstCapacity }
    return { at, before, after, why }
  }
}

const readyOf = (pods: readonly ObservedPods[]): number => pods.reduce((sum, { count, ready }) => sum + (ready ? count : 0), 0)

/** Durations of Go, as annotations have them: `90s`, `1m30s`, `0.5h`. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0)
}

class Vertical implements Player {
  private readonly usage = new ContainerUsage()
  private readonly manifest: VerticalAutoscaler

  constructor(manifest: VerticalAutoscaler) {
    this.manifest = manifest
  }

  decide({ at, pods, outOfMemory }: Observation): AutoscaleDecision {
    for (const { used, count } of pods)
      for (let pod = 0; pod < count; pod++) {
        if (used.cpu !== undefined) this.usage.aggregateCpu(at, used.cpu)
        if (used.memory !== undefined) this.usage.addMemory(at, used.memory)
      }
    if (outOfMemory !== undefined) this.usage.addOutOfMemory(at, outOfMemory)
    const { lower, target, upper } = recommended(this.usage, RECOMMENDER_DEFAULTS)
    const { minAllowed, maxAllowed } = this.manifest
    const capped = (amounts: typeof target) => ({
      cpu: within(amounts.cpu, minAllowed.cpu, maxAllowed.cpu),
      memory: within(amounts.memory, minAllowed.memory, maxAllowed.memory),
    })
    return {
      at,
      before: null,
      after: null,
      why: { samples: this.usage.samples, lower: capped(lower), target: capped(target), uncapped: target, upper: capped(upper) },
    }
  }
}

const within = (value: number, least: number, most: number): number => Math.max(least, most > 0 ? Math.min(value, most) : value)
