/** What presets of requests consist of: published amounts and patterns, and their source. */
import { distribution, type DistributionSpec, scaled } from '../../sim/random/index.ts'
import type { ClosedLoopTraffic, OpenTraffic, WorkSpec } from '../requests/spec.ts'

/** Name and origin of a preset. */
interface Published {
  readonly name: string
  /** One line for a list. */
  readonly summary: string
  /** Author, year, title. */
  readonly source: string
  /** Parameters that were not checked against the source, or that are known to deviate from it; empty: none. */
  readonly doubt: string
}

/** A published amount (bytes, tokens, seconds), and the cost of one unit, which is our choice and can be set by the user. */
export interface Amount {
  /** Unit of the amount: "KiB", "token". */
  readonly unit: string
  readonly law: DistributionSpec
  /** Time of one unit [µs]. */
  readonly perUnit: number
}

/** A preset of the cost of requests: an amount that becomes CPU work, and one that becomes wait. */
export interface WorkPreset extends Published {
  readonly cpu: Amount
  readonly wait: Amount | null
  /** Spearman's rank correlation of the two. */
  readonly correlation: number
}

/** A preset of the arrivals of requests. */
export interface TrafficPreset extends Published {
  /** Default rate [requests/s], or number of clients of a closed loop. */
  readonly rate: number
  readonly traffic: (rate: number) => OpenTraffic | ClosedLoopTraffic
}

/** Costs of one unit instead of those of the preset [µs]; or the mean to which the CPU work is scaled [µs]. */
export interface WorkScale {
  readonly cpuPerUnit?: number | undefined
  readonly waitPerUnit?: number | undefined
  readonly cpuMean?: number | undefined
}

/** The work of a preset. Throws a RangeError when a mean is given and the distribution has none. */
export function workOf(preset: WorkPreset, scale: WorkScale = {}): WorkSpec {
  const { cpu, wait, correlation } = preset
  const mean = distribution(cpu.law).mean
  if (scale.cpuMean !== undefined && mean === Infinity)
    throw new RangeError(`mean of ${preset.name}: found an infinite mean, which cannot be scaled; accepted: cpuPerUnit`)
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

/** The lognormal distribution with ln-mean mu and ln-deviation sigma: mean e^(mu + sigma²/2), cv √(e^sigma² - 1). */
export function lognormal(mu: number, sigma: number): DistributionSpec {
  return { kind: 'lognormal', mean: Math.exp(mu + (sigma * sigma) / 2), cv: Math.sqrt(Math.exp(sigma * sigma) - 1) }
}
