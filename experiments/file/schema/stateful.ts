/** Services that keep data: a replicated store and a single database. */
import { duration, memory, oneOf, positiveTime, section, share, throughput, whole } from '../quantities.ts'

const LEVELS = ['ONE', 'TWO', 'THREE', 'QUORUM', 'ALL'] as const
const level = (what: string) => oneOf(LEVELS).prefault('QUORUM').describe(`replicas that must ${what}; default QUORUM, more than half`)

/** A replicated store with the defaults of Apache Cassandra. */
export const store = section('a replicated store', {
  replication: whole({ min: 1, max: 100 }).prefault(3).describe('replicas of each range of keys; default 3'),
  reads: level('answer a read'),
  writes: level('acknowledge a write'),
  writeShare: share({ min: 0, max: 1 }).prefault('50%').describe('share of the requests that write; default 50%'),
  data: memory({ min: 1 }).prefault('100Gi').describe('data of one replica; default 100Gi'),
  written: throughput(0).prefault('100Ki/s').describe('writes to one replica, which it misses while it is away; default 100Ki/s'),
  replay: duration()
    .prefault('1m')
    .describe('replay of the commit log when a replica starts with its disk; default 1m, 1 to 5 min are usual'),
  hintWindow: duration().prefault('3h').describe('longest absence whose writes are kept as hints; default 3h, max_hint_window'),
  hintRate: throughput(1).prefault('1024Ki/s').describe('replay of hints to one replica; default 1024Ki/s, hinted_handoff_throttle'),
  streamRate: throughput(1)
    .prefault('24Mi/s')
    .describe('stream of one sender when a replica is rebuilt or repaired; default 24Mi/s, stream_throughput_outbound'),
  receiveRate: throughput(1).optional().describe('bound of what one replica receives; default: none'),
})

/** A database of one instance with the defaults of PostgreSQL. */
export const database = section('a database', {
  data: memory({ min: 1 }).prefault('10Gi').describe('its data; default 10Gi'),
  walRate: throughput(0).prefault('1Mi/s').describe('write-ahead log written per second; default 1Mi/s'),
  replayRate: throughput(1).prefault('100Mi/s').describe('log redone per second in a recovery; default 100Mi/s, 20 to 500 are published'),
  checkpointTimeout: positiveTime().prefault('5m').describe('longest time between checkpoints; default 5m, checkpoint_timeout'),
  maxWal: memory({ min: 1 }).prefault('1Gi').describe('log that starts a checkpoint early; default 1Gi, max_wal_size'),
  completion: share({ min: 0, max: 1 })
    .prefault('90%')
    .describe('share of the interval that a checkpoint takes; default 90%, checkpoint_completion_target'),
  restoreRate: throughput(1).prefault('100Mi/s').describe('restore from a backup when the disk is lost; default 100Mi/s'),
})
