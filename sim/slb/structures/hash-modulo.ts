/** Key to backend by the remainder: the hash modulo the sum of the weights, as a point of the running sum in order of addition. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { hash53 } from './hash.ts'
import type { KeyMap } from './key-map.ts'
import { INITIAL_SLOTS } from './slots.ts'
import { WeightTree } from './weight-tree.ts'

/** When a backend leaves, those behind it move up, so that nearly every key gets another backend: the known weakness of the method. */
export class ModuloMap extends ColumnTable implements KeyMap {
  private readonly position = this.column(Int32Array, NONE)
  private readonly weight = this.column(Int32Array)
  private tree = new WeightTree()
  /** Slots in order of addition, with gaps (NONE) where one has left; compacted when it is full. */
  private order = new Int32Array(INITIAL_SLOTS)
  private used = 0

  constructor() {
    super(INITIAL_SLOTS)
  }

  add(slot: SlotId, weight: number): void {
    if (this.used === this.order.length) this.compact()
    this.reserve(slot + 1)
    this.weight[slot] = weight
    this.append(slot)
  }

  remove(slot: SlotId): void {
    const position = this.position[slot]
    this.order[position] = NONE
    this.position[slot] = NONE
    this.tree.add(position, -this.weight[slot])
  }

  find(key: number, exclude: SlotId): SlotId {
    const { tree } = this
    const without = exclude === NONE ? 0 : this.weight[exclude]
    let point = hash53(key) % (tree.total - without)
    if (without > 0 && point >= tree.before(this.position[exclude])) point += without
    return this.order[tree.find(point)]
  }

  private append(slot: SlotId): void {
    this.order[this.used] = slot
    this.position[slot] = this.used
    this.tree.add(this.used++, this.weight[slot])
  }

  private compact(): void {
    const before = this.order
    const present = before.filter((slot) => slot !== NONE)
    if (2 * present.length > before.length) this.order = new Int32Array(2 * before.length)
    this.tree = new WeightTree()
    this.used = 0
    for (const slot of present) this.append(slot)
  }
}
