/** The cost of a recorded request, computed from its sizes by given times per unit. */
import { entryOf } from '../../sim/index.ts'
import { nearest } from '../../sim/random/index.ts'
import { NEVER } from '../synthetic/arrivals.ts'

/** Cost = base + Σ per[size] × size [µs]; sizes without a coefficient cost nothing. */
export interface SizeWork {
  readonly base: number
  /** Time per unit [µs], by the names of the sizes of the trace. */
  readonly per: Readonly<Record<string, number>>
}

/** Computes the cost of requests. */
export class SizeCost {
  private readonly base: number
  private readonly per: Float64Array
  private readonly min: number

  /** Throws a RangeError for a coefficient of a size that the trace does not have. */
  constructor(what: string, work: SizeWork, sizeNames: readonly string[], min: number) {
    const problem = sizeWorkProblem(what, work, sizeNames)
    if (problem !== '') throw new RangeError(problem)
    this.base = work.base
    this.per = Float64Array.from(sizeNames, (name) => entryOf(work.per, name) ?? 0)
    this.min = min
  }

  of(sizes: ArrayLike<number>): number {
    let amount = this.base
    for (let i = 0; i < this.per.length; i++) amount += this.per[i] * sizes[i]
    return Math.min(NEVER, Math.max(this.min, nearest(amount)))
  }
}

/** The problem of such a cost, as a sentence; empty when there is none. */
export function sizeWorkProblem(what: string, { base, per }: SizeWork, sizeNames: readonly string[]): string {
  const sizes = sizeNames.length === 0 ? 'none, since this trace has no sizes' : sizeNames.join(', ')
  const unknown = Object.keys(per).find((name) => !sizeNames.includes(name))
  if (unknown !== undefined) return `${what}.per: found the size ${JSON.stringify(unknown)}; accepted: ${sizes}`
  if ([base, ...Object.values(per)].some((time) => !(time >= 0 && time < Infinity)))
    return `${what}: found a negative or infinite time; accepted: times from 0`
  return base > 0 || Object.values(per).some((time) => time > 0) ? '' : `${what}: all 0; accepted: a base, or a time per unit of ${sizes}`
}
