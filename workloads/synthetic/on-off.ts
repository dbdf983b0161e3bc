/**
 * Self-similar traffic: many sources, each silent or sending Poisson requests at its own rate, with Pareto periods of both. The heavy tails
 * (infinite variance, 1 < α < 2) make bursts at every scale: counts have the Hurst parameter H = (3 - α) / 2.
 * Source: Willinger, Taqqu, Sherman and Wilson 1997, Self-similarity through high-variability.
 */
import { pow, type RandomStream } from '../../sim/random/index.ts'
import { branch, NEVER, type Arrivals } from './arrivals.ts'
import { Modulated } from './modulated.ts'
import { TimeHeap } from './time-heap.ts'

export class OnOffArrivals extends Modulated implements Arrivals {
  /** Rate of a source that sends [1/s]. */
  private readonly each: number
  private sending = 0
  private readonly sends: Uint8Array
  /** Shortest periods [µs] and -1 / α. */
  private readonly shortestOn: number
  private readonly shortestOff: number
  private readonly exponent: number
  /** When each source changes next. */
  private readonly changes: TimeHeap
  private readonly path: RandomStream

  /** Mean rate of all together [1/s], mean periods [µs]. */
  constructor(rate: number, sources: number, alpha: number, on: number, off: number, stream: RandomStream) {
    super('on-off', rate, (2e6 * sources) / (on + off), stream)
    this.each = (rate * (on + off)) / (on * sources)
    this.shortestOn = (on * (alpha - 1)) / alpha
    this.shortestOff = (off * (alpha - 1)) / alpha
    this.exponent = -1 / alpha
    this.sends = new Uint8Array(sources)
    this.changes = new TimeHeap(sources)
    this.path = branch(stream)
    for (let source = 0; source < sources; source++) {
      // Steady from the start: sending with the share of time, and what is left of a period met in proportion to its length (residual.ts).
      const sends = this.path.next() * (on + off) < on
      if (sends) {
        this.sends[source] = 1
        this.sending++
      }
      const period = (sends ? this.shortestOn : this.shortestOff) * pow(1 - this.path.next(), -1 / (alpha - 1))
      this.changes.push(period * this.path.next(), source)
    }
    this.piece()
  }

  protected change(): void {
    const { changes, sends } = this
    const source = changes.first
    sends[source] = 1 - sends[source]
    this.sending += sends[source] === 1 ? 1 : -1
    const shortest = sends[source] === 1 ? this.shortestOn : this.shortestOff
    changes.delay(changes.firstTime + shortest * pow(1 - this.path.next(), this.exponent))
    this.piece()
  }

  private piece(): void {
    this.current = this.sending * this.each
    this.until = Math.min(this.changes.firstTime, NEVER)
  }
}
