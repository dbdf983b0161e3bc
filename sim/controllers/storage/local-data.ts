/** Data that lies on nodes: local volumes, emptyDirs that end with their pods, hostPaths that stay behind. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId, Time, WorkloadId } from '../../common/ids.ts'
import type { StorageRecorder } from '../../measure/storage-recorder.ts'
import type { Binder } from './binder.ts'
import { labelsOf } from './reach.ts'
import { HOST_LABEL, type Storage } from './spec.ts'

export class LocalData {
  /** By workload with hostPaths: the nodes on which it has run, with the number of its pods there now. */
  private readonly paths = new Map<WorkloadId, Map<NodeId, number>>()
  private readonly known = new Set<NodeId>()
  private readonly storage: Storage
  private readonly recorder: StorageRecorder
  private readonly binder: Binder
  private readonly cluster: Cluster

  constructor(storage: Storage, recorder: StorageRecorder, binder: Binder, cluster: Cluster) {
    this.storage = storage
    this.recorder = recorder
    this.binder = binder
    this.cluster = cluster
  }

  /** The local volumes of a node that is new; true when it has any. */
  joined(node: NodeId): boolean {
    if (this.known.has(node)) return false
    this.known.add(node)
    const pool = this.cluster.view.nodes.pool[node]
    const own = this.storage.volumes.filter((volume) => volume.pool === pool)
    const host = labelsOf(this.cluster, node)[HOST_LABEL] ?? ''
    for (const volume of own) this.binder.addStatic(volume, `${volume.name}-${host}`, node, [{ key: HOST_LABEL, values: [host] }])
    return own.length > 0
  }

  /** The disks of the node are gone. A claim of such a volume stays bound to it, and its pods fit no node. */
  lost(node: NodeId, now: Time): void {
    for (const volume of [...this.binder.volumes]) {
      if (volume.node !== node) continue
      if (volume.claim !== null && this.recorder.counts(now)) this.recorder.lost += volume.claim.spec.size
      if (volume.claim === null) this.binder.forget(volume)
    }
    for (const nodes of this.paths.values()) nodes.delete(node)
  }

  /** A pod of the workload starts on the node. */
  mounted(workload: WorkloadId, node: NodeId): void {
    this.count(workload, node, 1)
  }

  /** A pod ends: its emptyDirs are lost, and what it wrote to its hostPaths stays on the node. */
  ended(workload: WorkloadId, node: NodeId, now: Time): void {
    this.count(workload, node, -1)
    if (this.recorder.counts(now)) this.recorder.emptyDirs += this.sizeOf(workload, 'empty-dir')
  }

  private count(workload: WorkloadId, node: NodeId, change: 1 | -1): void {
    if (this.sizeOf(workload, 'host-path') === 0) return
    const nodes = this.paths.get(workload) ?? new Map<NodeId, number>()
    this.paths.set(workload, nodes.set(node, (nodes.get(node) ?? 0) + change))
  }

  /** Bytes of hostPaths on nodes where no pod of their workload runs. */
  leftBehind(): number {
    let bytes = 0
    for (const [workload, nodes] of this.paths)
      for (const pods of nodes.values()) if (pods === 0) bytes += this.sizeOf(workload, 'host-path')
    return bytes
  }

  private sizeOf(workload: WorkloadId, kind: 'empty-dir' | 'host-path'): number {
    let size = 0
    for (const volume of this.storage.pods[workload] ?? []) if (volume.kind === kind) size += volume.size
    return size
  }
}
