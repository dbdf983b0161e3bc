/**
 * The memo of `admissible`, a dense table over (pod class, node class). Both kinds are few (tens, where pods are millions), so plainly
 * asking a map by a joined key would work; the table costs one load instead, in the innermost loop of every scan.
 */
import { admissible } from './admissible.ts'
import type { NodeClasses } from './node-classes.ts'
import type { PodShape } from '../spec.ts'

const UNKNOWN = 0
const NO = 1
const YES = 2

/** What the table asks about pod classes. */
interface Shapes {
  readonly shapes: readonly PodShape[]
  readonly impossible: readonly boolean[]
}

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

  /** May pods of the class run on nodes of the class: selectors, taints, GPU model, resources that exist at all. */
  admits(podClass: number, nodeClass: number): boolean {
    if (podClass >= this.rows || nodeClass >= this.width) this.widen(podClass, nodeClass)
    const place = podClass * this.width + nodeClass
    const known = this.table[place]
    if (known !== UNKNOWN) return known === YES
    const { shapes, impossible } = this.podClasses
    const answer = !impossible[podClass] && admissible(shapes[podClass], this.nodeClasses.templates[nodeClass])
    this.table[place] = answer ? YES : NO
    return answer
  }

  /** Forgets what it knew: it is found again at once, and growth is rare. */
  private widen(podClass: number, nodeClass: number): void {
    while (podClass >= this.rows) this.rows *= 2
    while (nodeClass >= this.width) this.width *= 2
    this.table = new Uint8Array(this.rows * this.width)
  }
}
