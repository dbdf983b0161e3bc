/** A binary heap of ids by time; the smaller id is first at equal times. Two columns and no objects, since it is used at every request. */
import { ColumnTable } from '../../sim/index.ts'

export class TimeHeap extends ColumnTable {
  size = 0
  private readonly times = this.column(Float64Array)
  private readonly ids = this.column(Int32Array)

  /** Time of the first; Infinity when the heap is empty. */
  get firstTime(): number {
    return this.size === 0 ? Infinity : this.times[0]
  }

  get first(): number {
    return this.ids[0]
  }

  push(time: number, id: number): void {
    this.reserve(this.size + 1)
    const { times, ids } = this
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!(time < times[parent] || (time === times[parent] && id < ids[parent]))) break
      times[at] = times[parent]
      ids[at] = ids[parent]
      at = parent
    }
    times[at] = time
    ids[at] = id
  }

  /** Removes the first. */
  pop(): void {
    const last = --this.size
    if (last > 0) this.sink(this.times[last], this.ids[last])
  }

  /** Moves the first to another time: a pop and a push in one. */
  delay(time: number): void {
    this.sink(time, this.ids[0])
  }

  /** Replaces the first entry, and sifts the new one down. */
  private sink(time: number, id: number): void {
    const { times, ids, size } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      const right = child + 1
      if (right < size && (times[right] < times[child] || (times[right] === times[child] && ids[right] < ids[child]))) child = right
      if (!(times[child] < time || (times[child] === time && ids[child] < id))) break
      times[at] = times[child]
      ids[at] = ids[child]
      at = child
    }
    times[at] = time
    ids[at] = id
  }
}
