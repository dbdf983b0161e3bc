/** Tells the recorders of charts what becomes of the pods of workloads with a controller. */
import type { PodId, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder, Courses } from '../../measure/change-recorder.ts'
import { PodState, type ExistingPod } from '../../measure/pod-lanes.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { PodObjects } from '../kubernetes/pod-objects.ts'

/** What it needs of the run. */
interface PodCourseRun {
  readonly simulator: Simulator
  readonly changes: ChangeRecorder
  readonly lifecycle: PodLifecycle
}

export class PodCourse {
  private readonly simulator: Simulator
  private readonly objects: PodObjects
  private readonly courses: Courses
  /** By pod: its number within its workload, and the version that it runs. */
  private readonly ordinals: number[] = []
  private readonly versions: string[] = []

  /** Null when no chart is drawn of the run. `podsOf`: the pods of a workload that do not terminate, in order of creation. */
  static of(run: PodCourseRun, objects: PodObjects, podsOf: (workload: WorkloadId) => readonly PodId[]): PodCourse | null {
    const { courses } = run.changes
    return courses === null ? null : new PodCourse(run, objects, courses, podsOf)
  }

  private constructor(
    { simulator, lifecycle }: PodCourseRun,
    objects: PodObjects,
    courses: Courses,
    podsOf: (workload: WorkloadId) => readonly PodId[],
  ) {
    this.simulator = simulator
    this.objects = objects
    this.courses = courses
    courses.lanes.connect((workload) => podsOf(workload).map((pod) => this.existing(pod)))
    // Whoever notices at once enters another state at the same time.
    lifecycle.listen({ stopped: (pod, clean) => (clean ? undefined : courses.lanes.dies(pod, simulator.now)) })
  }

  private existing(pod: PodId): ExistingPod {
    const { objects } = this
    const bound = objects.node[pod] >= 0
    const state = objects.ready[pod] === 1 ? PodState.Ready : bound ? PodState.Starting : PodState.Pending
    return { pod, version: this.versions[pod], template: objects.template[pod], ordinal: this.ordinals[pod], state }
  }

  created(pod: PodId, workload: WorkloadId, ordinal: number, version: string): void {
    const { now } = this.simulator
    const template = this.objects.template[pod]
    this.ordinals[pod] = ordinal
    this.versions[pod] = version
    this.courses.replicas.pods(workload, template, 1, now)
    this.courses.lanes.created(workload, this.existing(pod), now)
  }

  enters(pod: PodId, state: PodState): void {
    this.courses.lanes.enters(pod, state, this.simulator.now)
  }

  ready(pod: PodId, workload: WorkloadId, ready: boolean): void {
    this.courses.replicas.ready(workload, ready ? 1 : -1, this.simulator.now)
    if (this.objects.deleting[pod] === 0) this.enters(pod, ready ? PodState.Ready : PodState.NotReady)
  }

  /** The pod begins to terminate. */
  leaves(pod: PodId, workload: WorkloadId): void {
    if (this.objects.deleting[pod] === 1) return
    this.courses.replicas.pods(workload, this.objects.template[pod], -1, this.simulator.now)
    this.enters(pod, PodState.Terminating)
  }

  ended(pod: PodId, workload: WorkloadId): void {
    if (this.objects.deleting[pod] === 0) this.courses.replicas.pods(workload, this.objects.template[pod], -1, this.simulator.now)
    this.courses.lanes.ended(pod, this.simulator.now)
  }

  rollsOut(workload: WorkloadId, template: number): void {
    this.courses.replicas.template(workload, template, this.simulator.now)
  }
}
