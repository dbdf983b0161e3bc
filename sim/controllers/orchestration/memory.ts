/**
 * Memory of containers by a declared curve, and the kernel's kill of a container that needs more than its limit. The time at which the leak
 * alone reaches the limit is computed, and checked again when a request enters: one pending event per container, no polls.
 */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { PodQueue } from '../../serving/pod-queue.ts'
import type { Servers } from '../../serving/servers.ts'
import type { MemorySpec } from './container-spec.ts'
import type { RegisterLiving } from './processes.ts'

const SECOND: Time = 1_000_000

/** What memory needs of the run. */
export interface MemoryRun {
  readonly changes: ChangeRecorder
  readonly simulator: Simulator
  readonly servers: Servers
  readonly podQueue: PodQueue
}

/** The kubelet, as memory sees it. */
export interface MemoryHost {
  memoryOf(pod: PodId): MemorySpec | undefined
  /** The present life of the container. */
  lifeOf(pod: PodId): number
  /** The kernel kills the container; false: it does not run, or is being stopped. */
  kills(pod: PodId): boolean
}

/** A row per pod. */
class Used extends ColumnTable {
  /** 1: its container runs and has a curve. */
  watched = this.column(Uint8Array)
  since = this.column(Float64Array)
  /** Time of the pending check; events of other times are void. */
  checkAt = this.column(Float64Array)
}

export class ContainerMemory {
  /** Called when a container with a curve runs. */
  whenStarted: (pod: PodId) => void = () => undefined
  private readonly used = new Used(64)
  private readonly checks: number
  private readonly run: MemoryRun
  private readonly host: MemoryHost

  constructor(run: MemoryRun, register: RegisterLiving, host: MemoryHost) {
    this.run = run
    this.host = host
    this.checks = register('memory of a container', (pod) => {
      if (this.used.watched[pod] === 1 && this.used.checkAt[pod] === run.simulator.now) this.check(pod)
    })
    run.podQueue.whenEntered((server) => {
      const pod = run.servers.pod[server]
      if (this.used.watched[pod] === 1) this.aim(pod)
    })
  }

  /** The container runs. */
  started(pod: PodId): void {
    const { used, run } = this
    used.reserve(pod + 1)
    used.watched[pod] = this.host.memoryOf(pod) === undefined ? 0 : 1
    if (used.watched[pod] === 0) return
    used.since[pod] = run.simulator.now
    used.checkAt[pod] = Infinity
    this.aim(pod)
    this.whenStarted(pod)
  }

  /** The container does not run any more. */
  stopped(pod: PodId): void {
    if (this.used.watched[pod] === 1) this.used.watched[pod] = 0
  }

  /** What the container uses; 0 while it does not run, undefined without a curve. */
  usageOf(pod: PodId): number | undefined {
    const spec = this.host.memoryOf(pod)
    if (spec === undefined) return undefined
    const { used, run } = this
    if (used.watched[pod] !== 1) return 0
    const server = run.servers.of(pod)
    const age = (run.simulator.now - used.since[pod]) / SECOND
    return Math.min(spec.base + spec.leak * age, spec.max) + (server === NONE ? 0 : run.servers.inside[server]) * spec.perRequest
  }

  /** When the container needs more than its limit if no request enters or leaves; in the past: it does already; Infinity: never. */
  private crossing(pod: PodId): Time {
    const { base, perRequest, leak, max, limit } = this.host.memoryOf(pod)!
    const { servers } = this.run
    const server = servers.of(pod)
    const left = limit - (server === NONE ? 0 : servers.inside[server]) * perRequest
    if (base > left) return -Infinity
    return leak === 0 || max <= left ? Infinity : this.used.since[pod] + Math.floor(((left - base) / leak) * SECOND) + 1
  }

  /** A check that is pending for an earlier time stays: it finds out that requests have left meanwhile. */
  private aim(pod: PodId): void {
    const { used, run } = this
    const { simulator } = run
    const time = Math.max(this.crossing(pod), simulator.now)
    if (time >= used.checkAt[pod]) return
    used.checkAt[pod] = time
    simulator.at(time, this.checks, pod, this.host.lifeOf(pod))
  }

  private check(pod: PodId): void {
    const { used, run } = this
    used.checkAt[pod] = Infinity
    if (this.crossing(pod) > run.simulator.now) this.aim(pod)
    else if (this.host.kills(pod)) run.changes.outOfMemory(run.simulator.now)
  }
}
