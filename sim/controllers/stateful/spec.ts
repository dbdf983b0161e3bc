/** Services that keep data: a replicated store and a single database. Times [µs], sizes [bytes], rates [bytes/s]. */
import type { Time, WorkloadId } from '../../common/ids.ts'

/** Replicas that must answer. */
export type Consistency = 'ONE' | 'TWO' | 'THREE' | 'QUORUM' | 'ALL'

/** A store of equal nodes on a ring: each range of keys is kept by as many consecutive ordinals as the replication says. */
export interface StoreSpec {
  readonly kind: 'store'
  readonly replication: number
  readonly reads: Consistency
  readonly writes: Consistency
  /** Share of the requests that write. */
  readonly writeShare: number
  /** Data of one replica, and how fast it changes. */
  readonly data: number
  readonly written: number
  /** Replay of the commit log when a replica starts with its disk. */
  readonly replay: Time
  /** Longest absence whose writes are kept as hints, and how fast they are replayed to a replica. */
  readonly hintWindow: Time
  readonly hintRate: number
  /** Stream of one sender, and of the receiver (Infinity: no bound). */
  readonly streamRate: number
  readonly receiveRate: number
}

/** A database of one instance that recovers from a crash by its write-ahead log. */
export interface DatabaseSpec {
  readonly kind: 'database'
  readonly data: number
  readonly walRate: number
  readonly replayRate: number
  readonly checkpointTimeout: Time
  readonly maxWal: number
  /** Share of the interval between checkpoints that one takes. */
  readonly completion: number
  /** How fast its data is restored from a backup when its disk is lost. */
  readonly restoreRate: number
}

/** A workload that keeps data. */
export interface StatefulSpec {
  readonly workload: WorkloadId
  readonly keeps: StoreSpec | DatabaseSpec
}
