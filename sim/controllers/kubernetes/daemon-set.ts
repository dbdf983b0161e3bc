/**
 * DaemonSets: one pod on each node that the pod may run on, whether it fits or not. An update replaces pods within a limit of unavailable
 * nodes, or first creates pods beside the old ones within a limit of surplus (surge).
 * Source: Kubernetes 1.34 pkg/controller/daemon/{daemon_controller,update}.go.
 */
import { tolerates } from '../../cluster/feasibility/admissible.ts'
import type { Taint, Toleration } from '../../cluster/spec.ts'
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { createInBatches } from './creation-batches.ts'
import { scaledValue, type IntOrPercent } from './percent.ts'
import { sendWith, type ApiClient } from './api-client.ts'
import { ApiPhase, type PodControl, type PodController, type PodObjects } from './pod-objects.ts'
import { WorkQueue } from './work-queue.ts'

/** Most pods that one sync creates, and most that it deletes. */
const BURST = 250
/** Wait before a failed pod is deleted again on the same node, doubled each time, and the longest wait [µs]. */
const FIRST_WAIT: Time = 1_000_000
const LONGEST_WAIT: Time = 900_000_000

/** What a user sets and changes. */
export interface DaemonSetSpec {
  /** Number of the pod template; equal templates have equal numbers. */
  template: number
  updateStrategy: 'RollingUpdate' | 'OnDelete'
  maxSurge: IntOrPercent
  maxUnavailable: IntOrPercent
  /** [µs] */
  minReady: Time
}

/** What decides where the pods of a set run. */
export interface DaemonPlacement {
  /** Tolerations of the template; those of every DaemonSet are added. */
  readonly tolerations: readonly Toleration[]
  readonly hostNetwork: boolean
  /** Node name, node selector and required node affinity. */
  matches(node: NodeId): boolean
}

/** Nodes as the controller reads them. */
export interface DaemonNodes {
  /** Rows of the nodes that exist. */
  existing(): Iterable<NodeId>
  taints(node: NodeId): readonly Taint[]
}

/** What the controller reports. */
export interface DaemonSetStatus {
  desired: number
  updated: number
  ready: number
  available: number
}

/** One DaemonSet object. */
export interface DaemonSet {
  readonly row: number
  readonly spec: DaemonSetSpec
  readonly placement: DaemonPlacement
  readonly tolerations: readonly Toleration[]
  readonly status: DaemonSetStatus
  /** By node: the pods whose objects exist, oldest first. */
  readonly pods: Map<NodeId, PodId[]>
  /** By node: when a failed pod may be deleted again, and the wait after that. */
  readonly waits: Map<NodeId, { until: Time; wait: Time }>
  readonly controller: PodController
}

/** What the controller needs of the run. */
export interface DaemonSetRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: PodControl
  readonly nodes: DaemonNodes
  /** The order in which an update takes nodes or pods that are equal to it; the real controller's is random. */
  order(rows: readonly number[]): readonly number[]
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Absent: requests do not wait. */
  readonly client?: ApiClient | undefined
  /** Called after the status of a set was written. */
  readonly reported?: (set: DaemonSet) => void
}

const added = (key: string, effect: Toleration['effect']): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  value: '',
  effect,
})

/** Tolerations that the controller adds to every pod. */
const ADDED: readonly Toleration[] = [
  added('not-ready', 'NoExecute'),
  added('unreachable', 'NoExecute'),
  added('disk-pressure', 'NoSchedule'),
  added('memory-pressure', 'NoSchedule'),
  added('pid-pressure', 'NoSchedule'),
  added('unschedulable', 'NoSchedule'),
]

/** Where a set's pods may be created, and where existing ones may stay. */
export interface MayRun {
  readonly create: boolean
  readonly stay: boolean
}

/** Nodes that may be above and below one available pod during an update, both rounded up; never both 0. */
export function daemonLimits({ maxSurge, maxUnavailable }: DaemonSetSpec, desired: number): { surge: number; unavailable: number } {
  const surge = scaledValue(maxSurge, desired, 'up')
  const unavailable = scaledValue(maxUnavailable, desired, 'up')
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

export class DaemonSetController {
  private readonly sets: DaemonSet[] = []
  private readonly removed = new Set<DaemonSet>()
  private readonly queue: WorkQueue
  private readonly run: DaemonSetRun

  constructor(run: DaemonSetRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'daemon set', (row) => this.sync(this.sets[row]), run.latency, run.client)
  }

  /** Brings all sets that have changed one step further, at once; false when none has. */
  settle(): boolean {
    return this.queue.flush()
  }

  /** The object is deleted: nothing is done for it any more. */
  remove(set: DaemonSet): void {
    this.removed.add(set)
  }

  /** The object exists again, with what it owns. */
  restore(set: DaemonSet): void {
    this.removed.delete(set)
    this.queue.add(set.row)
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(spec: DaemonSetSpec, placement: DaemonPlacement, workload?: WorkloadId): DaemonSet {
    const row = this.sets.length
    const { objects } = this.run
    const pods = new Map<NodeId, PodId[]>()
    const tolerations = [...placement.tolerations, ...ADDED, ...(placement.hostNetwork ? [added('network-unavailable', 'NoSchedule')] : [])]
    const controller: PodController = {
      workload,
      podChanged: () => this.queue.add(row),
      podGone: (pod) => {
        const node = objects.node[pod]
        const left = (pods.get(node) ?? []).filter((other) => other !== pod)
        if (left.length > 0) pods.set(node, left)
        else pods.delete(node)
        this.queue.add(row)
      },
    }
    const status = { desired: 0, updated: 0, ready: 0, available: 0 }
    const set: DaemonSet = { row, spec: { ...spec }, placement, tolerations, status, pods, waits: new Map(), controller }
    this.sets.push(set)
    this.queue.add(row)
    return set
  }

  /** The user changed the object. */
  update(set: DaemonSet, change: Partial<DaemonSetSpec>): void {
    Object.assign(set.spec, change)
    this.queue.add(set.row)
  }

  /** A node was added, removed, or has other labels or taints. */
  nodesChanged(): void {
    for (const { row } of this.sets) this.queue.add(row)
  }

  /** Taints that a pod does not tolerate keep new pods away; only NoExecute removes existing ones. The node's free resources do not count. */
  mayRun({ placement, tolerations }: DaemonSet, node: NodeId): MayRun {
    if (!placement.matches(node)) return { create: false, stay: false }
    const untolerated = this.run.nodes.taints(node).filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)))
    return {
      create: untolerated.every(({ effect }) => effect === 'PreferNoSchedule'),
      stay: untolerated.every(({ effect }) => effect !== 'NoExecute'),
    }
  }

  private sync(set: DaemonSet): void {
    if (this.removed.has(set)) return
    this.manage(set)
    if (set.spec.updateStrategy === 'RollingUpdate') this.roll(set)
    this.writeStatus(set)
  }

  /** Creates missing pods, and deletes finished ones, surplus ones, and those that may not stay. */
  private manage(set: DaemonSet): void {
    const create: NodeId[] = []
    const remove: PodId[] = []
    for (const node of this.run.nodes.existing()) {
      const { create: mayCreate, stay } = this.mayRun(set, node)
      const pods = set.pods.get(node)
      if (pods === undefined) {
        if (mayCreate) create.push(node)
      } else if (stay) {
        if (this.prune(set, node, pods, remove) && mayCreate) create.push(node)
      } else remove.push(...this.living(pods))
    }
    if (create.length === 0) this.queue.forget(set.row)
    this.change(set, create, remove)
  }

  private living(pods: readonly PodId[]): PodId[] {
    return pods.filter((pod) => this.run.objects.deleting[pod] === 0)
  }

  /** Adds the pods of a node that are to be deleted; true when a pod must be created although others still terminate. */
  private prune(set: DaemonSet, node: NodeId, pods: readonly PodId[], remove: PodId[]): boolean {
    const { objects } = this.run
    const running: PodId[] = []
    for (const pod of this.living(pods)) {
      if (objects.phase[pod] === ApiPhase.Succeeded || (objects.phase[pod] === ApiPhase.Failed && this.mayRetry(set, node)))
        remove.push(pod)
      else if (!objects.isFinished(pod)) running.push(pod)
    }
    const { surge } = daemonLimits(set.spec, set.status.desired)
    if (surge === 0) {
      remove.push(...running.slice(1))
      return false
    }
    if (running.length === 0) return this.living(pods).length === 0
    if (running.length > 1) this.pruneSurge(set, running, remove)
    return false
  }

  /** With surge two pods may run: an old ready one beside a new one that is not available yet. */
  private pruneSurge(set: DaemonSet, running: readonly PodId[], remove: PodId[]): void {
    const { objects, simulator } = this.run
    const isNew = (pod: PodId): boolean => objects.template[pod] === set.spec.template
    const fresh = running.find(isNew)
    const old = running.find((pod) => !isNew(pod))
    remove.push(...running.filter((pod) => pod !== fresh && pod !== old))
    if (fresh === undefined || old === undefined) return
    if (objects.ready[old] === 0 || objects.isAvailable(fresh, set.spec.minReady, simulator.now)) remove.push(old)
  }

  /** Failed pods of a node are deleted with a growing wait between them. */
  private mayRetry({ waits, row }: DaemonSet, node: NodeId): boolean {
    const { now } = this.run.simulator
    const entry = waits.get(node)
    if (entry !== undefined && now < entry.until) {
      this.queue.addAfter(row, entry.until - now)
      return false
    }
    const wait = entry === undefined || now - entry.until > 2 * LONGEST_WAIT ? FIRST_WAIT : Math.min(2 * entry.wait, LONGEST_WAIT)
    waits.set(node, { until: now + wait, wait })
    return true
  }

  private roll(set: DaemonSet): void {
    const desired = this.desired(set)
    const { surge, unavailable } = daemonLimits(set.spec, desired)
    if (surge === 0) this.replaceWithin(set, unavailable)
    else this.surgeWithin(set, surge)
  }

  private desired(set: DaemonSet): number {
    let desired = 0
    for (const node of this.run.nodes.existing()) if (this.mayRun(set, node).create) desired++
    return desired
  }

  /** The new and the old pod of a node; null when there are several of a kind. */
  private newAndOld(set: DaemonSet, pods: readonly PodId[]): { fresh: PodId | undefined; old: PodId | undefined } | null {
    const { objects } = this.run
    const living = this.living(pods)
    const fresh = living.filter((pod) => objects.template[pod] === set.spec.template)
    const old = living.filter((pod) => objects.template[pod] !== set.spec.template)
    return fresh.length > 1 || old.length > 1 ? null : { fresh: fresh[0], old: old[0] }
  }

  private isAvailable(set: DaemonSet, pod: PodId): boolean {
    return this.run.objects.isAvailable(pod, set.spec.minReady, this.run.simulator.now)
  }

  /** Without surge: old pods that are not available are deleted at once, available ones while the limit allows it. */
  private replaceWithin(set: DaemonSet, limit: number): void {
    let unavailable = 0
    const replaced: PodId[] = []
    const candidates: PodId[] = []
    for (const pods of set.pods.values()) {
      const found = this.newAndOld(set, pods)
      if (found === null || (found.fresh === undefined) === (found.old === undefined)) unavailable++
      else if (found.fresh !== undefined) unavailable += this.isAvailable(set, found.fresh) ? 0 : 1
      else if (this.isAvailable(set, found.old!)) candidates.push(found.old!)
      else {
        unavailable++
        replaced.push(found.old!)
      }
    }
    this.change(set, [], [...replaced, ...this.run.order(candidates).slice(0, Math.max(0, limit - unavailable))])
  }

  /** With surge: a new pod is created beside an old one; the old one goes when the new one is available. */
  private surgeWithin(set: DaemonSet, limit: number): void {
    let surging = 0
    const remove: PodId[] = []
    const allowed: NodeId[] = []
    const candidates: NodeId[] = []
    for (const [node, pods] of set.pods) {
      const found = this.newAndOld(set, pods)
      if (found === null) surging++
      else if (found.old === undefined) continue
      else if (found.fresh !== undefined) {
        if (this.isAvailable(set, found.fresh)) remove.push(found.old)
        else surging++
      } else if (this.isAvailable(set, found.old)) candidates.push(node)
      else allowed.push(node)
    }
    this.change(set, [...allowed, ...this.run.order(candidates).slice(0, Math.max(0, limit - surging))], remove)
  }

  private change(set: DaemonSet, create: readonly NodeId[], remove: readonly PodId[]): void {
    const { control, client, objects } = this.run
    const { template } = set.spec
    createInBatches({
      count: Math.min(create.length, BURST),
      client,
      refusable: control.refuses === true,
      create: (i) => this.createPod(set, template, create[i]),
      refused: () => this.queue.retry(set.row),
    })
    for (const pod of remove.slice(0, BURST)) {
      const uid = objects.uid[pod]
      sendWith(client, () => {
        if (objects.uid[pod] === uid) control.delete(pod)
      })
    }
    // Where pods may be refused, those that are created queue the key.
    if ((create.length > 0 && control.refuses !== true) || remove.length > 0) this.queue.add(set.row)
  }

  private createPod(set: DaemonSet, template: number, node: NodeId): boolean {
    const pod = this.run.control.create(set.controller, { template, node })
    if (pod === NONE) return false
    const pods = set.pods.get(node)
    if (pods === undefined) set.pods.set(node, [pod])
    else pods.push(pod)
    return true
  }

  /** The oldest pod of a node speaks for it. */
  private writeStatus(set: DaemonSet): void {
    const { objects, nodes, simulator } = this.run
    const { status, spec } = set
    status.desired = 0
    status.updated = 0
    status.ready = 0
    status.available = 0
    for (const node of nodes.existing()) {
      if (!this.mayRun(set, node).create) continue
      status.desired++
      const pod = set.pods.get(node)?.[0]
      if (pod === undefined) continue
      if (objects.template[pod] === spec.template) status.updated++
      if (objects.ready[pod] === 0) continue
      status.ready++
      if (this.isAvailable(set, pod)) status.available++
      else this.queue.addAfter(set.row, objects.readyChanged[pod] + spec.minReady - simulator.now)
    }
    this.run.reported?.(set)
  }
}
