/**
 * Recommended requests of a container: percentiles of its usage with a margin, and bounds that widen while little is known.
 * Source: Kubernetes autoscaler, vertical-pod-autoscaler 1.8 pkg/recommender/logic/{estimator,recommender}.go.
 */
import type { Time } from '../../../common/ids.ts'
import { amountOf, type ContainerUsage } from './container-usage.ts'

const HOUR: Time = 3_600_000_000
const MINUTE: Time = 60_000_000
const MIB = 1024 * 1024

/** Percentiles of one resource. */
export interface Percentiles {
  readonly lower: number
  readonly target: number
  readonly upper: number
}

/** Settings of the recommender. */
export interface RecommenderSettings {
  readonly cpu: Percentiles
  readonly memory: Percentiles
  /** Added to each percentile, as a share of it. */
  readonly margin: number
  /** Least request of a pod, shared evenly by its containers [millicores, MiB]. */
  readonly leastCpu: number
  readonly leastMemory: number
  /** Life of a container from which the bounds count on its history. */
  readonly cpuConfidence: Time
  readonly memoryConfidence: Time
}

export const RECOMMENDER_DEFAULTS: RecommenderSettings = {
  cpu: { lower: 0.5, target: 0.9, upper: 0.95 },
  memory: { lower: 0.5, target: 0.9, upper: 0.95 },
  margin: 0.15,
  leastCpu: 25,
  leastMemory: 250,
  cpuConfidence: 24 * HOUR,
  memoryConfidence: 24 * HOUR,
}

/** An amount of both resources [millicores, bytes]. */
export interface Amounts {
  readonly cpu: number
  readonly memory: number
}

/** What a container should request; a request outside of the bounds is worth a restart. */
export interface Recommendation {
  readonly lower: Amounts
  readonly target: Amounts
  readonly upper: Amounts
}

/** History of the container in units of the interval: the shorter of its span and of its samples, one a minute. */
function confidence({ samples, firstSample, lastSample }: ContainerUsage, interval: Time): number {
  const span = samples === 0 ? 0 : lastSample - firstSample
  return Math.min(span / interval, samples / (interval / MINUTE))
}

/** Factors of the bounds: 1 + 1/c up, (1 + 0.001/c)^-2 down; without history, infinity and 0. */
const upperFactor = (c: number): number => 1 + 1 / c
function lowerFactor(c: number): number {
  const x = 1 + 0.001 / c
  return 1 / (x * x)
}

function bounds(percentile: (share: number) => number, shares: Percentiles, margin: number, least: number, c: number): number[] {
  const withMargin = (share: number): number => {
    const amount = amountOf(percentile(share))
    return amount + amountOf(amount * margin)
  }
  const lower = amountOf(withMargin(shares.lower) * lowerFactor(c))
  const upper = amountOf(withMargin(shares.upper) * upperFactor(c))
  return [lower, withMargin(shares.target), upper].map((amount) => Math.max(amount, least))
}

/** The recommendation for a container. `containers` of its pod share the least request. */
export function recommended(usage: ContainerUsage, settings: RecommenderSettings, containers = 1): Recommendation {
  const { margin, leastCpu, leastMemory, cpuConfidence, memoryConfidence } = settings
  const share = 1 / containers
  const cores = (p: number): number => usage.cpu.percentile(p) * 1000
  const bytes = (p: number): number => usage.memory.percentile(p)
  const leastMillicores = amountOf(amountOf(leastCpu * 0.001 * 1000) * share)
  const leastBytes = amountOf(amountOf(leastMemory * MIB) * share)
  const cpu = bounds(cores, settings.cpu, margin, leastMillicores, confidence(usage, cpuConfidence))
  const memory = bounds(bytes, settings.memory, margin, leastBytes, confidence(usage, memoryConfidence))
  const [lower, target, upper] = cpu.map((millicores, i) => ({ cpu: millicores, memory: memory[i] }))
  return { lower, target, upper }
}
