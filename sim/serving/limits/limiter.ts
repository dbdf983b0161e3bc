/** An adaptive limit of the requests in a pod at once, one for each pod. */
import type { Time } from '../../common/ids.ts'

/** The algorithms. */
export type LimiterName = 'aimd' | 'vegas' | 'gradient2'

/** What a workload asks for. */
export interface ConcurrencyLimit {
  readonly algorithm: LimiterName
  readonly initial: number
  readonly min: number
  readonly max: number
  /** aimd: a request that takes longer in the pod counts as dropped. */
  readonly timeout: Time
}

/** Told of every request that leaves the pod. */
export interface Limiter {
  /** Requests that may be in the pod, a whole number. */
  readonly limit: number
  /**
   * @param time in the pod, above 0
   * @param inFlight requests in the pod when it came, itself included
   * @param dropped it was given up by its client
   */
  left(time: Time, inFlight: number, dropped: boolean): void
}

/** Within the bounds. */
export const bounded = (limit: number, { min, max }: Pick<ConcurrencyLimit, 'min' | 'max'>): number => Math.min(max, Math.max(min, limit))
