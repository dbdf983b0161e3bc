/** A published workload of jobs: everything but how many come, and from whom. */
import type { DrawnJobsSpec } from '../jobs/spec.ts'

/** The machine that a normalised request is a share of. */
export interface Machine {
  /** [millicores] and [bytes]. */
  readonly cpu: number
  readonly memory: number
}

export interface JobPreset {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly source: string
  /** Used where the experiment names none. */
  readonly machine: Machine
  make(machine: Machine): Pick<DrawnJobsSpec, 'size' | 'time' | 'classes' | 'correlation' | 'dag' | 'usage'>
}

/** Coefficient of variation of a lognormal law with this sigma: sqrt(exp(σ²) - 1). */
export const cvOf = (sigma: number): number => Math.sqrt(Math.exp(sigma * sigma) - 1)

/** Mean of a lognormal law with this median. */
export const meanOf = (median: number, sigma: number): number => median * Math.exp((sigma * sigma) / 2)
