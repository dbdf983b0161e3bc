/** Workloads with published parameters. */
import { distribution, type DistributionSpec, scaled } from '../../sim/random/index.ts'
import type { ClosedLoopTraffic, OpenTraffic, WorkSpec } from '../requests/spec.ts'

interface Published {
  readonly name: string
  /** One line for a list. */
  readonly summary: string
  /** Author, year, title. */
  readonly source: string
  /** What of it was not read again in its source, or is known to deviate; empty: nothing. */
  readonly doubt: string
}

/** A published amount (bytes, tokens, seconds), and what one unit of it costs here: the costs are ours, and the user may set them. */
export interface Amount {
  /** What is counted: "KiB", "token". */
  readonly unit: string
  readonly law: DistributionSpec
  /** Time of one unit [µs]. */
  readonly perUnit: number
}

/** What requests cost: an amount that becomes CPU work, and one that becomes wait. */
export interface WorkPreset extends Published {
  readonly cpu: Amount
  readonly wait: Amount | null
  /** Spearman's rank correlation of the two. */
  readonly correlation: number
}

/** How requests arrive. */
export interface TrafficPreset extends Published {
  /** [requests/s] or clients, when the user says nothing. */
  readonly rate: number
  readonly traffic: (rate: number) => OpenTraffic | ClosedLoopTraffic
}

/** Times of one unit in place of the preset's [µs]; or the mean that the CPU work is scaled to [µs]. */
export interface WorkScale {
  readonly cpuPerUnit?: number | undefined
  readonly waitPerUnit?: number | undefined
  readonly cpuMean?: number | undefined
}

/** Throws a RangeError when the law has no mean to scale. */
export function workOf(preset: WorkPreset, scale: WorkScale = {}): WorkSpec {
  const { cpu, wait, correlation } = preset
  const mean = distribution(cpu.law).mean
  if (scale.cpuMean !== undefined && mean === Infinity)
    throw new RangeError(`mean of ${preset.name}: infinite, so it has no scale; accepted: cpuPerUnit`)
  const perUnit = scale.cpuMean === undefined ? (scale.cpuPerUnit ?? cpu.perUnit) : scale.cpuMean / mean
  return {
    cpu: multiple(cpu.law, perUnit),
    wait: wait === null ? { kind: 'constant', value: 0 } : multiple(wait.law, scale.waitPerUnit ?? wait.perUnit),
    ...(correlation === 0 ? {} : { correlation }),
  }
}

function multiple(law: DistributionSpec, factor: number): DistributionSpec {
  if (factor === 0) return { kind: 'constant', value: 0 }
  const result = scaled(law, factor)
  if (result === undefined) throw new Error(`${law.kind} has no scale`)
  return result
}

/** Lognormal of ln-mean mu and ln-deviation sigma: mean e^(mu + sigma²/2), cv √(e^sigma² - 1). */
export function lognormal(mu: number, sigma: number): DistributionSpec {
  return { kind: 'lognormal', mean: Math.exp(mu + (sigma * sigma) / 2), cv: Math.sqrt(Math.exp(sigma * sigma) - 1) }
}
