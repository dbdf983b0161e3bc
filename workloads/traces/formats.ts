/** The list of trace formats. Adding one is a file and a line here. */
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

/** All formats that are read row by row. Where several fit a file, the first one is taken. */
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

/** The format of this name. */
export function rowFormat(name: string): RowFormat | undefined {
  return rowFormats.find((format) => format.name === name)
}

/** Does the format give rows of this kind? */
export function isKind<Kind extends TraceKind>(format: RowFormat, kind: Kind): format is RowFormat & RowFormat<Kind> {
  return format.kind === kind
}

/** The rows of a file, gzip or plain. Throws a TraceError, here for its beginning and at `next` for its rows. */
export function openRows<Kind extends TraceKind>(format: RowFormat<Kind>, file: string): TraceKinds[Kind] {
  return format.open(new Lines(file))
}

/** The format that a file's first line shows. Throws a TraceError when none does. */
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
      `rows that come over time; nodes are of pools: { trace: ${nodes[0]} }`,
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

/** The format of whose columns the header has the largest share, two of them and four tenths at least; undefined when there is none. */
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

/** Recordings of clusters: nodes and pods, read whole, with the files that they look for in the trace's folder. */
const clusters = {
  openb: { pods: openbPods, podFile: OPENB_PODS, nodes: openbNodes, nodeFile: OPENB_NODES, nodeColumns: OPENB_NODE_COLUMNS },
} as const

export type TraceFormat = keyof typeof clusters

/** Names of the recordings of clusters. */
export const traceFormats = Object.keys(clusters) as readonly TraceFormat[]

/** The pod list of a trace; without a file name, the format's own. */
export function readPods(format: TraceFormat, path: string, file: string = clusters[format].podFile): PodTrace {
  return clusters[format].pods(join(path, file))
}

/** The node list of a trace; without a file name, the format's own. */
export function readNodes(format: TraceFormat, path: string, file: string = clusters[format].nodeFile): NodeTrace {
  return clusters[format].nodes(join(path, file))
}
