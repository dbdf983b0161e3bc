/** Fragmentation gradient descent: the node, and the GPU of it, on which the pod increases fragments least. */
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { DeviceMask, NodeId, PodClassId } from '../../common/ids.ts'
import { DEVICES, MILLI } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { SchedulingContext } from '../policy.ts'
import { fragmentPlainly, FragmentTables, type GpuNode } from '../profiles/gpu/fragments.ts'
import { ExpectedPods, typicalPods, type TypicalPod } from '../profiles/gpu/typical.ts'
import { RatedPlacer, ties } from '../search/ties.ts'
import type { RatedKey } from '../search/ties.ts'

const parameters = {
  cover: {
    kind: 'share',
    default: 0.95,
    min: 0.01,
    max: 1,
    meaning: 'typical pods are the most frequent shapes that make up this share of the pods',
  },
  ties,
} as const

export const fgd = defineScheduler({
  name: 'fgd',
  summary:
    'the node and GPU on which the pod increases the GPU fragments least, that is free GPU that typical pods cannot use, in 101 steps; lowest row and device on ties (ties)',
  source:
    'Weng, Yang, Yu, Wang, Tang, Yang, Zhang 2023, Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent (USENIX ATC): FGD',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  create: (values, context) => RatedPlacer.indexed(new Gradient(values, context, tabled), values.ties, context.random),
  twin: (values, context) => RatedPlacer.scanning(new Gradient(values, context, plain), values.ties, context.random),
})

/** Fragments of a node after some of its GPU was taken: of one device, or whole idle ones; neither for the node as it is. */
type FragmentsAfter = (view: ClusterView, at: GpuNode, device: number, taken: number, whole: number) => number

/** From tables. */
function tabled(typical: readonly TypicalPod[]): FragmentsAfter {
  const tables = new FragmentTables(typical)
  return (view, at, device, taken, whole) => tables.of(view, at, device, taken, whole)
}

/** By the formula, on a copy of the devices. */
function plain(typical: readonly TypicalPod[]): FragmentsAfter {
  return (view, { node, cpu, free, first, devices }, device, taken, whole) => {
    const copy = Array.from({ length: devices }, (_, d) => free[first + d] - (first + d === device ? taken : 0))
    for (let d = 0, left = whole; d < devices && left > 0; d++) {
      if (copy[d] !== MILLI) continue
      copy[d] = 0
      left--
    }
    return fragmentPlainly(typical, { node, cpu, free: copy, first: 0, devices }, view)
  }
}

/**
 *   score = trunc(100 * sigmoid((F before - F after) / 1000)), F in milli-GPU; the highest wins
 *
 * A pod that shares a GPU is tried on each GPU that it fits; whole GPUs are all alike.
 */
class Gradient implements RatedKey {
  edition = 0
  private readonly cover: number
  private readonly expected: ExpectedPods
  private readonly make: (typical: readonly TypicalPod[]) => FragmentsAfter
  private fragments: FragmentsAfter
  /** Number of typical pods. */
  private all = 1
  private best = NONE

  constructor(
    { cover }: Values<typeof parameters>,
    { declared }: SchedulingContext,
    make: (typical: readonly TypicalPod[]) => FragmentsAfter,
  ) {
    this.cover = cover
    this.expected = new ExpectedPods(declared)
    this.make = make
    this.fragments = make([])
  }

  /** Nothing is stored per node. */
  set(): void {}

  follow(view: ClusterView, podClass: PodClassId): void {
    if (!this.expected.arrives(podClass)) return
    const typical = typicalPods(this.expected.counts, this.cover, view)
    this.fragments = this.make(typical)
    this.all = typical.reduce((sum, { count }) => sum + count, 0)
    this.edition++
  }

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    for (let i = 0; i < count; i++) out[i] = -this.score(podClass, rows[i], view)
  }

  devices(podClass: PodClassId, node: NodeId, view: ClusterView): DeviceMask {
    this.score(podClass, node, view)
    return this.best === NONE ? NONE : 1 << this.best
  }

  /** The score of the node; `best` becomes the device, NONE unless the pod shares one. */
  private score(podClass: PodClassId, node: NodeId, view: ClusterView): number {
    const { nodes, classes } = view
    const first = node * DEVICES
    const devices = nodes.devices[node]
    const free = nodes.freeDevice
    const before = this.fragments(view, { node, cpu: nodes.freeCpu[node], free, first, devices }, NONE, 0, 0)
    const after: GpuNode = { node, cpu: nodes.freeCpu[node] - classes.cpu[podClass], free, first, devices }
    const milli = classes.gpuMilli[podClass]
    this.best = NONE
    if (classes.gpus[podClass] !== 1 || milli === MILLI)
      return this.rated(before - this.fragments(view, after, NONE, 0, classes.gpus[podClass]))
    let highest = -1
    for (let device = 0; device < devices; device++) {
      if (free[first + device] < milli || sameAsEarlier(free, first, device)) continue
      const score = this.rated(before - this.fragments(view, after, first + device, milli, 0))
      if (score <= highest) continue
      highest = score
      this.best = device
    }
    return highest
  }

  private rated(less: number): number {
    return Math.trunc(100 / (1 + Math.exp(-less / (MILLI * this.all))))
  }
}

/** Whether a device of lower index has as much free: then it has the same score and comes first. */
function sameAsEarlier(free: ClusterView['nodes']['freeDevice'], first: number, device: number): boolean {
  for (let other = 0; other < device; other++) if (free[first + other] === free[first + device]) return true
  return false
}
