/**
 * The memo of `inadmissible`: a dense table over (pod class, node class). There are few of either (tens, where pods are millions). A map
 * with a joined key would do, too; the table costs one load instead, in the innermost loop of every scan.
 */
import { NONE } from '../../common/ids.ts'
import type { NodeClassId, PodClassId } from '../../common/ids.ts'
import type { NodeTemplate, PodShape } from '../spec.ts'
import { Reason } from '../views.ts'
import { inadmissible } from './admissible.ts'
import type { NodeClasses } from './node-classes.ts'

const UNKNOWN = 0
const YES = 1
/** FIRST_REASON + r: excluded by reason r. */
const FIRST_REASON = 2

/** What the memo reads of pod classes. */
interface Shapes {
  readonly shapes: readonly PodShape[]
  readonly impossible: readonly boolean[]
}

/** Which pod classes may run on which node classes. */
export class Admissibility {
  private table = new Uint8Array(32 * 8)
  private rows = 32
  private width = 8
  private readonly podClasses: Shapes
  private readonly nodeClasses: NodeClasses

  constructor(podClasses: Shapes, nodeClasses: NodeClasses) {
    this.podClasses = podClasses
    this.nodeClasses = nodeClasses
  }

  /** Whether pods of the class may run on nodes of the class: selectors, taints, GPU model, resources that no node has. */
  admits(podClass: PodClassId, nodeClass: NodeClassId): boolean {
    if (podClass >= this.rows || nodeClass >= this.width) this.widen(podClass, nodeClass)
    const known = this.table[podClass * this.width + nodeClass]
    return known === UNKNOWN ? this.find(podClass, nodeClass) : known === YES
  }

  /** The first rule that excludes nodes of the class; NONE when they are admitted. */
  excludedBy(podClass: PodClassId, nodeClass: NodeClassId): Reason | typeof NONE {
    if (this.admits(podClass, nodeClass)) return NONE
    return (this.table[podClass * this.width + nodeClass] - FIRST_REASON) as Reason
  }

  /** A template of the class. */
  templateOf(nodeClass: NodeClassId): NodeTemplate {
    return this.nodeClasses.templates[nodeClass]
  }

  private find(podClass: PodClassId, nodeClass: NodeClassId): boolean {
    const { shapes, impossible } = this.podClasses
    const reason = impossible[podClass] ? Reason.Resource : inadmissible(shapes[podClass], this.nodeClasses.templates[nodeClass])
    this.table[podClass * this.width + nodeClass] = reason === NONE ? YES : FIRST_REASON + reason
    return reason === NONE
  }

  /** Drops all answers: each is found again when it is asked for, and growth is rare. */
  private widen(podClass: PodClassId, nodeClass: NodeClassId): void {
    while (podClass >= this.rows) this.rows *= 2
    while (nodeClass >= this.width) this.width *= 2
    this.table = new Uint8Array(this.rows * this.width)
  }
}
