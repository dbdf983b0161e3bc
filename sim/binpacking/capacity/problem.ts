/** Capacity planning as a packing problem: groups of equal pods, kinds of nodes, and a cell of some of these nodes. */
import { Cluster } from '../../cluster/cluster.ts'
import { admissible } from '../../cluster/feasibility/admissible.ts'
import type { NodeTemplate, PodShape } from '../../cluster/spec.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, PODS } from '../../cluster/views.ts'
import type { BinType, PackingProblem } from '../policy.ts'

/** Equal pods. */
export interface EqualPods {
  readonly shape: PodShape
  readonly count: number
}

/** A kind of node. */
export interface NodeKind {
  readonly name: string
  readonly template: NodeTemplate
  /** Most nodes of this kind; Infinity: no limit. */
  readonly limit: number
}

/** Groups and kinds with their classes, from which problems are made. */
export class Workload {
  /** Class of each pod, group after group. */
  readonly podClass: Int32Array
  private readonly cluster: Cluster
  private readonly kinds: readonly NodeKind[]

  constructor(groups: readonly EqualPods[], kinds: readonly NodeKind[]) {
    const named = kinds.flatMap(({ template }) => Object.keys(template.resources))
    this.kinds = kinds
    this.cluster = new Cluster([...new Set([...named, ...groups.flatMap(({ shape }) => Object.keys(shape.resources))])])
    this.podClass = new Int32Array(groups.reduce((sum, { count }) => sum + count, 0))
    let at = 0
    for (const { shape, count } of groups) {
      this.podClass.fill(this.cluster.internClass(shape), at, at + count)
      at += count
    }
  }

  /** All pods onto new nodes of the kinds. */
  ofNewNodes(): PackingProblem {
    return this.problem(this.podClass, [], true)
  }

  /** These pods, by their classes, onto nodes of a cell and no others; `cell` has the kind of each node. */
  ofCell(podClass: Int32Array, cell: readonly number[]): PackingProblem {
    return this.problem(podClass, cell, false)
  }

  private problem(podClass: Int32Array, cell: readonly number[], grows: boolean): PackingProblem {
    const { cluster, kinds } = this
    const { classes, nodes } = cluster.view
    const capacities = kinds.map(({ template }) => capacityOf(template, nodes.resources))
    const admits = kinds.map(
      ({ template }) =>
        (row: number) =>
          admissible(cluster.classes.shapes[row], template),
    )
    const freeDevice = new Int32Array(cell.length * DEVICES)
    cell.forEach((kind, bin) => freeDevice.fill(MILLI, bin * DEVICES, bin * DEVICES + kinds[kind].template.gpus))
    const types = kinds.map(({ name, template, limit }, kind): BinType => ({
      name,
      capacity: capacities[kind],
      devices: template.gpus,
      price: template.price,
      limit,
      admits: admits[kind],
    }))
    return {
      items: podClass.length,
      podClass,
      classes,
      bins: cell.length,
      free: nodes.resources.map((_, r) => Float64Array.from(cell, (kind) => capacities[kind][r])),
      freeDevice,
      binAdmits: (row, bin) => admits[cell[bin]](row),
      types: grows ? types : [],
    }
  }
}

function capacityOf(template: NodeTemplate, resources: readonly string[]): number[] {
  const capacity = resources.map((name, r) => (r < FIRST_NAMED ? 0 : (template.resources[name] ?? 0)))
  capacity[CPU] = template.cpu
  capacity[MEMORY] = template.memory
  capacity[PODS] = template.pods
  return capacity
}
