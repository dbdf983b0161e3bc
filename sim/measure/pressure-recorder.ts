/** Nodes that run short of memory: how long, and what the kernel killed on them. */
import type { Time } from '../common/ids.ts'
import { Level } from './level.ts'

export class PressureRecorder {
  /** Containers that the kernel killed on nodes without memory. */
  kills = 0
  /** Nodes with the condition MemoryPressure. */
  readonly nodes = new Level()
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  killed(now: Time): void {
    if (now >= this.windowStart) this.kills++
  }

  windowBegins(now: Time): void {
    this.nodes.reset(now)
  }
}
