/** Samples of the CPU work of servers. */
import { NONE } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'

/** CPU work by server and scrape, for all workloads: a row per server, so that memory grows with the pods that exist at once. */
export class UsageSamples extends ColumnTable {
  /** Places of a row: the scrapes that the longest window reaches back, and the last one. */
  readonly width: number
  /** Scrape of its workload that first saw the present use of a server row, and the epoch of that use. */
  first: Int32Array
  epoch: Int32Array
  /** CPU work since the pod became ready [core-µs]. */
  used: Float64Array

  /** @param span scrapes that the longest window reaches back */
  constructor(span: number) {
    super(64)
    this.width = span + 1
    this.first = this.column(Int32Array)
    this.epoch = this.column(Int32Array, NONE)
    this.used = this.column(Float64Array, 0, this.width)
  }
}
