/**
 * The openb format: pods and nodes of a production GPU cluster of 2023. Columns: data/openb-gpu-2023/README.md.
 * Source: Weng et al. 2023, Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent, USENIX ATC.
 */
import { readOnce } from './cache.ts'
import { hasColumns, type RowFormat } from './format.ts'
import { Lines, shown, TraceError } from './lines.ts'
import { eachRow, Table, type TraceRow } from './table.ts'
import { Interner, podRow, type NodeShape, type NodeTrace, type PodTrace, type TraceShape } from './trace.ts'

export const OPENB_NODES = 'openb_node_list_all_node.csv'
export const OPENB_PODS = 'openb_pod_list_default.csv'

const MEBIBYTE = 1_048_576
/** A million cores, and 2^33 - 1 MiB, so that bytes stay below 2^53. */
const MAX_CPU = 1e9
const MAX_MEBIBYTES = 8_589_934_591
/** Most pods of a list, which take about 200 MB. */
const MAX_PODS = 4_000_000
/** Most GPUs of a node: the device mask of the simulation has eight bits. */
const MAX_GPUS = 8

export const OPENB_NODE_COLUMNS = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model']
const NODE = { name: 0, cpu: 1, memory: 2, gpus: 3, model: 4 } as const

/** Reads a node list; the same file is parsed once per process. */
export const openbNodes: (file: string) => NodeTrace = readOnce((file) => {
  const shapes = new Interner<NodeShape>()
  const shape: number[] = []
  eachRow(file, OPENB_NODE_COLUMNS, (row) => {
    row.name(NODE.name)
    const cpu = row.whole(NODE.cpu, MAX_CPU)
    const memory = row.whole(NODE.memory, MAX_MEBIBYTES) * MEBIBYTE
    const gpus = row.whole(NODE.gpus, MAX_GPUS)
    const gpuModel = row.text(NODE.model)
    if (gpus > 0 && gpuModel === '') row.refuse(NODE.model, `a model, since the node has ${gpus} GPUs`)
    if (gpus === 0 && gpuModel !== '') row.refuse(NODE.model, 'an empty cell, since the node has no GPU')
    shape.push(shapes.number(`${cpu} ${memory} ${gpus} ${gpuModel}`, () => ({ cpu, memory, gpus, gpuModel })))
  })
  return { file, length: shape.length, shapes: shapes.values, shape: Int32Array.from(shape) }
})

/** What a list must have. */
const REQUESTS = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli']
const POD_COLUMNS = [...REQUESTS, 'gpu_spec', 'qos', 'pod_phase', 'creation_time', 'deletion_time', 'scheduled_time']
/** Some of the published lists have no times: their pods are present from the start and for ever. */
const UNTIMED = [POD_COLUMNS.slice(0, 6), REQUESTS]
const POD = {
  name: 0,
  cpu: 1,
  memory: 2,
  gpus: 3,
  gpuMilli: 4,
  models: 5,
  qos: 6,
  phase: 7,
  created: 8,
  deleted: 9,
  scheduled: 10,
} as const
const QOS = ['LS', 'BE', 'Burstable', 'Guaranteed']
const PHASES = ['Running', 'Failed', 'Pending', 'Succeeded']

/** Reads a pod list; the same file is parsed once per process. All rows are kept, also pods that were never scheduled. */
export const openbPods: (file: string) => PodTrace = readOnce((file) => podsOf(new Lines(file)))

/** Reads a pod list. `places`, if given, receives the line of each row. */
function podsOf(lines: Lines, places?: number[]): PodTrace {
  const shapes = new Interner<TraceShape>()
  const shape: number[] = []
  const created: number[] = []
  const scheduled: number[] = []
  const deleted: number[] = []
  const qos: number[] = []
  const phase: number[] = []
  const { file } = lines
  const table = new Table(lines, POD_COLUMNS, ...UNTIMED)
  refuseSome(table)
  const { row } = table
  while (table.next()) {
    row.name(POD.name)
    if (shape.length === MAX_PODS)
      row.refuse(POD.name, `at most ${MAX_PODS} pods: the list is not in the order of time, so it is read into memory`)
    shape.push(shapeOf(row, shapes))
    places?.push(row.line)
    if (table.kind > 0) {
      created.push(0)
      scheduled.push(0)
      deleted.push(Infinity)
      qos.push(0)
      phase.push(0)
      continue
    }
    qos.push(row.oneOf(POD.qos, QOS))
    phase.push(row.oneOf(POD.phase, PHASES))
    const start = row.seconds(POD.created)
    const end = row.seconds(POD.deleted)
    const bound = row.text(POD.scheduled) === '' ? -1 : row.seconds(POD.scheduled)
    if (end < start) row.refuse(POD.deleted, `at or after creation_time, ${row.text(POD.created)}`)
    if (bound >= 0 && (bound < start || bound > end)) {
      row.refuse(POD.scheduled, `empty, or from creation_time ${row.text(POD.created)} to deletion_time ${row.text(POD.deleted)}`)
    }
    created.push(start)
    scheduled.push(bound)
    deleted.push(end)
  }
  return {
    file,
    length: shape.length,
    shapes: shapes.values,
    shape: Int32Array.from(shape),
    created: Float64Array.from(created),
    scheduled: Float64Array.from(scheduled),
    deleted: Float64Array.from(deleted),
    qos: Uint8Array.from(qos),
    qosNames: QOS,
    phase: Uint8Array.from(phase),
    phaseNames: PHASES,
  }
}

/** A list with some of the columns of times is no list without times. */
function refuseSome({ kind, file, header }: Table): void {
  const missing = POD_COLUMNS.slice(REQUESTS.length + 1).filter((column) => !header.includes(column))
  if (kind === 0 || missing.length === POD_COLUMNS.length - REQUESTS.length - 1) return
  const accepted = `a header with the columns ${POD_COLUMNS.join(', ')}; or ${REQUESTS.join(', ')} and no times`
  throw new TraceError({ file, line: 1, column: missing[0] }, `no such column in ${shown(header.join(','))}`, accepted)
}

/** The pods one by one, in the order of their creation; pods with equal times in the order of the file. */
export const openb: RowFormat<'pods'> = {
  name: 'openb',
  kind: 'pods',
  title: 'pods of a GPU cluster: requests and, where the list has them, when they were created, scheduled and deleted',
  columns: POD_COLUMNS,
  source: 'Weng et al. 2023, Beware of Fragmentation, USENIX ATC',
  fits: (line) => hasColumns(line, REQUESTS),
  open(lines) {
    const line: number[] = []
    const trace = podsOf(lines, line)
    const order = Int32Array.from(trace.created, (_, row) => row).sort((a, b) => trace.created[a] - trace.created[b] || a - b)
    const into = podRow()
    let at = 0
    return {
      file: trace.file,
      shapes: trace.shapes,
      tenants: [''],
      next() {
        if (at === order.length) return undefined
        const row = order[at++]
        into.line = line[row]
        into.arrival = trace.created[row]
        into.duration = trace.scheduled[row] < 0 ? -1 : trace.deleted[row] - trace.scheduled[row]
        into.shape = trace.shape[row]
        return into
      },
      notes: () =>
        trace.deleted.includes(Infinity)
          ? [`${trace.length} rows have no times: these pods are present from the start and run for ever`]
          : [],
    }
  },
}

function shapeOf(row: TraceRow, shapes: Interner<TraceShape>): number {
  const cpu = row.whole(POD.cpu, MAX_CPU)
  const memory = row.whole(POD.memory, MAX_MEBIBYTES) * MEBIBYTE
  const gpus = row.whole(POD.gpus, MAX_GPUS)
  const gpuMilli = row.whole(POD.gpuMilli, 1000)
  if (gpus === 0 && gpuMilli > 0) row.refuse(POD.gpuMilli, '0, since the pod requests no GPU')
  if (gpus === 1 && gpuMilli === 0) row.refuse(POD.gpuMilli, 'from 1 to 1000, since the pod requests a GPU')
  if (gpus > 1 && gpuMilli < 1000) row.refuse(POD.gpuMilli, `1000, since only a pod of one GPU may share it and this pod requests ${gpus}`)
  const models = row.maybe(POD.models)
  if (gpus === 0 && models !== '') row.refuse(POD.models, 'an empty cell, since the pod requests no GPU')
  const names = models === '' ? [] : models.split('|')
  if (names.includes('')) row.refuse(POD.models, 'GPU models joined by |, or an empty cell for any model')
  // The original lists repeat models (V100M32|V100M32) in varying order; sorted and unique they share a pod class.
  const gpuModels = [...new Set(names)].sort()
  return shapes.number(`${cpu} ${memory} ${gpus} ${gpuMilli} ${gpuModels.join('|')}`, () => ({ cpu, memory, gpus, gpuMilli, gpuModels }))
}
