/** The nodes of an experiment: pools written by hand or read from a trace. */
import type { z } from 'zod'
import { traceFormats } from '../../../workloads/index.ts'
import {
  amounts,
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  oneOf,
  price,
  section,
  whole,
  words,
} from '../quantities.ts'
import { usage } from './background.ts'

/** Nodes of all pools at the start; a node takes about 200 bytes, and each sample of the time series looks at all of them. */
export const MAX_NODES = 1_000_000

/** A taint of a node. */
export const taint = section('a taint', {
  key: words().describe('name of the taint'),
  value: words().prefault(''),
  effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).prefault('NoSchedule'),
})

const poolCommon = {
  name: name().describe('unique name of the pool; also the label "pool" of its nodes'),
  min: whole().optional().describe('lower bound of the node autoscaler; default: the count'),
  max: whole().optional().describe('upper bound of the node autoscaler; default: the count'),
  provision: duration()
    .prefault('60s')
    .describe('time from the order of a node until it is Ready; default 60s; 40 s to 2 min are usual for a virtual machine with a kubelet'),
}

const handWritten = section('a pool', {
  ...poolCommon,
  count: whole({ min: 0, max: MAX_NODES }).describe('number of nodes at the start'),
  cpu: cpu().describe('allocatable CPU of a node'),
  memory: memory({ min: 1 }).describe('allocatable memory of a node'),
  pods: whole({ min: 1 }).prefault(110).describe("maximum number of pods on a node; default 110, as the kubelet's"),
  gpus: whole({ min: 0, max: 8 }).prefault(0).describe('number of GPUs of a node'),
  gpuModel: words().prefault('').describe('model of these GPUs'),
  zones: list('zone names', name())
    .min(1, 'found an empty list; accepted: at least one zone')
    .prefault(['a'])
    .describe('zones of the nodes, assigned in turn'),
  racks: whole({ min: 1, max: 10_000 })
    .optional()
    .describe(
      'racks of each zone; its nodes get the label rack (zone-1, zone-2, ...) in turn, so that faults can hit a rack; default: no label',
    ),
  price: price().prefault('0/h').describe('dollars per node and hour'),
  labels: labels().prefault({}).describe('labels of the nodes'),
  taints: list('taints', taint).prefault([]),
  resources: amounts().prefault({}).describe('further named resources, whole amounts per node'),
})

const tracedPool = section('a pool from a trace', {
  ...poolCommon,
  trace: oneOf(traceFormats).describe(
    'uses the nodes of a list: openb, 1,523 nodes with GPUs, or kubernetes, the output of kubectl get nodes -o json',
  ),
  path: words()
    .optional()
    .describe('for openb the folder of the trace, default: the bundled data; for kubernetes the JSON file; relative to this file'),
  gpuOnly: flag().prefault(false).describe('true: nodes without GPUs are left out'),
  count: whole({ min: 1, max: MAX_NODES })
    .optional()
    .describe('number of nodes: the list is repeated in its order, and the last repetition cut; default: the list once'),
  pods: whole({ min: 1 })
    .prefault(110)
    .describe("maximum number of pods on a node; default 110, as the kubelet's; kubernetes has that of each node"),
  zones: list('zone names', name())
    .min(1, 'found an empty list; accepted: at least one zone')
    .prefault(['a'])
    .describe('zones of the nodes, assigned in turn; kubernetes has that of each node'),
  price: price().prefault('0/h').describe('dollars per node and hour'),
})

const snapshotPool = section('a pool from the snapshot', {
  ...poolCommon,
  snapshot: words().describe(
    'a group of nodes of cluster.snapshot, by the label of the node group, or else of the machine type; "nodes": those without such labels',
  ),
  count: whole().optional().describe('set by the snapshot'),
  price: price().prefault('0/h').describe('dollars per node and hour'),
})

/** One pool. */
export const pool = forms<z.infer<typeof handWritten> | z.infer<typeof tracedPool> | z.infer<typeof snapshotPool>>(
  { own: handWritten, traced: tracedPool, snapshot: snapshotPool },
  (value) => (isMap(value) && 'snapshot' in value ? 'snapshot' : isMap(value) && 'trace' in value ? 'traced' : 'own'),
)

const snapshotFile = section('the snapshot', {
  file: words().describe('the file, relative to this one'),
  usage: usage.prefault({}).describe('CPU usage of its pods'),
})

/** A file, or a file with the usage of its pods. */
const snapshot = forms<z.infer<typeof snapshotFile>>(
  { file: words().transform((file) => snapshotFile.parse({ file })), section: snapshotFile },
  (value) => (isMap(value) ? 'section' : 'file'),
)

/** All pools. */
export const cluster = section('the cluster', {
  snapshot: snapshot
    .optional()
    .describe(
      'the cluster in which the run begins: the output of kubectl get nodes,pods,services,... -A -o json or yaml; its nodes become pools, its pods run where they are, or are pending',
    ),
  pools: list('pools', pool)
    .min(1, 'found an empty list; accepted: at least one pool')
    .prefault([])
    .describe('groups of identical nodes; with snapshot: further ones, and bounds and prices of those of the snapshot'),
})
