/** Pods as growing columns. Rows of pods that are gone are used again under the next epoch, so a million pods need as many rows as are there at once. */
import { grown } from '../common/table.ts'
import type { Classes } from './classes.ts'
import { NONE, PodPhase } from './views.ts'
import type { PodsView } from './views.ts'

const FIRST = 256

export class Pods implements PodsView {
  count = 0
  podClass = new Int32Array(FIRST)
  cpu = new Float64Array(FIRST)
  memory = new Float64Array(FIRST)
  phase = new Uint8Array(FIRST)
  node = new Int32Array(FIRST).fill(NONE)
  deviceMask = new Int32Array(FIRST)
  service = new Int32Array(FIRST).fill(NONE)
  created = new Float64Array(FIRST)
  duration = new Float64Array(FIRST)
  deadline = new Float64Array(FIRST)
  /** Time of the bind [µs], 0 before. */
  bound = new Float64Array(FIRST)
  order = new Float64Array(FIRST)
  epoch = new Int32Array(FIRST)
  private freeRows = new Int32Array(FIRST)
  private freeCount = 0
  private creations = 0

  take(classes: Classes, podClass: number, service: number, now: number, duration: number, deadline: number): number {
    let pod: number
    if (this.freeCount > 0) pod = this.freeRows[--this.freeCount]
    else {
      pod = this.count++
      if (pod === this.phase.length) this.grow()
    }
    this.podClass[pod] = podClass
    this.cpu[pod] = classes.cpu[podClass]
    this.memory[pod] = classes.memory[podClass]
    this.phase[pod] = PodPhase.Pending
    this.node[pod] = NONE
    this.deviceMask[pod] = 0
    this.service[pod] = service
    this.created[pod] = now
    this.duration[pod] = duration
    this.deadline[pod] = deadline
    this.bound[pod] = 0
    this.order[pod] = this.creations++
    return pod
  }

  /** The row is free; whoever remembers it by its epoch sees that the pod is gone. */
  give(pod: number): void {
    this.phase[pod] = PodPhase.Gone
    this.node[pod] = NONE
    this.deviceMask[pod] = 0
    this.epoch[pod]++
    this.freeRows[this.freeCount++] = pod
  }

  /** Rows that are free for the next pods. */
  get spare(): number {
    return this.freeCount
  }

  private grow(): void {
    const length = this.phase.length * 2
    this.podClass = grown(this.podClass, length)
    this.cpu = grown(this.cpu, length)
    this.memory = grown(this.memory, length)
    this.phase = grown(this.phase, length)
    this.node = grown(this.node, length, NONE)
    this.deviceMask = grown(this.deviceMask, length)
    this.service = grown(this.service, length, NONE)
    this.created = grown(this.created, length)
    this.duration = grown(this.duration, length)
    this.deadline = grown(this.deadline, length)
    this.bound = grown(this.bound, length)
    this.order = grown(this.order, length)
    this.epoch = grown(this.epoch, length)
    this.freeRows = grown(this.freeRows, length)
  }
}
