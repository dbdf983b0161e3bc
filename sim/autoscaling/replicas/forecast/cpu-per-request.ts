/** Share of a pod's CPU request that one request per second takes: what turns a rate into a number of replicas. */
import type { LoadView } from '../policy.ts'

/** Weight of the newest measurement: half of what is known is younger than seven decisions. */
const WEIGHT = 0.1

/** An average of what was measured, by exponentially falling weight. */
export class CpuPerRequest {
  private value = NaN

  observe({ utilization, ready, rate }: LoadView): void {
    if (!(rate > 0) || !(utilization > 0) || ready === 0) return
    const measured = (utilization * ready) / rate
    this.value = Number.isNaN(this.value) ? measured : this.value + WEIGHT * (measured - this.value)
  }

  /** Replicas that a rate loads at the target; NaN before anything was measured. */
  replicasFor(rate: number, target: number): number {
    return (rate * this.value) / target
  }
}
