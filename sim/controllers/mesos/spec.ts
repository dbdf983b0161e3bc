/** An app of Marathon, a framework of Apache Mesos, as a run has it. Times [µs]. */
import type { Time } from '../../common/ids.ts'

/** Delay of launches after failures. */
export interface LaunchBackOff {
  readonly first: Time
  readonly factor: number
  readonly max: Time
}

/** An app that keeps a number of instances. */
export interface MarathonAppController {
  readonly kind: 'marathon-app'
  readonly minimumHealthCapacity: number
  readonly maximumOverCapacity: number
  readonly backOff: LaunchBackOff
  /** From the time at which an instance is unreachable: until another one is launched, and until it is given up; Infinity: never. */
  readonly unreachable: { readonly inactiveAfter: Time; readonly expungeAfter: Time }
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  /** Health checks that must fail one after another until an instance is killed; failures within `grace` do not count. */
  readonly health: { readonly maxConsecutiveFailures: number; readonly grace: Time }
}
