import { define } from '../../define.ts'
import type { Values } from '../../define.ts'
import type { LoadView, ReplicaAutoscaler } from './policy.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  target: { kind: 'share', default: 0.7, min: 0.01, max: 10, meaning: 'CPU used over CPU requested that it steers to' },
  tolerance: { kind: 'share', default: 0.1, min: 0, max: 1, meaning: 'no change while utilization / target is within 1 - tolerance .. 1 + tolerance' },
  scaleDownWindow: { kind: 'duration', default: 300 * SECOND, min: 0, max: 3600 * SECOND, meaning: 'never below the largest wish of the last so long' },
  every: { kind: 'duration', default: 15 * SECOND, min: 1, meaning: 'time between two decisions' },
} as const

/** Target utilization: so many replicas that the measured work would load each one at the target; up at once, down after a window. */
export const targetUtilization = define({
  name: 'target-utilization',
  summary: 'So many replicas that the measured CPU work would bring each to the target; up at once, down to the largest wish of the window.',
  source: 'Kubernetes documentation, Horizontal Pod Autoscaling: algorithm details; replica_calculator.go',
  fidelity: 'simplified',
  parameters,
  create: (values): ReplicaAutoscaler | null => new TargetUtilization(values),
})

/** 10 pods at 0.84 of 0.7 come out as 12.000000000000002; a remainder as small as this is rounding, and must not buy a pod. */
const SLIVER = 1e-6

class TargetUtilization implements ReplicaAutoscaler {
  readonly every: number
  private readonly values: Values<typeof parameters>
  private readonly recent: WishWindow
  private known = false

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.recent = new WishWindow(values.scaleDownWindow)
  }

  desired(target: LoadView): number {
    // As the HPA does at first contact: the present size counts as a wish, so that the very first step down waits too.
    if (!this.known) this.recent.add(target.now, target.replicas)
    this.known = true
    if (target.measured === 0 || Number.isNaN(target.utilization)) return target.replicas
    const wish = this.wish(target)
    const result = Math.max(wish, this.recent.largest(target.now))
    this.recent.add(target.now, wish) // the wish before the window held it, or a peak would hold itself up for ever
    return result
  }

  /** The ratio rule. A ratio above 1 never asks for fewer than there are, one below 1 never for more: pods may not be measured yet. */
  private wish({ measured, replicas, utilization }: LoadView): number {
    const { target, tolerance } = this.values
    const ratio = utilization / target
    if (1 - tolerance <= ratio && ratio <= 1 + tolerance) return replicas
    const wanted = Math.max(0, Math.ceil((measured * utilization) / target - SLIVER))
    return ratio > 1 ? Math.max(wanted, replicas) : Math.min(wanted, replicas)
  }
}

/** The largest of the wishes younger than a length of time. Smaller wishes before a larger one can never matter again and go at once. */
class WishWindow {
  private readonly length: number
  private readonly falling: { readonly time: number; readonly wish: number }[] = []

  constructor(length: number) {
    this.length = length
  }

  add(now: number, wish: number): void {
    const { falling } = this
    while (falling.length > 0 && falling[falling.length - 1].wish <= wish) falling.pop()
    falling.push({ time: now, wish })
  }

  /** 0 when there is none. */
  largest(now: number): number {
    const { falling } = this
    while (falling.length > 0 && now - falling[0].time >= this.length) falling.shift()
    return falling.length > 0 ? falling[0].wish : 0
  }
}
