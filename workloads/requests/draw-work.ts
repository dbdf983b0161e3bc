/** What a request costs: its wait and its CPU work, drawn from two streams or computed from two given uniforms. */
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

/** Marks an amount that is drawn; a constant amount is stored and not drawn. */
const DRAWN = -1

/** Draws wait and CPU work of requests. */
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

  /** Sets the fields of a request. Takes one uniform of each stream, or none of a stream whose amount is constant and uncorrelated. */
  draw(into: { wait: number; work: number }, waitStream: RandomStream, workStream: RandomStream): void {
    if (this.pair === null) {
      into.wait = this.fixedWait === DRAWN ? wholeFrom(0, this.waits.sample(waitStream)) : this.fixedWait
      into.work = this.fixedWork === DRAWN ? wholeFrom(1, this.works.sample(workStream)) : this.fixedWork
    } else this.at(into, waitStream.next(), workStream.next())
  }

  /** As `draw`, from given uniforms. The work depends on its own uniform only; with a correlation the wait depends on both. */
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
 * Rounded to whole microseconds, at least `min` (a normal distribution reaches below zero) and at most 285 years, where doubles stop
 * holding every whole number (a Pareto tail of alpha 0.1 reaches that).
 */
function wholeFrom(min: number, amount: number): number {
  const whole = nearest(amount)
  return whole > min ? Math.min(whole, NEVER) : min
}
