/**
 * Would all pods of this node fit elsewhere? Tried by first fit on a copy of the other nodes' free vectors. A node that is found superfluous is gone for
 * those judged after it, and its pods have moved: they take room where they went, and must fit elsewhere again if that node is judged, too.
 */
import { DEVICES, NodeState, NONE, PodPhase, type ClusterView } from '../../cluster/views.ts'
import { Bins } from '../../binpacking/bins.ts'
import { FirstFitSearch } from '../../binpacking/first-fit-search.ts'
import { Measure } from '../../binpacking/measure.ts'
import { classesOf } from '../../binpacking/pack.ts'
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
  /** Node of each bin, and bin of each node. */
  private rows: number[] = []
  private binOf = new Int32Array(0)
  /** Classes of the pods that moved onto a bin in this simulation. */
  private readonly movedTo = new Map<number, number[]>()

  /** @param pods classes of all pods that may be moved @param excluded nodes that are no destination */
  begin(cluster: ClusterView, pods: readonly number[], excluded: (node: number) => boolean): void {
    const { nodes, classes } = cluster
    this.movedTo.clear()
    this.rows.length = 0
    if (this.binOf.length < nodes.count) this.binOf = new Int32Array(nodes.count * 2)
    for (let node = 0; node < nodes.count; node++) {
      const open = nodes.state[node] === NodeState.Ready && !excluded(node)
      this.binOf[node] = open ? this.rows.push(node) - 1 : NONE
    }
    const { rows } = this
    const gathered = (column: { readonly [row: number]: number }): Float64Array => Float64Array.from(rows, (node) => column[node])
    const problem: PackingProblem = {
      items: pods.length,
      podClass: Int32Array.from(pods),
      classes,
      bins: rows.length,
      free: nodes.free.map(gathered),
      freeDevice: Int32Array.from({ length: rows.length * DEVICES }, (_, i) => nodes.freeDevice[rows[Math.floor(i / DEVICES)] * DEVICES + (i % DEVICES)]),
      binAdmits: (podClass, bin) => cluster.admissible(podClass, rows[bin]),
      types: [],
    }
    this.measure.reset(problem, classesOf(problem))
    this.bins.reset(problem, this.measure)
    this.search.reset(this.bins, this.measure, Math.max(1, rows.length))
  }

  /** Judges a node that is not excluded. True: all its pods (these, and those that moved onto it) found room, and the node is gone. */
  empties(node: number, pods: readonly number[]): boolean {
    const own = this.binOf[node]
    this.search.close(own)
    const toMove = [...pods, ...(this.movedTo.get(own) ?? [])]
    const to: number[] = []
    const masks: number[] = []
    for (const podClass of toMove) {
      const bin = this.place(podClass)
      if (bin === NONE) {
        for (let k = to.length - 1; k >= 0; k--) {
          this.bins.giveBack(toMove[k], to[k], masks[k])
          this.search.reopened(to[k])
        }
        this.search.reopened(own)
        return false
      }
      to.push(bin)
      masks.push(this.bins.masks[0])
    }
    to.forEach((bin, k) => {
      const moved = this.movedTo.get(bin)
      if (moved === undefined) this.movedTo.set(bin, [toMove[k]])
      else moved.push(toMove[k])
    })
    return true
  }

  private place(podClass: number): number {
    this.search.start(podClass)
    for (let bin = this.search.next(); bin !== NONE; bin = this.search.next()) {
      if (this.bins.place(podClass, bin, 1) === 0) continue
      this.search.filled(bin)
      return bin
    }
    return NONE
  }
}
