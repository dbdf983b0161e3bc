/** Recommendations of an HPA within its windows: the highest and the lowest of the recent ones, at a cost that does not grow with their number. */
import type { Time } from '../../../common/ids.ts'

/**
 * The extreme of what was recommended from a time on. A recommendation is dropped when a later one is at least as extreme, since it can
 * never be the extreme again, or when it is too old. Times of calls must not decrease.
 */
export class RecentExtreme {
  private readonly sign: 1 | -1
  private replicas: number[] = []
  private times: Time[] = []
  private first = 0

  /** @param sign 1: the highest, -1: the lowest */
  constructor(sign: 1 | -1) {
    this.sign = sign
  }

  add(replicas: number, at: Time): void {
    const { sign } = this
    while (this.replicas.length > this.first && sign * this.replicas[this.replicas.length - 1] <= sign * replicas) {
      this.replicas.pop()
      this.times.pop()
    }
    this.replicas.push(replicas)
    this.times.push(at)
  }

  /** The more extreme of `replicas` and what was recommended at `from` or later; what is older is forgotten. */
  since(from: Time, replicas: number): number {
    const { times } = this
    while (this.first < times.length && times[this.first] < from) this.first++
    if (this.first === times.length) {
      this.replicas.length = times.length = this.first = 0
      return replicas
    }
    if (this.first > 64) this.compact()
    const extreme = this.replicas[this.first]
    return this.sign * extreme > this.sign * replicas ? extreme : replicas
  }

  /** Records a recommendation again that is the only one there is; false: there are others. */
  repeat(replicas: number, at: Time): boolean {
    const last = this.replicas.length - 1
    if (last !== this.first || this.replicas[last] !== replicas) return false
    this.times[last] = at
    return true
  }

  private compact(): void {
    this.replicas = this.replicas.slice(this.first)
    this.times = this.times.slice(this.first)
    this.first = 0
  }
}
