/** The pod shapes of a source of jobs: one for each combination of request, tenant and priority seen so far. */
import type { PodShape } from '../../sim/index.ts'
import { podShape, scaledShape } from '../shape/demand.ts'
import type { TraceShape } from '../traces/trace.ts'

export class JobShapes {
  readonly rows: PodShape[] = []
  private readonly known = new Map<string, number>()
  private readonly usage: number
  private readonly limited: boolean
  private readonly scale: number

  /** Requests are multiplied by `scale`. */
  constructor(usage: number, limited: boolean, scale = 1) {
    this.usage = usage
    this.limited = limited
    this.scale = scale
  }

  /** Row of the shape; `id` identifies the request. */
  row(id: number, asked: TraceShape, resources: Readonly<Record<string, number>>, tenant: string, priority: number): number {
    const key = `${id} ${priority} ${tenant}`
    let row = this.known.get(key)
    if (row === undefined) {
      this.known.set(key, (row = this.rows.length))
      this.rows.push({
        ...podShape(scaledShape(asked, this.scale), this.usage, this.limited, resources),
        priority,
        ...(tenant === '' ? {} : { tenant }),
      })
    }
    return row
  }
}
