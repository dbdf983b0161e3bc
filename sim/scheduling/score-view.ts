/**
 * The view that an indexed score gets. It shows what depends on the pod's class and the node alone, and notices everything else: a read of
 * another property at every call, a read of another row while columns are recorded. A typed array cannot notice a read, so recorded columns
 * are proxies, at 0.1 µs a read; the other calls get the columns themselves.
 */
import type { NodeId, PodClassId, PodId } from '../common/ids.ts'
import { DEVICES } from '../cluster/views.ts'
import type { ClusterView, Column } from '../cluster/views.ts'

/** Columns of a pod that are equal for all pods of its class. */
const OF_CLASS = ['podClass', 'cpu', 'memory'] as const
/** Properties of the node table that are not rows of one node. */
const OF_ALL_NODES = ['count', 'ready'] as const
/** Lists that never change during a run. */
const FIXED = ['resources', 'tenants'] as const

/** A view for one score, over the cluster's view. */
export class ScoreView {
  /** What the score gets. */
  readonly shown: ClusterView
  /** True once it has read something that the index does not know. */
  noticed = false
  /** Whether columns are proxies. */
  private recording = false
  private pod: PodId = 0
  private podClass: PodClassId = 0
  private node: NodeId = 0

  constructor(view: ClusterView) {
    const { nodes, pods, classes } = view
    const node = (row: number): boolean => row === this.node
    const podClass = (row: number): boolean => row === this.podClass
    const notice = <T>(value: T): T => {
      this.noticed = true
      return value
    }
    /** The answer of a question about a class and a node. */
    const about = <T>(c: PodClassId, n: NodeId, answer: T): T => (c === this.podClass && n === this.node ? answer : notice(answer))
    this.shown = {
      nodes: this.table(nodes, (key) => !includes(OF_ALL_NODES, key), node),
      pods: this.table(
        pods,
        (key) => includes(OF_CLASS, key),
        (row) => row === this.pod,
      ),
      classes: this.table(classes, (key) => key !== 'count', podClass),
      get log() {
        return notice(view.log)
      },
      feasible: (c, n) => about(c, n, view.feasible(c, n)),
      admissible: (c, n) => about(c, n, view.admissible(c, n)),
      excludedBy: (c, n) => about(c, n, view.excludedBy(c, n)),
      pickDevices: (c, n) => about(c, n, view.pickDevices(c, n)),
      shapeOf: (c) => about(c, this.node, view.shapeOf(c)),
      templateOf: (n) => about(this.podClass, n, view.templateOf(n)),
      eachPodOn: (node, visit) => notice(view.eachPodOn(node, visit)),
    }
  }

  /** The pod and node of the next call, and whether its reads of rows are recorded. */
  about(pod: PodId, podClass: PodClassId, node: NodeId, recording: boolean): void {
    this.pod = pod
    this.podClass = podClass
    this.node = node
    this.recording = recording
  }

  /** An object with the properties of a table. `allowed` are the properties that the index knows, `own` the rows of them. */
  private table<Table extends object>(table: Table, allowed: (key: string) => boolean, own: (row: number) => boolean): Table {
    const shown = {}
    for (const key of keysOf(table)) {
      const known = allowed(key)
      const read = (): unknown => {
        if (!known) this.noticed = true
        const value = table[key as keyof Table] as unknown
        return this.recording ? this.recorded(value, key, own) : value
      }
      Object.defineProperty(shown, key, { get: read, enumerable: true })
    }
    return shown as Table
  }

  private recorded(value: unknown, key: string, own: (row: number) => boolean): unknown {
    if (typeof value !== 'object' || value === null || includes(FIXED, key)) return value
    if (Array.isArray(value)) return value.map((column: Column) => this.proxy(column, own))
    return this.proxy(value as Column, key === 'freeDevice' ? (place) => own(Math.floor(place / DEVICES)) : own)
  }

  private proxy(column: Column, own: (row: number) => boolean): Column {
    return new Proxy(column, {
      get: (target, key) => {
        if (typeof key !== 'string' || !/^\d+$/.test(key) || !own(Number(key))) this.noticed = true
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }
}

const includes = (list: readonly string[], key: string): boolean => list.includes(key)

/** Names of the properties and getters of a table; its methods are not part of the views. */
function keysOf(table: object): string[] {
  const keys = new Set<string>()
  for (let level: object = table; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) if (typeof value !== 'function') keys.add(key)
  }
  return [...keys]
}
