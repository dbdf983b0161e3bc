/** Network devices on the way of requests: load balancers of layer 4 and proxies, their architecture, capacity, tables and failures. */
import type { Time } from '../../common/ids.ts'

/**
 * What passes through a device. nat: all packets of both ways. dsr: the packets of clients; pods answer directly. tunnel: as dsr, with a second IP header.
 * distributed: set-up and teardown of flows only, forwarders carry the rest. proxy: all packets of both ways, on two connections, request by request.
 */
export type Architecture = 'nat' | 'dsr' | 'tunnel' | 'distributed' | 'proxy'

/** An instance that does not work for a time. */
export interface DeviceFailure {
  /** After the origin. */
  readonly at: Time
  readonly duration: Time
  /** From 0. */
  readonly instance: number
}

/** A tier of equal devices; flows are spread over its instances by a hash (ECMP). Rates are of one instance; absent: no bound. */
export interface DeviceSpec {
  readonly name: string
  readonly architecture: Architecture
  readonly count: number
  /** Packets per second. */
  readonly packets?: number | undefined
  /** Bits per second. */
  readonly bandwidth?: number | undefined
  /** Flows set up per second. */
  readonly flows?: number | undefined
  /** Requests per second that a proxy reads. */
  readonly requests?: number | undefined
  /** Table entries, and how long one stays after the end of its flow. */
  readonly entries?: number | undefined
  readonly entryTimeout: Time
  /** Source ports to each backend, and how long one stays in time-wait. */
  readonly ports?: number | undefined
  readonly timeWait: Time
  /** Added by each passage. */
  readonly delay: Time
  /** Longest time in a queue; what would wait longer is lost. */
  readonly buffer: Time
  /** What an instance knows of the flows of another: table: nothing; consistent: it computes the same backend; synced: it has their entries. */
  readonly state: 'table' | 'consistent' | 'synced'
  /** A failed instance is replaced by its standby; false: its flows go to the others. */
  readonly standby: boolean
  /** From a failure until flows go elsewhere. */
  readonly failover: Time
  readonly failures: readonly DeviceFailure[]
}
