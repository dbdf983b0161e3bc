/** The list of trace formats. */
import { join } from 'node:path'
import { azureFunctions } from './azure-functions.ts'
import { azureLlm } from './azure-llm.ts'
import { bitbrains, bitbrainsVms } from './bitbrains.ts'
import { alibabaDlrm } from './alibaba-dlrm.ts'
import { azureFunctions2019 } from './azure-functions-2019.ts'
import { batsim } from './batsim.ts'
import { bitbrainsOriginal } from './bitbrains-original.ts'
import { columnsFormat } from './columns.ts'
import { documentOf, looksLikeJson } from './document.ts'
import { TraceError } from './error.ts'
import { isFunctionDurations } from './function-durations.ts'
import { google2011 } from './google-2011.ts'
import { isNodeList, kubernetesNodes, kubernetesPods } from './kubernetes.ts'
import { prometheus } from './prometheus.ts'
import { wfcommons } from './wfcommons.ts'
import { hasColumns, type RowFormat } from './format.ts'
import { Lines } from './lines.ts'
import { mooncake } from './mooncake.ts'
import { openb, OPENB_NODE_COLUMNS, OPENB_NODES, OPENB_PODS, openbNodes, openbPods } from './openb.ts'
import { nab, nabLevel, nasa } from './rates.ts'
import { surf } from './surf.ts'
import { swf } from './swf.ts'
import { separatorOf } from './table.ts'
import type { NodeTrace, PodTrace, TraceKind, TraceKinds } from './trace.ts'
import { workflows } from './workflows.ts'

/** All formats that are read row by row. If several fit a file, the first one is used. */
export const rowFormats: readonly RowFormat[] = [
  openb,
  surf,
  swf,
  batsim,
  google2011,
  alibabaDlrm,
  kubernetesPods,
  bitbrainsVms,
  azureLlm,
  mooncake,
  azureFunctions,
  azureFunctions2019,
  nasa,
  nab,
  nabLevel,
  bitbrains,
  bitbrainsOriginal,
  prometheus,
  workflows,
  wfcommons,
]

/** The format with this name, also that of mapped columns; undefined when there is none. */
export function rowFormat(name: string): RowFormat | undefined {
  return rowFormats.find((format) => format.name === name) ?? columnsFormat(name)
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
  if (looksLikeJson(file)) return detectDocument(file)
  const first = new Lines(file).next()
  if (first === undefined) throw new TraceError({ file }, 'an empty file', acceptedFormats())
  const format = rowFormats.find((one) => one.fits(first))
  if (format !== undefined) return format
  const found = JSON.stringify(first.slice(0, 60))
  if (hasColumns(first, OPENB_NODE_COLUMNS))
    throw new TraceError(
      { file, line: 1 },
      `${found}, a list of nodes`,
      'rows with times; a list of nodes is used by pools: { trace: openb }',
    )
  if (isFunctionDurations(first))
    throw new TraceError(
      { file, line: 1 },
      `${found}, run times of functions without the times of their invocations`,
      'rows with times; run times are used by the work of a service: { durations: FILE }',
    )
  const near = nearest(first)
  if (near === undefined) throw new TraceError({ file, line: 1 }, `${found}, which no format begins with`, acceptedFormats())
  throw new TraceError(
    { file, line: 1 },
    `${found}, which no format begins with; nearest is ${near.name}, without ${near.lacking.join(', ')}`,
    `a header with the columns ${near.columns.join(', ')}; ${OTHER_TABLES}`,
  )
}

/** The format of a file that begins like JSON: JSON lines, or one document. */
function detectDocument(file: string): RowFormat {
  if (mooncake.fits(firstLine(file))) return mooncake
  const root = documentOf(new Lines(file))
  const value = root.map()
  const format = rowFormats.find(({ document }) => document?.(value) === true)
  if (format !== undefined) return format
  const found = `a JSON document with the keys ${Object.keys(value).slice(0, 8).join(', ') || 'of no kind'}`
  if (isNodeList(value))
    throw new TraceError(
      { file },
      `${found}, a list of nodes`,
      'rows with times; a list of nodes is used by pools: { trace: kubernetes, path: … }',
    )
  const documents = rowFormats.filter(({ document }) => document !== undefined)
  const accepted = documents.map(({ name, columns }) => `${name} (${columns.join(', ')})`).join('; ')
  throw new TraceError({ file }, `${found}, which is not a trace`, `${accepted}; or JSON lines of mooncake`)
}

/** Empty for a line that is too long, which no row is. */
function firstLine(file: string): string {
  try {
    return new Lines(file).next() ?? ''
  } catch (error) {
    if (error instanceof TraceError) return ''
    throw error
  }
}

interface Near {
  readonly name: string
  readonly columns: readonly string[]
  readonly lacking: readonly string[]
  readonly share: number
}

/** The format with the largest share of its columns in the header, at least two columns and 40 %; undefined when there is none. */
function nearest(header: string): Near | undefined {
  const cells = header.split(separatorOf(header)).map((cell) => cell.trim())
  let best: Near | undefined
  for (const { name, columns } of rowFormats) {
    const lacking = columns.filter((column) => !column.split(' | ').some((spelling) => cells.includes(spelling)))
    const had = columns.length - lacking.length
    const share = had / columns.length
    if (had >= 2 && share >= 0.4 && share > (best?.share ?? 0)) best = { name, columns, lacking, share }
  }
  return best
}

const OTHER_TABLES = 'any other table with trace: columns, which maps its columns (orchsim trace FILE --columns)'

function acceptedFormats(): string {
  return `${OTHER_TABLES}; ${rowFormats.map(({ name, columns }) => `${name} (${columns.join(', ')})`).join('; ')}`
}

/** Formats of lists of nodes, with the default name of the file in a folder; empty: the path is that of the file. */
const nodeLists = {
  openb: { nodes: openbNodes, file: OPENB_NODES },
  kubernetes: { nodes: kubernetesNodes, file: '' },
} as const

/** Name of a format of nodes. */
export type TraceFormat = keyof typeof nodeLists

/** Names of the formats of nodes. */
export const traceFormats = Object.keys(nodeLists) as readonly TraceFormat[]

/** The pod list of a recorded cluster in the folder `path`. Throws a TraceError. */
export function readPods(path: string, file: string = OPENB_PODS): PodTrace {
  return openbPods(join(path, file))
}

/** The file of the node list at `path`. */
export function nodeFile(format: TraceFormat, path: string): string {
  const { file } = nodeLists[format]
  return file === '' ? path : join(path, file)
}

/** The nodes of a file. Throws a TraceError. */
export function readNodes(format: TraceFormat, file: string): NodeTrace {
  return nodeLists[format].nodes(file)
}
