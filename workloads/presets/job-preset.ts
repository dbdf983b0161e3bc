/** What a preset of jobs consists of: everything but the rate and the tenants. */
import type { DrawnJobsSpec } from '../jobs/spec.ts'

/** The machine of which normalised requests are shares. */
export interface Machine {
  /** [millicores] and [bytes]. */
  readonly cpu: number
  readonly memory: number
}

/** A published workload of jobs. */
export interface JobPreset {
  readonly name: string
  /** One line for a list. */
  readonly summary: string
  /** Author, year, where published. */
  readonly source: string
  /** Default machine. */
  readonly machine: Machine
  make(machine: Machine): Pick<DrawnJobsSpec, 'size' | 'time' | 'classes' | 'correlation' | 'dag' | 'usage'>
}

/** Coefficient of variation of the lognormal distribution with this sigma: sqrt(exp(σ²) - 1). */
export const cvOf = (sigma: number): number => Math.sqrt(Math.exp(sigma * sigma) - 1)

/** Mean of the lognormal distribution with this median and sigma. */
export const meanOf = (median: number, sigma: number): number => median * Math.exp((sigma * sigma) / 2)
