/** A placer from a score function: the score rates a node for a pod, the placer takes the best feasible node. */
import { NONE } from '../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../common/ids.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Placer, Score } from './policy.ts'
import { ScoreView } from './score-view.ts'
import { NodeChanges } from './search/changes.ts'
import { KeyTrees } from './search/key-trees.ts'
import type { NodeKey } from './search/key.ts'

type Given = Readonly<Record<string, unknown>>

/** A score with the name of its algorithm and its values; refuses what is no number. */
export class NamedScore {
  private readonly name: string
  private readonly score: Score
  private readonly values: Given

  constructor(name: string, score: Score, values: Given) {
    this.name = name
    this.score = score
    this.values = values
  }

  of(pod: PodId, node: NodeId, view: ClusterView): number {
    const value: unknown = this.score(pod, node, view, this.values) // from a user's file, which is not type-checked
    if (typeof value !== 'number' || Number.isNaN(value)) this.refuse(value, pod, node)
    return value as number
  }

  /** The index and a scan gave different nodes: the score reads something that the index cannot see. */
  contradicts(pod: PodId, indexed: NodeId, scanned: NodeId): never {
    throw new Error(
      `${this.name}: for pod ${pod} the kept scores gave node ${indexed}, and asking again for all nodes gave node ${scanned}: the score depends on more than the requests of the pod and the state of the node, such as state of its own; accepted: depends: 'anything' beside score`,
    )
  }

  private refuse(value: unknown, pod: PodId, node: NodeId): never {
    const found = typeof value === 'number' ? String(value) : typeof value
    throw new Error(`${this.name}: the score of node ${node} for pod ${pod} must be a number, found ${found}`)
  }
}

/** The feasible node with the highest score, the lowest row on ties. It asks for every node and every pod: right for any score. */
export class ScoreScan implements Placer {
  examined = 0
  private readonly score: NamedScore

  constructor(score: NamedScore) {
    this.score = score
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const { freeCpu, freeMemory, count } = view.nodes
    const podClass = view.pods.podClass[pod]
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    this.examined = view.nodes.ready
    let best = NONE
    let highest = -Infinity
    for (let row = 0; row < count; row++) {
      if (freeCpu[row] < cpu || freeMemory[row] < memory || !view.feasible(podClass, row)) continue
      const value = this.score.of(pod, row, view)
      if (value > highest || best === NONE) {
        best = row
        highest = value
      }
    }
    return best
  }
}

/** Calls whose reads of rows are recorded: the first ones, the first ones for each pod class, and later every 256th. */
const RECORDED_FIRST = 4096
const RECORDED_OF_CLASS = 16
const RECORDED_EVERY = 256
/** Placements that are compared with a scan: the first ones, and later every 256th. */
const COMPARED_FIRST = 16
const COMPARED_EVERY = 256

/**
 * The same decisions, from scores that are kept per pod class and asked again only for nodes that changed. That is right for a score that
 * depends on the class of the pod and the state of the node alone, which nearly all do. One that reads anything else (other nodes, how many
 * there are, the age of the pod) is noticed when it does (score-view.ts), and from then on every node is asked for every pod: what was kept
 * before did not depend on it. State of the file's own, and other rows that are read in rare cases only, may escape; so some placements are
 * compared with a scan, and a difference ends the run.
 */
export class ScorePlacer implements Placer, NodeKey {
  examined = 0
  private readonly score: NamedScore
  private readonly scan: ScoreScan
  private readonly changes = new NodeChanges()
  private trees: KeyTrees | undefined = new KeyTrees(this.changes, this)
  private source: ClusterView | undefined
  private view: ScoreView | undefined
  private pod: PodId = 0
  private calls = 0
  private placements = 0
  private readonly callsOf: number[] = [] // [class]

  constructor(score: NamedScore) {
    this.score = score
    this.scan = new ScoreScan(score)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.examined = view.nodes.ready
    if (this.trees === undefined) return this.scan.place(pod, view)
    if (view !== this.source) {
      this.source = view
      this.view = new ScoreView(view)
    }
    this.changes.follow(view)
    this.pod = pod
    const found = this.trees.best(view.pods.podClass[pod], view, view.nodes.count)
    if (this.view!.noticed) this.abandon()
    if (found === undefined || this.trees === undefined) return this.scan.place(pod, view)
    if (++this.placements <= COMPARED_FIRST || this.placements % COMPARED_EVERY === 0) {
      const scanned = this.scan.place(pod, view)
      if (scanned !== found) this.score.contradicts(pod, found, scanned)
    }
    return found
  }

  /** Nothing is stored per node. */
  set(): void {}

  write(podClass: PodClassId, _view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const view = this.view!
    let ofClass = this.callsOf[podClass] ?? 0
    for (let i = 0; i < count && !view.noticed; i++) {
      const calls = this.calls++
      const recorded = calls < RECORDED_FIRST || ofClass++ < RECORDED_OF_CLASS || calls % RECORDED_EVERY === 0
      view.about(this.pod, podClass, rows[i], recorded)
      const value = this.score.of(this.pod, rows[i], view.shown)
      // The trees mark a node that does not fit by an infinite key.
      if (value === -Infinity) view.noticed = true
      out[i] = -value
    }
    this.callsOf[podClass] = ofClass
  }

  private abandon(): void {
    this.trees = undefined
    this.changes.forget()
    this.view = undefined
    this.source = undefined
  }
}

/** A placer from a score function, for a hand-written definition; `name` is used in messages. */
export function byScore(score: Score, name = 'byScore', values: Given = {}): Placer {
  return new ScorePlacer(new NamedScore(name, score, values))
}

/** The twin of `byScore`: asks for every node and every pod. */
export function scoreScan(score: Score, name = 'scoreScan', values: Given = {}): Placer {
  return new ScoreScan(new NamedScore(name, score, values))
}
