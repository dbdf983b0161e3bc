/**
 * Self-similar traffic: many sources, each either silent or sending Poisson requests at a fixed rate, with Pareto periods of both. The
 * heavy tails (infinite variance, 1 < α < 2) create bursts at every scale: counts have the Hurst parameter H = (3 - α) / 2.
 * Source: Willinger, Taqqu, Sherman and Wilson 1997, Self-similarity through high-variability.
 */
import { pow, type RandomStream } from '../../sim/random/index.ts'
import { branch, NEVER, type Arrivals } from './arrivals.ts'
import { Modulated } from './modulated.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { TimeHeap } from './time-heap.ts'

export const onOff: PatternDefinition<'on-off'> = {
  name: 'on-off',
  hasClock: false,
  check({ sources, alpha, on, off }, check) {
    const whole = Number.isInteger(sources) && sources >= 1 && sources <= MAX_SOURCES
    check.that(whole, 'sources', sources, `a whole number from 1 to ${MAX_SOURCES}`)
    const within = alpha > MIN_ALPHA && alpha < 2
    check.that(within, 'alpha', alpha, `above ${MIN_ALPHA} and below 2, where periods have a finite mean and no variance`)
    check.above0({ on, off })
  },
  open: (spec, stream) => new OnOffArrivals(spec, stream),
}

const MAX_SOURCES = 1_000_000
/** With alpha closer to 1 the mean depends on periods that are longer than any run. */
const MIN_ALPHA = 1.05

class OnOffArrivals extends Modulated implements Arrivals {
  /** Rate of a sending source [1/s]. */
  private readonly each: number
  private sending = 0
  private readonly sends: Uint8Array
  /** Shortest periods [µs] and -1 / α. */
  private readonly shortestOn: number
  private readonly shortestOff: number
  private readonly exponent: number
  /** The next change of each source. */
  private readonly changes: TimeHeap
  private readonly path: RandomStream

  constructor({ rate, sources, alpha, on, off }: PatternSpec<'on-off'>, stream: RandomStream) {
    super('on-off', rate, (2e6 * sources) / (on + off), stream)
    this.each = (rate * (on + off)) / (on * sources)
    this.shortestOn = (on * (alpha - 1)) / alpha
    this.shortestOff = (off * (alpha - 1)) / alpha
    this.exponent = -1 / alpha
    this.sends = new Uint8Array(sources)
    this.changes = new TimeHeap(sources)
    this.path = branch(stream)
    for (let source = 0; source < sources; source++) {
      // Stationary from the start: sending with the probability on / (on + off), and the residual of a length-biased period (residual.ts).
      const sends = this.path.next() * (on + off) < on
      if (sends) {
        this.sends[source] = 1
        this.sending++
      }
      const period = (sends ? this.shortestOn : this.shortestOff) * pow(1 - this.path.next(), -1 / (alpha - 1))
      this.changes.push(period * this.path.next(), source)
    }
    this.update()
  }

  protected change(): void {
    const { changes, sends } = this
    const source = changes.first
    sends[source] = 1 - sends[source]
    this.sending += sends[source] === 1 ? 1 : -1
    const shortest = sends[source] === 1 ? this.shortestOn : this.shortestOff
    changes.delay(changes.firstTime + shortest * pow(1 - this.path.next(), this.exponent))
    this.update()
  }

  private update(): void {
    this.current = this.sending * this.each
    this.until = Math.min(this.changes.firstTime, NEVER)
  }
}
