/**
 * Free capacity that the arriving pods cannot use, and the packing gap (metrics `stranded-cpu`, `stranded-gpu`, `packing-gap`), computed
 * at each sample.
 *
 *   stranded CPU = sum over Ready nodes n, classes c of w(c) * freeCpu(n) * [c does not fit n],  w(c) = arrivals(c) * cpu(c) / sum of the same
 *   stranded GPU = sum over Ready nodes n, classes c of f(c) * F(n, c),                           f(c) = arrivals(c) / all arrivals
 *   F(n, c) = all free milli-GPU of n when c does not fit n or requests no GPU, else the free milli-GPU of devices that have less than c
 *             requests of each (Weng et al. 2023, Beware of fragmentation, USENIX ATC)
 *   packing gap  = nodes in use / continuous lower bound - 1
 *
 * The weights change with every arrival, the nodes do not. So the sums over nodes are kept by class and weighted at the sample: a node whose
 * version is unchanged costs one comparison, a changed one a pass over the classes. All sums are whole numbers, so there is no drift.
 */
import type { NodeId, PodClassId } from '../common/ids.ts'
import { DEVICES, FIRST_NAMED, NodeState, NONE, PODS } from '../cluster/views.ts'
import type { ClusterView, Column } from '../cluster/views.ts'
import { grown } from '../common/table.ts'
import { NodeBound } from './node-bound.ts'

const UNKNOWN = 0
const ADMITTED = 1
const REFUSED = 2

/** The sums of one cluster, updated when they are read. */
export class Fragmentation {
  private readonly view: ClusterView
  private readonly bound: NodeBound
  /** Version of the log up to which the nodes were read; a node with a later version has changed since. */
  private seenLog = -1
  /** Nodes for which the two tables below have rows. */
  private rows = 0
  private classes = 0
  private nodes = 0
  /** Places per row in the two tables below. */
  private width = 0
  /** Addend of a node to the sum of a class, at node * width + class. */
  private cpuOf = new Int32Array(0)
  /** Without rows until a node has devices. */
  private gpuOf = new Int32Array(0)
  private cpuSum = new Float64Array(0)
  private gpuSum = new Float64Array(0)
  /** Memo of `admissible`, at nodeClass * width + class. */
  private admits = new Uint8Array(0)

  constructor(view: ClusterView) {
    this.view = view
    this.bound = new NodeBound(view.nodes.resources.length)
  }

  /** Stranded CPU [millicores]; 0 before the first arrival. @param mix number of arrivals by class */
  strandedCpu(mix: Column): number {
    this.refresh()
    const { cpu } = this.view.classes
    let sum = 0
    let weights = 0
    for (let c = 0; c < this.classes && c < mix.length; c++) {
      const weight = mix[c] * cpu[c]
      sum += weight * this.cpuSum[c]
      weights += weight
    }
    return weights === 0 ? 0 : sum / weights
  }

  /** Stranded GPU [milli-GPU]; 0 before the first arrival. @param mix number of arrivals by class */
  strandedGpu(mix: Column): number {
    this.refresh()
    let sum = 0
    let weights = 0
    for (let c = 0; c < this.classes && c < mix.length; c++) {
      sum += mix[c] * this.gpuSum[c]
      weights += mix[c]
    }
    return weights === 0 ? 0 : sum / weights
  }

  /** Number of nodes with pods, and the lower bound on it for what is allocated (0 when nothing is). */
  packing(): { readonly used: number; readonly fewest: number } {
    this.refresh()
    return { used: this.bound.used, fewest: this.bound.minimum() }
  }

  /** Nodes with pods over the lower bound, minus one; 0 when nothing is allocated. */
  packingGap(): number {
    const { used, fewest } = this.packing()
    return fewest === 0 ? 0 : used / fewest - 1
  }

  private refresh(): void {
    const { nodes, classes, log } = this.view
    if (log.version === this.seenLog && classes.count === this.classes) return
    const { seenLog, nodes: knownNodes, classes: known } = this
    if (classes.count > this.width || nodes.count > this.rows) this.grow(nodes.count, classes.count)
    const { version, count } = nodes
    this.classes = classes.count
    for (let node = 0; node < count; node++) {
      const changed = version[node] >= seenLog || node >= knownNodes
      if (!changed && known === classes.count) continue
      this.read(node, changed ? 0 : known)
      if (changed) this.bound.read(nodes, node)
    }
    this.seenLog = log.version
    this.nodes = count
  }

  /** Updates the sums of the classes from `first` on. */
  private read(node: NodeId, first: PodClassId): void {
    const { nodes } = this.view
    const ready = nodes.state[node] === NodeState.Ready
    const freeCpu = ready ? nodes.freeCpu[node] : 0
    const devices = nodes.devices[node]
    if (devices > 0 && this.gpuOf.length === 0) this.gpuOf = new Int32Array(this.cpuOf.length)
    const { view, cpuOf, gpuOf, cpuSum, gpuSum } = this
    let freeGpu = 0
    if (ready) for (let d = 0; d < devices; d++) freeGpu += nodes.freeDevice[node * DEVICES + d]
    // Quick refusals: a class that requests more than these does not fit; on a node with nothing free the answer does not matter.
    const maxCpu = freeCpu + freeGpu > 0 && nodes.free[PODS][node] > 0 ? freeCpu : -1
    const maxMemory = nodes.freeMemory[node]
    const { cpu, memory, gpus } = view.classes
    for (let c = first, place = node * this.width + first; c < this.classes; c++, place++) {
      const fits = cpu[c] <= maxCpu && memory[c] <= maxMemory && gpus[c] <= devices && this.fits(c, node)
      const strandedCpu = fits ? 0 : freeCpu
      if (strandedCpu !== cpuOf[place]) {
        cpuSum[c] += strandedCpu - cpuOf[place]
        cpuOf[place] = strandedCpu
      }
      if (devices === 0) continue
      const strandedGpu = fits && freeGpu > 0 ? this.fragment(c, node, freeGpu) : freeGpu
      if (strandedGpu !== gpuOf[place]) {
        gpuSum[c] += strandedGpu - gpuOf[place]
        gpuOf[place] = strandedGpu
      }
    }
  }

  /** The rest of `view.feasible`, for a Ready node with enough CPU and memory that may hold another pod. */
  private fits(podClass: PodClassId, node: NodeId): boolean {
    const { nodes, classes } = this.view
    const { free } = nodes
    for (let r = FIRST_NAMED; r < free.length; r++) if (classes.request[r][podClass] > free[r][node]) return false
    const place = nodes.nodeClass[node] * this.width + podClass
    if (place >= this.admits.length) this.admits = grown(this.admits, Math.max(place + 1, this.admits.length * 2))
    if (this.admits[place] === UNKNOWN) this.admits[place] = this.view.admissible(podClass, node) ? ADMITTED : REFUSED
    return this.admits[place] === ADMITTED && (classes.gpus[podClass] === 0 || this.view.pickDevices(podClass, node) !== NONE)
  }

  /** Free milli-GPU that a class cannot use on a node that it fits. */
  private fragment(podClass: PodClassId, node: NodeId, freeGpu: number): number {
    const { nodes, classes } = this.view
    if (classes.gpus[podClass] === 0) return freeGpu
    const asked = classes.gpuMilli[podClass]
    let sum = 0
    for (let d = node * DEVICES; d < node * DEVICES + nodes.devices[node]; d++) if (nodes.freeDevice[d] < asked) sum += nodes.freeDevice[d]
    return sum
  }

  private grow(nodes: number, classes: number): void {
    const rows = nodes > this.rows ? Math.max(nodes, 2 * this.rows) : this.rows
    const width = classes > this.width ? Math.max(classes, 2 * this.width, 8) : this.width
    const widened = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const fresh = new Int32Array(rows * width)
      for (let node = 0; node < this.nodes; node++)
        fresh.set(old.subarray(node * this.width, node * this.width + this.classes), node * width)
      return fresh
    }
    this.cpuOf = widened(this.cpuOf)
    if (this.gpuOf.length > 0) this.gpuOf = widened(this.gpuOf)
    this.cpuSum = grown(this.cpuSum, width)
    this.gpuSum = grown(this.gpuSum, width)
    this.rows = rows
    // Places in the memo depend on the width.
    if (width !== this.width) this.admits = new Uint8Array(0)
    this.width = width
  }
}

/** Reference implementation (twin) of `strandedCpu`: the formula, term by term. */
export function strandedCpuPlainly(view: ClusterView, mix: Column): number {
  const { nodes, classes } = view
  let sum = 0
  let weights = 0
  for (let c = 0; c < classes.count; c++) {
    const weight = (mix[c] ?? 0) * classes.cpu[c]
    weights += weight
    for (let n = 0; n < nodes.count; n++) if (nodes.state[n] === NodeState.Ready && !view.feasible(c, n)) sum += weight * nodes.freeCpu[n]
  }
  return weights === 0 ? 0 : sum / weights
}

/** Reference implementation (twin) of `strandedGpu`. */
export function strandedGpuPlainly(view: ClusterView, mix: Column): number {
  const { nodes, classes } = view
  let sum = 0
  let weights = 0
  for (let c = 0; c < classes.count; c++) {
    weights += mix[c] ?? 0
    for (let n = 0; n < nodes.count; n++) {
      if (nodes.state[n] !== NodeState.Ready) continue
      const usable = classes.gpus[c] > 0 && view.feasible(c, n)
      for (let d = 0; d < nodes.devices[n]; d++) {
        const free = nodes.freeDevice[n * DEVICES + d]
        if (!usable || free < classes.gpuMilli[c]) sum += (mix[c] ?? 0) * free
      }
    }
  }
  return weights === 0 ? 0 : sum / weights
}
