/**
 * Pods that wait for a node, and the two ways they get one: the scheduler, one pod after another, or rounds in which a packer places all
 * that wait. Decisions become facts in `Cluster.commit`; a user's algorithm that asks for the impossible ends the run with its name.
 */
import type { Packer } from '../binpacking/policy.ts'
import type { BinType } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { DecisionKind, Decisions } from '../cluster/decisions.ts'
import { NodeState, NONE, PodPhase } from '../cluster/views.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { Delays } from '../input.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { SchedulingLoop } from '../scheduling/queue/loop.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'

export interface Rounds {
  readonly packer: Packer
  readonly every: number
  /** Node types that the pools could add; pods a packer puts there go on waiting, for the node autoscaler. */
  types(): readonly BinType[]
}

export class Placement {
  private readonly out = new Decisions()
  private busyUntil = 0
  private wakePending = false
  private roundPending = false
  private roundVersion = -1
  private waiting: number[] = []
  private waitingEpoch: number[] = []
  /** Of those that wait, the first so many have been in a round. */
  private lookedAt = 0
  private lifecycle!: PodLifecycle
  /** Until the origin decisions take no time. */
  warm = true
  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly loop: SchedulingLoop
  private readonly rounds: Rounds | null
  private readonly recorder: PodRecorder
  private readonly delays: Delays
  private readonly algorithm: string

  constructor(
    simulator: Simulator,
    cluster: Cluster,
    loop: SchedulingLoop,
    rounds: Rounds | null,
    recorder: PodRecorder,
    delays: Delays,
    algorithm: string,
  ) {
    this.simulator = simulator
    this.cluster = cluster
    this.loop = loop
    this.rounds = rounds
    this.recorder = recorder
    this.delays = delays
    this.algorithm = algorithm
    simulator.on(Kind.SchedulerWakes, () => this.wakes())
    simulator.on(Kind.PackingRound, () => {
      this.roundPending = false
      this.round()
    })
  }

  connect(lifecycle: PodLifecycle): void {
    this.lifecycle = lifecycle
  }

  /** A pod was created and waits. */
  arrived(pod: number): void {
    this.recorder.created(this.cluster.view.pods.podClass[pod])
    if (this.rounds === null) {
      this.loop.enqueue(pod)
      this.wake()
      return
    }
    this.waiting.push(pod)
    this.waitingEpoch.push(this.cluster.view.pods.epoch[pod])
    this.planRound()
  }

  /** A waiting pod was deleted. */
  dropped(pod: number): void {
    if (this.rounds === null) this.loop.drop(pod)
  }

  /** Resources came free, or a node joined. */
  roomFreed(): void {
    if (this.rounds === null) {
      if (this.loop.waiting > 0) this.wake()
    } else if (this.waiting.length > 0) this.planRound()
  }

  /** Calls back for each pod that was looked at and found no node, oldest first. */
  eachUnschedulable(visit: (pod: number) => void): void {
    if (this.rounds === null) {
      this.loop.unschedulable(visit)
      return
    }
    this.forget()
    for (let i = 0; i < this.lookedAt; i++) visit(this.waiting[i])
  }

  /** Decides all that can be decided at this instant without delay; the start of the measured run. */
  settle(): void {
    if (this.rounds === null) this.drain()
    else this.round()
  }

  private wake(): void {
    if (this.wakePending) return
    this.wakePending = true
    this.simulator.at(Math.max(this.simulator.now, this.busyUntil), Kind.SchedulerWakes, 0, 0)
  }

  private wakes(): void {
    this.wakePending = false
    const { decision, perNode } = this.delays
    if (this.warm || (decision === 0 && perNode === 0)) {
      this.drain()
      return
    }
    this.out.clear()
    if (!this.loop.step(this.cluster.view, this.out)) return
    this.busyUntil = this.simulator.now + decision + perNode * this.out.examined
    this.carryOut(this.busyUntil)
    this.wake()
  }

  private drain(): void {
    for (;;) {
      this.out.clear()
      if (!this.loop.step(this.cluster.view, this.out)) return
      this.carryOut(this.simulator.now)
    }
  }

  private carryOut(time: number): void {
    const { out, cluster } = this
    cluster.commit(out, this.simulator.now)
    for (let row = 0; row < out.count; row++) {
      if (out.kind[row] !== DecisionKind.Bind) continue
      if (out.accepted[row] === 1) this.lifecycle.bound(out.pod[row], time)
      else throw new Error(`${this.algorithm} chose a node that the pod does not fit: pod ${out.pod[row]}, node ${out.node[row]}`)
    }
  }

  private planRound(): void {
    if (this.roundPending) return
    this.roundPending = true
    const every = this.rounds!.every
    const now = this.simulator.now
    this.simulator.at(this.warm ? now : (Math.floor(now / every) + 1) * every, Kind.PackingRound, 0, 0)
  }

  private round(): void {
    this.forget()
    const { waiting, cluster, out } = this
    // The same pods in front of the same nodes: the same answer.
    if (waiting.length === 0) return
    if (waiting.length === this.lookedAt && cluster.view.log.version === this.roundVersion) return
    const { packer, types } = this.rounds!
    const { view } = cluster
    const { nodes } = view
    const packing = packer.pack({
      items: waiting.length,
      podClass: Int32Array.from(waiting, (pod) => view.pods.podClass[pod]),
      classes: view.classes,
      bins: nodes.count,
      free: nodes.free,
      freeDevice: nodes.freeDevice,
      binAdmits: (podClass, bin) => nodes.state[bin] === NodeState.Ready && view.admissible(podClass, bin),
      types: types(),
    })
    out.clear()
    for (let item = 0; item < waiting.length; item++) {
      const bin = packing.bin[item]
      if (bin !== NONE && bin < nodes.count) out.bind(waiting[item], bin, packing.deviceMask?.[item])
    }
    this.carryOut(this.simulator.now)
    this.forget()
    this.lookedAt = waiting.length
    this.roundVersion = view.log.version
  }

  /** Drops pods that were bound or deleted from the list. */
  private forget(): void {
    const { pods } = this.cluster.view
    let kept = 0
    let lookedAt = this.lookedAt
    for (let i = 0; i < this.waiting.length; i++) {
      const pod = this.waiting[i]
      if (pods.epoch[pod] !== this.waitingEpoch[i] || pods.phase[pod] !== PodPhase.Pending) {
        if (i < this.lookedAt) lookedAt--
        continue
      }
      this.waiting[kept] = pod
      this.waitingEpoch[kept++] = this.waitingEpoch[i]
    }
    this.waiting.length = kept
    this.waitingEpoch.length = kept
    this.lookedAt = lookedAt
  }
}
