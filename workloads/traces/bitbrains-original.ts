/**
 * The bitbrains-original format: a virtual machine as GWA-T-12 publishes it, a file per machine with semicolons and tabs between its cells. The
 * column `Timestamp [ms]` holds seconds in the published files; the unit is taken from the size of the numbers. Source: Shen, van Beek and Iosup 2015,
 * Statistical Characterization of Business-Critical Workloads Hosted in Cloud Datacenters, CCGrid.
 */
import { basename } from 'node:path'
import { hasColumns, type RowFormat } from './format.ts'
import { MAX_LISTED, refuseLonger } from './listed.ts'
import { sampledRows, type Samples } from './samples.ts'
import { Table } from './table.ts'

const COLUMNS = ['Timestamp [ms]', 'CPU cores', 'CPU capacity provisioned [MHZ]', 'CPU usage [MHZ]']
const AT = { time: 0, cores: 1, capacity: 2, used: 3 } as const
const MAX_CORES = 1e6
const MAX_MHZ = 1e12

export const bitbrainsOriginal: RowFormat<'usage'> = {
  name: 'bitbrains-original',
  kind: 'usage',
  title: 'CPU that one virtual machine used, as in GWA-T-12',
  columns: COLUMNS,
  source: 'Shen, van Beek and Iosup 2015, CCGrid (GWA-T-12)',
  fits: (line) => hasColumns(line, COLUMNS),
  open(lines) {
    const table = new Table(lines, COLUMNS)
    const { row } = table
    const samples: Samples = { name: basename(lines.file).replace(/\.csv(\.gz)?$/, ''), line: [], time: [], value: [] }
    const sizes = new Set<string>()
    let start = 0
    let before = -1
    while (table.next()) {
      const time = row.instant(AT.time)
      if (samples.time.length === 0) start = time
      if (time - start <= before) row.refuse(AT.time, 'a time after that of the row before')
      if (samples.time.length === MAX_LISTED) refuseLonger(lines.file, row.line, 'the length of a sample is the usual gap between two')
      before = time - start
      samples.line.push(row.line)
      samples.time.push(before)
      samples.value.push(row.amount(AT.used, MAX_MHZ))
      const cores = row.whole(AT.cores, MAX_CORES)
      sizes.add(`${cores} ${cores === 1 ? 'core' : 'cores'} of ${Math.round(row.amount(AT.capacity, MAX_MHZ) / Math.max(1, cores))} MHz`)
    }
    return sampledRows(lines.file, 'MHz', [samples], [`provisioned: ${[...sizes].join(', then ')}`])
  },
}
