/** What a request costs: its wait and its CPU work, from streams of their own or from uniforms that are handed in. */
import {
  correlatedPair,
  type CorrelatedPair,
  distribution,
  type Distribution,
  nearest,
  type RandomStream,
  SMALLEST_UNIFORM,
} from '../../sim/random/index.ts'
import { NEVER } from '../synthetic/arrivals.ts'
import type { WorkSpec } from './spec.ts'

/** No work or wait is drawn where it is constant. */
const DRAWN = -1

export class WorkDraws {
  private readonly waits: Distribution
  private readonly works: Distribution
  private readonly pair: CorrelatedPair | null
  private readonly fixedWait: number
  private readonly fixedWork: number

  constructor(work: WorkSpec) {
    this.waits = distribution(work.wait)
    this.works = distribution(work.cpu)
    const { correlation = 0 } = work
    this.pair = correlation === 0 ? null : correlatedPair(correlation)
    this.fixedWait = work.wait.kind === 'constant' ? wholeFrom(0, work.wait.value) : DRAWN
    this.fixedWork = work.cpu.kind === 'constant' ? wholeFrom(1, work.cpu.value) : DRAWN
  }

  /** Into the fields of a request. Each stream gives one uniform, none where all is constant. */
  draw(into: { wait: number; work: number }, waitStream: RandomStream, workStream: RandomStream): void {
    if (this.pair === null) {
      into.wait = this.fixedWait === DRAWN ? wholeFrom(0, this.waits.sample(waitStream)) : this.fixedWait
      into.work = this.fixedWork === DRAWN ? wholeFrom(1, this.works.sample(workStream)) : this.fixedWork
    } else this.at(into, waitStream.next(), workStream.next())
  }

  /** From a uniform each. The work is that of its own uniform, whatever the correlation; the wait follows it. */
  at(into: { wait: number; work: number }, waitUniform: number, workUniform: number): void {
    const follows = this.pair === null ? waitUniform : this.pair.partner(workUniform, waitUniform)
    into.wait = this.fixedWait === DRAWN ? wholeFrom(0, this.waits.quantile(Math.max(follows, SMALLEST_UNIFORM))) : this.fixedWait
    into.work = this.fixedWork === DRAWN ? wholeFrom(1, this.works.quantile(Math.max(workUniform, SMALLEST_UNIFORM))) : this.fixedWork
  }

  /** Expected wait and work together, without any queue [µs]. */
  get mean(): number {
    return Math.max(0, this.waits.mean) + Math.max(1, this.works.mean)
  }
}

/**
 * Rounded to whole microseconds, and not below `least` (a normal distribution reaches below zero). Not beyond 285 years either, where whole
 * numbers end: a Pareto tail of alpha 0.1 gets there.
 */
function wholeFrom(least: number, amount: number): number {
  const whole = nearest(amount)
  return whole > least ? Math.min(whole, NEVER) : least
}
