/**
 * The alibaba-dlrm format: instances of recommendation models in a GPU cluster of 2025. Most rows have no times: these pods are present from the start and
 * for ever. RDMA, disk, roles and the bound of instances per node are not read. Source: Alibaba cluster-trace-gpu-v2025 (Prism, NSDI 2025: disaggregated DLRM serving).
 */
import { hasColumns, type RowFormat } from './format.ts'
import { listedPods, MAX_LISTED, refuseLonger, type ListedPod } from './listed.ts'
import { Table, type TraceRow } from './table.ts'
import { Interner, type TraceShape } from './trace.ts'

const COLUMNS = [
  'instance_sn',
  'app_name',
  'cpu_request',
  'gpu_request',
  'memory_request',
  'creation_time',
  'scheduled_time',
  'deletion_time',
]
const AT = { name: 0, app: 1, cpu: 2, gpus: 3, memory: 4, created: 5, scheduled: 6, deleted: 7 } as const
const GIBIBYTE = 1_073_741_824
const MAX_CORES = 1e6
/** 2^23 - 1 GiB, so that bytes stay below 2^53. */
const MAX_GIBIBYTES = 8_388_607
/** The device mask of the simulation has eight bits. */
const MAX_GPUS = 8

export const alibabaDlrm: RowFormat<'pods'> = {
  name: 'alibaba-dlrm',
  kind: 'pods',
  title: 'instances of recommendation models in a GPU cluster: requests and, where recorded, times',
  columns: COLUMNS,
  source: 'Alibaba cluster-trace-gpu-v2025',
  fits: (line) => hasColumns(line, COLUMNS),
  open(lines) {
    const table = new Table(lines, COLUMNS)
    const { row } = table
    const shapes = new Interner<TraceShape>()
    const apps = new Interner<string>()
    const pods: ListedPod[] = []
    while (table.next()) {
      if (pods.length === MAX_LISTED) refuseLonger(lines.file, row.line, 'rows are in no order of time')
      row.name(AT.name)
      const app = row.name(AT.app)
      pods.push({ line: row.line, ...timesOf(row), shape: shapeOf(row, shapes), tenant: apps.number(app, () => app) })
    }
    const standing = pods.filter(({ duration }) => duration === Infinity).length
    const notes = standing === 0 ? [] : [`${standing} rows have no deletion_time: these pods run for ever`]
    return listedPods(lines.file, pods, shapes.values, apps.values, notes)
  },
}

function shapeOf(row: TraceRow, shapes: Interner<TraceShape>): number {
  const cpu = Math.round(row.amount(AT.cpu, MAX_CORES) * 1000)
  const memory = Math.round(row.amount(AT.memory, MAX_GIBIBYTES) * GIBIBYTE)
  const gpus = row.whole(AT.gpus, MAX_GPUS)
  const gpuMilli = gpus === 0 ? 0 : 1000
  return shapes.number(`${cpu} ${memory} ${gpus}`, () => ({ cpu, memory, gpus, gpuMilli, gpuModels: [] }))
}

/** An empty creation is before the recording, an empty scheduling is at the creation, an empty deletion never. */
function timesOf(row: TraceRow): { readonly arrival: number; readonly duration: number } {
  const or = (column: number, otherwise: number): number => (row.text(column) === '' ? otherwise : row.seconds(column))
  const arrival = or(AT.created, 0)
  const scheduled = or(AT.scheduled, arrival)
  const deleted = or(AT.deleted, Infinity)
  if (scheduled < arrival) row.refuse(AT.scheduled, 'at or after creation_time')
  if (deleted < scheduled) row.refuse(AT.deleted, 'at or after scheduled_time')
  return { arrival, duration: deleted - scheduled }
}
