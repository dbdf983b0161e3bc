/** What admission refuses, and how full quotas are. */
import type { Time } from '../common/ids.ts'
import { Level } from './level.ts'

/** Why the creation of a pod is refused: a quota has no room, the pod does not state what a quota bounds, it is outside of a limit range. */
export type Refusal = 'exceeded' | 'unstated' | 'outside'

export class AdmissionRecorder {
  /** Refused creations in the window. */
  readonly refusals: Record<Refusal, number> = { exceeded: 0, unstated: 0, outside: 0 }
  /** By quota, then by resource: status.used. */
  private levels: readonly (readonly Level[])[] = []
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** @param resources of each quota */
  begins(resources: readonly number[]): void {
    this.levels = resources.map((count) => Array.from({ length: count }, () => new Level()))
  }

  windowBegins(now: Time): void {
    for (const level of this.levels.flat()) level.reset(now)
  }

  refused(why: Refusal, now: Time): void {
    if (now >= this.windowStart) this.refusals[why]++
  }

  used(quota: number, amounts: readonly number[], now: Time): void {
    amounts.forEach((amount, i) => this.levels[quota][i].set(amount, now))
  }

  /** Time mean, and largest value, of what is used. */
  usage(quota: number, resource: number, now: Time): { readonly mean: number; readonly max: number } {
    const level = this.levels[quota][resource]
    return { mean: level.mean(now), max: level.max }
  }
}
