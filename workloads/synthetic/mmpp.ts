/**
 * Markov-modulated Poisson process: a hidden mode with exponential dwells sets the rate; after a dwell one of the other modes comes, each alike.
 * The share of time in a mode is its mean dwell over the sum of all, and the first mode is drawn by that, so the process is stationary from the start.
 * Source: Fischer and Meier-Hellstern 1993, The Markov-modulated Poisson process cookbook.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import { branch, type Arrivals } from './arrivals.ts'
import { Modulated } from './modulated.ts'

export interface Mode {
  /** Rate in this mode, in any unit: only the proportions count, the mean is the rate of the traffic. */
  readonly factor: number
  /** Mean dwell [µs]. */
  readonly dwell: number
}

export class MmppArrivals extends Modulated implements Arrivals {
  private readonly rates: Float64Array
  private readonly dwells: Float64Array
  private readonly path: RandomStream
  private mode: number

  /** Mean rate [1/s]. */
  constructor(rate: number, modes: readonly Mode[], stream: RandomStream) {
    const total = modes.reduce((sum, { dwell }) => sum + dwell, 0)
    const mean = modes.reduce((sum, { factor, dwell }) => sum + factor * dwell, 0) / total
    super('mmpp', rate, (modes.length * 1e6) / total, stream)
    this.rates = Float64Array.from(modes, ({ factor }) => (mean === 0 ? 0 : (rate * factor) / mean))
    this.dwells = Float64Array.from(modes, ({ dwell }) => dwell)
    this.path = branch(stream)
    let left = this.path.next() * total
    this.mode = 0
    while (this.mode + 1 < modes.length && left >= modes[this.mode].dwell) left -= modes[this.mode++].dwell
    this.dwell()
  }

  protected change(): void {
    // One of the others, each alike: the embedded chain is doubly stochastic, so every mode is entered equally often.
    const other = this.path.int(this.rates.length - 1)
    this.mode = other < this.mode ? other : other + 1
    this.dwell()
  }

  private dwell(): void {
    this.current = this.rates[this.mode]
    this.until += -Math.log(1 - this.path.next()) * this.dwells[this.mode]
  }
}
