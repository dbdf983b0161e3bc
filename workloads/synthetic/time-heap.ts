/** A binary heap of whole numbers by time, the smaller number first at equal times. Columns, no objects: it is asked at every request. */
export class TimeHeap {
  size = 0
  private times: Float64Array
  private ids: Int32Array

  constructor(capacity: number) {
    this.times = new Float64Array(capacity)
    this.ids = new Int32Array(capacity)
  }

  /** Time of the first; Infinity when there is none. */
  get firstTime(): number {
    return this.size === 0 ? Infinity : this.times[0]
  }

  get first(): number {
    return this.ids[0]
  }

  push(time: number, id: number): void {
    if (this.size === this.times.length) this.grow()
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

  /** Takes the first out. */
  pop(): void {
    const last = --this.size
    if (last > 0) this.sink(this.times[last], this.ids[last])
  }

  /** Gives the first another time: a pop and a push in one. */
  delay(time: number): void {
    this.sink(time, this.ids[0])
  }

  /** Puts an entry in place of the first, and down to where it belongs. */
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

  private grow(): void {
    const [times, ids] = [this.times, this.ids]
    this.times = new Float64Array(Math.max(16, 2 * times.length))
    this.ids = new Int32Array(this.times.length)
    this.times.set(times)
    this.ids.set(ids)
  }
}
