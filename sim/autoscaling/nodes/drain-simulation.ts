/**
 * Would all pods of this node fit elsewhere? Tried by first fit on a copy of the other nodes' free vectors. A node that is found superfluous is gone for
 * those judged after it, and its pods have moved: they take room where they went, and must fit elsewhere again if that node is judged, too.
 */
import { NodeState, NONE, PodPhase, type ClusterView } from '../../cluster/views.ts'
import { Bins } from '../../binpacking/round/bins.ts'
import { FirstFitSearch } from '../../binpacking/members/first-fit.ts'
import { Measure } from '../../binpacking/round/measure.ts'
import type { PackingProblem } from '../../binpacking/policy.ts'
import type { NodesScalingView } from './policy.ts'

/** Classes of the pods on a node that would have to move; null when one of them must not. */
export function movingPods(view: NodesScalingView, node: number): number[] | null {
  const { podClass, phase } = view.cluster.pods
  const classes: number[] = []
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
  private readonly movedTo = new Map<number, number[]>()

  /** @param excluded nodes that are no destination */
  begin(cluster: ClusterView, excluded: (node: number) => boolean): void {
    const { nodes, classes } = cluster
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
    // Which pods will be asked about is not known yet, so all classes are.
    this.measure.reset(
      problem,
      Array.from({ length: classes.count }, (_, podClass) => podClass),
    )
    this.bins.reset(problem, this.measure)
    this.search.reset(this.bins, this.measure, nodes.count, (node) => nodes.state[node] !== NodeState.Ready || excluded(node))
  }

  /** Judges a node that is not excluded. True: all its pods (these, and those that moved onto it) found room, and the node is gone. */
  empties(node: number, pods: readonly number[]): boolean {
    this.search.close(node)
    const moving = [...pods, ...(this.movedTo.get(node) ?? [])]
    const to: number[] = []
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

  private place(podClass: number): number {
    this.search.start(podClass)
    for (let node = this.search.next(); node !== NONE; node = this.search.next()) {
      if (this.bins.place(podClass, node, 1) === 0) continue
      this.search.filled(node)
      return node
    }
    return NONE
  }
}
