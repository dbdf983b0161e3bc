/** What has changed in the cluster since the last scan of a node autoscaler, so that a scan after which nothing changed need not be made again. */
import { NONE, Subject, type ClusterView, type LogCursor } from '../../cluster/views.ts'
import type { NodeId } from '../../common/ids.ts'
import type { NodesScalingView } from './policy.ts'

export class ScanChanges {
  /** Nodes that changed; only while `known`. */
  readonly nodes = new Set<NodeId>()
  /** False: anything may have changed. */
  known = false
  private cluster: ClusterView | null = null
  private cursor: LogCursor | null = null
  /** Of the last scan: nodes, classes, and sizes and bounds of the pools. */
  private rows: number[] = []

  /** Reads up to this scan. */
  read(view: NodesScalingView): this {
    this.nodes.clear()
    this.known = this.cluster === view.cluster
    if (!this.known) {
      this.cursor?.close()
      this.cluster = view.cluster
      this.cursor = view.cluster.log.open()
    }
    const cursor = this.cursor!
    while (cursor.next()) {
      const { subject } = cursor
      if (subject !== Subject.EndpointAdded && subject !== Subject.EndpointRemoved && subject !== Subject.NodeImages)
        this.nodes.add(cursor.row)
    }
    this.comparePools(view)
    return this
  }

  private comparePools({ cluster, pools }: NodesScalingView): void {
    const { rows } = this
    const length = 2 + 4 * pools.length
    if (rows.length !== length) {
      this.known = false
      this.rows = new Array<number>(length).fill(NONE)
    }
    this.compare(0, cluster.nodes.count)
    this.compare(1, cluster.classes.count)
    for (let i = 0; i < pools.length; i++) {
      const { pool, count, min, max } = pools[i]
      this.compare(4 * i + 2, pool)
      this.compare(4 * i + 3, count)
      this.compare(4 * i + 4, min)
      this.compare(4 * i + 5, max)
    }
  }

  private compare(place: number, value: number): void {
    if (this.rows[place] === value) return
    this.rows[place] = value
    this.known = false
  }
}
