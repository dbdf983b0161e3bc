/**
 * The decisions of Knative's pod autoscaler: two averages of one metric against a target, in a stable and a panic mode.
 * Source: knative.dev/serving v0.42 pkg/autoscaler/scaling/autoscaler.go; the scale-down delay as in v0.51, only while reachable.
 */
import { NONE, type Time } from '../../../common/ids.ts'
import { DelayWindow } from './delay-window.ts'

/** Time between two decisions, and length of a slot of the scale-down delay. */
export const TICK: Time = 2_000_000

/** Settings of one revision. */
export interface PodAutoscalerSpec {
  /** Factors of the ready pods within which one decision stays. */
  readonly maxScaleUpRate: number
  readonly maxScaleDownRate: number
  /** Value of the metric that a pod should have, and that it can take at most. */
  readonly target: number
  readonly total: number
  /** Capacity to keep free; 0: none, -1: unlimited. */
  readonly targetBurstCapacity: number
  /** Panic begins when the pods needed by the panic average are this many times the ready ones. */
  readonly panicThreshold: number
  readonly stableWindow: Time
  /** A scale-down waits until no decision within this time asked for more; 0: not at all. */
  readonly scaleDownDelay: Time
  /** The least number of pods above 0. */
  readonly activationScale: number
}

/** One decision. */
export interface ScaleResult {
  readonly desired: number
  /** Capacity left after the burst that is to be kept free. Below 0, requests go through the activator, which queues them. */
  readonly excessBurstCapacity: number
}

export class PodAutoscaler {
  /** Whether a route leads to the revision; without one it may go to 0 at once. */
  reachable: boolean
  private readonly spec: PodAutoscalerSpec
  private readonly delay: DelayWindow | null
  /** When the panic threshold was last exceeded; NONE: not in panic. */
  private panicSince: Time
  /** The highest number of pods of this panic, which it does not fall below. */
  private panicPods: number

  /** @param ready pods when the autoscaler starts. More than one: it starts in panic, so as to keep them until it has seen a window of its own. */
  constructor(spec: PodAutoscalerSpec, now: Time, ready: number, reachable = true) {
    this.spec = spec
    this.reachable = reachable
    this.delay = spec.scaleDownDelay > 0 ? new DelayWindow(spec.scaleDownDelay, TICK) : null
    this.panicSince = ready > 1 ? now : NONE
    this.panicPods = ready
  }

  /**
   * @param ready pods
   * @param stable average of the metric over the stable window
   * @param panic average over the panic window
   */
  decide(now: Time, ready: number, stable: number, panic: number): ScaleResult {
    const { target } = this.spec
    const pods = Math.max(1, ready)
    const neededStable = Math.ceil(stable / target)
    const neededPanic = Math.ceil(panic / target)
    this.followPanic(now, neededPanic / pods)
    let desired = this.limited(neededStable, pods)
    if (this.panicSince !== NONE) {
      this.panicPods = Math.max(this.panicPods, desired, this.limited(neededPanic, pods))
      desired = this.panicPods
    }
    if (this.delay !== null && this.reachable) desired = this.delay.record(now, desired)
    return { desired, excessBurstCapacity: this.excess(ready, panic) }
  }

  /** Whether the last decision was made in panic. */
  get isPanicking(): boolean {
    return this.panicSince !== NONE
  }

  private followPanic(now: Time, ratio: number): void {
    const { panicThreshold, stableWindow } = this.spec
    if (ratio >= panicThreshold) this.panicSince = now
    else if (this.panicSince !== NONE && this.panicSince + stableWindow < now) {
      this.panicSince = NONE
      this.panicPods = 0
    }
  }

  /** Within the rates of one decision, then not below the activation scale. */
  private limited(needed: number, pods: number): number {
    const { maxScaleUpRate, maxScaleDownRate, activationScale } = this.spec
    const most = Math.ceil(maxScaleUpRate * pods)
    const fewest = this.reachable ? Math.floor(pods / maxScaleDownRate) : 0
    const within = Math.min(Math.max(needed, fewest), most)
    return needed > 0 && activationScale > 1 ? Math.max(within, activationScale) : within
  }

  private excess(ready: number, panic: number): number {
    const { targetBurstCapacity, total } = this.spec
    if (targetBurstCapacity <= 0) return targetBurstCapacity === 0 ? 0 : -1
    return Math.floor(ready * total - targetBurstCapacity - panic)
  }
}
