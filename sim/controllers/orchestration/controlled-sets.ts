/**
 * What a run does to a workload, whatever its controller: scale it, roll out another template, undo, pause; and whether a rollout is
 * complete. One class per controller.
 */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Rollout } from '../../measure/change-recorder.ts'
import type { DaemonSet, DaemonSetController } from '../kubernetes/daemon-set.ts'
import { isComplete } from '../kubernetes/deployment-object.ts'
import type { Deployment, DeploymentController } from '../kubernetes/deployment.ts'
import type { Scalable } from '../kubernetes/disruption.ts'
import type { ReplicaSetController } from '../kubernetes/replica-set.ts'
import type { StatefulSet, StatefulSetController } from '../kubernetes/stateful-set.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Cascade } from './spec.ts'

/** A workload under a controller. */
export interface ControlledSet extends Scalable {
  readonly pods: ControlledPods
  /** Number of the template that the set moves to. */
  readonly template: number
  /** All pods have the template and are available, by what the controller last reported. */
  readonly isComplete: boolean
  /** The progress deadline was exceeded. */
  readonly isLate: boolean
  scale(replicas: number): void
  /** `undo`: back to the template before. */
  rollOut(template: number, undo: boolean): void
  /** The template before the present one, null when there is none. */
  previous(): number | null
  /** Absent: the controller cannot be paused. */
  pause?(paused: boolean): void
  /** The object is deleted; `background`: its pods are deleted next. Absent: the orchestrator deletes no workloads here. */
  remove?(cascade: Cascade): void
  /** The object is created again and takes over what was left of it. */
  restore?(): void
  /** Deletions, one after another, from that of the object to that of its pods. */
  readonly depth?: number
}

/** A Deployment in a run. */
export class DeploymentSet implements ControlledSet {
  readonly pods: ControlledPods
  /** Of its ReplicaSets, then of their pods. */
  readonly depth = 2
  private readonly deployment: Deployment
  private readonly controller: DeploymentController
  private readonly replicaSets: ReplicaSetController

  constructor(pods: ControlledPods, deployment: Deployment, controller: DeploymentController, replicaSets: ReplicaSetController) {
    this.replicaSets = replicaSets
    this.pods = pods
    this.deployment = deployment
    this.controller = controller
  }

  get replicas(): number {
    return this.deployment.spec.replicas
  }

  get template(): number {
    return this.deployment.spec.template
  }

  get isComplete(): boolean {
    const { spec, status } = this.deployment
    return isComplete(spec, status) && this.deployment.newest() !== null
  }

  get isLate(): boolean {
    return this.deployment.status.progressing?.reason === 'ProgressDeadlineExceeded'
  }

  scale(replicas: number): void {
    this.controller.update(this.deployment, { replicas })
  }

  rollOut(template: number): void {
    this.controller.update(this.deployment, { template })
  }

  /** The template of the highest revision below the present one, as `kubectl rollout undo` chooses it. */
  previous(): number | null {
    const old = this.deployment.old().sort((a, b) => b.revision - a.revision)
    return old.length === 0 ? null : old[0].template
  }

  pause(paused: boolean): void {
    this.controller.update(this.deployment, { paused })
  }

  /** Orphaned ReplicaSets go on and keep their pods. */
  remove(cascade: Cascade): void {
    this.controller.remove(this.deployment)
    if (cascade !== 'orphan') for (const set of this.deployment.sets) this.replicaSets.abandon(set)
  }

  restore(): void {
    this.controller.restore(this.deployment)
  }
}

/** A set that replaces its pods under their old names or on their nodes: the template before the present one is kept here. */
abstract class ReplacingSet<SetObject extends { readonly spec: { readonly template: number } }> implements ControlledSet {
  readonly pods: ControlledPods
  /** Neither StatefulSets nor DaemonSets have a progress deadline. */
  readonly isLate = false
  readonly depth = 1
  protected readonly set: SetObject
  private readonly update: (change: { template: number }) => void
  private before: number | null = null

  constructor(pods: ControlledPods, set: SetObject, update: (change: { template: number }) => void) {
    this.pods = pods
    this.set = set
    this.update = update
  }

  get template(): number {
    return this.set.spec.template
  }

  rollOut(template: number): void {
    this.before = this.template
    this.update({ template })
  }

  previous(): number | null {
    return this.before
  }

  abstract readonly replicas: number
  abstract readonly isComplete: boolean
  abstract scale(replicas: number): void
}

/** A StatefulSet in a run. */
export class StatefulSetSet extends ReplacingSet<StatefulSet> {
  private readonly controller: StatefulSetController

  constructor(pods: ControlledPods, set: StatefulSet, controller: StatefulSetController) {
    super(pods, set, (change) => controller.update(set, change))
    this.controller = controller
  }

  get replicas(): number {
    return this.set.spec.replicas
  }

  /** Pods below the partition are not updated. */
  get isComplete(): boolean {
    const { spec, status } = this.set
    const updated = Math.max(0, spec.replicas - spec.partition)
    return status.updated >= updated && status.available === spec.replicas && status.replicas === spec.replicas
  }

  scale(replicas: number): void {
    this.controller.update(this.set, { replicas })
  }

  remove(): void {
    this.controller.remove(this.set)
  }

  restore(): void {
    this.controller.restore(this.set)
  }
}

/** A DaemonSet in a run; its size is the number of nodes that its pods may run on. */
export class DaemonSetSet extends ReplacingSet<DaemonSet> {
  private readonly controller: DaemonSetController

  constructor(pods: ControlledPods, set: DaemonSet, controller: DaemonSetController) {
    super(pods, set, (change) => controller.update(set, change))
    this.controller = controller
  }

  get replicas(): number {
    return this.set.status.desired
  }

  get isComplete(): boolean {
    const { desired, updated, available } = this.set.status
    return updated === desired && available === desired
  }

  scale(): void {
    throw new Error('a DaemonSet has a pod on each node and cannot be scaled; accepted: a Deployment or a StatefulSet')
  }

  remove(): void {
    this.controller.remove(this.set)
  }

  restore(): void {
    this.controller.restore(this.set)
  }

  /** Its pods that run, or are to run, on the node. */
  podsOn(node: NodeId): readonly PodId[] {
    return this.set.pods.get(node) ?? []
  }
}

/** The rollout that a set is in. */
export interface RolloutState {
  rollout: Rollout | null
  readonly rollback: boolean
}

/** Notes what the controller reports: the end of a rollout, or that it is late; true when it is to be undone. */
export function noteProgress(set: ControlledSet, state: RolloutState, now: Time): boolean {
  const { rollout } = state
  if (rollout === null) return false
  if (set.isComplete) {
    rollout.to = now
    state.rollout = null
    return false
  }
  if (!set.isLate || rollout.late) return false
  rollout.late = true
  return state.rollback && set.previous() !== null
}
