/** Files of cluster traces: where the bundled one is, and the message of an error in one. */
import type { TraceError } from '../../workloads/index.ts'

/** Folder of the bundled cluster trace, within the package. */
export const BUNDLED = 'workloads/data/openb-gpu-2023'

/** "found x in pods.csv, row 2, column cpu_milli; accepted: y"; the file is named relative to `folder`. */
export function traceMessage(error: TraceError, folder: string): string {
  const file = error.file.startsWith(folder)
    ? error.file.slice(folder.length).replace(/^\//, '')
    : error.file.split('/').slice(-2).join('/')
  const row = error.line > 0 ? `, row ${error.line}` : ''
  const column = error.column === '' ? '' : `, column ${error.column}`
  return `found ${error.found} in ${file}${row}${column}; accepted: ${error.accepted}`
}
