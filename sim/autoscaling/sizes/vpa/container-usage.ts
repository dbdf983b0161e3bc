/**
 * Usage of a container as the recommender aggregates it: every CPU sample, and one peak of memory per interval, also from out-of-memory kills.
 * Source: Kubernetes autoscaler, vertical-pod-autoscaler 1.8 pkg/recommender/model/{container,aggregate_container_state}.go.
 */
import type { Time } from '../../../common/ids.ts'
import { exponentialBuckets } from './buckets.ts'
import { Histogram } from './histogram.ts'

const HOUR: Time = 3_600_000_000
const MIB = 1024 * 1024
/** Every CPU sample weighs this. */
const CPU_WEIGHT = 0.1
/** Weight below which a bucket is empty. */
const EPSILON = 0.001 * CPU_WEIGHT
/** In cores, and in bytes; each bucket is 5 % larger than the one before. */
const CPU_BUCKETS = exponentialBuckets(1000, 0.01, 1.05, EPSILON)
const MEMORY_BUCKETS = exponentialBuckets(1e12, 1e7, 1.05, EPSILON)

/** The largest amount; larger ones are cut to it. */
const MAX_AMOUNT = 1e14

/** A whole amount of millicores or bytes, cut towards 0; what is no number counts as 0. */
export const amountOf = (value: number): number => (value > 0 ? Math.trunc(Math.min(value, MAX_AMOUNT)) : 0)

/** How usage is aggregated; the defaults are those of the recommender's flags. */
export interface AggregationSettings {
  readonly cpuHalfLife: Time
  readonly memoryHalfLife: Time
  /** One peak of memory counts per interval of this length. */
  readonly memoryInterval: Time
  /** Memory after an out-of-memory kill: what was used, times the ratio, and more by the bump at least [bytes]. */
  readonly oomRatio: number
  readonly oomBump: number
}

export const AGGREGATION_DEFAULTS: AggregationSettings = {
  cpuHalfLife: 24 * HOUR,
  memoryHalfLife: 24 * HOUR,
  memoryInterval: 24 * HOUR,
  oomRatio: 1.2,
  oomBump: 100 * MIB,
}

export class ContainerUsage {
  readonly cpu: Histogram
  readonly memory: Histogram
  /** CPU samples, and the times of the first and last of them; NaN before the first. */
  samples = 0
  firstSample: Time = NaN
  lastSample: Time = NaN
  private readonly settings: AggregationSettings
  private lastMemory: Time = -Infinity
  private usagePeak = 0
  private oomPeak = 0
  private intervalEnd: Time = NaN

  constructor(settings: AggregationSettings = AGGREGATION_DEFAULTS) {
    this.settings = settings
    this.cpu = new Histogram(CPU_BUCKETS, settings.cpuHalfLife)
    this.memory = new Histogram(MEMORY_BUCKETS, settings.memoryHalfLife)
  }

  /** End of the present interval of memory; NaN before the first sample. */
  get memoryIntervalEnd(): Time {
    return this.intervalEnd
  }

  /** Highest memory of the present interval. */
  get memoryPeak(): number {
    return Math.max(this.usagePeak, this.oomPeak)
  }

  /** A CPU sample [millicores]. False: not later than the last one, and not used. */
  addCpu(at: Time, millicores: number): boolean {
    if (at <= this.lastSample) return false
    this.aggregateCpu(at, millicores)
    return true
  }

  /** A CPU sample [millicores] of any of the containers that are aggregated together; several may have one time. */
  aggregateCpu(at: Time, millicores: number): void {
    this.cpu.add(millicores / 1000, CPU_WEIGHT, at)
    if (this.samples === 0) this.firstSample = at
    this.lastSample = at
    this.samples++
  }

  /** A memory sample [bytes]. False: earlier than the last one, and not used. */
  addMemory(at: Time, bytes: number): boolean {
    if (at < this.lastMemory) return false
    this.addPeak(at, bytes, false)
    return true
  }

  /** A container that asked for this much memory was killed for using more. False: too long ago, and not used. */
  addOutOfMemory(at: Time, requested: number): boolean {
    const { memoryInterval, oomRatio, oomBump } = this.settings
    if (at < this.lastMemory - memoryInterval) return false
    // The peaks that earlier kills suggested do not count, so that a series of kills does not multiply them.
    const used = Math.max(requested, this.usagePeak)
    this.addPeak(at, Math.max(used + amountOf(oomBump), amountOf(used * oomRatio)), true)
    return true
  }

  /** The highest sample of an interval counts, at the time of the interval's end. */
  private addPeak(at: Time, bytes: number, oom: boolean): void {
    const { memoryInterval } = this.settings
    this.lastMemory = at
    if (Number.isNaN(this.intervalEnd)) this.intervalEnd = at
    if (at < this.intervalEnd) {
      const before = this.memoryPeak
      if (before === 0 || bytes <= before) return
      this.memory.subtract(before, 1, this.intervalEnd)
    } else {
      this.intervalEnd += (Math.floor((at - this.intervalEnd) / memoryInterval) + 1) * memoryInterval
      this.usagePeak = 0
      this.oomPeak = 0
    }
    this.memory.add(bytes, 1, this.intervalEnd)
    if (oom) this.oomPeak = bytes
    else this.usagePeak = bytes
  }
}
