/** The whole state of a cluster as comparable bytes: typed arrays in full, also behind the rows in use. For tests of what changes nothing. */
import type { Cluster } from './cluster.ts'

/** Every typed array and number in the object, by path; whole columns, so that growth is a difference, too. */
export function bytesOf(cluster: Cluster): Map<string, string> {
  const found = new Map<string, string>()
  const { nodes, pods, residents, classes, log, allocatable, allocated } = cluster
  const counters = {
    gpuAllocatable: cluster.gpuAllocatable,
    gpuAllocated: cluster.gpuAllocated,
    pendingPods: cluster.pendingPods,
    nodesInUse: cluster.nodesInUse,
    created: cluster.created,
    gone: cluster.gone,
  }
  collect({ nodes, pods, residents, classes, log, allocatable, allocated, counters }, '', found)
  return found
}

function collect(value: object, path: string, found: Map<string, string>): void {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const place = `${path}/${key}`
    if (ArrayBuffer.isView(inner)) found.set(place, Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength).toString('base64'))
    else if (typeof inner === 'number') found.set(place, String(inner))
    else if (Array.isArray(inner) && inner.every((column) => ArrayBuffer.isView(column))) collect(inner, place, found)
    else if (key === 'counters' || path === '') collect(inner as object, place, found)
  }
}
