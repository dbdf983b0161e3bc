/**
 * Admission of pods, as the API server has it: limit ranges refuse pods outside of their bounds, then no quota of the namespace may be
 * exceeded. A refused pod is not created; its controller gets the error and tries again with its back-off. A quota frees what a pod counted
 * when its controller has seen that the pod is gone; a pod that should have ended long ago, because its node does not answer, counts no more
 * at the next full count. A part of the run.
 */
import type { PodShape } from '../../cluster/spec.ts'
import type { PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { AdmissionRecorder } from '../../measure/admission-recorder.ts'
import type { Components } from '../components.ts'
import { WorkQueue } from '../kubernetes/work-queue.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import { amountOf, Quota } from './quota.ts'
import type { AdmissionSpec } from './spec.ts'

/** Period in which the quota controller counts everything [µs]. Source: Kubernetes 1.34 pkg/controller/resourcequota/config/v1alpha1. */
const FULL_COUNT: Time = 300_000_000

/** What admission needs of the run. */
export interface AdmissionRun {
  readonly simulator: Simulator
  readonly lifecycle: PodLifecycle
  readonly components: Components
  readonly admissions: AdmissionRecorder
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly input: { readonly admission?: AdmissionSpec }
}

/** A pod that exists and counts. */
interface Charge {
  readonly shape: PodShape
  readonly quotas: readonly number[]
  /** When it counts no more although it exists; Infinity: it does not terminate. */
  expires: Time
  stuck: boolean
}

export class Admission {
  readonly quotas: readonly Quota[]
  private readonly run: AdmissionRun
  private readonly charges = new Map<PodId, Charge>()
  /** Charged pods that terminate. */
  private readonly ending = new Set<Charge>()
  private readonly queue: WorkQueue
  private readonly fullCount: number
  private counting = false

  /** Null when no namespace has a quota or a limit range. */
  static of(run: AdmissionRun): Admission | null {
    const { admission } = run.input
    return admission === undefined ? null : new Admission(run, admission)
  }

  private constructor(run: AdmissionRun, { quotas, latency }: AdmissionSpec) {
    const { simulator, lifecycle, components, admissions } = run
    this.run = run
    this.quotas = quotas.map((spec) => new Quota(spec))
    admissions.begins(this.quotas.map(({ resources }) => resources.length))
    this.queue = new WorkQueue(simulator, 'resource quota', (row) => this.recount(row), latency)
    this.fullCount = simulator.register('quotas are counted in full', () => {
      this.counting = false
      this.quotas.forEach((_, row) => this.queue.add(row))
      this.expectFullCount()
    })
    lifecycle.listen({ ending: (pod) => this.gone(pod), terminating: (pod) => this.terminating(pod) })
    components.whenDown('controllers', (until) => this.queue.hold(until))
  }

  windowBegins(now: Time): void {
    this.run.admissions.windowBegins(now)
  }

  /** Whether the API server creates a pod of this shape now; `created` follows if so. */
  admits(shape: PodShape): boolean {
    const { admission } = shape
    if (admission === undefined) return true
    const { simulator, admissions } = this.run
    const concerned = this.quotas.filter((quota) => quota.counts(admission))
    const why =
      admission.outside !== undefined
        ? 'outside'
        : concerned.some((quota) => quota.unstated(admission) !== undefined)
          ? 'unstated'
          : concerned.every((quota) => quota.hasRoom(shape))
            ? null
            : 'exceeded'
    if (why !== null) admissions.refused(why, simulator.now)
    return why === null
  }

  /** The pod was created. */
  created(pod: PodId, shape: PodShape): void {
    const { admission } = shape
    if (admission === undefined) return
    const quotas = this.quotas.flatMap((quota, row) => (quota.counts(admission) ? [row] : []))
    if (quotas.length === 0) return
    this.charges.set(pod, { shape, quotas, expires: Infinity, stuck: false })
    for (const row of quotas) {
      this.quotas[row].created(shape)
      this.report(row)
    }
  }

  private terminating(pod: PodId): void {
    const charge = this.charges.get(pod)
    if (charge === undefined) return
    charge.expires = this.run.simulator.now + charge.shape.admission!.stuckAfter
    this.ending.add(charge)
    this.expectFullCount()
  }

  private gone(pod: PodId): void {
    const charge = this.charges.get(pod)
    if (charge === undefined) return
    this.charges.delete(pod)
    this.ending.delete(charge)
    for (const row of charge.quotas) {
      this.quotas[row].gone(charge.shape, charge.stuck)
      this.queue.add(row)
    }
  }

  /** The controller counts in full once a period; nothing would change while no pod terminates. */
  private expectFullCount(): void {
    if (this.counting || this.ending.size === 0) return
    this.counting = true
    const { simulator, times } = this.run
    const passed = Math.max(0, simulator.now - times.origin)
    simulator.at(times.origin + (Math.floor(passed / FULL_COUNT) + 1) * FULL_COUNT, this.fullCount, 0, 0)
  }

  private recount(row: number): void {
    const { now } = this.run.simulator
    for (const charge of this.ending) {
      if (charge.stuck || now <= charge.expires) continue
      charge.stuck = true
      for (const quota of charge.quotas) this.quotas[quota].stuck(charge.shape)
    }
    if (this.quotas[row].recount()) this.report(row)
  }

  private report(row: number): void {
    this.run.admissions.used(row, this.quotas[row].used, this.run.simulator.now)
  }

  /** Nothing is used beyond a bound, and what is used covers what exists. */
  check(): void {
    this.quotas.forEach(({ spec, resources, hard, used, live }, row) => {
      resources.forEach((name, i) => {
        let counted = 0
        for (const { shape, quotas, stuck } of this.charges.values())
          if (quotas.includes(row) && (!stuck || name === 'count/pods')) counted += amountOf(name, shape)
        if (used[i] <= hard[i] && live[i] === counted && counted <= used[i]) return
        throw new Error(
          `quota ${spec.namespace}/${spec.name}: ${name} is bounded by ${hard[i]}, ${used[i]} are used, ${live[i]} were counted, the pods amount to ${counted}`,
        )
      })
    })
  }

  /** How full the quotas were. */
  notes(): string[] {
    const { admissions, simulator } = this.run
    return this.quotas.flatMap(({ spec, resources, hard }, row) =>
      resources.flatMap((name, i) => {
        const { max } = admissions.usage(row, i, simulator.now)
        return max < hard[i] ? [] : [`quota ${spec.namespace}/${spec.name}: all of its ${name} was used at some time`]
      }),
    )
  }
}
