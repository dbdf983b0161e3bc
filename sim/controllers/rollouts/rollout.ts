/**
 * The steps of a rollout, one by one, with what keeps it from going further: the controllers of runs on pods whose times are given. Each
 * instant at which a size or a number of pods changes is one step. What differs between kinds of workloads is in a class of each.
 */
import type { Time } from '../../common/ids.ts'
import { Simulator } from '../../engine/simulator.ts'
import { TimedPods, type PodTimes } from '../kubernetes/timed-pods.ts'
import type { PodId } from '../../common/ids.ts'

/** What a user does at a time. */
export type RolloutAction = { readonly at: Time } & (
  | { readonly kind: 'template'; readonly template: number }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'pause' | 'resume' | 'undo' | 'restart' }
)

/** Versions, and what is done to them. */
export interface RolloutScript {
  /** By template: its name and the times of its pods; the first one runs at the start, ready. */
  readonly versions: readonly ({ readonly name: string } & PodTimes)[]
  readonly actions: readonly RolloutAction[]
  readonly until: Time
}

/** Pods of one version at a step. */
export interface VersionCounts {
  readonly version: string
  /** What the controller wants of it: the size of its ReplicaSet, else its pods. */
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

/** Templates, actions and the record of steps, for every kind of workload. */
export abstract class Rollout {
  protected readonly simulator = new Simulator()
  protected readonly pods: TimedPods
  /** By template: the version that its pods run; a restart adds one. */
  protected readonly templates: number[]
  private readonly input: RolloutScript
  private acted: string[] = []
  private sized: SizeChange[] = []
  private readonly recorded: RolloutStep[] = []
  private readonly recordKind: number
  private recording = false
  private dirty = false

  constructor(input: RolloutScript) {
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
        this.undo()
        break
      default:
        this.acted.push(action.kind)
        this.pause(action.kind === 'pause')
    }
    this.changed()
  }

  /** The controller, or whoever watches it, went back to the version before. */
  protected rolledBack(): void {
    this.acted.push('automatic rollback')
    this.changed()
  }

  /** Pods of a version that are not being deleted. */
  protected wanted(version: number): number {
    return this.living((template) => this.templates[template] === version).length
  }

  /** Pods of some templates that are not being deleted. */
  protected living(of: (template: number) => boolean): PodId[] {
    const { objects, existing } = this.pods
    return existing.filter((pod) => objects.deleting[pod] === 0 && of(objects.template[pod]))
  }

  /** Pods whose deletion was requested and that are not gone. */
  protected get stopping(): number {
    const { objects, existing } = this.pods
    return existing.filter((pod) => objects.deleting[pod] === 1).length
  }

  protected undo(): void {
    const previous = this.previous()
    if (previous !== null) this.rollOut(previous)
  }

  protected abstract isComplete(): boolean
  protected abstract reason(): string
  protected abstract template(): number
  protected abstract previous(): number | null
  protected abstract rollOut(template: number): void
  protected abstract scale(replicas: number): void
  /** Only a Deployment can be paused; others are refused before. */
  protected pause(_paused: boolean): void {
    throw new Error('only a Deployment can be paused')
  }
}

/** `1 pod is`, `2 pods are`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? ' is' : 's are'}`

const differs = (a: RolloutStep, b: RolloutStep): boolean =>
  a.complete !== b.complete || a.waitsFor !== b.waitsFor || JSON.stringify(a.versions) !== JSON.stringify(b.versions)
