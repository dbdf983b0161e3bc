/** A rolling restart of a Marathon app, which never times out. */
import { showDuration } from '../../common/units.ts'
import type { MarathonApp } from '../mesos/app.ts'
import { MarathonApps } from '../mesos/apps.ts'
import type { MarathonAppController } from '../mesos/spec.ts'
import { counted, Rollout, type RolloutScript } from './rollout.ts'

/** A Marathon app whose restart is explained. */
export type MarathonWorkload = { readonly kind: 'MarathonApp'; readonly replicas: number } & Omit<MarathonAppController, 'kind' | 'health'>

export class MarathonRollout extends Rollout {
  private readonly apps: MarathonApps
  private readonly app: MarathonApp

  constructor(input: RolloutScript, { kind: _, replicas, ...spec }: MarathonWorkload) {
    super(input)
    this.apps = new MarathonApps({
      ...{ simulator: this.simulator, objects: this.pods.objects, control: this.pods, latency: 0, phaseOf: () => 0 },
      reported: () => this.changed(),
    })
    // The times of the versions say when an instance is ready, so that it has a health check.
    this.app = this.apps.create(spec, { replicas, isChecked: true })
  }

  protected isComplete(): boolean {
    const { restart, wanted, queued, instances } = this.app
    const ready = this.living(() => true).filter((pod) => this.pods.objects.ready[pod] === 1).length
    return restart === null && wanted === null && queued === 0 && ready === instances && this.pods.existing.length === instances
  }

  protected reason(): string {
    const { restart, instances, queued, delay, template } = this.app
    const { now } = this.simulator
    const { objects } = this.pods
    const parts: string[] = []
    const deadline = delay.deadline(now)
    if (queued > 0 && now < deadline) parts.push(`${counted(queued, 'instance')} launched not before ${showDuration(deadline)}`)
    const total = this.pods.existing.length + queued
    if (restart !== null && restart.started < instances && total >= restart.maxCapacity)
      parts.push(`${counted(total, 'instance')} all that the over-capacity allows, stopping ones included`)
    if (this.stopping > 0) parts.push(`${counted(this.stopping, 'instance')} stopping`)
    const starting = this.living((one) => one === template).filter((pod) => objects.ready[pod] === 0).length
    if (starting > 0) parts.push(`${counted(starting, 'new instance')} not healthy yet`)
    const left = restart?.toKill.length ?? 0
    if (left > 0) parts.push(`each healthy new instance lets one of ${left} old ones be killed`)
    return parts.join('; ')
  }

  protected template(): number {
    return this.app.template
  }

  protected previous(): number | null {
    return this.app.before
  }

  protected rollOut(template: number): void {
    this.apps.rollOut(this.app, template)
  }

  protected scale(replicas: number): void {
    this.apps.scale(this.app, replicas)
  }
}
