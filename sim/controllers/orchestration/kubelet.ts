/**
 * The kubelets of all nodes: image pull, start, readiness, exits and restarts with back-off; and what a node that is down or cut off from
 * the control plane means for its pods. A pod is taken as one container.
 *
 * Faithful: order of the steps, back-off of restarts, delay until an exit is noticed (at most one second, the period of PLEG). Simplified:
 * the readiness probe succeeds at a phase of its period that is drawn for each pod; a restart is not rounded up to the next pod sync.
 */
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Workload } from '../../serving/spec.ts'
import type { ApiClient } from '../kubernetes/api-client.ts'
import type { PodObjects } from '../kubernetes/pod-objects.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Images } from '../images/images.ts'
import type { Keeper } from '../pod-listeners.ts'
import type { Delays } from '../spec.ts'
import type { Stateful } from '../stateful/stateful.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Probes, ProbeSpec } from './container-spec.ts'
import { Containers } from './containers.ts'
import { ContainerStart, type ContainerStartRun } from './container-start.ts'
import { ContainerMemory } from './memory.ts'
import { podsOn } from './node-selection.ts'
import type { PodEvents } from './pod-events.ts'
import { PodStatus, type PodStatusRun } from './pod-status.ts'
import { Processes } from './processes.ts'
import { Probers, type ProbeHost, type ProbersRun } from './probes.ts'
import type { Orchestration, Version } from './spec.ts'

/** Longest time until an exit is noticed [µs]. */
const NOTICE: Time = 1_000_000

/** What the kubelets need of the run. */
export interface KubeletRun extends ProbersRun, ContainerStartRun, PodStatusRun {
  readonly changes: ChangeRecorder
  readonly streams: Streams
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  /** Null: no pod has volumes. */
  readonly volumes: PodVolumes | null
  /** Null: no workload keeps data. */
  readonly stateful: Stateful | null
  readonly input: { readonly workloads: readonly Workload[]; readonly delays: Delays; readonly orchestration?: Orchestration }
}

export class Kubelets implements Keeper, ProbeHost {
  private readonly containers = new Containers(256)
  /** Nodes that do not answer. True: their processes have died; false: only the control plane does not reach them. */
  private readonly lost = new Map<NodeId, boolean>()
  private readonly run: KubeletRun
  private readonly events: PodEvents | null
  private readonly objects: PodObjects
  private readonly podsOf: (pod: PodId) => ControlledPods
  private readonly isKept: (pod: PodId) => boolean
  private readonly startups: KeyedStream[] = []
  private readonly notices: KeyedStream
  private readonly readyKind: number
  private readonly exitsKind: number
  private readonly noticedKind: number
  private readonly restartsKind: number
  private readonly failsKind: number
  private readonly processes: Processes
  readonly status: PodStatus
  /** Null: no container is probed. */
  private readonly probers: Probers | null
  /** Null: no container has a curve of memory. */
  readonly memory: ContainerMemory | null
  private readonly begin: ContainerStart
  private readonly probePhases: KeyedStream
  private lives = 0

  constructor(run: KubeletRun, objects: PodObjects, podsOf: (pod: PodId) => ControlledPods | undefined, events: PodEvents | null) {
    this.events = events
    const { simulator, streams, lifecycle } = run
    this.run = run
    this.objects = objects
    this.podsOf = (pod) => podsOf(pod)!
    this.isKept = (pod) => podsOf(pod) !== undefined
    this.notices = streams.keyed('container exits noticed')
    const living = (handle: (pod: PodId) => void) => (pod: PodId, life: number) => {
      if (this.containers.life[pod] === life) handle(pod)
    }
    const register = (name: string, handle: (pod: PodId) => void): number => simulator.register(name, living(handle))
    this.begin = new ContainerStart(run, register, {
      events,
      containers: this.containers,
      podsOf: this.podsOf,
      versionOf: (pod) => this.versionOf(pod),
      nodeOf: (pod) => this.nodeOf(pod),
      reaches: (node) => this.reaches(node),
      nextLife: (pod) => this.nextLife(pod),
      runs: (pod) => this.runs(pod),
      fails: (pod) => this.fails(pod),
    })
    this.readyKind = register('container becomes ready', (pod) => this.becomesReady(pod, false))
    this.exitsKind = register('container exits', (pod) => this.exits(pod))
    this.noticedKind = register('exit of a container is noticed', (pod) => this.noticed(pod))
    this.failsKind = register('task fails', (pod) => this.fails(pod))
    this.restartsKind = register('container restarts', (pod) => this.begin.starts(pod, simulator.now))
    const exits = { ended: (pod: PodId) => this.ended(pod, 0), hangs: (pod: PodId) => this.probers?.wake(pod) }
    this.processes = new Processes(run, this.containers, register, exits)
    this.status = new PodStatus(run, {
      events,
      containers: this.containers,
      objects,
      epochOf: (pod) => run.cluster.view.pods.epoch[pod],
      podsOf: this.podsOf,
      nodeOf: (pod) => this.nodeOf(pod),
      reaches: (node) => this.reaches(node),
      isTerminating: (pod) => this.isTerminating(pod),
      served: (pod) => this.processes.served(pod),
    })
    const versions = run.input.orchestration?.workloads.flatMap((one) => one.versions) ?? []
    this.probers = versions.some(({ probes }) => probes !== undefined) ? new Probers(run, this) : null
    const memory = {
      memoryOf: (pod: PodId) => this.versionOf(pod).memory,
      lifeOf: (pod: PodId) => this.containers.life[pod],
      kills: (pod: PodId) => this.exits(pod),
    }
    this.memory = versions.some((version) => version.memory !== undefined) ? new ContainerMemory(run, register, memory) : null
    this.probePhases = streams.keyed('phases of probes')
    lifecycle.keptBy(this)
  }

  /** The pod was created; nothing of an earlier pod of the row counts. `held`: its container does not start before `release`. */
  created(pod: PodId, ordinal: number, held: boolean): void {
    this.containers.open(pod, ordinal)
    this.begin.created(pod, held)
  }

  /** Null: no image is named. */
  get images(): Images | null {
    return this.begin.images
  }

  /** The pod has ended. */
  gone(pod: PodId): void {
    this.begin.gone(pod)
    this.containers.life[pod] = NONE
    this.probers?.stopped(pod)
    this.memory?.stopped(pod)
  }

  bound(pod: PodId, time: Time, warm: boolean): void {
    if (this.versionOf(pod).probes !== undefined) this.probers!.begins(pod, time, warm ? this.probePhases.at(pod, 0) : 0)
    // It has begun already where its node came back before the bind was answered.
    if (!warm && this.containers.life[pod] !== NONE) return
    const start = warm ? time : time + this.run.input.delays.bind
    if (!this.reaches(this.nodeOf(pod)) || this.run.volumes?.prepare(pod, start) === 'waits') return
    if (!warm) {
      this.begin.starts(pod, start)
      return
    }
    this.containers.pulled[pod] = 1
    this.begin.warm(pod)
    this.nextLife(pod)
    this.runs(pod, true)
  }

  /** The volumes of the pod are mounted on its node. */
  mounted(pod: PodId): void {
    if (!this.isTerminating(pod)) this.begin.starts(pod, this.run.simulator.now)
  }

  reaches(node: NodeId): boolean {
    return !this.lost.has(node)
  }

  isDown(node: NodeId): boolean {
    return this.lost.get(node) === true
  }

  private nodeOf(pod: PodId): NodeId {
    return this.run.cluster.view.pods.node[pod]
  }

  private nextLife(pod: PodId): number {
    this.containers.runs[pod] = 0
    this.containers.isReady[pod] = 0
    this.containers.hangs[pod] = 0
    this.memory?.stopped(pod)
    this.probers?.stopped(pod)
    return (this.containers.life[pod] = this.lives++)
  }

  /** A pod that was created `held` may start. */
  release(pod: PodId): void {
    this.begin.release(pod)
  }

  private runs(pod: PodId, warm = false): void {
    if (this.isTerminating(pod)) return // deleted while its node was cut off
    const { containers, run } = this
    const { simulator, lifecycle } = run
    const version = this.versionOf(pod)
    const life = containers.life[pod]
    const { now } = simulator
    const { crashAfter, hangAfter = Infinity, probes } = version
    containers.pulled[pod] = 1
    containers.runs[pod] = 1
    lifecycle.running(pod)
    this.status.started(pod)
    this.events?.started(pod)
    if (crashAfter !== Infinity) simulator.at(now + crashAfter, this.exitsKind, pod, life)
    this.memory?.started(pod)
    this.processes.started(pod, warm || probes === undefined ? now : now + version.start, hangAfter)
    if (probes !== undefined) this.beginsProbing(pod, warm)
    else if (!version.ready) this.failsHealthChecks(pod)
    else if (warm) this.becomesReady(pod, true)
    else simulator.at(now + (run.stateful?.recovery(pod) ?? 0) + this.probePhase(pod), this.readyKind, pod, life)
  }

  /** The task of a release that never becomes healthy ends; a pod is never ready. */
  private failsHealthChecks(pod: PodId): void {
    const { simulator } = this.run
    const lasts = this.podsOf(pod).tasks?.unhealthyAfter ?? Infinity
    if (lasts !== Infinity) simulator.at(simulator.now + lasts, this.failsKind, pod, this.containers.life[pod])
  }

  private beginsProbing(pod: PodId, warm: boolean): void {
    const { containers } = this
    if (!warm) this.probers!.started(pod, containers.listensAt[pod], this.noticeDelay(containers.life[pod]))
    else {
      this.probers!.startedBefore(pod)
      if (this.versionOf(pod).ready) this.becomesReady(pod, true)
    }
  }

  private readonly noticeDelay = (life: number): Time => Math.floor(this.notices.at(life, 0) * NOTICE)

  private versionOf(pod: PodId): Version {
    return this.podsOf(pod).versionOf(pod)
  }

  /** The wait for the readiness probe. */
  private probePhase(pod: PodId): Time {
    const { workload, tasks } = this.podsOf(pod)
    const { name, probe } = this.run.input.workloads[workload]
    if (tasks?.firstCheck === 'period') return probe
    this.startups[workload] ??= this.run.streams.keyed(`startup/${name}`)
    return Math.floor(this.startups[workload].at(this.containers.ordinal[pod], this.containers.exits[pod]) * probe)
  }

  private becomesReady(pod: PodId, warm: boolean): void {
    if (this.isTerminating(pod) || this.containers.hangs[pod] === 1) return
    this.containers.isReady[pod] = 1
    this.status.ready(pod, warm)
  }

  // ---- probes

  probesOf(pod: PodId): Probes {
    return this.versionOf(pod).probes!
  }

  readonly isHung = (pod: PodId): boolean => this.containers.hangs[pod] === 1

  readonly isNeverReady = (pod: PodId): boolean => !this.versionOf(pod).ready

  readiness(pod: PodId, ready: boolean): void {
    if (ready) return this.becomesReady(pod, false)
    this.events?.unhealthy(pod, 'Readiness')
    this.containers.isReady[pod] = 0
    if (this.reaches(this.nodeOf(pod)) && this.objects.ready[pod] === 1) this.run.changes.unready(this.run.simulator.now)
    this.noticed(pod)
  }

  failed(pod: PodId, probe: ProbeSpec): void {
    const { grace } = probe
    this.events?.unhealthy(pod, this.probesOf(pod).startup === probe ? 'Startup' : 'Liveness')
    const { changes, simulator, input } = this.run
    const { grace: own, preStop } = input.workloads[this.podsOf(pod).workload]
    changes.killed(simulator.now)
    this.probers!.stopped(pod)
    this.processes.stop(pod, grace ?? own, preStop)
  }

  readonly emptied = (pod: PodId): void => this.ended(pod, 0)

  isTerminating(pod: PodId): boolean {
    return this.run.cluster.view.pods.phase[pod] === PodPhase.Terminating
  }

  // ---- exits

  /** The process of a running container ends with an error now; false: none runs. */
  exits(pod: PodId): boolean {
    if (this.containers.runs[pod] === 0 || this.isTerminating(pod)) return false
    this.ended(pod)
    return true
  }

  /** The kubelet notices the exit after `noticed`; the next number of a life draws that delay. */
  private ended(pod: PodId, noticed?: Time): void {
    const { containers, run } = this
    // It was being stopped already when the pod was deleted: nothing is started again, and the pod ends with it.
    if (this.isTerminating(pod) && this.reaches(this.nodeOf(pod))) {
      run.lifecycle.kill(pod)
      return
    }
    const life = this.nextLife(pod)
    run.lifecycle.forgotten(pod)
    run.lifecycle.died(pod, false)
    containers.exits[pod]++
    if (this.podsOf(pod).tasks !== null) {
      if (this.reaches(this.nodeOf(pod))) this.fails(pod)
      return
    }
    const delay = noticed ?? this.noticeDelay(life)
    run.simulator.at(run.simulator.now + delay, this.noticedKind, pod, life)
    const restart = containers.restart(pod, run.simulator.now)
    if (restart > run.simulator.now) this.events?.backsOff(pod)
    run.simulator.at(Math.max(restart, run.simulator.now + delay), this.restartsKind, pod, life)
  }

  /** The task of the pod ends; its controller creates another one. */
  private fails(pod: PodId): void {
    if (this.isTerminating(pod) || !this.reaches(this.nodeOf(pod))) return
    this.run.lifecycle.died(pod, false)
    this.podsOf(pod).failed(pod)
  }

  private noticed(pod: PodId): void {
    this.status.notReady(pod)
  }

  deletes(pod: PodId): boolean {
    return this.status.deletes(pod)
  }

  // ---- nodes

  /** The node stops answering; `down`: its processes die without a word. */
  lose(node: NodeId, down: boolean): void {
    const wasDown = this.isDown(node)
    this.lost.set(node, down || wasDown)
    if (!down || wasDown) return
    this.run.volumes?.died(node)
    this.begin.died(node)
    podsOn(this.run.cluster, node, this.isKept, (pod) => this.dies(pod))
  }

  private dies(pod: PodId): void {
    this.nextLife(pod)
    this.begin.init?.forget(pod)
    this.run.lifecycle.died(pod, true)
  }

  /** The control plane takes the pods of the node as not ready; `workload`: only those of it, `client`: who writes that. */
  markUnready(node: NodeId, { workload, client }: { readonly workload?: WorkloadId; readonly client?: ApiClient | undefined } = {}): void {
    const { changes, simulator } = this.run
    if (workload === undefined) this.events?.node(node, 'NodeNotReady')
    podsOn(this.run.cluster, node, this.isKept, (pod) => {
      const pods = this.podsOf(pod)
      if (this.isTerminating(pod) || (workload !== undefined && pods.workload !== workload)) return
      this.status.unreachable(pod, client)
      changes.disturbances.detected(pods.workload, simulator.now)
    })
  }

  /** The node answers again: terminating pods end, the others are started again, or are found running. */
  recover(node: NodeId): void {
    const down = this.isDown(node)
    this.lost.delete(node)
    this.events?.node(node, 'NodeReady')
    const { lifecycle, volumes } = this.run
    volumes?.recovered(node)
    podsOn(this.run.cluster, node, this.isKept, (pod) => {
      if (down || this.containers.hangs[pod] === 0) lifecycle.forgotten(pod)
      if (this.isTerminating(pod)) lifecycle.resumeTermination(pod)
      else if (this.podsOf(pod).tasks !== null) this.resumes(pod, down)
      else if (down || this.containers.life[pod] === NONE) this.rises(pod)
      else if (this.containers.isReady[pod] === 1) this.becomesReady(pod, false)
      else this.noticed(pod)
    })
  }

  /** The node of a task answers again: what had run and died meanwhile has failed, what had not begun begins. */
  private resumes(pod: PodId, down: boolean): void {
    const { containers } = this
    const ran = this.run.cluster.view.pods.phase[pod] !== PodPhase.Bound
    if (ran && (down || containers.exits[pod] > 0)) this.fails(pod)
    else if (!ran && (down || containers.life[pod] === NONE)) this.begin.starts(pod, this.run.simulator.now)
    else if (containers.isReady[pod] === 1) this.becomesReady(pod, false)
  }

  private rises(pod: PodId): void {
    const { lifecycle, simulator, volumes } = this.run
    lifecycle.unlisted(pod)
    this.podsOf(pod).setReady(pod, false)
    if (this.run.cluster.view.pods.phase[pod] !== PodPhase.Bound) this.containers.exits[pod]++
    if (volumes?.prepare(pod, simulator.now) !== 'waits') this.begin.starts(pod, simulator.now)
  }
}
