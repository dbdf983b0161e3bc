/** The list of trace formats: a reader for pods, one for nodes, and the files they look for in the trace's folder. */
import { join } from 'node:path'
import { OPENB_NODES, OPENB_PODS, openbNodes, openbPods } from './openb.ts'
import type { NodeTrace, PodTrace } from './trace.ts'

const formats = {
  openb: { pods: openbPods, podFile: OPENB_PODS, nodes: openbNodes, nodeFile: OPENB_NODES },
} as const

export type TraceFormat = keyof typeof formats

/** Names of the formats, for messages and schemas. */
export const traceFormats = Object.keys(formats) as readonly TraceFormat[]

/** The pod list of a trace; without a file name, the format's own. */
export function readPods(format: TraceFormat, path: string, file: string = formats[format].podFile): PodTrace {
  return formats[format].pods(join(path, file))
}

/** The node list of a trace; without a file name, the format's own. */
export function readNodes(format: TraceFormat, path: string, file: string = formats[format].nodeFile): NodeTrace {
  return formats[format].nodes(join(path, file))
}
