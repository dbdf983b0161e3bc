/** The view that policies get: columns, log, and questions about feasibility. The cluster has one; a stale view has its own, over its own nodes and horizon. */
import type { DeviceMask, NodeId, PodClassId, PodId } from '../common/ids.ts'
import type { Classes } from './classes.ts'
import type { Admissibility } from './feasibility/admissibility.ts'
import { pickDevices } from './feasibility/devices.ts'
import { fits } from './feasibility/fit.ts'
import type { ImagesView } from './rules.ts'
import type { Residents } from './residents.ts'
import type { NodeTemplate, PodShape } from './spec.ts'
import type { Nodes } from './nodes.ts'
import type { Pods } from './pods.ts'
import { NodeState, NONE } from './views.ts'
import type { ClusterView, LogView, Reason } from './views.ts'

/** What a part of the run lets all views show. */
export interface Shown {
  images: ImagesView | undefined
}

/** What a view is made of. */
interface Parts {
  readonly nodes: Nodes
  readonly pods: Pods
  readonly classes: Classes
  readonly log: LogView
  readonly admissibility: Admissibility
  readonly residents: Residents
  readonly shown: Shown
}

/** See `ClusterView` for the meaning of the answers. */
export class Face implements ClusterView {
  readonly nodes: Nodes
  readonly pods: Pods
  readonly classes: Classes
  readonly log: LogView
  private readonly shown: Shown
  private readonly admissibility: Admissibility
  private readonly residents: Residents

  constructor({ nodes, pods, classes, log, admissibility, residents, shown }: Parts) {
    this.nodes = nodes
    this.pods = pods
    this.classes = classes
    this.log = log
    this.admissibility = admissibility
    this.residents = residents
    this.shown = shown
  }

  get images(): ImagesView | undefined {
    return this.shown.images
  }

  /** In order of cost: loads and comparisons, one load from the memo, up to eight devices. */
  feasible(podClass: PodClassId, node: NodeId): boolean {
    const { nodes, classes } = this
    if (nodes.state[node] !== NodeState.Ready) return false
    if (!fits(classes.request, podClass, nodes.free, node)) return false
    if (!this.admissibility.admits(podClass, nodes.nodeClass[node])) return false
    return classes.gpus[podClass] === 0 || this.pickDevices(podClass, node) !== NONE
  }

  admissible(podClass: PodClassId, node: NodeId): boolean {
    return this.admissibility.admits(podClass, this.nodes.nodeClass[node])
  }

  excludedBy(podClass: PodClassId, node: NodeId): Reason | typeof NONE {
    return this.admissibility.excludedBy(podClass, this.nodes.nodeClass[node])
  }

  shapeOf(podClass: PodClassId): PodShape {
    return this.classes.shapes[podClass]
  }

  templateOf(node: NodeId): NodeTemplate {
    return this.admissibility.templateOf(this.nodes.nodeClass[node])
  }

  eachPodOn(node: NodeId, visit: (pod: PodId) => void): void {
    this.residents.each(node, visit)
  }

  pickDevices(podClass: PodClassId, node: NodeId): DeviceMask {
    const { nodes, classes } = this
    return pickDevices(nodes.freeDevice, node, nodes.devices[node], classes.gpus[podClass], classes.gpuMilli[podClass])
  }
}
