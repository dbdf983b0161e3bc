/** Services that keep data, against their formulas: quorums, write-ahead logs, and recovery as the sum of its parts. */
import { describe, expect, it } from 'vitest'
import type { DatabaseSpec, StatefulSpec, StoreSpec } from '../../input.ts'
import { driver, DEPLOYMENT, GIB, perPod, SECOND, simulation, storage, type Given } from '../storage/storage.fixture.ts'
import { atLeast, needed, rangesBy, senders } from './ring.ts'
import { checkpointInterval, redoBytes } from './wal.ts'

const MIB = 1_048_576

const store = (partial: Partial<StoreSpec> = {}): StoreSpec => ({
  kind: 'store',
  replication: 3,
  reads: 'QUORUM',
  writes: 'QUORUM',
  writeShare: 0.5,
  data: GIB,
  written: MIB,
  replay: 10 * SECOND,
  hintWindow: 200 * SECOND,
  hintRate: 10 * MIB,
  streamRate: 8 * MIB,
  receiveRate: Infinity,
  ...partial,
})

const database = (partial: Partial<DatabaseSpec> = {}): DatabaseSpec => ({
  kind: 'database',
  data: GIB,
  walRate: MIB,
  replayRate: 10 * MIB,
  checkpointTimeout: 300 * SECOND,
  maxWal: GIB,
  completion: 0.9,
  restoreRate: 10 * MIB,
  ...partial,
})

const metricsOf = (keeps: StatefulSpec['keeps'], given: Given) => simulation({ ...given, stateful: [{ workload: 0, keeps }] }).run().metrics

const crash = (at: number, seconds = Infinity, count = 1) =>
  ({ at: at * SECOND, kind: 'node-crash', nodes: { count }, duration: seconds * SECOND }) as const

describe('a ring of replicas', () => {
  it('quorum is floor(RF / 2) + 1: of three replicas, each away with probability q, it is lost with 3q² - 2q³', () => {
    expect([1, 2, 3, 4, 5].map((replication) => needed('QUORUM', replication))).toEqual([1, 2, 2, 3, 3])
    const q = 0.01
    let lost = 0
    for (let away = 0; away < 8; away++) {
      const counts = rangesBy(3, 3, (ordinal) => (away & (1 << ordinal)) === 0)
      const gone = [0, 1, 2].filter((ordinal) => (away & (1 << ordinal)) !== 0).length
      const probability = [(1 - q) * (1 - q) * (1 - q), q * (1 - q) * (1 - q), q * q * (1 - q), q * q * q][gone]
      lost += probability * (1 - atLeast(counts, 2) / 3)
    }
    expect(lost).toBeCloseTo(3 * q * q - 2 * q * q * q, 12)
  })

  it('of six nodes with two neighbours away, the ranges that both keep have one replica left', () => {
    const counts = rangesBy(6, 3, (ordinal) => ordinal !== 2 && ordinal !== 3)
    expect([...counts]).toEqual([0, 2, 2, 2])
    expect(senders(6, 3, 2, (ordinal) => ordinal !== 3)).toBe(3)
    expect(senders(6, 1, 2, () => true)).toBe(0)
  })
})

describe('a replicated store', () => {
  it('availability by consistency level while one of three replicas is away for 73 of 900 s', () => {
    const metrics = metricsOf(store({ replay: 0 }), { storage: storage([perPod()]), replicas: 3, cpu: 1000, faults: [crash(100, 40)] })
    // 40 s down, check 30, mount 2, start 1.
    expect(metrics['store-available-one']).toBe(100)
    expect(metrics['store-available-quorum']).toBe(100)
    expect(metrics['store-available-all']).toBeCloseTo(100 * (1 - 73 / 900), 9)
    expect(metrics['errors-failed']).toBe(0)
  })

  it('with two of three away, requests at QUORUM fail and requests at ONE do not', () => {
    const given = { storage: storage([perPod()]), replicas: 3, cpu: 1000, faults: [crash(100, Infinity, 2)] }
    expect(metricsOf(store(), given)['errors-failed']).toBeGreaterThan(50)
    expect(metricsOf(store({ reads: 'ONE', writes: 'ONE' }), given)['errors-failed']).toBe(0)
    const reads = metricsOf(store({ reads: 'ONE', writeShare: 0.2 }), given)['errors-failed']!
    expect(reads).toBeGreaterThan(5)
    expect(reads).toBeLessThan(25)
  })

  it('recovery within the hint window = away + hints / rate; beyond it = away + missed / streams', () => {
    const given: Given = { storage: storage([perPod()]), replicas: 3, cpu: 1000, faults: [crash(100, 40)] }
    // Away: 40 s down, check 30, mount 2, start 1, replay 10 s; 1 MiB/s missed.
    expect(metricsOf(store(), given)['state-recovery-mean']).toBeCloseTo(83 + 83 / 10, 5)
    expect(metricsOf(store({ hintWindow: 82 * SECOND }), given)['state-recovery-mean']).toBeCloseTo(83 + 83 / (2 * 8), 5)
  })

  it('a replica without its disk streams all of its data from those that share it: data / (senders × rate)', () => {
    const deletes = { at: 100 * SECOND, kind: 'delete-pods', workload: 0, count: 1 } as const
    const given = (): Given => ({ storage: storage([{ kind: 'empty-dir', size: GIB }]), replicas: 3, actions: [deletes] })
    const metrics = metricsOf(store(), given())
    // A clean stop takes no time here; start 1 s, 1024 MiB from two senders of 8 MiB/s.
    expect(metrics['state-recovery-mean']).toBeCloseTo(1 + 1024 / 16, 1)
    expect(metrics['data-lost']).toBe(0)
    expect(metricsOf(store({ replication: 1 }), given())['data-lost']).toBe(1)
    expect(metricsOf(store({ receiveRate: 4 * MIB }), given())['state-recovery-mean']).toBeCloseTo(1 + 1024 / 4, 1)
  })
})

describe('a database of one instance', () => {
  it('checkpoints begin after their timeout, or when max_wal_size / (1 + completion) is written', () => {
    expect(checkpointInterval(database())).toBe(300 * SECOND)
    expect(checkpointInterval(database({ walRate: 10 * MIB }))).toBe(Math.round((1024 / 1.9 / 10) * SECOND))
  })

  it('the log to redo grows to (1 + completion) intervals and falls when a checkpoint is complete', () => {
    const at = (seconds: number): number => redoBytes(database(), seconds * SECOND) / MIB
    expect([0, 100, 299, 300, 400, 569, 570, 599].map(at)).toEqual([0, 100, 299, 300, 400, 569, 270, 299])
  })

  it('recovery after a crash of the node = time down + check + mount + start + redo / rate', () => {
    const metrics = metricsOf(database(), { storage: storage([perPod()]), faults: [crash(200, 40)] })
    expect(metrics['log-redone']).toBe(200)
    expect(metrics['state-recovery-mean']).toBeCloseTo(40 + 30 + 2 + 1 + 200 / 10, 5)
  })

  it('recovery on another node = detection + force + detach + attach + check + mount + start + redo / rate', () => {
    const metrics = metricsOf(database(), {
      storage: storage([perPod()]),
      faults: [crash(200)],
      actions: [{ at: 300 * SECOND, kind: 'out-of-service', nodes: { count: 3 } }],
    })
    expect(metrics['state-recovery-mean']).toBeCloseTo(100 + 20 + 10 + 30 + 2 + 1 + 200 / 10, 5)
  })

  it('a clean stop leaves nothing to redo; an exit does; a lost disk is restored at data / rate', () => {
    const deletes = { at: 200 * SECOND, kind: 'delete-pods', workload: 0, count: 1 } as const
    const clean = metricsOf(database(), { storage: storage([perPod()], { drivers: [driver()] }), actions: [deletes] })
    expect(clean['log-redone']).toBe(0)
    const exits = { at: 200 * SECOND, kind: 'pod-crash', workload: 0, count: 1 } as const
    const exit = metricsOf(database(), { storage: storage([perPod()]), faults: [exits] })
    expect(exit['log-redone']).toBe(200)
    const lost = metricsOf(database(), { storage: storage([]), controller: DEPLOYMENT, actions: [deletes] })
    expect(lost['data-lost']).toBe(1)
    expect(lost['state-recovery-mean']).toBeCloseTo(1 + 1024 / 10, 1)
  })
})
