/** The kubelet and the scheduler of a replay: a new pod is bound and Running at once, not ready; the script of the recording does the rest. */
import type { PodId } from '../../../common/ids.ts'
import type { Simulator } from '../../../engine/simulator.ts'
import {
  ApiPhase,
  PodObjects,
  wholeSeconds,
  type NewPod,
  type PodControl,
  type PodController,
} from '../../../controllers/kubernetes/pod-objects.ts'

export class ScriptedPods implements PodControl {
  readonly objects = new PodObjects()
  /** Pods whose objects exist, in order of creation. */
  readonly existing: PodId[] = []
  private readonly controllers: PodController[] = []
  private readonly simulator: Simulator
  private readonly held: boolean

  /** @param held deleted pods that have not finished terminate until `remove` is called; otherwise they are gone at once */
  constructor(simulator: Simulator, held: boolean) {
    this.simulator = simulator
    this.held = held
  }

  create(controller: PodController, pod: NewPod): PodId {
    const row = this.controllers.length
    this.controllers.push(controller)
    this.objects.open(row, { node: 0, ...pod }, row, this.simulator.now)
    this.objects.phase[row] = ApiPhase.Running
    this.existing.push(row)
    controller.podChanged(row)
    return row
  }

  delete(pod: PodId): void {
    if (!this.held || this.objects.isFinished(pod)) this.remove(pod)
    else if (this.objects.deleting[pod] === 0) {
      this.objects.deleting[pod] = 1
      this.controllers[pod].podChanged(pod)
    }
  }

  /** The object disappears. */
  remove(pod: PodId): void {
    this.existing.splice(this.existing.indexOf(pod), 1)
    this.controllers[pod].podGone(pod)
  }

  setReady(pod: PodId, ready: boolean): void {
    this.objects.ready[pod] = Number(ready)
    this.objects.readyChanged[pod] = wholeSeconds(this.simulator.now)
    this.controllers[pod].podChanged(pod)
  }

  setPhase(pod: PodId, phase: ApiPhase): void {
    this.objects.phase[pod] = phase
    this.objects.ready[pod] = 0
    this.objects.readyChanged[pod] = wholeSeconds(this.simulator.now)
    this.controllers[pod].podChanged(pod)
  }
}
