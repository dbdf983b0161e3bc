/** Replays `job`: the Job controller, with pods whose fates are scripted. */
import { NONE, type PodId } from '../../../common/ids.ts'
import { JobController } from '../../../controllers/kubernetes/job.ts'
import { endOf, type Job, type JobSpec } from '../../../controllers/kubernetes/job-object.ts'
import type { PodFailurePolicy, SuccessPolicy } from '../../../controllers/kubernetes/job-object.ts'
import { ApiPhase, type NewPod, type PodController } from '../../../controllers/kubernetes/pod-objects.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { ScriptedPods } from './scripted-pods.ts'

interface Fate {
  readonly seconds: number
  readonly exit?: number
  readonly disrupted?: boolean
  readonly restarts?: number
}

interface Moment {
  readonly at: number
  created?: number | number[]
  deleted?: number | number[]
  conditions?: string[]
}

interface ApiSpec extends Omit<Partial<JobSpec>, 'podFailurePolicy' | 'successPolicy'> {
  readonly activeDeadlineSeconds?: number
  readonly podFailurePolicy?: { readonly rules: PodFailurePolicy }
  readonly successPolicy?: { readonly rules: SuccessPolicy }
}

/** One recorded case. */
export interface JobCase extends RecordedCase {
  readonly spec: ApiSpec
  readonly restartPolicy: 'Never' | 'OnFailure'
  readonly fates: Readonly<Record<string, readonly Fate[]>>
  readonly stopSeconds: number
  readonly script?: readonly { readonly at: number; readonly do: string; readonly value?: number }[]
  readonly timeline: readonly Moment[]
  readonly final: Readonly<Record<string, unknown>>
}

const SECOND = 1_000_000
const time = (seconds: number): number => Math.round(seconds * SECOND)
/** The recording ends at the latest now. */
const LIMIT = 5000
const KILLED = 143
/** Events that a sync passes through at one instant: the end of its delay, the work queue. */
const HOPS = 3
/** Most instants of one case at which the order is changed. */
const MOST_LATE = 3

/** Pods that are ready at once and end as their fate says. */
class FatedPods extends ScriptedPods {
  readonly events: { readonly at: number; readonly kind: 'created' | 'deleted'; readonly index: number }[] = []
  private readonly created = new Map<string, number>()
  private readonly owners = new Map<PodId, PodController>()
  private readonly clock: Simulator
  private readonly recorded: JobCase
  private readonly late: ReadonlySet<number>
  /** Instants at which a pod has ended [µs]. */
  readonly ends: number[] = []

  /** @param late instants [µs] at which pods end after all else that happens then */
  constructor(simulator: Simulator, recorded: JobCase, late: ReadonlySet<number>) {
    super(simulator, recorded.stopSeconds > 0)
    this.clock = simulator
    this.recorded = recorded
    this.late = late
  }

  override create(controller: PodController, pod: NewPod): PodId {
    const row = super.create(controller, pod)
    const { ordinal = NONE } = pod
    this.owners.set(row, controller)
    this.objects.ready[row] = 1
    this.note('created', ordinal)
    const name = ordinal === NONE ? '' : String(ordinal)
    const fates = this.recorded.fates[name]
    const nth = this.created.get(name) ?? 0
    this.created.set(name, nth + 1)
    this.live(row, fates[Math.min(nth, fates.length - 1)], 0)
    return row
  }

  override delete(pod: PodId): void {
    if (!this.objects.isFinished(pod)) this.note('deleted', this.objects.ordinal[pod])
    super.delete(pod)
    if (this.owners.has(pod)) {
      this.clock.call(this.clock.now + time(this.recorded.stopSeconds), () => {
        if (!this.owners.has(pod) || this.objects.isFinished(pod)) return
        this.objects.exitCode[pod] = KILLED
        this.setPhase(pod, ApiPhase.Failed)
        this.remove(pod)
      })
    }
  }

  override remove(pod: PodId): void {
    this.owners.delete(pod)
    super.remove(pod)
  }

  private note(kind: 'created' | 'deleted', index: number): void {
    this.events.push({ at: this.clock.now, kind, index })
  }

  /** Calls after a delay, as the last event of its instant where that is asked for. */
  private after(delay: number, fn: () => void): void {
    const at = this.clock.now + delay
    const hop = (hops: number): void => void this.clock.call(at, hops === 0 ? fn : () => hop(hops - 1))
    hop(this.late.has(at) ? HOPS : 0)
  }

  private live(pod: PodId, fate: Fate, restarts: number): void {
    this.after(time(fate.seconds), () => {
      const { objects } = this
      if (!this.owners.has(pod) || objects.deleting[pod] === 1) return
      this.ends.push(this.clock.now)
      if (restarts < (fate.restarts ?? 0)) {
        objects.restarts[pod]++
        objects.allRestarts[pod]++
        this.owners.get(pod)!.podChanged(pod)
        this.live(pod, fate, restarts + 1)
        return
      }
      objects.exitCode[pod] = fate.exit ?? 0
      objects.exitContainer[pod] = 0
      objects.disrupted[pod] = Number(fate.disrupted ?? false)
      this.setPhase(pod, (fate.exit ?? 0) === 0 ? ApiPhase.Succeeded : ApiPhase.Failed)
    })
  }
}

/** What happened, grouped by instant. */
function timelineOf(events: FatedPods['events'], conditions: readonly { at: number; text: string }[], indexed: boolean): Moment[] {
  const moments = new Map<number, Moment>()
  const momentAt = (at: number): Moment => {
    const moment = moments.get(at) ?? { at: at / SECOND }
    moments.set(at, moment)
    return moment
  }
  for (const { at, kind, index } of events) {
    const moment = momentAt(at)
    if (indexed) (moment[kind] = (moment[kind] as number[] | undefined) ?? []) && (moment[kind] as number[]).push(index)
    else moment[kind] = ((moment[kind] as number | undefined) ?? 0) + 1
  }
  for (const { at, text } of conditions) (momentAt(at).conditions ??= []).push(text)
  for (const { created, deleted } of moments.values()) {
    for (const list of [created, deleted]) if (Array.isArray(list)) list.sort((a, b) => a - b)
  }
  return [...moments.values()].sort((a, b) => a.at - b.at)
}

/**
 * Replays one case. Where a pod ends at the very instant of a sync, the real controller may see its end in that sync or one second later
 * (both orders are recorded within case 93): then both are tried. At other instants the order makes no difference.
 */
export function replayJob(recorded: JobCase, _: unknown, late: ReadonlySet<number> = new Set()): string | null {
  const first = replayOnce(recorded, late)
  if (first.difference === null || late.size >= MOST_LATE) return first.difference
  const earliest = Math.max(-1, ...late)
  for (const at of new Set(first.ends)) {
    if (at > earliest && replayJob(recorded, _, new Set([...late, at])) === null) return null
  }
  return first.difference
}

function replayOnce(recorded: JobCase, late: ReadonlySet<number>): { difference: string | null; ends: readonly number[] } {
  const simulator = new Simulator()
  const pods = new FatedPods(simulator, recorded, late)
  const conditions: { at: number; text: string }[] = []
  const controller = new JobController({
    simulator,
    objects: pods.objects,
    control: pods,
    latency: 0,
    conditionWritten: (_, { type, status, reason }) => conditions.push({ at: simulator.now, text: `${type}=${status} ${reason}` }),
  })
  const { activeDeadlineSeconds = Infinity, podFailurePolicy, successPolicy, ...spec } = recorded.spec
  const job = controller.create({
    ...spec,
    activeDeadline: activeDeadlineSeconds * SECOND,
    podFailurePolicy: podFailurePolicy?.rules ?? null,
    successPolicy: successPolicy?.rules ?? null,
    restartPolicy: recorded.restartPolicy,
  })
  for (const { at, do: action, value = 0 } of recorded.script ?? []) {
    simulator.call(time(at), () => {
      controller.update(job, action === 'parallelism' ? { parallelism: value } : { suspend: action === 'suspend' })
    })
  }
  simulator.run(LIMIT * SECOND)
  const ours = { timeline: timelineOf(pods.events, conditions, job.spec.completionMode === 'Indexed'), final: finalOf(job) }
  return { difference: firstDifference({ timeline: recorded.timeline, final: recorded.final }, ours), ends: pods.ends }
}

function finalOf({ status, spec }: Job): Record<string, unknown> {
  return {
    active: status.active,
    completedIndexes: status.completedIndexes.toString(),
    failed: status.failed,
    ...(spec.backoffLimitPerIndex === null ? {} : { failedIndexes: status.failedIndexes.toString() }),
    finished: endOf(status) !== null,
    succeeded: status.succeeded,
  }
}
