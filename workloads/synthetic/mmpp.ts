/**
 * Markov-modulated Poisson process: a hidden mode sets the rate. Dwell times are exponential; after a dwell each of the other modes is
 * equally likely. The share of time in a mode is its mean dwell over the sum of all, and the first mode is drawn by these shares, so the
 * process is stationary from the start. Source: Fischer and Meier-Hellstern 1993, The Markov-modulated Poisson process cookbook.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import { branch, type Arrivals } from './arrivals.ts'
import { Modulated } from './modulated.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'

export const mmpp: PatternDefinition<'mmpp'> = {
  name: 'mmpp',
  hasClock: false,
  check({ modes }, check) {
    check.that(modes.length >= 2, 'modes', `${modes.length} of them`, 'at least 2')
    for (const { factor, dwell } of modes) {
      check.from0({ factor })
      check.above0({ dwell })
    }
    const some = modes.some(({ factor }) => factor > 0)
    check.that(some, 'factors', 'all 0', 'at least one above 0')
  },
  open: (spec, stream) => new MmppArrivals(spec, stream),
}

class MmppArrivals extends Modulated implements Arrivals {
  private readonly rates: Float64Array
  private readonly dwells: Float64Array
  private readonly path: RandomStream
  private mode: number

  constructor({ rate, modes }: PatternSpec<'mmpp'>, stream: RandomStream) {
    const total = modes.reduce((sum, { dwell }) => sum + dwell, 0)
    const mean = modes.reduce((sum, { factor, dwell }) => sum + factor * dwell, 0) / total
    super('mmpp', rate, (modes.length * 1e6) / total, stream)
    this.rates = Float64Array.from(modes, ({ factor }) => (mean === 0 ? 0 : (rate * factor) / mean))
    this.dwells = Float64Array.from(modes, ({ dwell }) => dwell)
    this.path = branch(stream)
    let left = this.path.next() * total
    this.mode = 0
    while (this.mode + 1 < modes.length && left >= modes[this.mode].dwell) left -= modes[this.mode++].dwell
    this.enter()
  }

  protected change(): void {
    // One of the others with equal probability: the embedded chain is doubly stochastic, so all modes are entered equally often.
    const other = this.path.int(this.rates.length - 1)
    this.mode = other < this.mode ? other : other + 1
    this.enter()
  }

  private enter(): void {
    this.current = this.rates[this.mode]
    this.until += -Math.log(1 - this.path.next()) * this.dwells[this.mode]
  }
}
