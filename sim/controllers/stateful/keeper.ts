/** What a service that keeps data does about its pods, which are known by their ordinals. */
import type { Time } from '../../common/ids.ts'

/** One service that keeps data; ordinals are those of its pods, disks are named. */
export interface Keeper {
  /** Share of the requests that fail because too few replicas serve. */
  readonly errors: number
  /** The process starts with this disk: time until it can serve. */
  recovery(ordinal: number, disk: string, now: Time): Time
  /** The pod serves. */
  served(ordinal: number, disk: string, now: Time): void
  /** The pod does not serve any more; `clean`: it was asked to stop. */
  stops(ordinal: number, clean: boolean, now: Time): void
}
