/**
 * A private view of the nodes that stays behind: it holds its own copy of what changes (free vectors, devices, states, counts) and replays
 * the cluster's log up to a version. Schedulers on shared state decide on one, and the cluster's commit refuses what has become impossible
 * meanwhile (optimistic concurrency, as in Omega: Schwarzkopf et al. 2013).
 *
 * Pods and classes are the live ones: a scheduler knows its own queue. Copying the cluster at each refresh plainly would be simpler; the
 * replay costs what happened since, not what there is.
 */
import type { Classes } from './classes.ts'
import type { Cluster } from './cluster.ts'
import { classOfHolding, maskOfHolding } from './entries.ts'
import { Face } from './face.ts'
import type { ChangeLog } from './log.ts'
import { Nodes } from './nodes.ts'
import { DEVICES, NodeState, Subject } from './views.ts'
import type { ClusterView, LogCursor, LogView } from './views.ts'

/** The log as far as the view has seen it, so that an index over the view keeps step with the view and not with the cluster. */
class Horizon implements LogView {
  version: number
  private readonly log: ChangeLog

  constructor(log: ChangeLog) {
    this.log = log
    this.version = log.version
  }

  open(): LogCursor {
    return this.log.open(this)
  }
}

export class StaleNodes {
  /** The face that a scheduler decides on; the same object for the whole run. */
  readonly view: ClusterView
  private readonly nodes: Nodes
  private readonly live: Nodes
  private readonly classes: Classes
  private readonly horizon: Horizon
  private readonly cursor: LogCursor

  /** Starts at the present. */
  constructor(cluster: Cluster) {
    const live = (this.live = cluster.nodes)
    this.classes = cluster.classes
    this.nodes = new Nodes(live.resources)
    this.horizon = new Horizon(cluster.log)
    this.cursor = cluster.log.open()
    this.view = new Face(this.nodes, cluster.pods, cluster.classes, this.horizon, cluster.admissibility)
    for (let node = 0; node < live.count; node++) this.copy(node)
  }

  /** Version of the first entry that the view has not seen. */
  get version(): number {
    return this.horizon.version
  }

  /** Replays the log up to `upTo` (all of it when that has not happened yet); never goes back. */
  advance(upTo: number): void {
    const { cursor, nodes, classes } = this
    while (cursor.next(upTo)) {
      const { subject, row, value } = cursor
      if (subject === Subject.PodBound || subject === Subject.PodReleased) {
        nodes.hold(row, classes, classOfHolding(value), maskOfHolding(value), subject === Subject.PodBound ? 1 : -1)
      } else if (subject === Subject.NodeState) nodes.setState(row, value as NodeState)
      else if (subject === Subject.NodeAdded) nodes.addLike(this.live)
      else if (subject === Subject.NodeRemoved) nodes.setState(row, NodeState.Gone)
      else continue
      nodes.version[row] = cursor.position - 1
    }
    this.horizon.version = cursor.position
  }

  close(): void {
    this.cursor.close()
  }

  private copy(node: number): void {
    const { live, nodes } = this
    nodes.addLike(live)
    nodes.setState(node, live.state[node])
    for (let resource = 0; resource < nodes.free.length; resource++) nodes.free[resource][node] = live.free[resource][node]
    for (let place = node * DEVICES; place < (node + 1) * DEVICES; place++) nodes.freeDevice[place] = live.freeDevice[place]
    nodes.podCount[node] = live.podCount[node]
    nodes.version[node] = live.version[node]
  }
}
