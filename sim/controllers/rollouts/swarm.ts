/** An update of a Swarm service, with its pause or rollback after failures. */
import { showDuration } from '../../common/units.ts'
import type { SwarmService } from '../swarm/service.ts'
import { SwarmServices } from '../swarm/services.ts'
import type { SwarmServiceController } from '../swarm/spec.ts'
import { counted, Rollout, type RolloutScript } from './rollout.ts'

/** A Swarm service whose update is explained; `replicas` of a global service are its nodes. */
export type SwarmWorkload = { readonly kind: 'SwarmService'; readonly replicas: number } & Omit<SwarmServiceController, 'kind' | 'health'>

export class SwarmRollout extends Rollout {
  private readonly services: SwarmServices
  private readonly service: SwarmService

  constructor(input: RolloutScript, { kind: _, replicas, ...spec }: SwarmWorkload) {
    super(input)
    const nodes = Array.from({ length: spec.mode === 'global' ? replicas : 0 }, (_, node) => node)
    this.services = new SwarmServices({
      ...{ simulator: this.simulator, objects: this.pods.objects, control: this.pods, latency: 0 },
      nodes: { existing: () => nodes, isPaused: () => false },
      reported: () => this.changed(),
      rolledBack: () => this.rolledBack(),
    })
    this.service = this.services.create(spec, { replicas, matches: () => true })
  }

  protected isComplete(): boolean {
    const { update, state, dirty, delayed } = this.service
    return update === null && !dirty && delayed.size === 0 && state !== 'paused' && state !== 'rollback-paused' && this.areReady()
  }

  private areReady(): boolean {
    const { objects } = this.pods
    return this.living(() => true).every((pod) => objects.ready[pod] === 1)
  }

  protected reason(): string {
    const { state, update, delayed, template } = this.service
    const { now } = this.simulator
    if (state === 'paused') return 'the update is paused, because more tasks failed than max_failure_ratio allows'
    if (state === 'rollback-paused') return 'the rollback is paused, because its tasks failed too'
    const { objects } = this.pods
    const held = new Set([...delayed].map(({ pod }) => pod))
    const starting = this.living((one) => one === template).filter((pod) => objects.ready[pod] === 0 && !held.has(pod)).length
    const parts: string[] = []
    if (this.stopping > 0) parts.push(`${counted(this.stopping, 'task')} stopping`)
    if (starting > 0) parts.push(`${counted(starting, 'new task')} not running yet`)
    const restart = Math.min(Infinity, ...[...delayed].map(({ start }) => start!.due).filter((due) => due > now))
    if (restart < Infinity) parts.push(`a task is started again at ${showDuration(restart)}`)
    const next = update?.next() ?? Infinity
    if (next < Infinity) {
      const left = this.living((one) => one !== template).length
      parts.push(
        left > 0 ? `the delay between slots ends at ${showDuration(next)}` : `failures are watched until ${showDuration(next)} at least`,
      )
    }
    return parts.join('; ')
  }

  protected template(): number {
    return this.service.template
  }

  protected previous(): number | null {
    return this.service.before
  }

  protected rollOut(template: number): void {
    this.services.rollOut(this.service, template)
  }

  protected override undo(): void {
    this.services.rollBack(this.service)
  }

  protected scale(replicas: number): void {
    this.services.scale(this.service, replicas)
  }
}
