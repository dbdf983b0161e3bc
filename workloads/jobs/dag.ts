/**
 * Dependencies between the tasks of a job. A DAG is columns (the children of each task, back to back), shared by all jobs of equal
 * structure. A barrier between two layers is a node without work: it replaces the n × m edges between them by n + m.
 */
import type { RandomStream } from '../../sim/random/index.ts'

/** A directed acyclic graph of tasks and barriers. */
export interface Dag {
  /** Nodes 0 .. tasks-1 are tasks, the others barriers, which are finished as soon as their predecessors are. */
  readonly tasks: number
  readonly nodes: number
  /** Number of predecessors of each node. */
  readonly waitsFor: Int32Array
  /** Children of node i: `children[first[i]] .. children[first[i + 1] - 1]`. */
  readonly first: Int32Array
  readonly children: Int32Array
}

/** A DAG from edges [before, after] in any order. Throws a RangeError for a cycle and for a node out of range. */
export function dagOf(tasks: number, nodes: number, edges: readonly (readonly [number, number])[]): Dag {
  const waitsFor = new Int32Array(nodes)
  const first = new Int32Array(nodes + 1)
  for (const [before, after] of edges) {
    if (!(before >= 0 && before < nodes && after >= 0 && after < nodes))
      throw new RangeError(`edge ${before} to ${after}; accepted: nodes 0 to ${nodes - 1}`)
    waitsFor[after]++
    first[before + 1]++
  }
  for (let node = 0; node < nodes; node++) first[node + 1] += first[node]
  const children = new Int32Array(edges.length)
  const place = first.slice(0, nodes)
  for (const [before, after] of edges) children[place[before]++] = after
  const dag = { tasks, nodes, waitsFor, first, children }
  if (orderOf(dag).length < nodes) throw new RangeError('dependencies of tasks: found a cycle; accepted: a graph without cycles')
  return dag
}

/** The nodes in topological order (Kahn 1962); nodes on a cycle, and those after it, are missing. */
export function orderOf(dag: Dag): Int32Array {
  const waits = dag.waitsFor.slice()
  const order = new Int32Array(dag.nodes)
  let end = 0
  for (let node = 0; node < dag.nodes; node++) if (waits[node] === 0) order[end++] = node
  for (let at = 0; at < end; at++) {
    for (let i = dag.first[order[at]]; i < dag.first[order[at] + 1]; i++) {
      if (--waits[dag.children[i]] === 0) order[end++] = dag.children[i]
    }
  }
  return order.subarray(0, end)
}

/** Computes into `starts` the start of each node in an unlimited cluster without delays: the longest chain of durations before it. Returns the critical path. */
export function startTimes(dag: Dag, durations: ArrayLike<number>, starts: Float64Array): number {
  starts.fill(0, 0, dag.nodes)
  let critical = 0
  for (const node of orderOf(dag)) {
    const end = starts[node] + (node < dag.tasks ? durations[node] : 0)
    if (end > critical) critical = end
    for (let i = dag.first[node]; i < dag.first[node + 1]; i++) {
      const child = dag.children[i]
      if (end > starts[child]) starts[child] = end
    }
  }
  return critical
}

/** Computes into `tails` the longest chain of durations from the start of each node to the end of the job (upward rank without communication). */
export function chainsAfter(dag: Dag, durations: ArrayLike<number>, tails: Float64Array): void {
  const order = orderOf(dag)
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]
    let after = 0
    for (let i = dag.first[node]; i < dag.first[node + 1]; i++) after = Math.max(after, tails[dag.children[i]])
    tails[node] = after + (node < dag.tasks ? durations[node] : 0)
  }
}

/** The structure of synthetic jobs. */
export type DagSpec =
  | { readonly kind: 'independent' }
  /** Each task waits for the one before. */
  | { readonly kind: 'chain' }
  /** One task, then all others but the last, then the last: a diamond. */
  | { readonly kind: 'fork-join' }
  /** All tasks but the last, then the last: many sources and one sink. */
  | { readonly kind: 'join' }
  /** Layers of about equal size; a task waits for `parents` tasks of the layer before, drawn at random; null: for all of them (a barrier, as between stages of MapReduce or Spark). */
  | { readonly kind: 'layers'; readonly depth: number; readonly parents: number | null }
  | { readonly kind: 'mixed'; readonly parts: readonly { readonly weight: number; readonly dag: DagSpec }[] }

/** The structures without parameters. */
export const DAG_WORDS = ['independent', 'chain', 'fork-join', 'join'] as const

/** The DAG in which task i waits for `parents[i]`; null when no task waits. Small DAGs of equal structure are one object. */
export function dagOfParents(parents: readonly (readonly number[])[]): Dag | null {
  if (parents.every((of) => of.length === 0)) return null
  const key = parents.length <= MAX_CACHED_TASKS ? parents.map((of) => of.join()).join(';') : ''
  const known = key === '' ? undefined : cached.get(key)
  if (known !== undefined) return known
  const dag = dagOf(
    parents.length,
    parents.length,
    parents.flatMap((of, task) => of.map((parent): [number, number] => [parent, task])),
  )
  if (key !== '' && cached.size < MAX_CACHED) cached.set(key, dag)
  return dag
}

/** Most tasks of a structure that is cached, and most structures in the cache. */
const MAX_CACHED_TASKS = 64
const MAX_CACHED = 10_000
const cached = new Map<string, Dag>()

/** The DAG of a job of `tasks` tasks; null: no task waits for another. Draws from the stream only for random structures. */
export function drawDag(spec: DagSpec, tasks: number, stream: RandomStream): Dag | null {
  switch (spec.kind) {
    case 'independent':
      return null
    case 'chain':
      return layered(new Array<number>(tasks).fill(1))
    case 'fork-join':
      return layered(tasks <= 2 ? new Array<number>(tasks).fill(1) : [1, tasks - 2, 1])
    case 'join':
      return layered(tasks === 1 ? [1] : [tasks - 1, 1])
    case 'layers': {
      const sizes = evenly(tasks, Math.min(spec.depth, tasks))
      return spec.parents === null ? layered(sizes) : drawnParents(sizes, spec.parents, stream)
    }
    case 'mixed': {
      let left = stream.next() * spec.parts.reduce((sum, { weight }) => sum + weight, 0)
      // The sum may round below the draw: then it is the last part with a weight.
      const part = spec.parts.find(({ weight }) => (left -= weight) < 0) ?? [...spec.parts].reverse().find(({ weight }) => weight > 0)
      return drawDag(part?.dag ?? { kind: 'independent' }, tasks, stream)
    }
  }
}

/** Sizes of `layers` layers of `tasks` tasks; the first ones are larger by one where the division has a remainder. */
function evenly(tasks: number, layers: number): number[] {
  return Array.from({ length: layers }, (_, i) => Math.floor(tasks / layers) + (i < tasks % layers ? 1 : 0))
}

/** Each task waits for all tasks of the layer before. */
function layered(sizes: readonly number[]): Dag | null {
  if (sizes.length === 1) return null
  const tasks = sizes.reduce((sum, size) => sum + size, 0)
  const key = tasks <= MAX_CACHED_TASKS ? `layers ${sizes.join()}` : ''
  const known = key === '' ? undefined : cached.get(key)
  if (known !== undefined) return known
  const edges: [number, number][] = []
  let nodes = tasks
  let before = 0
  for (let layer = 1; layer < sizes.length; layer++) {
    const from = before + sizes[layer - 1]
    // Direct edges where one side is a single task; otherwise a barrier.
    if (sizes[layer - 1] === 1 || sizes[layer] === 1) {
      for (let a = before; a < from; a++) for (let b = from; b < from + sizes[layer]; b++) edges.push([a, b])
    } else {
      const barrier = nodes++
      for (let a = before; a < from; a++) edges.push([a, barrier])
      for (let b = from; b < from + sizes[layer]; b++) edges.push([barrier, b])
    }
    before = from
  }
  const dag = dagOf(tasks, nodes, edges)
  if (key !== '' && cached.size < MAX_CACHED) cached.set(key, dag)
  return dag
}

/** Each task waits for `parents` tasks of the layer before (all of a smaller layer), drawn without replacement. */
function drawnParents(sizes: readonly number[], parents: number, stream: RandomStream): Dag | null {
  if (sizes.length === 1) return null
  const edges: [number, number][] = []
  let before = 0
  let tasks = sizes[0]
  for (let layer = 1; layer < sizes.length; layer++) {
    const size = sizes[layer - 1]
    const pool = Array.from({ length: size }, (_, i) => before + i)
    for (let b = tasks; b < tasks + sizes[layer]; b++) {
      const count = Math.min(parents, size)
      for (let i = 0; i < count; i++) {
        const other = i + stream.int(size - i)
        ;[pool[i], pool[other]] = [pool[other], pool[i]]
        edges.push([pool[i], b])
      }
    }
    before = tasks
    tasks += sizes[layer]
  }
  return dagOf(tasks, tasks, edges)
}

/** The problem of a DAG specification, as a sentence; empty when there is none. */
export function dagProblem(spec: DagSpec): string {
  if (spec.kind === 'layers') {
    if (!(Number.isInteger(spec.depth) && spec.depth >= 1)) return `dag.layers: ${spec.depth}; accepted: a whole number from 1`
    if (spec.parents !== null && !(Number.isInteger(spec.parents) && spec.parents >= 1))
      return `dag.parents: ${spec.parents}; accepted: a whole number from 1`
  }
  if (spec.kind !== 'mixed') return ''
  if (!spec.parts.every(({ weight }) => weight >= 0) || !spec.parts.some(({ weight }) => weight > 0 && weight < Infinity)) {
    return 'dag: a negative weight, or no weight above 0; accepted: weights from 0, at least one above 0'
  }
  return spec.parts.map(({ dag }) => dagProblem(dag)).find((problem) => problem !== '') ?? ''
}
