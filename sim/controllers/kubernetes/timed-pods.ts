/** Pods of a rollout that is explained without a cluster: each is ready a given time after its creation, and gone a given time after its deletion. */
import type { PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ApiPhase, PodObjects, wholeSeconds, type NewPod, type PodControl, type PodController } from './pod-objects.ts'

/** Times of the pods of one template. */
export interface PodTimes {
  /** From the creation until the pod is ready; Infinity: never. */
  readonly ready: Time
  /** From the deletion until the pod is gone. */
  readonly stop: Time
}

export class TimedPods implements PodControl {
  readonly objects = new PodObjects()
  /** Pods whose objects exist, in order of creation. */
  readonly existing: PodId[] = []
  private readonly controllers: PodController[] = []
  private readonly simulator: Simulator
  private readonly timesOf: (template: number) => PodTimes
  private readonly changed: () => void
  private readonly readyKind: number
  private readonly goneKind: number

  /** @param changed is called after each change of a pod */
  constructor(simulator: Simulator, timesOf: (template: number) => PodTimes, changed: () => void) {
    this.simulator = simulator
    this.timesOf = timesOf
    this.changed = changed
    this.readyKind = simulator.register('pod becomes ready', (pod) => this.becomesReady(pod))
    this.goneKind = simulator.register('pod is gone', (pod) => this.remove(pod))
  }

  create(controller: PodController, pod: NewPod): PodId {
    const { simulator, objects } = this
    const row = this.controllers.length
    this.controllers.push(controller)
    objects.open(row, { node: 0, ...pod }, row, simulator.now)
    objects.phase[row] = ApiPhase.Running
    this.existing.push(row)
    const { ready } = this.timesOf(pod.template)
    if (ready !== Infinity) simulator.at(simulator.now + ready, this.readyKind, row, 0)
    controller.podChanged(row)
    this.changed()
    return row
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
    this.existing.splice(this.existing.indexOf(pod), 1)
    this.controllers[pod].podGone(pod)
    this.changed()
  }
}
