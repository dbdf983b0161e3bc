/** Nodes from a trace, as the templates and the initial nodes of a pool. */
import type { NodeTemplate } from '../../sim/index.ts'
import { readNodes, type TraceFormat } from './formats.ts'

/** What a trace does not say about its nodes. */
export interface TracePoolOptions {
  /** File of the node list inside the folder; without it, the format's own. */
  readonly file?: string
  /** Most pods a node may hold; 110 is the kubelet's default (maxPods). */
  readonly pods?: number
  /** Dealt out in turn: node i stands in zone i modulo their number. Without it no node has a zone. */
  readonly zones?: readonly string[]
  /** Micro-dollars per hour, for every node. */
  readonly price?: number
}

/**
 * Reads the nodes of a trace. Node i is `templates[initial[i]]`, in the order of the file; equal nodes share a template.
 * openb has neither zones, labels, taints nor prices; its 310 nodes without GPU and 1,213 with are in one list.
 * Throws a TraceError.
 */
export function loadTracePool(
  format: TraceFormat,
  path: string,
  options: TracePoolOptions = {},
): { templates: readonly NodeTemplate[]; initial: Int32Array } {
  const trace = readNodes(format, path, options.file)
  const zones = options.zones === undefined || options.zones.length === 0 ? [''] : options.zones
  const templates: NodeTemplate[] = []
  const known = new Map<number, number>()
  const initial = Int32Array.from(trace.shape, (shape, node) => {
    const zone = node % zones.length
    const key = shape * zones.length + zone
    let template = known.get(key)
    if (template === undefined) {
      template = templates.length
      known.set(key, template)
      templates.push({
        ...trace.shapes[shape],
        pods: options.pods ?? 110,
        resources: {},
        zone: zones[zone],
        labels: {},
        taints: [],
        price: options.price ?? 0,
      })
    }
    return template
  })
  return { templates, initial }
}
