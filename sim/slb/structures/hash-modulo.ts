/** Key to backend by the remainder: the hash modulo the sum of the weights, walked through the backends in order of addition. */
import { grown } from '../../common/table.ts'
import { hash53 } from './hash.ts'
import type { KeyMap } from '../members/source-hash.ts'
import { roomFor } from './slots.ts'
import { WeightTree } from './weight-tree.ts'

const NONE = -1

/** Who stands behind one that leaves moves up, so that nearly every key gets another backend: that is the method's known fault. */
export class ModuloMap implements KeyMap {
  private tree = new WeightTree()
  /** Slots in order of addition, with gaps where one has left; closed up when the room is used up. */
  private order = new Int32Array(16)
  private used = 0
  private place = new Int32Array(16).fill(NONE)
  private weight = new Int32Array(16)

  add(slot: number, weight: number): void {
    if (this.used === this.order.length) this.closeUp()
    if (slot >= this.place.length) {
      const length = roomFor(slot, this.place.length)
      this.place = grown(this.place, length, NONE)
      this.weight = grown(this.weight, length)
    }
    this.weight[slot] = weight
    this.append(slot)
  }

  remove(slot: number): void {
    const place = this.place[slot]
    this.order[place] = NONE
    this.place[slot] = NONE
    this.tree.add(place, -this.weight[slot])
  }

  find(key: number, exclude: number): number {
    const { tree } = this
    const without = exclude === NONE ? 0 : this.weight[exclude]
    let point = hash53(key) % (tree.total - without)
    if (without > 0 && point >= tree.before(this.place[exclude])) point += without
    return this.order[tree.find(point)]
  }

  private append(slot: number): void {
    this.order[this.used] = slot
    this.place[slot] = this.used
    this.tree.add(this.used++, this.weight[slot])
  }

  private closeUp(): void {
    const before = this.order
    const present = before.filter((slot) => slot !== NONE)
    if (2 * present.length > before.length) this.order = new Int32Array(2 * before.length)
    this.tree = new WeightTree()
    this.used = 0
    for (const slot of present) this.append(slot)
  }
}
