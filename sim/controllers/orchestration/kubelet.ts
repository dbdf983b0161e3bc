/**
 * The kubelets of all nodes: image pull, start, readiness, exits and restarts with back-off; and what a node that is down or cut off from
 * the control plane means for its pods. A pod is taken as one container.
 *
 * Faithful: order of the steps, back-off of restarts, delay until an exit is noticed (at most one second, the period of PLEG). Simplified:
 * the readiness probe succeeds at a phase of its period that is drawn for each pod; a restart is not rounded up to the next pod sync.
 */
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Servers } from '../../serving/servers.ts'
import type { Workload } from '../../serving/spec.ts'
import type { PodObjects } from '../kubernetes/pod-objects.ts'
import type { Keeper, PodLifecycle } from '../pod-lifecycle.ts'
import type { Delays } from '../spec.ts'
import type { Stateful } from '../stateful/stateful.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import type { ControlledPods } from './controlled-pods.ts'
import { restartTime } from './crash-back-off.ts'

/** Longest time until an exit is noticed [µs]. */
const NOTICE: Time = 1_000_000

/** What the kubelets need of the run. */
export interface KubeletRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly servers: Servers
  readonly changes: ChangeRecorder
  /** Null: no pod has volumes. */
  readonly volumes: PodVolumes | null
  /** Null: no workload keeps data. */
  readonly stateful: Stateful | null
  readonly input: { readonly workloads: readonly Workload[]; readonly delays: Delays }
}

/** A row per pod. */
class Containers extends ColumnTable {
  /** Ordinal of the pod within its workload. */
  ordinal = this.column(Int32Array)
  /** Number of the present life of the container: events of an earlier one are void. */
  life = this.column(Int32Array, NONE)
  /** 1: the process runs. And: its readiness probe has succeeded. */
  runs = this.column(Uint8Array)
  isReady = this.column(Uint8Array)
  /** 1: the image is on the node. */
  pulled = this.column(Uint8Array)
  exits = this.column(Int32Array)
  wait = this.column(Float64Array)
  last = this.column(Float64Array)
}

/** A node that does not answer. */
interface LostNode {
  /** True: its processes have died; false: only the control plane does not reach it. */
  readonly down: boolean
}

export class Kubelets implements Keeper {
  private readonly containers = new Containers(256)
  private readonly lost = new Map<NodeId, LostNode>()
  private readonly run: KubeletRun
  private readonly objects: PodObjects
  private readonly podsOf: (pod: PodId) => ControlledPods
  private readonly isKept: (pod: PodId) => boolean
  private readonly startups: KeyedStream[] = []
  private readonly notices: KeyedStream
  private readonly runsKind: number
  private readonly readyKind: number
  private readonly exitsKind: number
  private readonly noticedKind: number
  private readonly restartsKind: number
  private readonly failsKind: number
  private lives = 0
  /** Pods that must not start before they are released: when their image is on the node; Infinity: they have no node. */
  private readonly held = new Map<PodId, Time>()
  private readonly backOff = { wait: 0, last: 0 }

  constructor(run: KubeletRun, objects: PodObjects, podsOf: (pod: PodId) => ControlledPods | undefined) {
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
    this.runsKind = register('container runs', (pod) => this.runs(pod))
    this.readyKind = register('container becomes ready', (pod) => this.becomesReady(pod, false))
    this.exitsKind = register('container exits', (pod) => this.exits(pod))
    this.noticedKind = register('exit of a container is noticed', (pod) => this.noticed(pod))
    this.failsKind = register('task fails', (pod) => this.fails(pod))
    this.restartsKind = register('container restarts', (pod) => this.starts(pod, simulator.now))
    lifecycle.keptBy(this)
  }

  /** The pod was created; nothing of an earlier pod of the row counts. `held`: its container does not start before `release`. */
  created(pod: PodId, ordinal: number, held: boolean): void {
    if (held) this.held.set(pod, Infinity)
    const { containers } = this
    containers.reserve(pod + 1)
    containers.ordinal[pod] = ordinal
    containers.life[pod] = NONE
    containers.runs[pod] = 0
    containers.isReady[pod] = 0
    containers.pulled[pod] = 0
    containers.exits[pod] = 0
    containers.wait[pod] = 0
  }

  /** The pod has ended. */
  gone(pod: PodId): void {
    this.held.delete(pod)
    this.containers.life[pod] = NONE
  }

  bound(pod: PodId, time: Time, warm: boolean): void {
    const start = warm ? time : time + this.run.input.delays.bind
    if (!this.reaches(this.nodeOf(pod)) || this.run.volumes?.prepare(pod, start) === 'waits') return
    if (!warm) {
      this.starts(pod, start)
      return
    }
    this.containers.pulled[pod] = 1
    this.nextLife(pod)
    this.runs(pod, true)
  }

  /** The volumes of the pod are mounted on its node. */
  mounted(pod: PodId): void {
    if (!this.isTerminating(pod)) this.starts(pod, this.run.simulator.now)
  }

  reaches(node: NodeId): boolean {
    return !this.lost.has(node)
  }

  isDown(node: NodeId): boolean {
    return this.lost.get(node)?.down === true
  }

  private nodeOf(pod: PodId): NodeId {
    return this.run.cluster.view.pods.node[pod]
  }

  private nextLife(pod: PodId): number {
    this.containers.runs[pod] = 0
    this.containers.isReady[pod] = 0
    return (this.containers.life[pod] = this.lives++)
  }

  /** Pull, if the image is not there, and start. */
  private starts(pod: PodId, time: Time): void {
    const { containers, run } = this
    const pods = this.podsOf(pod)
    const { pull, start, pullFails } = pods.versionOf(pod)
    const pulled = time + (containers.pulled[pod] === 1 ? 0 : pull)
    const life = this.nextLife(pod)
    // A kubelet tries to pull for ever.
    if (pullFails === true) {
      if (pods.tasks !== null) run.simulator.at(pulled, this.failsKind, pod, life)
    } else if (this.held.has(pod)) this.held.set(pod, pulled)
    else run.simulator.at(pulled + start, this.runsKind, pod, life)
  }

  /** A pod that was created `held` may start. */
  release(pod: PodId): void {
    const pulled = this.held.get(pod)
    this.held.delete(pod)
    if (pulled === undefined || pulled === Infinity || !this.reaches(this.nodeOf(pod))) return
    const { simulator } = this.run
    simulator.at(Math.max(simulator.now, pulled) + this.podsOf(pod).versionOf(pod).start, this.runsKind, pod, this.containers.life[pod])
  }

  private runs(pod: PodId, warm = false): void {
    const { containers, run } = this
    const { simulator, lifecycle } = run
    const pods = this.podsOf(pod)
    const version = pods.versionOf(pod)
    const life = containers.life[pod]
    containers.pulled[pod] = 1
    containers.runs[pod] = 1
    if (this.isTerminating(pod)) return // its node does not answer; it ends when it does
    lifecycle.running(pod)
    if (containers.exits[pod] > 0) pods.restarted(pod)
    pods.started(pod)
    if (version.crashAfter !== Infinity) simulator.at(simulator.now + version.crashAfter, this.exitsKind, pod, life)
    if (!version.ready) {
      const lasts = pods.tasks?.unhealthyAfter ?? Infinity
      if (lasts !== Infinity) simulator.at(simulator.now + lasts, this.failsKind, pod, life)
      return
    }
    if (warm) this.becomesReady(pod, true)
    else simulator.at(simulator.now + (run.stateful?.recovery(pod) ?? 0) + this.probePhase(pod), this.readyKind, pod, life)
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
    if (this.isTerminating(pod)) return
    this.containers.isReady[pod] = 1
    const pods = this.podsOf(pod)
    if (!this.reaches(this.nodeOf(pod)) || this.objects.ready[pod] === 1) return
    this.run.lifecycle.ready(pod)
    this.behaves(pod)
    pods.setReady(pod, true, warm)
  }

  /** The speed and the errors of a pod that serves: those of its version, and requests that find too few replicas. */
  behaves(pod: PodId): void {
    const { servers, stateful } = this.run
    const server = servers.of(pod)
    if (server === NONE) return
    const pods = this.podsOf(pod)
    const { slowness, errors } = pods.versionOf(pod)
    const failing = stateful?.errorsOf(pods.workload) ?? 0
    servers.behaves(server, slowness, failing === 0 ? errors : 1 - (1 - errors) * (1 - failing))
  }

  private isTerminating(pod: PodId): boolean {
    return this.run.cluster.view.pods.phase[pod] === PodPhase.Terminating
  }

  // ---- exits

  /** The process of a running container ends with an error now. */
  exits(pod: PodId): void {
    const { containers, run } = this
    if (containers.runs[pod] === 0 || this.isTerminating(pod)) return
    const life = this.nextLife(pod)
    run.lifecycle.died(pod, false)
    containers.exits[pod]++
    if (this.podsOf(pod).tasks !== null) {
      if (this.reaches(this.nodeOf(pod))) this.fails(pod)
      return
    }
    const delay = Math.floor(this.notices.at(life, 0) * NOTICE)
    run.simulator.at(run.simulator.now + delay, this.noticedKind, pod, life)
    const { backOff } = this
    backOff.wait = containers.wait[pod]
    backOff.last = containers.last[pod]
    const restart = restartTime(backOff, run.simulator.now)
    containers.wait[pod] = backOff.wait
    containers.last[pod] = backOff.last
    run.simulator.at(Math.max(restart, run.simulator.now + delay), this.restartsKind, pod, life)
  }

  /** The task of the pod ends; its controller creates another one. */
  private fails(pod: PodId): void {
    if (this.isTerminating(pod) || !this.reaches(this.nodeOf(pod))) return
    this.run.lifecycle.died(pod, false)
    this.podsOf(pod).failed(pod)
  }

  private noticed(pod: PodId): void {
    if (!this.reaches(this.nodeOf(pod))) return
    this.run.lifecycle.unlisted(pod)
    this.podsOf(pod).setReady(pod, false)
  }

  // ---- nodes

  /** The node stops answering; `down`: its processes die without a word. */
  lose(node: NodeId, down: boolean): void {
    const wasDown = this.isDown(node)
    this.lost.set(node, { down: down || wasDown })
    if (!down || wasDown) return
    this.run.volumes?.died(node)
    this.eachOn(node, (pod) => this.dies(pod))
  }

  private dies(pod: PodId): void {
    this.nextLife(pod)
    this.run.lifecycle.died(pod, true)
  }

  /** The control plane takes the pods of the node as not ready; `workload`: only those of it. */
  markUnready(node: NodeId, workload?: WorkloadId): void {
    const { lifecycle, changes, simulator } = this.run
    this.eachOn(node, (pod) => {
      const pods = this.podsOf(pod)
      if (this.isTerminating(pod) || (workload !== undefined && pods.workload !== workload)) return
      lifecycle.unlisted(pod)
      pods.setReady(pod, false)
      changes.disturbances.detected(pods.workload, simulator.now)
    })
  }

  /** The node answers again: terminating pods end, the others are started again, or are found running. */
  recover(node: NodeId): void {
    const { down } = this.lost.get(node)!
    this.lost.delete(node)
    const { lifecycle, servers, volumes } = this.run
    volumes?.recovered(node)
    this.eachOn(node, (pod) => {
      lifecycle.forgotten(pod)
      if (this.isTerminating(pod)) lifecycle.resumeTermination(pod)
      else if (this.podsOf(pod).tasks !== null) this.resumes(pod, down)
      else if (down || this.containers.life[pod] === NONE) this.rises(pod)
      else if (this.containers.isReady[pod] === 1) this.becomesReady(pod, false)
      else if (servers.of(pod) === NONE) this.noticed(pod)
    })
  }

  /** The node of a task answers again: what had run and died meanwhile has failed, what had not begun begins. */
  private resumes(pod: PodId, down: boolean): void {
    const { containers } = this
    const ran = this.run.cluster.view.pods.phase[pod] !== PodPhase.Bound
    if (ran && (down || containers.exits[pod] > 0)) this.fails(pod)
    else if (!ran && (down || containers.life[pod] === NONE)) this.starts(pod, this.run.simulator.now)
    else if (containers.isReady[pod] === 1) this.becomesReady(pod, false)
  }

  private rises(pod: PodId): void {
    const { lifecycle, simulator, volumes } = this.run
    lifecycle.unlisted(pod)
    this.podsOf(pod).setReady(pod, false)
    if (this.run.cluster.view.pods.phase[pod] !== PodPhase.Bound) this.containers.exits[pod]++
    if (volumes?.prepare(pod, simulator.now) !== 'waits') this.starts(pod, simulator.now)
  }

  /** Pods with a controller that are on the node. */
  private eachOn(node: NodeId, visit: (pod: PodId) => void): void {
    const found: PodId[] = []
    this.run.cluster.eachPodOn(node, (pod) => {
      if (this.isKept(pod)) found.push(pod)
    })
    for (const pod of found) visit(pod)
  }
}
