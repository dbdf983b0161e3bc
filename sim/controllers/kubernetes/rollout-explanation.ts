/**
 * The steps of a rollout, one by one, with what keeps it from going further: the real controllers on pods whose times are given. Each
 * instant at which a size or a number of pods changes is one step.
 */
import type { Time } from '../../common/ids.ts'
import { Simulator } from '../../engine/simulator.ts'
import { isComplete, limitsOf, sizesOf, availableOf, type DeploymentSpec } from './deployment-object.ts'
import { DeploymentController, type Deployment } from './deployment.ts'
import { ReplicaSetController } from './replica-set.ts'
import { StatefulSetController, type StatefulSet, type StatefulSetSpec } from './stateful-set.ts'
import { TimedPods, type PodTimes } from './timed-pods.ts'

/** What a user does at a time. */
export type RolloutAction = { readonly at: Time } & (
  | { readonly kind: 'template'; readonly template: number }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'pause' | 'resume' | 'undo' | 'restart' }
)

/** A rollout to explain. */
export interface RolloutInput {
  readonly workload:
    | ({ readonly kind: 'Deployment' } & Omit<DeploymentSpec, 'generation' | 'template'>)
    | ({ readonly kind: 'StatefulSet' } & Omit<StatefulSetSpec, 'template'>)
  /** By template: its name and the times of its pods; the first one runs at the start, ready. */
  readonly versions: readonly ({ readonly name: string } & PodTimes)[]
  readonly actions: readonly RolloutAction[]
  readonly until: Time
}

/** Pods of one version at a step. */
export interface VersionCounts {
  readonly version: string
  /** What the controller wants of it; of a StatefulSet its pods. */
  readonly replicas: number
  readonly pods: number
  readonly ready: number
  readonly terminating: number
}

/** The size of a version's set was changed; a new set has `from` 0. */
export interface SizeChange {
  readonly version: string
  readonly from: number
  readonly to: number
}

/** What holds at an instant after all changes of that instant. */
export interface RolloutStep {
  /** [µs] */
  readonly at: Time
  /** Actions of this instant. */
  readonly actions: readonly string[]
  /** Sizes that the controller of a Deployment wrote at this instant, in order. */
  readonly sizes: readonly SizeChange[]
  readonly versions: readonly VersionCounts[]
  /** Ready pods of all versions. */
  readonly ready: number
  readonly complete: boolean
  /** Why the rollout goes no further now; empty when it is complete. */
  readonly waitsFor: string
}

/** Explains a rollout up to its horizon. */
export function explainRollout(input: RolloutInput): RolloutStep[] {
  const run =
    input.workload.kind === 'Deployment' ? new DeploymentRollout(input, input.workload) : new StatefulRollout(input, input.workload)
  return run.steps()
}

/** Templates, actions and the record of steps, for every kind of workload. */
abstract class Rollout {
  protected readonly simulator = new Simulator()
  protected readonly pods: TimedPods
  /** By template: the version that its pods run; a restart adds one. */
  protected readonly templates: number[]
  private readonly input: RolloutInput
  private acted: string[] = []
  private sized: SizeChange[] = []
  private readonly recorded: RolloutStep[] = []
  private readonly recordKind: number
  private recording = false
  private dirty = false

  constructor(input: RolloutInput) {
    this.input = input
    this.templates = input.versions.map((_, version) => version)
    const { simulator } = this
    // Pods of the start are ready at once.
    const timesOf = (template: number): PodTimes => {
      const times = input.versions[this.templates[template]]
      return simulator.now === 0 && template === 0 ? { ...times, ready: 0 } : times
    }
    this.pods = new TimedPods(simulator, timesOf, () => this.changed())
    this.recordKind = simulator.register('step is recorded', () => this.record())
    const acts = simulator.register('action', (row) => this.act(input.actions[row]))
    input.actions.forEach(({ at }, row) => simulator.at(at, acts, row, 0))
  }

  steps(): RolloutStep[] {
    this.simulator.run(this.input.until)
    return this.recorded
  }

  /** All changes of one instant make one step. */
  protected changed(): void {
    this.dirty = true
    if (this.recording) return
    this.recording = true
    this.simulator.at(this.simulator.now, this.recordKind, 0, 0)
  }

  /** Once everything that follows from a change at this instant has happened, without a further change. */
  private record(): void {
    if (this.dirty) {
      this.dirty = false
      this.simulator.at(this.simulator.now, this.recordKind, 0, 0)
      return
    }
    this.recording = false
    const complete = this.isComplete()
    const versions = this.input.versions.map(({ name }, version) => this.counts(name, version))
    const ready = versions.reduce((sum, one) => sum + one.ready, 0)
    const last = this.recorded.at(-1)
    const same = last !== undefined && last.at === this.simulator.now
    const actions = same ? [...last.actions, ...this.acted] : this.acted
    const sizes = same ? [...last.sizes, ...this.sized] : this.sized
    const step = { at: this.simulator.now, actions, sizes, versions, ready, complete, waitsFor: complete ? '' : this.reason() }
    this.acted = []
    this.sized = []
    if (same) this.recorded[this.recorded.length - 1] = step
    else if (last === undefined || actions.length > 0 || sizes.length > 0 || differs(last, step)) this.recorded.push(step)
  }

  /** The size of a set was written. */
  protected resized(template: number, from: number, to: number): void {
    const { name } = this.input.versions[this.templates[template]]
    this.sized.push({ version: name, from: Math.max(0, from), to: Math.max(0, to) })
    this.changed()
  }

  private counts(version: string, row: number): VersionCounts {
    const { objects } = this.pods
    const existing = this.pods.existing.filter((pod) => this.templates[objects.template[pod]] === row)
    const living = existing.filter((pod) => objects.deleting[pod] === 0)
    return {
      version,
      replicas: this.wanted(row),
      pods: living.length,
      ready: living.filter((pod) => objects.ready[pod] === 1).length,
      terminating: existing.length - living.length,
    }
  }

  private act(action: RolloutAction): void {
    switch (action.kind) {
      case 'template':
        this.acted.push(`version ${this.input.versions[action.template].name}`)
        this.rollOut(action.template)
        break
      case 'scale':
        this.acted.push(`scale to ${action.replicas}`)
        this.scale(action.replicas)
        break
      case 'restart':
        this.acted.push('restart')
        this.rollOut(this.templates.push(this.templates[this.template()]) - 1)
        break
      case 'undo':
        this.acted.push('undo')
        this.rollOut(this.previous() ?? this.template())
        break
      default:
        this.acted.push(action.kind)
        this.pause(action.kind === 'pause')
    }
    this.changed()
  }

  protected abstract wanted(version: number): number
  protected abstract isComplete(): boolean
  protected abstract reason(): string
  protected abstract template(): number
  protected abstract previous(): number | null
  protected abstract rollOut(template: number): void
  protected abstract scale(replicas: number): void
  protected abstract pause(paused: boolean): void
}

const differs = (a: RolloutStep, b: RolloutStep): boolean =>
  a.complete !== b.complete || a.waitsFor !== b.waitsFor || JSON.stringify(a.versions) !== JSON.stringify(b.versions)

class DeploymentRollout extends Rollout {
  private readonly controller: DeploymentController
  private readonly deployment: Deployment

  constructor(input: RolloutInput, spec: Omit<DeploymentSpec, 'generation' | 'template'>) {
    super(input)
    const common = { simulator: this.simulator, objects: this.pods.objects, latency: 0 }
    const replicaSets = new ReplicaSetController({ ...common, control: this.pods })
    const changed = (): void => this.changed()
    this.controller = new DeploymentController({
      ...common,
      replicaSets,
      resized: (_, { template }, from, to) => this.resized(template, from, to),
      reported: changed,
    })
    this.deployment = this.controller.create({ ...spec, template: 0 })
  }

  protected wanted(version: number): number {
    return sizesOf(this.deployment.sets.filter(({ template }) => this.templates[template] === version))
  }

  protected isComplete(): boolean {
    return isComplete(this.deployment.spec, this.deployment.status)
  }

  protected reason(): string {
    const { spec, status, sets } = this.deployment
    if (spec.paused) return 'the rollout is paused'
    const newest = this.deployment.newest()
    const late = status.progressing?.reason === 'ProgressDeadlineExceeded' ? '; the progress deadline is exceeded' : ''
    const old = this.pods.existing.length - (newest?.pods.size ?? 0)
    if (spec.strategy.type === 'Recreate' && newest === null) return `${old} old pods must be gone before new ones are created${late}`
    const { surge, unavailable } = limitsOf(spec)
    const total = sizesOf(sets)
    const starting = (newest?.size ?? 0) - (newest?.status.available ?? 0)
    const parts: string[] = []
    if (total >= spec.replicas + surge && (newest?.size ?? 0) < spec.replicas)
      parts.push(`${total} replicas are all that ${spec.replicas} + ${surge} surge allow`)
    const available = availableOf(sets)
    const least = spec.replicas - unavailable
    if (sizesOf(this.deployment.old()) > 0 && spec.strategy.type === 'RollingUpdate')
      parts.push(
        available < least ? `${available} are available, below the minimum of ${least}` : `${available} are available and ${least} must be`,
      )
    if (starting > 0) parts.push(`${starting} new ${starting === 1 ? 'pod is' : 'pods are'} not available yet`)
    return `${parts.join('; ')}${late}`
  }

  protected template(): number {
    return this.deployment.spec.template
  }

  protected previous(): number | null {
    return this.deployment.old().sort((a, b) => b.revision - a.revision)[0]?.template ?? null
  }

  protected rollOut(template: number): void {
    this.controller.update(this.deployment, { template })
  }

  protected scale(replicas: number): void {
    this.controller.update(this.deployment, { replicas })
  }

  protected pause(paused: boolean): void {
    this.controller.update(this.deployment, { paused })
  }
}

class StatefulRollout extends Rollout {
  private readonly controller: StatefulSetController
  private readonly set: StatefulSet
  private before: number | null = null

  constructor(input: RolloutInput, spec: Omit<StatefulSetSpec, 'template'>) {
    super(input)
    const common = { simulator: this.simulator, objects: this.pods.objects, latency: 0 }
    this.controller = new StatefulSetController({ ...common, control: this.pods, reported: () => this.changed() })
    this.set = this.controller.create({ ...spec, template: 0 })
  }

  protected wanted(version: number): number {
    const { objects } = this.pods
    return [...this.set.pods.values()].filter((pod) => this.templates[objects.template[pod]] === version && objects.deleting[pod] === 0)
      .length
  }

  protected isComplete(): boolean {
    const { spec, status } = this.set
    const updated = Math.max(0, spec.replicas - spec.partition)
    return status.available === spec.replicas && status.replicas === spec.replicas && status.updated >= updated
  }

  protected reason(): string {
    const { objects } = this.pods
    const { spec, pods } = this.set
    const terminating = [...pods].filter(([, pod]) => objects.deleting[pod] === 1).map(([ordinal]) => ordinal)
    const starting = [...pods].filter(
      ([, pod]) => objects.deleting[pod] === 0 && !objects.isAvailable(pod, spec.minReady, this.simulator.now),
    )
    if (terminating.length > 0) return `pod ${terminating.sort((a, b) => b - a).join(', ')} must be gone`
    if (starting.length > 0) return `pod ${starting.map(([ordinal]) => ordinal).join(', ')} is not available yet`
    return spec.updateStrategy === 'OnDelete' ? 'pods are replaced only when someone deletes them' : 'the controller has not acted yet'
  }

  protected template(): number {
    return this.set.spec.template
  }

  protected previous(): number | null {
    return this.before
  }

  protected rollOut(template: number): void {
    this.before = this.template()
    this.controller.update(this.set, { template })
  }

  protected scale(replicas: number): void {
    this.controller.update(this.set, { replicas })
  }

  protected pause(): void {
    throw new Error('a StatefulSet cannot be paused; accepted: a Deployment')
  }
}
