/**
 * One small binary heap per server, all in one arena: the running requests by the virtual work at which they finish. A heap
 * that outgrows its place moves to one of twice the size; places are kept by size and used again. Equal keys leave in the order in
 * which they came only by chance: the caller treats requests that end at the same instant as one step, so the order shows nowhere
 * but in which response is counted first, and it is the same in every run.
 */
import { grown } from '../common/table.ts'

const SMALLEST = 3 // a first place has room for 2^3 requests

export class WorkHeaps {
  private finish = new Float64Array(4096)
  private request = new Int32Array(4096)
  private top = 0
  private start = new Int32Array(64).fill(-1)
  private bits = new Uint8Array(64)
  /** Requests running per server. */
  size = new Int32Array(64)
  private readonly spare: number[][] = Array.from({ length: 31 }, () => [])

  /** Makes room for the row of a new server, empty. */
  open(server: number): void {
    if (server >= this.size.length) {
      const length = Math.max(server + 1, this.size.length * 2)
      this.start = grown(this.start, length, -1)
      this.bits = grown(this.bits, length)
      this.size = grown(this.size, length)
    }
    this.size[server] = 0
    if (this.start[server] === -1) this.place(server, SMALLEST)
  }

  /** Virtual work at which the first running request finishes; the heap must not be empty. */
  first(server: number): number {
    return this.finish[this.start[server]]
  }

  /** True when the new entry is the first now. */
  push(server: number, finish: number, row: number): boolean {
    let hole = this.size[server]++
    if (hole === 1 << this.bits[server]) this.enlarge(server)
    const base = this.start[server]
    const keys = this.finish
    const rows = this.request
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (keys[base + parent] <= finish) break
      keys[base + hole] = keys[base + parent]
      rows[base + hole] = rows[base + parent]
      hole = parent
    }
    keys[base + hole] = finish
    rows[base + hole] = row
    return hole === 0
  }

  /** Takes the first entry out and returns its request. */
  pop(server: number): number {
    const base = this.start[server]
    const row = this.request[base]
    const last = --this.size[server]
    if (last > 0) this.sink(base, 0, last, this.finish[base + last], this.request[base + last])
    return row
  }

  /** Takes one request out, wherever it stands; false when it is not here. */
  remove(server: number, row: number): boolean {
    const base = this.start[server]
    const count = this.size[server]
    let at = 0
    while (at < count && this.request[base + at] !== row) at++
    if (at === count) return false
    const last = --this.size[server]
    if (at === last) return true
    const finish = this.finish[base + last]
    const moved = this.request[base + last]
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.finish[base + parent] <= finish) break
      this.finish[base + at] = this.finish[base + parent]
      this.request[base + at] = this.request[base + parent]
      at = parent
    }
    this.sink(base, at, last, finish, moved)
    return true
  }

  private sink(base: number, from: number, count: number, finish: number, row: number): void {
    const keys = this.finish
    const rows = this.request
    let hole = from
    for (;;) {
      let child = 2 * hole + 1
      if (child >= count) break
      if (child + 1 < count && keys[base + child + 1] < keys[base + child]) child++
      if (finish <= keys[base + child]) break
      keys[base + hole] = keys[base + child]
      rows[base + hole] = rows[base + child]
      hole = child
    }
    keys[base + hole] = finish
    rows[base + hole] = row
  }

  private place(server: number, bits: number): void {
    const length = 1 << bits
    const spare = this.spare[bits].pop()
    if (spare !== undefined) this.start[server] = spare
    else {
      if (this.top + length > this.finish.length) {
        const room = Math.max(this.finish.length * 2, this.top + length)
        this.finish = grown(this.finish, room)
        this.request = grown(this.request, room)
      }
      this.start[server] = this.top
      this.top += length
    }
    this.bits[server] = bits
  }

  private enlarge(server: number): void {
    const from = this.start[server]
    const bits = this.bits[server]
    this.place(server, bits + 1)
    const to = this.start[server]
    const length = 1 << bits
    this.finish.copyWithin(to, from, from + length)
    this.request.copyWithin(to, from, from + length)
    this.spare[bits].push(from)
  }
}
