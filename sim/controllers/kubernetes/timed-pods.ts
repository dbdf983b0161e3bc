/** Pods of a rollout that is explained without a cluster: each is ready a given time after its creation, and gone a given time after its deletion. */
import type { PodId, Time } from '../../common/ids.ts'
import { OrderedSet } from '../../common/ordered-set.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ApiPhase, PodObjects, wholeSeconds, type NewPod, type PodController, type TaskControl } from './pod-objects.ts'

/** Times of the pods of one template. */
export interface PodTimes {
  /** From the creation until the pod is ready; Infinity: never. */
  readonly ready: Time
  /** From the deletion until the pod is gone. */
  readonly stop: Time
  /** From the start until the pod fails; Infinity or absent: never. */
  readonly fails?: Time
}

export class TimedPods implements TaskControl {
  readonly objects = new PodObjects()
  private readonly present = new OrderedSet()
  private readonly controllers: PodController[] = []
  private readonly simulator: Simulator
  private readonly timesOf: (template: number) => PodTimes
  private readonly changed: () => void
  private readonly readyKind: number
  private readonly goneKind: number
  private readonly failsKind: number

  /** @param changed is called after each change of a pod */
  constructor(simulator: Simulator, timesOf: (template: number) => PodTimes, changed: () => void) {
    this.simulator = simulator
    this.timesOf = timesOf
    this.changed = changed
    this.readyKind = simulator.register('pod becomes ready', (pod) => this.becomesReady(pod))
    this.failsKind = simulator.register('pod fails', (pod) => this.fail(pod))
    this.goneKind = simulator.register('pod is gone', (pod) => this.remove(pod))
  }

  /** Pods whose objects exist, in order of creation. */
  get existing(): readonly PodId[] {
    return this.present.list
  }

  create(controller: PodController, pod: NewPod): PodId {
    const { simulator, objects } = this
    const row = this.controllers.length
    this.controllers.push(controller)
    objects.open(row, { node: 0, ...pod }, row, simulator.now)
    objects.phase[row] = ApiPhase.Running
    this.present.add(row)
    if (pod.held !== true) this.release(row)
    controller.podChanged(row)
    this.changed()
    return row
  }

  /** Its times run from now on. */
  release(pod: PodId): void {
    const { simulator, objects } = this
    const { ready, fails = Infinity } = this.timesOf(objects.template[pod])
    if (ready !== Infinity) simulator.at(simulator.now + ready, this.readyKind, pod, 0)
    if (fails !== Infinity) simulator.at(simulator.now + fails, this.failsKind, pod, 0)
  }

  evict(pod: PodId): void {
    this.delete(pod)
  }

  private fail(pod: PodId): void {
    const { objects } = this
    if (objects.deleting[pod] === 1) return
    objects.deleting[pod] = 1
    objects.phase[pod] = ApiPhase.Failed
    this.remove(pod)
  }

  delete(pod: PodId): void {
    const { objects, simulator } = this
    if (objects.deleting[pod] === 1) return
    objects.deleting[pod] = 1
    const { stop } = this.timesOf(objects.template[pod])
    simulator.at(simulator.now + stop, this.goneKind, pod, 0)
    this.controllers[pod].podChanged(pod)
    this.changed()
  }

  private becomesReady(pod: PodId): void {
    const { objects } = this
    if (objects.deleting[pod] === 1) return
    objects.ready[pod] = 1
    objects.readyChanged[pod] = wholeSeconds(this.simulator.now)
    this.controllers[pod].podChanged(pod)
    this.changed()
  }

  private remove(pod: PodId): void {
    this.present.delete(pod)
    this.controllers[pod].podGone(pod)
    this.changed()
  }
}
