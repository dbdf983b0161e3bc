/** The list of trace formats. */
import { join } from 'node:path'
import { azureFunctions } from './azure-functions.ts'
import { azureLlm } from './azure-llm.ts'
import { bitbrains, bitbrainsVms } from './bitbrains.ts'
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { Lines } from './lines.ts'
import { mooncake } from './mooncake.ts'
import { openb, OPENB_NODE_COLUMNS, OPENB_NODES, OPENB_PODS, openbNodes, openbPods } from './openb.ts'
import { nab, nabLevel, nasa } from './rates.ts'
import { surf } from './surf.ts'
import { swf } from './swf.ts'
import type { NodeTrace, PodTrace, TraceKind, TraceKinds } from './trace.ts'
import { workflows } from './workflows.ts'

/** All formats that are read row by row. If several fit a file, the first one is used. */
export const rowFormats: readonly RowFormat[] = [
  openb,
  surf,
  swf,
  bitbrainsVms,
  azureLlm,
  mooncake,
  azureFunctions,
  nasa,
  nab,
  nabLevel,
  bitbrains,
  workflows,
]

/** The format with this name; undefined when there is none. */
export function rowFormat(name: string): RowFormat | undefined {
  return rowFormats.find((format) => format.name === name)
}

/** Whether the rows of a format are of this kind. */
export function isKind<Kind extends TraceKind>(format: RowFormat, kind: Kind): format is RowFormat & RowFormat<Kind> {
  return format.kind === kind
}

/** The rows of a plain or gzip file. Throws a TraceError for its header; `next` throws one for a row. */
export function openRows<Kind extends TraceKind>(format: RowFormat<Kind>, file: string): TraceKinds[Kind] {
  return format.open(new Lines(file))
}

/** The format of a file, detected from its first line. Throws a TraceError when no format fits. */
export function detectFormat(file: string): RowFormat {
  const first = new Lines(file).next()
  if (first === undefined) throw new TraceError({ file }, 'an empty file', acceptedFormats())
  const format = rowFormats.find((one) => one.fits(first))
  if (format !== undefined) return format
  const found = JSON.stringify(first.slice(0, 60))
  const nodes = Object.entries(clusters).find(([, { nodeColumns }]) => nodeColumns.every((column) => first.split(',').includes(column)))
  if (nodes !== undefined)
    throw new TraceError(
      { file, line: 1 },
      `${found}, a list of nodes`,
      `rows with times; a list of nodes is used by pools: { trace: ${nodes[0]} }`,
    )
  const near = nearest(first)
  if (near === undefined) throw new TraceError({ file, line: 1 }, `${found}, which no format begins with`, acceptedFormats())
  throw new TraceError(
    { file, line: 1 },
    `${found}, which no format begins with; nearest is ${near.name}, without ${near.lacking.join(', ')}`,
    `a header with the columns ${near.columns.join(', ')}`,
  )
}

interface Near {
  readonly name: string
  readonly columns: readonly string[]
  readonly lacking: readonly string[]
  readonly share: number
}

/** The format with the largest share of its columns in the header, at least two columns and 40 %; undefined when there is none. */
function nearest(header: string): Near | undefined {
  const cells = header.split(',').map((cell) => cell.trim())
  let best: Near | undefined
  for (const { name, columns } of rowFormats) {
    const lacking = columns.filter((column) => !column.split(' | ').some((spelling) => cells.includes(spelling)))
    const had = columns.length - lacking.length
    const share = had / columns.length
    if (had >= 2 && share >= 0.4 && share > (best?.share ?? 0)) best = { name, columns, lacking, share }
  }
  return best
}

function acceptedFormats(): string {
  return rowFormats.map(({ name, columns }) => `${name} (${columns.join(', ')})`).join('; ')
}

/** Formats of whole clusters: lists of pods and of nodes, read into memory, with the default names of their files. */
const clusters = {
  openb: { pods: openbPods, podFile: OPENB_PODS, nodes: openbNodes, nodeFile: OPENB_NODES, nodeColumns: OPENB_NODE_COLUMNS },
} as const

/** Name of a format of whole clusters. */
export type TraceFormat = keyof typeof clusters

/** Names of the formats of whole clusters. */
export const traceFormats = Object.keys(clusters) as readonly TraceFormat[]

/** The pod list in the folder `path`. Throws a TraceError. */
export function readPods(format: TraceFormat, path: string, file: string = clusters[format].podFile): PodTrace {
  return clusters[format].pods(join(path, file))
}

/** The node list in the folder `path`. Throws a TraceError. */
export function readNodes(format: TraceFormat, path: string, file: string = clusters[format].nodeFile): NodeTrace {
  return clusters[format].nodes(join(path, file))
}
