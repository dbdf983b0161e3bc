/** What policies get: the columns, the log, and the three questions. The cluster has one; a stale view has one of its own nodes and horizon. */
import type { Admissibility } from './feasibility/admissibility.ts'
import { pickDevices } from './feasibility/devices.ts'
import { fits } from './feasibility/fit.ts'
import type { Classes } from './classes.ts'
import type { Nodes } from './nodes.ts'
import type { Pods } from './pods.ts'
import { NodeState, NONE } from './views.ts'
import type { ClusterView, LogView } from './views.ts'

export class Face implements ClusterView {
  readonly nodes: Nodes
  readonly pods: Pods
  readonly classes: Classes
  readonly log: LogView
  private readonly admissibility: Admissibility

  constructor(nodes: Nodes, pods: Pods, classes: Classes, log: LogView, admissibility: Admissibility) {
    this.nodes = nodes
    this.pods = pods
    this.classes = classes
    this.log = log
    this.admissibility = admissibility
  }

  feasible(podClass: number, node: number): boolean {
    const { nodes, classes } = this
    if (nodes.state[node] !== NodeState.Ready) return false
    if (!fits(classes.request, podClass, nodes.free, node)) return false
    if (!this.admissibility.admits(podClass, nodes.nodeClass[node])) return false
    return classes.gpus[podClass] === 0 || this.pickDevices(podClass, node) !== NONE
  }

  admissible(podClass: number, node: number): boolean {
    return this.admissibility.admits(podClass, this.nodes.nodeClass[node])
  }

  pickDevices(podClass: number, node: number): number {
    const { nodes, classes } = this
    return pickDevices(nodes.freeDevice, node, nodes.devices[node], classes.gpus[podClass], classes.gpuMilli[podClass])
  }
}
