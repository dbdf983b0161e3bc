/** Requests that begin with a call: they need no time of their own in the pod before it. */
import type { RequestSource } from '../../sim/index.ts'

/** The arrivals and clients of another source, with neither wait nor work. */
export class WithoutWork implements RequestSource {
  readonly wait = 0
  readonly work = 0
  readonly completed?: NonNullable<RequestSource['completed']>
  private readonly source: RequestSource

  constructor(source: RequestSource) {
    this.source = source
    if (source.completed !== undefined) this.completed = (key, time) => source.completed!(key, time)
  }

  next(): number {
    return this.source.next()
  }

  get key(): number {
    return this.source.key
  }

  rateAt(time: number): number {
    return this.source.rateAt(time)
  }
}
