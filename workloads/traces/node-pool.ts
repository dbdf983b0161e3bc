/** The nodes of a trace, as templates and initial nodes of a pool. */
import type { NodeTemplate } from '../../sim/index.ts'
import { TraceError } from './lines.ts'
import { nodeFile, readNodes, type TraceFormat } from './formats.ts'

/** Properties of nodes that a trace does not contain. */
export interface TracePoolOptions {
  /** Most pods of a node whose number the list does not say; default: 110, that of the kubelet (maxPods). */
  readonly pods?: number
  /** Node i is in zone i modulo the number of zones; absent: nodes have no zone. */
  readonly zones?: readonly string[]
  /** Price of every node [micro-dollars per hour]; default: 0. */
  readonly price?: number
  /** Whether nodes without GPUs are left out; default: no. */
  readonly gpuOnly?: boolean
  /** Number of nodes: the list is repeated as often as it takes, and the last time cut; default: the list once. */
  readonly count?: number
}

/**
 * Reads the nodes of a trace: the folder of openb, or the file of a kubernetes list. Node i is `templates[initial[i]]`, in the order of the file, again from its beginning beyond
 * its end; equal nodes share a template. openb has no zones, labels, taints or prices; its 310 nodes without GPUs and 1,213 with GPUs are in one list. Throws a TraceError.
 */
export function loadTracePool(
  format: TraceFormat,
  path: string,
  options: TracePoolOptions = {},
): { templates: readonly NodeTemplate[]; initial: Int32Array } {
  const trace = readNodes(format, nodeFile(format, path))
  const rows = [...trace.shape.keys()].filter((row) => options.gpuOnly !== true || trace.shapes[trace.shape[row]].gpus > 0)
  if (rows.length === 0) throw new TraceError({ file: nodeFile(format, path) }, 'no node with a GPU', 'such nodes, or gpuOnly: false')
  const zones = options.zones === undefined || options.zones.length === 0 ? [''] : options.zones
  const templates: NodeTemplate[] = []
  const known = new Map<number, number>()
  const initial = Int32Array.from({ length: options.count ?? rows.length }, (_, node) => {
    const shape = trace.shape[rows[node % rows.length]]
    const zone = node % zones.length
    const key = shape * zones.length + zone
    let template = known.get(key)
    if (template === undefined) {
      template = templates.length
      known.set(key, template)
      templates.push({
        pods: options.pods ?? 110,
        resources: {},
        zone: zones[zone],
        labels: {},
        taints: [],
        ...trace.shapes[shape],
        price: options.price ?? 0,
      })
    }
    return template
  })
  return { templates, initial }
}
