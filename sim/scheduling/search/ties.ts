/** Placers for keys of few values, in which ties are frequent and their rule is a parameter: the lowest row, or a random draw among them. */
import { NONE } from '../../common/ids.ts'
import type { DeviceMask, NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from './changes.ts'
import type { NodeKey } from './key.ts'
import { KeyTrees } from './key-trees.ts'
import { KeyScan, TiedScan } from './scan.ts'

/** The parameter of the tie rule. */
export const ties = {
  kind: 'choice',
  choices: ['first', 'random'],
  default: 'first',
  meaning: 'which of the nodes with the highest score: first, the lowest row; random, one drawn with equal probability',
} as const

/** A key of a member that may also choose devices. */
export interface RatedKey extends NodeKey {
  /** Brings what the key knows of the cluster up to date; called before each decision. */
  follow?(view: ClusterView, podClass: PodClassId): void
  /** Counts changes that make all earlier keys void, such as other weights. */
  readonly edition?: number
  /** Devices for a pod of the class on the node; absent: the cluster picks them. */
  devices?(podClass: PodClassId, node: NodeId, view: ClusterView): DeviceMask
}

/**
 * Time of a key against that of one comparison in a scan: these keys are several divisions each, so trees are caught up rather than
 * abandoned for a scan.
 */
const ROWS_PER_KEY = 16

/** Nodes of the smallest key. */
interface Search {
  first(podClass: PodClassId, view: ClusterView): NodeId
  tied(podClass: PodClassId, view: ClusterView, into: Int32Array): number
}

class Indexed implements Search {
  private readonly changes: NodeChanges
  private trees: KeyTrees
  private edition: number
  private readonly key: RatedKey
  private readonly scan: KeyScan
  private readonly tiedScan: TiedScan

  constructor(key: RatedKey) {
    this.key = key
    this.changes = new NodeChanges(key)
    this.trees = new KeyTrees(this.changes, key)
    this.edition = key.edition ?? 0
    this.scan = new KeyScan(key)
    this.tiedScan = new TiedScan(key)
  }

  first(podClass: PodClassId, view: ClusterView): NodeId {
    return this.current(view).best(podClass, view, ROWS_PER_KEY * view.nodes.count) ?? this.scan.best(podClass, view)
  }

  tied(podClass: PodClassId, view: ClusterView, into: Int32Array): number {
    return this.current(view).tied(podClass, view, ROWS_PER_KEY * view.nodes.count, into) ?? this.tiedScan.tied(podClass, view, into)
  }

  private current(view: ClusterView): KeyTrees {
    this.changes.follow(view)
    const { edition = 0 } = this.key
    if (edition !== this.edition) {
      this.edition = edition
      this.trees = new KeyTrees(this.changes, this.key)
    }
    return this.trees
  }
}

class Scanned implements Search {
  private readonly changes: NodeChanges
  private readonly scan: KeyScan
  private readonly tiedScan: TiedScan

  constructor(key: RatedKey) {
    this.changes = new NodeChanges(key)
    this.scan = new KeyScan(key)
    this.tiedScan = new TiedScan(key)
  }

  first(podClass: PodClassId, view: ClusterView): NodeId {
    this.changes.follow(view)
    return this.scan.best(podClass, view)
  }

  tied(podClass: PodClassId, view: ClusterView, into: Int32Array): number {
    this.changes.follow(view)
    return this.tiedScan.tied(podClass, view, into)
  }
}

/** The feasible node of the smallest key, by a rule for ties. */
export class RatedPlacer implements Placer {
  examined = 0
  devices: DeviceMask = NONE
  private readonly key: RatedKey
  private readonly search: Search
  /** Null: the lowest row. */
  private readonly random: RandomStream | null
  private rows = new Int32Array(0)

  private constructor(key: RatedKey, search: Search, random: RandomStream | null) {
    this.key = key
    this.search = search
    this.random = random
  }

  /** From a tree per pod class. */
  static indexed(key: RatedKey, rule: 'first' | 'random' | (string & {}), random: RandomStream): RatedPlacer {
    return new RatedPlacer(key, new Indexed(key), rule === 'random' ? random : null)
  }

  /** The twin: asks for the key of every node. */
  static scanning(key: RatedKey, rule: 'first' | 'random' | (string & {}), random: RandomStream): RatedPlacer {
    return new RatedPlacer(key, new Scanned(key), rule === 'random' ? random : null)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const podClass = view.pods.podClass[pod]
    this.key.follow?.(view, podClass)
    this.examined = view.nodes.ready
    const node = this.random === null ? this.search.first(podClass, view) : this.drawn(podClass, view, this.random)
    this.devices = node === NONE ? NONE : (this.key.devices?.(podClass, node, view) ?? NONE)
    return node
  }

  /** No draw where nothing ties. */
  private drawn(podClass: PodClassId, view: ClusterView, random: RandomStream): NodeId {
    if (this.rows.length < view.nodes.count) this.rows = new Int32Array(2 * view.nodes.count)
    const count = this.search.tied(podClass, view, this.rows)
    if (count === 0) return NONE
    return this.rows[count === 1 ? 0 : random.int(count)]
  }
}
