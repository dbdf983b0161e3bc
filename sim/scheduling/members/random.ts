/** Random: each feasible node with the same probability. */
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { DeviceMask, NodeId, PodClassId, PodId } from '../../common/ids.ts'
import { DEVICES, MILLI } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from '../search/changes.ts'
import { FeasibleRows } from '../search/feasible-rows.ts'
import { feasibleRow } from '../search/scan.ts'

const parameters = {
  devices: {
    kind: 'choice',
    choices: ['least-free', 'random'],
    default: 'least-free',
    meaning:
      'the GPU that a pod shares: least-free, the fitting one with the least free; random, each fitting one with the same probability',
  },
} as const

type Given = Values<typeof parameters>

export const random = defineScheduler({
  name: 'random',
  summary:
    'each feasible node with the same probability, by one random draw per pod (with devices: random, one more for its GPU); ties cannot occur',
  source: 'the baseline of placement studies, as in Weng et al. 2023, Beware of Fragmentation (USENIX ATC)',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  create: (values, context) => new RandomIndex(values, context.random),
  twin: (values, context) => new RandomScan(values, context.random),
})

class RandomIndex implements Placer {
  examined = 0
  devices: DeviceMask = NONE
  private readonly values: Given
  private readonly random: RandomStream
  private readonly changes = new NodeChanges()
  private readonly feasible = new FeasibleRows(this.changes)

  constructor(values: Given, random: RandomStream) {
    this.values = values
    this.random = random
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = this.feasible.count(podClass, view)
    const node = feasible === 0 ? NONE : this.feasible.at(podClass, this.random.int(feasible), view)
    this.devices = drawnDevice(podClass, node, view, this.values, this.random)
    return node
  }
}

/** Counts the feasible nodes, draws a number below the count, and scans again up to that node. No draw for a pod that fits nowhere. */
class RandomScan implements Placer {
  examined = 0
  devices: DeviceMask = NONE
  private readonly values: Given
  private readonly random: RandomStream

  constructor(values: Given, random: RandomStream) {
    this.values = values
    this.random = random
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = feasibleRow(podClass, Infinity, view)
    const node = feasible === 0 ? NONE : feasibleRow(podClass, this.random.int(feasible), view)
    this.devices = drawnDevice(podClass, node, view, this.values, this.random)
    return node
  }
}

/** A fitting device of the node for a pod that shares one, by one draw more; NONE leaves the choice to the cluster. */
function drawnDevice(
  podClass: PodClassId,
  node: NodeId,
  { nodes, classes }: ClusterView,
  { devices }: Given,
  random: RandomStream,
): DeviceMask {
  const milli = classes.gpuMilli[podClass]
  if (devices === 'least-free' || node === NONE || classes.gpus[podClass] !== 1 || milli === MILLI) return NONE
  const fitting: number[] = []
  for (let device = 0; device < nodes.devices[node]; device++) if (nodes.freeDevice[node * DEVICES + device] >= milli) fitting.push(device)
  return 1 << fitting[random.int(fitting.length)]
}
