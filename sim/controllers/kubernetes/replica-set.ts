/**
 * ReplicaSets: each keeps as many active pods as its size. Pods that terminate or have finished do not count, so they are replaced at
 * once. After it created or deleted pods a set waits until it has seen all of that (expectations) before it does more.
 * Source: Kubernetes 1.34 pkg/controller/replicaset/replica_set.go.
 */
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import { NONE } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { OrderedSet } from '../../common/ordered-set.ts'
import { ActiveCounts, countActive, type Counts } from './active-counts.ts'
import { sendWith, type ApiClient } from './api-client.ts'
import { createInBatches } from './creation-batches.ts'
import { firstToDelete } from './deletion-order.ts'
import type { PodControl, PodController, PodObjects } from './pod-objects.ts'
import { WorkQueue } from './work-queue.ts'

/** Most pods that one sync creates or deletes. */
const BURST = 500
/** Deletions that the first sync after them has seen. */
const SEEN_AT_ONCE = 2

/** Who owns a ReplicaSet, usually a Deployment. */
export interface ReplicaSetOwner {
  /** The set's size or status has changed. */
  setChanged(set: ReplicaSet): void
  /** A pod of the set is gone. */
  podOfSetGone(set: ReplicaSet): void
  /** All sets of the owner: their active pods count when nodes are ranked for a deletion. */
  readonly sets: readonly ReplicaSet[]
}

/** One ReplicaSet object. */
export interface ReplicaSet {
  readonly row: number
  /** Number of its pod template among those of its owner. */
  readonly template: number
  readonly owner: ReplicaSetOwner | null
  readonly created: Time
  readonly minReady: Time
  /** spec.replicas. */
  size: number
  /** Pods whose objects exist, in order of creation. */
  readonly pods: OrderedSet
  readonly counts: ActiveCounts
  /** What the controller last wrote; others read this and not the pods. */
  readonly status: Counts
  /** Annotations of a Deployment: its replicas, and replicas plus surge, when it last scaled the set; NONE without. */
  desiredReplicas: number
  maxReplicas: number
  /** Annotation deployment.kubernetes.io/revision; 0 without. */
  revision: number
  /** Counts of the pods whose deletion the controller has requested and not seen yet. */
  unseen: Counts
  /** What the controller is passed by the pod life cycle for the pods of this set. */
  readonly controller: PodController
}

/** How a ReplicaSet is created. */
export interface NewReplicaSet {
  readonly template: number
  readonly size: number
  readonly owner: ReplicaSetOwner | null
  readonly minReady: Time
  readonly workload?: WorkloadId | undefined
}

/** What the controller needs of the run. */
export interface ReplicaSetRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: PodControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Absent: requests do not wait. */
  readonly client?: ApiClient | undefined
}

export class ReplicaSetController {
  private readonly sets: (ReplicaSet | null)[] = []
  private readonly queue: WorkQueue
  private readonly run: ReplicaSetRun

  constructor(run: ReplicaSetRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'replica set', (row) => this.sync(row), run.latency, run.client)
  }

  /** Brings all sets that have changed one step further, at once; false when none has. */
  settle(): boolean {
    return this.queue.flush()
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  create({ template, size, owner, minReady, workload }: NewReplicaSet): ReplicaSet {
    const row = this.sets.length
    const pods = new OrderedSet()
    const counts = new ActiveCounts(this.run.objects, minReady)
    const set: ReplicaSet = {
      row,
      template,
      owner,
      created: this.run.simulator.now,
      minReady,
      size,
      pods,
      counts,
      status: { replicas: 0, ready: 0, available: 0 },
      unseen: { replicas: 0, ready: 0, available: 0 },
      desiredReplicas: NONE,
      maxReplicas: NONE,
      revision: 0,
      controller: {
        workload,
        podChanged: (pod) => {
          counts.changed(pod)
          this.queue.add(row)
        },
        podGone: (pod) => {
          counts.gone(pod)
          pods.delete(pod)
          this.queue.add(row)
          owner?.podOfSetGone(set)
        },
      },
    }
    this.sets.push(set)
    this.queue.add(row)
    return set
  }

  /** Changes the size; the owner is notified as it is about any change of the object. */
  resize(set: ReplicaSet, size: number): void {
    set.size = size
    this.queue.add(set.row)
    set.owner?.setChanged(set)
  }

  /** Removes the object of a set without active pods; terminating ones end on their own. */
  remove(set: ReplicaSet): void {
    const { replicas } = set.counts
    if (replicas > 0) throw new Error(`a ReplicaSet with ${replicas} active pods is removed; accepted: one without`)
    this.sets[set.row] = null
    this.queue.drop(set.row)
  }

  /** The object is deleted together with its owner; its pods are left to the garbage collector. */
  abandon(set: ReplicaSet): void {
    this.sets[set.row] = null
    this.queue.drop(set.row)
  }

  private sync(row: number): void {
    const set = this.sets[row]
    if (set === null) return
    const { objects, control, client } = this.run
    const counted = this.counted(set)
    const { unseen } = set
    set.unseen = { replicas: 0, ready: 0, available: 0 }
    if (unseen.replicas > 0) {
      // Many deletions are seen one after another: a status in between is written, and nothing else is done before the last.
      this.writeStatus(set, sum(counted, unseen))
      this.queue.add(row)
      return
    }
    const missing = set.size - counted.replicas
    if (missing <= 0) this.queue.forget(row)
    if (missing > 0) {
      createInBatches({
        count: Math.min(missing, BURST),
        client,
        refusable: control.refuses === true,
        create: () => this.sets[row] !== set || this.createPod(set),
        refused: () => this.queue.retry(row),
      })
    } else if (missing < 0) {
      const victims = this.victims(set, Math.min(-missing, BURST))
      set.unseen = countActive(objects, victims.slice(SEEN_AT_ONCE), set.minReady, this.run.simulator.now)
      for (const pod of victims) {
        const uid = objects.uid[pod]
        sendWith(client, () => {
          if (objects.uid[pod] === uid) control.delete(pod)
        })
      }
    }
    // Where pods may be refused, those that are created queue the key; a sync that created none is followed by its retry.
    if (missing < 0 || (missing > 0 && control.refuses !== true)) this.queue.add(row)
    this.writeStatus(set, counted)
  }

  private createPod(set: ReplicaSet): boolean {
    const pod = this.run.control.create(set.controller, { template: set.template })
    if (pod === NONE) return false
    set.pods.add(pod)
    return true
  }

  private victims(set: ReplicaSet, count: number): readonly PodId[] {
    const { objects, simulator } = this.run
    const active = set.pods.list.filter((pod) => objects.isActive(pod))
    if (count >= active.length) return active
    const onNode = new Map<NodeId, number>()
    for (const { pods } of set.owner?.sets ?? [set]) {
      for (const pod of pods.list) if (objects.isActive(pod)) onNode.set(objects.node[pod], (onNode.get(objects.node[pod]) ?? 0) + 1)
    }
    return firstToDelete(active, count, objects, simulator.now, (pod) => onNode.get(objects.node[pod]) ?? 0)
  }

  private counted({ row, counts }: ReplicaSet): Counts {
    const { now } = this.run.simulator
    const counted = counts.at(now)
    const { soonest } = counts
    if (soonest < Infinity) this.queue.addAfter(row, soonest - now)
    return counted
  }

  /** The status is that of the pods before the sync; what the sync creates or deletes is seen by the next one. */
  private writeStatus(set: ReplicaSet, { replicas, ready, available }: Counts): void {
    const { status } = set
    if (status.replicas === replicas && status.ready === ready && status.available === available) return
    sendWith(this.run.client, () => {
      status.replicas = replicas
      status.ready = ready
      status.available = available
      set.owner?.setChanged(set)
    })
  }
}

const sum = (a: Counts, b: Counts): Counts => ({
  replicas: a.replicas + b.replicas,
  ready: a.ready + b.ready,
  available: a.available + b.available,
})
