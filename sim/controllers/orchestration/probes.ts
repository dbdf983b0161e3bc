/**
 * Startup, readiness and liveness probes, as the kubelet's probe workers run them: one worker for each probe of a pod, whose ticker begins
 * with the pod. Source: Kubernetes 1.34, pkg/kubelet/prober/worker.go and prober_manager.go.
 *
 * A probe that is answered with the threads of the pod is sent as a request when the pod holds requests, and succeeds at once when it holds
 * none. The ticks of a worker whose result cannot change (it has succeeded, and the pod is idle) are no events: its ticker goes on by
 * arithmetic, and it is woken when the pod gets a request or hangs.
 *
 * Simplified: while a container is not ready, the kubelet triggers readiness probes at its start only, not at each later sync of the pod.
 */
import { NONE, type PodId, type RequestId, type ServerId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Clients } from '../../serving/clients.ts'
import { HealthChecks } from '../../serving/health-checks.ts'
import type { PodQueue } from '../../serving/pod-queue.ts'
import type { Requests } from '../../serving/requests.ts'
import type { Servers } from '../../serving/servers.ts'
import type { Probes, ProbeSpec } from './container-spec.ts'

/** The probes of a pod, by their place in its rows. */
const NAMES = ['startup', 'readiness', 'liveness'] as const
const STARTUP = 0
const READINESS = 1
const LIVENESS = 2

/** What the probes need of the run. */
export interface ProbersRun {
  readonly simulator: Simulator
  readonly requests: Requests
  readonly servers: Servers
  readonly podQueue: PodQueue
  readonly clients: Clients
}

/** The kubelet, as the probes see it. */
export interface ProbeHost {
  probesOf(pod: PodId): Probes
  /** Answers nothing, at all or to its readiness probe. */
  isHung(pod: PodId): boolean
  isNeverReady(pod: PodId): boolean
  isTerminating(pod: PodId): boolean
  /** The readiness of a container, as its probe found it. */
  readiness(pod: PodId, ready: boolean): void
  /** A startup or liveness probe has failed for good. */
  failed(pod: PodId, probe: ProbeSpec): void
}

/** A row per probe of a pod. */
class Workers extends ColumnTable {
  /** A time at which the ticker ticks: it does so each period before and after. */
  base = this.column(Float64Array)
  /** The last result (1: success, 0: failure, NONE), and how many times in a row. */
  last = this.column(Int32Array, NONE)
  run = this.column(Int32Array)
  /** 1: no probes until the next container. */
  held = this.column(Uint8Array)
  /** Handle of the next tick, or of the end of the probe under way; NONE: neither. */
  event = this.column(Int32Array, NONE)
  /** When the probe under way began, and its request. */
  begun = this.column(Float64Array)
  check = this.column(Int32Array, NONE)
}

/** A row per pod. */
class Probed extends ColumnTable {
  /** 1: its container runs and is probed. 1: it has started, by its startup probe. 1: a worker rests. */
  alive = this.column(Uint8Array)
  started = this.column(Uint8Array)
  rests = this.column(Uint8Array)
  since = this.column(Float64Array)
  listensAt = this.column(Float64Array)
}

export class Probers {
  private readonly workers = new Workers(256)
  private readonly pods = new Probed(64)
  private readonly rows = new Map<RequestId, number>()
  private readonly checks: HealthChecks
  private readonly run: ProbersRun
  private readonly host: ProbeHost
  private readonly tickKind: number
  private readonly succeedsKind: number
  private readonly failsKind: number

  constructor(run: ProbersRun, host: ProbeHost) {
    const { simulator, podQueue, servers } = run
    this.run = run
    this.host = host
    this.checks = new HealthChecks(run, (check, answered) => this.over(check, answered))
    const event = (name: string, handle: (row: number) => void): number =>
      simulator.register(name, (row) => {
        this.workers.event[row] = NONE
        handle(row)
      })
    this.tickKind = event('probe of a pod', (row) => this.probe(row))
    this.succeedsKind = event('probe succeeds', (row) => this.result(row, true))
    this.failsKind = event('probe times out', (row) => this.timedOut(row))
    podQueue.whenBusy((server) => {
      const pod = servers.pod[server]
      if (this.pods.rests[pod] === 1) this.wake(pod)
    })
  }

  /** The kubelet has seen the pod: its workers begin, with tickers that ticked `ago` periods ago. */
  begins(pod: PodId, now: Time, ago = 0): void {
    const { workers } = this
    this.pods.reserve(pod + 1)
    workers.reserve(3 * (pod + 1))
    this.pods.alive[pod] = 0
    const probes = this.host.probesOf(pod)
    NAMES.forEach((name, i) => {
      const row = 3 * pod + i
      workers.base[row] = now - Math.floor(ago * (probes[name]?.period ?? 0))
      workers.last[row] = NONE
      workers.run[row] = 0
    })
  }

  /** The container runs, and answers from `listensAt` on; `noticed` later the kubelet knows it. */
  started(pod: PodId, listensAt: Time, noticed: Time): void {
    const { pods, workers } = this
    const { now } = this.run.simulator
    const { startup } = this.host.probesOf(pod)
    pods.alive[pod] = 1
    pods.rests[pod] = 0
    pods.since[pod] = now
    pods.listensAt[pod] = listensAt
    pods.started[pod] = startup === undefined ? 1 : 0
    for (let row = 3 * pod; row < 3 * pod + 3; row++) workers.held[row] = 0
    if (startup === undefined) this.hasStarted(pod, noticed)
    else this.aim(3 * pod + STARTUP)
  }

  /** The container has run, and been healthy, since long before. */
  startedBefore(pod: PodId): void {
    const { pods, workers } = this
    pods.alive[pod] = 1
    pods.rests[pod] = 1
    pods.since[pod] = -Infinity
    pods.listensAt[pod] = -Infinity
    pods.started[pod] = 1
    const probes = this.host.probesOf(pod)
    NAMES.forEach((name, i) => {
      workers.held[3 * pod + i] = 0
      workers.last[3 * pod + i] = 1
      workers.run[3 * pod + i] = probes[name]?.successThreshold ?? 0
    })
  }

  /** The container does not run any more, or is about to be stopped. */
  stopped(pod: PodId): void {
    const { workers, pods, run } = this
    if (pods.alive[pod] !== 1) return
    pods.alive[pod] = 0
    pods.rests[pod] = 0
    for (let row = 3 * pod; row < 3 * pod + 3; row++) {
      this.withdraw(row)
      if (workers.event[row] !== NONE) run.simulator.cancel(workers.event[row])
      workers.event[row] = NONE
    }
  }

  /** The next probes of the pod may have other results. */
  wake(pod: PodId): void {
    const { workers, pods } = this
    if (pods.alive[pod] !== 1 || pods.started[pod] === 0) return
    pods.rests[pod] = 0
    for (const i of [READINESS, LIVENESS]) {
      const row = 3 * pod + i
      const isMade = this.host.probesOf(pod)[NAMES[i]] !== undefined
      if (isMade && workers.event[row] === NONE && workers.held[row] === 0) this.aim(row)
    }
  }

  /** Whether the startup probe has succeeded and a readiness probe decides. */
  private hasStarted(pod: PodId, noticed: Time): void {
    const { readiness, liveness } = this.host.probesOf(pod)
    const { simulator } = this.run
    this.pods.started[pod] = 1
    if (liveness !== undefined) this.aim(3 * pod + LIVENESS)
    if (readiness === undefined) {
      this.host.readiness(pod, true)
      return
    }
    // The kubelet triggers this probe when it notices the start, and its ticker begins again.
    const row = 3 * pod + READINESS
    this.workers.base[row] = simulator.now + noticed
    this.workers.event[row] = simulator.at(simulator.now + noticed, this.tickKind, row, 0)
  }

  private specOf(row: number): ProbeSpec {
    return this.host.probesOf(Math.floor(row / 3))[NAMES[row % 3]]!
  }

  /** The next tick. One that comes while a probe is under way is kept until its end; further ones are lost. */
  private aim(row: number, begun = this.run.simulator.now): void {
    const { simulator } = this.run
    const { base } = this.workers
    const { period } = this.specOf(row)
    const next = base[row] + (Math.floor((begun - base[row]) / period) + 1) * period
    this.workers.event[row] = simulator.at(Math.max(next, simulator.now), this.tickKind, row, 0)
  }

  private probe(row: number): void {
    const { workers, pods, host, run } = this
    const pod = Math.floor(row / 3)
    if (host.isTerminating(pod)) return
    const { now } = run.simulator
    const spec = this.specOf(row)
    workers.begun[row] = now
    if (now - pods.since[pod] < spec.initialDelay) this.aim(row)
    else if (now < pods.listensAt[pod] || (row % 3 === READINESS && host.isNeverReady(pod))) this.result(row, false)
    else this.ask(row, pod, spec)
  }

  /** The process listens: its answer, or its silence, takes time. */
  private ask(row: number, pod: PodId, { timeout, answer }: ProbeSpec): void {
    const { workers, host, run } = this
    const { simulator, servers } = run
    const { now } = simulator
    const time = host.isHung(pod) ? Infinity : 'time' in answer ? answer.time : 0
    if (time > 0) {
      const kind = time <= timeout ? this.succeedsKind : this.failsKind
      workers.event[row] = simulator.at(now + Math.min(time, timeout), kind, row, 0)
      return
    }
    const server = servers.of(pod)
    if ('time' in answer || this.isIdle(server)) {
      this.result(row, true)
      return
    }
    const check = this.checks.send(server, answer.work)
    if (check === NONE) {
      this.result(row, false)
      return
    }
    this.rows.set(check, row)
    workers.check[row] = check
    workers.event[row] = simulator.at(now + timeout, this.failsKind, row, 0)
  }

  private isIdle(server: ServerId): boolean {
    return server === NONE || this.run.servers.inside[server] === 0
  }

  /** The pod has answered a probe, or lost it. A process that hangs closes no connection, so that the probe ends by its timeout. */
  private over(check: RequestId, answered: boolean): void {
    const { workers, run } = this
    const row = this.rows.get(check)!
    this.rows.delete(check)
    workers.check[row] = NONE
    if (!answered && this.host.isHung(Math.floor(row / 3))) return
    run.simulator.cancel(workers.event[row])
    workers.event[row] = NONE
    this.result(row, answered)
  }

  private timedOut(row: number): void {
    this.withdraw(row)
    this.result(row, false)
  }

  private withdraw(row: number): void {
    const { workers } = this
    const check = workers.check[row]
    if (check === NONE) return
    workers.check[row] = NONE
    this.rows.delete(check)
    this.checks.withdraw(check)
  }

  private result(row: number, succeeded: boolean): void {
    const { workers, host } = this
    const pod = Math.floor(row / 3)
    if (this.pods.alive[pod] === 0 || host.isTerminating(pod)) return
    const spec = this.specOf(row)
    const same = workers.last[row] === Number(succeeded)
    workers.run[row] = same ? workers.run[row] + 1 : 1
    workers.last[row] = Number(succeeded)
    const counts = workers.run[row] >= (succeeded ? spec.successThreshold : spec.failureThreshold)
    if (!counts) this.aim(row, workers.begun[row])
    else if (row % 3 === READINESS) {
      this.goOn(row, pod, succeeded)
      host.readiness(pod, succeeded)
    } else if (!succeeded) {
      workers.held[row] = 1
      workers.run[row] = 0
      host.failed(pod, spec)
    } else if (row % 3 === STARTUP) this.hasStarted(pod, 0)
    else this.goOn(row, pod, true)
  }

  /** The worker rests when its next results are known. */
  private goOn(row: number, pod: PodId, succeeded: boolean): void {
    const { host, run } = this
    const settled = succeeded && !host.isHung(pod) && ('time' in this.specOf(row).answer || this.isIdle(run.servers.of(pod)))
    if (settled) this.pods.rests[pod] = 1
    else this.aim(row, this.workers.begun[row])
  }
}
