/** Balanced: the feasible node on which the allocated shares of cpu and memory would be most equal. */
import type { Values } from '../../common/define.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { NodeKey } from '../search/key.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import { KeyScanPlacer } from '../search/scan.ts'

const parameters = {
  compare: {
    kind: 'choice',
    choices: ['level', 'change'],
    default: 'level',
    meaning:
      'level: how balanced the node would be, as in Kubernetes up to 1.35; change: by how much its balance would improve, as in Kubernetes from December 2025 on',
  },
  resources: {
    kind: 'choice',
    choices: ['cpu-memory', 'all'],
    default: 'cpu-memory',
    meaning: 'cpu-memory, the default of Kubernetes; all: also GPUs and named resources, where the node has them and the pod requests them',
  },
} as const

export const balanced = defineScheduler({
  name: 'balanced',
  summary: 'the feasible node on which the allocated shares of its resources would be most equal, in 101 steps; lowest row on ties',
  source:
    'Kubernetes, NodeResourcesBalancedAllocation (pkg/scheduler/framework/plugins/noderesources), releases to 1.35 and pull request 135573',
  fidelity: 'simplified',
  parameters,
  create: (values) => new KeyPlacer(new Imbalance(values)),
  twin: (values) => new KeyScanPlacer(new Imbalance(values)),
})

/**
 * NodeResourcesBalancedAllocation, in its arithmetic (float64 up to the truncation, then whole numbers):
 *
 *   f[r]  = min(1, (allocated + requested) / allocatable)       for each resource of which the node has any
 *   sd    = |f[1] - f[2]| / 2 for two, the population standard deviation for more, 0 for fewer
 *   B     = trunc((1 - sd) * 100)
 *   score = B                                                    (level)
 *   score = 50 + trunc((50 + B - B without the pod) / 2)         (change: upstream pull request 135573; 75 is no change)
 *
 * The largest score wins. For a pod without requests every node scores 0, as Kubernetes skips the plugin. With 101 values ties are
 * frequent: kube-scheduler adds the scores of other plugins and draws among ties; here the lowest row wins.
 */
class Imbalance extends ColumnTable implements NodeKey {
  private readonly change: boolean
  private readonly all: boolean
  /** Rows are the resources of the node at hand: allocated shares with and without the pod. */
  private readonly after = this.column(Float64Array)
  private readonly before = this.column(Float64Array)
  private size = 0

  constructor({ compare, resources }: Values<typeof parameters>) {
    super(8)
    this.change = compare === 'change'
    this.all = resources === 'all'
  }

  /** Nothing is stored per node. */
  set(): void {}

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    this.reserve(nodes.resources.length + 1) // and the devices
    const gpus = this.all ? classes.gpus[podClass] * classes.gpuMilli[podClass] : 0
    if (this.requestsNothing(podClass, view, gpus)) {
      out.fill(0, 0, count)
      return
    }
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      this.size = 0
      this.add(classes.cpu[podClass], nodes.freeCpu[row], nodes.capacity[CPU][row])
      this.add(classes.memory[podClass], nodes.freeMemory[row], nodes.capacity[MEMORY][row])
      if (gpus > 0) this.addDevices(gpus, view, row)
      if (this.all) {
        for (let r = FIRST_NAMED; r < nodes.resources.length; r++) {
          if (classes.request[r][podClass] > 0) this.add(classes.request[r][podClass], nodes.free[r][row], nodes.capacity[r][row])
        }
      }
      const balance = balanceOf(this.after, this.size)
      out[i] = this.change ? -(50 + Math.trunc((50 + balance - balanceOf(this.before, this.size)) / 2)) : -balance
    }
  }

  private requestsNothing(podClass: PodClassId, { classes, nodes }: ClusterView, gpus: number): boolean {
    if (classes.cpu[podClass] > 0 || classes.memory[podClass] > 0 || gpus > 0) return false
    if (this.all) for (let r = FIRST_NAMED; r < nodes.resources.length; r++) if (classes.request[r][podClass] > 0) return false
    return true
  }

  private addDevices(gpus: number, { nodes }: ClusterView, row: NodeId): void {
    let free = 0
    for (let device = 0; device < nodes.devices[row]; device++) free += nodes.freeDevice[row * DEVICES + device]
    this.add(gpus, free, nodes.devices[row] * MILLI)
  }

  private add(requested: number, free: number, capacity: number): void {
    if (capacity === 0) return
    this.before[this.size] = Math.min(1, (capacity - free) / capacity)
    this.after[this.size++] = Math.min(1, (capacity - free + requested) / capacity)
  }
}

/** The plugin's score, 0 to 100: 100 when all shares are equal or there are fewer than two. */
function balanceOf(shares: Float64Array, size: number): number {
  let deviation = 0
  if (size === 2) deviation = Math.abs((shares[0] - shares[1]) / 2)
  else if (size > 2) {
    let sum = 0
    for (let i = 0; i < size; i++) sum += shares[i]
    const mean = sum / size
    let squares = 0
    for (let i = 0; i < size; i++) squares += (shares[i] - mean) * (shares[i] - mean)
    deviation = Math.sqrt(squares / size)
  }
  return Math.trunc((1 - deviation) * 100)
}
