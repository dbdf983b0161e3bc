/**
 * Placement in rounds: a packer places all pending pods at once, at most once a period. Pods that it puts on nodes that do not exist yet
 * stay pending, for the node autoscaler.
 */
import type { BinType, Packer } from '../binpacking/policy.ts'
import { Decisions } from '../cluster/decisions.ts'
import { NodeState, PodPhase } from '../cluster/views.ts'
import { NONE, type NodeId, type PodId, type Time } from '../common/ids.ts'
import type { CarryOut, PlacementRun, Role } from './placement-role.ts'

export class PackingRounds implements Role {
  warm = true
  private readonly out = new Decisions()
  private planned = false
  private heldUntil: Time = 0
  /** Version of the log after the last round. */
  private version = -1
  private pending: PodId[] = []
  private epochs: number[] = []
  /** Of the pending pods, those at the front that have been in a round. */
  private examined = 0
  private readonly round: number
  private readonly run: PlacementRun
  private readonly packer: Packer
  private readonly carryOut: CarryOut

  constructor(run: PlacementRun, packer: Packer, carryOut: CarryOut) {
    this.run = run
    this.packer = packer
    this.carryOut = carryOut
    this.round = run.simulator.register('packing round', () => {
      this.planned = false
      if (run.simulator.now < this.heldUntil) this.plan()
      else this.settle()
    })
  }

  arrived(pod: PodId): void {
    this.pending.push(pod)
    this.epochs.push(this.run.cluster.view.pods.epoch[pod])
    this.plan()
  }

  /** The next round skips it. */
  dropped(): void {}

  refusals(): null {
    return null
  }

  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  roomFreed(): void {
    if (this.pending.length > 0) this.plan()
  }

  eachUnschedulable(visit: (pod: PodId) => void): void {
    this.forget()
    for (let i = 0; i < this.examined; i++) visit(this.pending[i])
  }

  private plan(): void {
    if (this.planned) return
    this.planned = true
    const { simulator, input } = this.run
    const { every } = input.binpacking
    const from = Math.max(simulator.now, this.heldUntil)
    const time = this.warm ? from : (Math.floor(from / every) + 1) * every
    simulator.at(time, this.round, 0, 0)
  }

  /** One round, now. */
  settle(): void {
    this.forget()
    const { pending, out, run } = this
    const { view } = run.cluster
    // The same pods and the same nodes: the same answer.
    if (pending.length === 0) return
    if (pending.length === this.examined && view.log.version === this.version) return
    const { nodes } = view
    const packing = this.packer.pack({
      items: pending.length,
      podClass: Int32Array.from(pending, (pod) => view.pods.podClass[pod]),
      classes: view.classes,
      bins: nodes.count,
      free: nodes.free,
      freeDevice: nodes.freeDevice,
      binAdmits: (podClass, bin) => nodes.state[bin] === NodeState.Ready && view.admissible(podClass, bin),
      types: this.types(),
    })
    out.clear()
    for (let item = 0; item < pending.length; item++) {
      const bin = packing.bin[item]
      if (bin !== NONE && bin < nodes.count) out.bind(pending[item], bin, packing.deviceMask?.[item])
    }
    this.carryOut(out, run.simulator.now, this)
    this.forget()
    this.examined = pending.length
    this.version = view.log.version
  }

  refused(pod: PodId, node: NodeId): never {
    const { name } = this.run.input.choices.binpacking.definition
    throw new Error(`${name} chose a node that the pod does not fit: pod ${pod}, node ${node}`)
  }

  /** Node types that the pools could add. */
  private types(): BinType[] {
    const { nodes } = this.run
    return nodes.pools.flatMap(({ spec }, pool) => (spec.max > spec.min ? [nodes.nextType(pool)] : []))
  }

  /** Drops pods from the list that were bound or deleted. */
  private forget(): void {
    const { pods } = this.run.cluster.view
    let kept = 0
    let examined = this.examined
    for (let i = 0; i < this.pending.length; i++) {
      const pod = this.pending[i]
      if (pods.epoch[pod] !== this.epochs[i] || pods.phase[pod] !== PodPhase.Pending) {
        if (i < this.examined) examined--
        continue
      }
      this.pending[kept] = pod
      this.epochs[kept++] = this.epochs[i]
    }
    this.pending.length = kept
    this.epochs.length = kept
    this.examined = examined
  }
}
