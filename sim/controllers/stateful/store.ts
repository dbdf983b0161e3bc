/**
 * A replicated store: which requests find enough replicas, and what a replica does when it comes back. With its disk it replays its commit
 * log, serves, and gets the writes that it missed: as hints within the window, by a repair after that. Without its disk it streams all of
 * its data from the replicas that share its ranges before it serves; ranges without a complete copy are lost.
 * Source: Apache Cassandra 5.0, conf/cassandra.yaml and documentation (hints, repair, bootstrap).
 */
import type { Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { StateRecorder } from '../../measure/state-recorder.ts'
import type { Keeper } from './keeper.ts'
import { atLeast, needed, rangesBy, senders } from './ring.ts'
import type { StoreSpec } from './spec.ts'

const SECOND = 1e6

interface Replica {
  /** Where its data is; empty before its first start. */
  disk: string
  serves: boolean
  /** It has all its data. */
  complete: boolean
  /** When it stopped being complete. */
  since: Time
  /** When it stopped serving. */
  stopped: Time
  /** Number of the present recovery; events of an earlier one are void. */
  round: number
}

/** What a store needs of the run. */
export interface StoreRun {
  readonly simulator: Simulator
  readonly recorder: StateRecorder
  /** The share of requests that fail has changed. */
  changed(): void
  /** Schedules `caughtUp(ordinal, round)`. */
  catchUpAt(time: Time, ordinal: number, round: number): void
}

export class ReplicatedStore implements Keeper {
  errors = 0
  private readonly replicas: readonly Replica[]
  /** Ranges counted in the levels of the recorder, by level, and bytes at risk. */
  private counted = { one: 0, quorum: 0, all: 0, atRisk: 0 }
  private readonly spec: StoreSpec
  private readonly run: StoreRun

  constructor(spec: StoreSpec, nodes: number, run: StoreRun) {
    this.spec = spec
    this.run = run
    this.replicas = Array.from({ length: nodes }, () => ({ disk: '', serves: false, complete: true, since: 0, stopped: 0, round: 0 }))
    run.recorder.ranges += nodes
  }

  private has(ordinal: number): boolean {
    const { serves, complete } = this.replicas[ordinal]
    return serves && complete
  }

  private senders(ordinal: number): number {
    return senders(this.replicas.length, this.spec.replication, ordinal, (other) => this.has(other))
  }

  /** Time to stream this number of bytes from the replicas that share ranges. */
  private streamed(ordinal: number, bytes: number): Time {
    const rate = Math.min(Math.max(1, this.senders(ordinal)) * this.spec.streamRate, this.spec.receiveRate)
    return Math.round((bytes / rate) * SECOND)
  }

  recovery(ordinal: number, disk: string, now: Time): Time {
    const replica = this.replicas.at(ordinal)
    if (replica === undefined) return 0
    const { data, replay } = this.spec
    const isLost = replica.disk !== '' && replica.disk !== disk
    replica.round++
    if (!isLost) return replica.disk === '' ? 0 : replay
    replica.stopped = now // what is written while it streams goes to it, too
    if (this.senders(ordinal) > 0) return this.streamed(ordinal, data)
    if (this.run.recorder.counts(now)) this.run.recorder.lost += data
    return 0
  }

  served(ordinal: number, disk: string, now: Time): void {
    const replica = this.replicas.at(ordinal)
    if (replica === undefined) return
    const isNew = replica.disk === '' || replica.disk !== disk
    const wasAway = replica.since > 0 && !replica.complete
    replica.disk = disk
    replica.serves = true
    if (!wasAway || isNew) this.completed(replica, now)
    else {
      const { written, hintWindow, hintRate, data } = this.spec
      const away = now - replica.stopped
      const missed = (away / SECOND) * written
      const time = away <= hintWindow ? Math.round((missed / hintRate) * SECOND) : this.streamed(ordinal, Math.min(missed, data))
      if (time === 0) this.completed(replica, now)
      else this.run.catchUpAt(now + time, ordinal, ++replica.round)
    }
    this.count(now)
  }

  /** The replica has what it missed. */
  caughtUp(ordinal: number, round: number, now: Time): void {
    const replica = this.replicas[ordinal]
    if (replica.round !== round || !replica.serves) return
    this.completed(replica, now)
    this.count(now)
  }

  private completed(replica: Replica, now: Time): void {
    if (!replica.complete) this.run.recorder.recovered(replica.since, now)
    replica.complete = true
  }

  stops(ordinal: number, _clean: boolean, now: Time): void {
    const replica = this.replicas.at(ordinal)
    if (replica?.serves !== true) return
    replica.serves = false
    replica.stopped = now
    replica.round++
    if (replica.complete) replica.since = now
    replica.complete = false
    this.count(now)
  }

  /** Updates the levels, and the share of requests that fail. */
  private count(now: Time): void {
    const { replicas, spec } = this
    const { recorder } = this.run
    const { replication, reads, writes, writeShare, data } = spec
    const nodes = replicas.length
    const serving = rangesBy(nodes, replication, (ordinal) => replicas[ordinal].serves)
    const complete = rangesBy(nodes, replication, (ordinal) => this.has(ordinal))
    const next = {
      one: atLeast(serving, 1),
      quorum: atLeast(serving, needed('QUORUM', replication)),
      all: atLeast(serving, replication),
      atRisk: Math.round(((nodes - complete[replication]) * data) / replication),
    }
    for (const level of ['one', 'quorum', 'all', 'atRisk'] as const) recorder[level].add(next[level] - this.counted[level], now)
    this.counted = next
    const failing = (level: StoreSpec['reads']): number => 1 - atLeast(serving, needed(level, replication)) / nodes
    const errors = writeShare * failing(writes) + (1 - writeShare) * failing(reads)
    if (errors === this.errors) return
    this.errors = errors
    this.run.changed()
  }
}
