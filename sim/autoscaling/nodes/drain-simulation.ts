/**
 * Simulated drains: whether all pods of a node fit elsewhere, tried by first fit on a copy of the other nodes' free amounts. A node that
 * can be emptied counts as removed for the nodes examined after it, and its pods as moved: they use capacity on their new nodes and must
 * fit elsewhere again if such a node is examined.
 */
import { NodeState, NONE, PodPhase, type ClusterView } from '../../cluster/views.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { Bins } from '../../binpacking/round/bins.ts'
import { FirstFitSearch } from '../../binpacking/members/first-fit.ts'
import { Measure } from '../../binpacking/round/measure.ts'
import type { PackingProblem } from '../../binpacking/policy.ts'
import type { NodesScalingView } from './policy.ts'

/** Classes of the pods that a drain of the node would move; null when one of them must not be moved. */
export function movingPods(view: NodesScalingView, node: NodeId): PodClassId[] | null {
  const { podClass, phase } = view.cluster.pods
  const classes: PodClassId[] = []
  let held = false
  view.eachPodOn(node, (pod) => {
    if (phase[pod] === PodPhase.Terminating) return
    if (view.movable(pod)) classes.push(podClass[pod])
    else held = true
  })
  return held ? null : classes
}

export class DrainSimulation {
  private readonly bins = new Bins()
  private readonly measure = new Measure()
  private readonly search = new FirstFitSearch()
  /** Classes of the pods that moved onto a node in this simulation. */
  private readonly movedTo = new Map<NodeId, PodClassId[]>()
  /** Nodes of which this simulation changed something. */
  private readonly touched = new Set<NodeId>()
  private excluded: (node: NodeId) => boolean = () => false

  /** Starts a simulation from the present cluster; pods are not moved onto `excluded` nodes. */
  begin(cluster: ClusterView, excluded: (node: NodeId) => boolean): void {
    const { nodes, classes } = cluster
    this.excluded = excluded
    this.touched.clear()
    const problem: PackingProblem = {
      items: 0,
      podClass: [],
      classes,
      bins: nodes.count,
      free: nodes.free,
      freeDevice: nodes.freeDevice,
      binAdmits: (podClass, node) => cluster.admissible(podClass, node),
      types: [],
    }
    this.movedTo.clear()
    // The pods to move are not known yet, so all classes are measured.
    this.measure.reset(
      problem,
      Array.from({ length: classes.count }, (_, podClass) => podClass),
    )
    this.bins.reset(problem, this.measure)
    this.search.reset(this.bins, this.measure, nodes.count, (node) => nodes.state[node] !== NodeState.Ready || excluded(node))
  }

  /**
   * Starts a further simulation of the same cluster, in which the last one had begun: no node has been added since, no class of pods, and
   * of the others only `changed` nodes have changed or are excluded or not as they were.
   */
  beginAgain(cluster: ClusterView, changed: Iterable<NodeId>): void {
    this.movedTo.clear()
    for (const node of changed) this.touched.add(node)
    for (const node of this.touched) {
      this.bins.restore(node)
      if (cluster.nodes.state[node] !== NodeState.Ready || this.excluded(node)) this.search.close(node)
      else this.search.reopened(node)
    }
    this.search.restart()
    this.touched.clear()
  }

  /**
   * Tries to drain a node that is not excluded: its `pods`, and those moved onto it earlier in this simulation. Returns true and keeps
   * the moves when all of them fit elsewhere; else undoes them.
   */
  empties(node: NodeId, pods: readonly PodClassId[]): boolean {
    this.search.close(node)
    this.touched.add(node)
    const moving = [...pods, ...(this.movedTo.get(node) ?? [])]
    const to: NodeId[] = []
    const masks: number[] = []
    for (const podClass of moving) {
      const found = this.place(podClass)
      if (found === NONE) {
        for (let k = to.length - 1; k >= 0; k--) {
          this.bins.remove(moving[k], to[k], masks[k])
          this.search.reopened(to[k])
        }
        this.search.reopened(node)
        return false
      }
      to.push(found)
      masks.push(this.bins.masks[0])
    }
    to.forEach((other, k) => {
      const moved = this.movedTo.get(other)
      if (moved === undefined) this.movedTo.set(other, [moving[k]])
      else moved.push(moving[k])
    })
    return true
  }

  /**
   * Tries to drain several nodes at once: returns the classes of the pods that fit on no other node. What moved stays moved, so that a
   * simulation begins again after it.
   */
  emptiesAll(nodes: readonly NodeId[], pods: readonly (readonly PodClassId[])[]): PodClassId[] {
    for (const node of nodes) {
      this.search.close(node)
      this.touched.add(node)
    }
    return pods.flatMap((classes) => classes.filter((podClass) => this.place(podClass) === NONE))
  }

  private place(podClass: PodClassId): NodeId {
    this.search.start(podClass)
    for (let node = this.search.next(); node !== NONE; node = this.search.next()) {
      if (this.bins.place(podClass, node, 1) === 0) continue
      this.search.filled(node)
      this.touched.add(node)
      return node
    }
    return NONE
  }
}
