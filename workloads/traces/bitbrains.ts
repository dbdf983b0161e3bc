/**
 * The bitbrains formats: virtual machines of a managed hosting provider, in two files: their sizes (bitbrains-vms), and the CPU that they
 * used over time, machine by machine (bitbrains). Source: Shen, van Beek and Iosup 2015, Statistical Characterization of Business-Critical Workloads Hosted in Cloud Datacenters, CCGrid (GWA-T-12).
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hasColumns, type RowFormat } from './format.ts'
import { Lines } from './lines.ts'
import { OrderedRows } from './order.ts'
import { Table } from './table.ts'
import { Interner, podRow, type TraceShape, type UsageRow } from './trace.ts'

const USAGE = ['vm', 't_s', 'len_s', 'cpu_usage_mhz']
const USED = { vm: 0, time: 1, length: 2, mhz: 3 } as const
const BITBRAINS_USAGE = 'cpu_usage.csv'

const VMS = ['vm', 'start_s', 'duration_s', 'cpu_count', 'cpu_capacity_mhz', 'mem_capacity_kb']
const VM = { vm: 0, start: 1, duration: 2, cores: 3, mhz: 4, kilobytes: 5 } as const

const MAX_MHZ = 1e12
const MAX_CORES = 1e6
/** 2^43 KB, so that bytes stay below 2^53. */
const MAX_KILOBYTES = 8_796_093_022_207
const KIBIBYTE = 1024

/** The CPU usage of machines. The samples of a machine are consecutive and in the order of time; gaps between them were not measured. */
export const bitbrains: RowFormat<'usage'> = {
  name: 'bitbrains',
  kind: 'usage',
  title: 'CPU that virtual machines used',
  columns: USAGE,
  source: 'Shen, van Beek and Iosup 2015, CCGrid (GWA-T-12)',
  fits: (line) => hasColumns(line, USAGE),
  open(lines) {
    const table = new Table(lines, USAGE)
    const { row } = table
    const machines = new Interner<string>()
    const into: UsageRow = { line: 0, arrival: 0, length: 0, series: -1, value: 0 }
    let end = 0
    return {
      file: lines.file,
      series: machines.values,
      unit: 'MHz',
      next() {
        if (!table.next()) return undefined
        const name = row.name(USED.vm)
        const known = machines.values.length
        const series = machines.number(name, () => name)
        if (series !== into.series) {
          if (series < known) row.refuse(USED.vm, 'consecutive rows of each machine; this one has earlier rows before those of another')
          end = 0
        }
        into.line = row.line
        into.series = series
        into.arrival = row.seconds(USED.time)
        if (into.arrival < end) row.refuse(USED.time, `at least ${end / 1e6}, the end of the sample before`)
        into.length = row.seconds(USED.length)
        if (into.length === 0) row.refuse(USED.length, 'seconds above 0')
        end = into.arrival + into.length
        into.value = row.amount(USED.mhz, MAX_MHZ)
        return into
      },
      notes: () => [],
    }
  },
}

/** The machines as pods: cores, memory, and their mean CPU usage, read from the usage file in the same folder. */
export const bitbrainsVms: RowFormat<'pods'> = {
  name: 'bitbrains-vms',
  kind: 'pods',
  title: 'virtual machines: cores, memory, and the CPU they used on average',
  columns: VMS,
  source: 'Shen, van Beek and Iosup 2015, CCGrid (GWA-T-12)',
  fits: (line) => hasColumns(line, VMS),
  open(lines) {
    const table = new Table(lines, VMS)
    const { row } = table
    const shapes = new Interner<TraceShape>()
    const beside = [BITBRAINS_USAGE, `${BITBRAINS_USAGE}.gz`]
      .map((name) => join(dirname(lines.file), name))
      .find((file) => existsSync(file))
    let means: ReadonlyMap<string, number> | undefined
    let unmeasured = 0
    const rows = new OrderedRows(
      lines.file,
      {
        make: podRow,
        read(into) {
          if (!table.next()) return false
          means ??= beside === undefined ? new Map<string, number>() : meansOf(beside)
          into.line = row.line
          into.arrival = row.seconds(VM.start)
          into.duration = row.seconds(VM.duration)
          const cpu = row.whole(VM.cores, MAX_CORES, 1) * 1000
          const memory = row.whole(VM.kilobytes, MAX_KILOBYTES) * KIBIBYTE
          const capacity = row.amount(VM.mhz, MAX_MHZ)
          if (capacity === 0) row.refuse(VM.mhz, 'MHz above 0')
          const mean = means.get(row.name(VM.vm))
          if (mean === undefined) unmeasured++
          into.usage = mean === undefined ? -1 : mean / capacity
          into.shape = shapes.number(`${cpu} ${memory}`, () => ({ cpu, memory, gpus: 0, gpuMilli: 0, gpuModels: [] }))
          return true
        },
        notes: () => (unmeasured === 0 ? [] : [`found no usage of ${unmeasured} machines in ${BITBRAINS_USAGE} beside the file`]),
      },
      'start_s',
    )
    return Object.assign(rows, { shapes: shapes.values, tenants: [''] })
  },
}

/** Mean usage of each machine over its measured time [MHz]. */
function meansOf(file: string): ReadonlyMap<string, number> {
  const rows = bitbrains.open(new Lines(file))
  const used: number[] = []
  const time: number[] = []
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    used[row.series] = (used[row.series] ?? 0) + row.value * row.length
    time[row.series] = (time[row.series] ?? 0) + row.length
  }
  return new Map(rows.series.map((name, i) => [name, used[i] / time[i]]))
}
