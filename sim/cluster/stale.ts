/**
 * A stale view of the nodes: it holds its own copy of what changes (free vectors, devices, states, counts) and replays the cluster's log up
 * to a version. Schedulers on shared state decide on one, and the cluster's commit refuses what has become impossible since (optimistic
 * concurrency, as in Omega: Schwarzkopf et al. 2013).
 *
 * Pods and classes are the live ones: a scheduler knows its own queue. Copying all nodes at each refresh would be simpler; a replay costs
 * the number of changes, not the number of nodes.
 */
import type { Classes } from './classes.ts'
import type { Cluster } from './cluster.ts'
import { classOfHolding, maskOfHolding } from './entries.ts'
import { Face } from './face.ts'
import type { ChangeLog } from './log.ts'
import { Nodes } from './nodes.ts'
import { DEVICES, NodeState, Subject } from './views.ts'
import type { ClusterView, LogCursor, LogView } from './views.ts'

/** The log up to the version of the view, so that an index over the view follows the view and not the cluster. */
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

/** A view of the cluster whose nodes are those of an earlier version. */
export class StaleNodes {
  /** What a scheduler reads; the same object for the whole run. */
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
    this.view = new Face({ ...cluster, nodes: this.nodes, log: this.horizon })
    for (let node = 0; node < live.count; node++) this.copy(node)
  }

  /** Version of the first entry that the view has not read. */
  get version(): number {
    return this.horizon.version
  }

  /** Replays the log up to version `upTo`, or all of it when it is shorter; never goes back. */
  advance(upTo: number): void {
    const { cursor, nodes, classes } = this
    while (cursor.next(upTo)) {
      const { subject, row, value } = cursor
      if (subject === Subject.PodBound || subject === Subject.PodReleased) {
        nodes.hold(row, classes, classOfHolding(value), maskOfHolding(value), subject === Subject.PodBound ? 1 : -1)
      } else if (subject === Subject.NodeState) nodes.setState(row, value as NodeState)
      else if (subject === Subject.NodeAdded) nodes.addLike(this.live)
      else if (subject === Subject.NodeRemoved) nodes.setState(row, NodeState.Gone)
      else if (subject === Subject.NodeClass) nodes.nodeClass[row] = value
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
