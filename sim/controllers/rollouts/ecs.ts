/** A deployment of an Amazon ECS service, with its circuit breaker. */
import { showDuration } from '../../common/units.ts'
import { boundsOf, failureThreshold } from '../ecs/deployment.ts'
import type { EcsService } from '../ecs/service.ts'
import { EcsServices } from '../ecs/services.ts'
import type { EcsServiceController } from '../ecs/spec.ts'
import { counted, Rollout, type RolloutScript } from './rollout.ts'

/** An ECS service whose deployment is explained; `replicas` of a DAEMON service are its container instances. */
export type EcsWorkload = { readonly kind: 'EcsService'; readonly replicas: number } & Omit<EcsServiceController, 'kind'>

export class EcsRollout extends Rollout {
  private readonly services: EcsServices
  private readonly service: EcsService

  constructor(input: RolloutScript, { kind: _, replicas, ...spec }: EcsWorkload) {
    super(input)
    const nodes = Array.from({ length: spec.scheduling === 'DAEMON' ? replicas : 0 }, (_, node) => node)
    this.services = new EcsServices({
      ...{ simulator: this.simulator, objects: this.pods.objects, control: this.pods, latency: 0 },
      nodes: { active: () => nodes, zoneOf: () => 0 },
      reported: () => this.changed(),
      rolledBack: () => this.rolledBack(),
    })
    // The times of the versions say when a task is ready, so that it has a check.
    this.service = this.services.create(spec, { replicas, isChecked: true, matches: () => true })
  }

  protected isComplete(): boolean {
    return this.service.rollout === 'completed'
  }

  protected reason(): string {
    const { service } = this
    const { desired, spec, tasks, failures } = service
    const { now } = this.simulator
    if (service.rollout === 'failed') {
      return `the deployment has failed: ${failures} of its tasks failed, and the circuit breaker allows fewer than ${failureThreshold(spec.breaker, desired)}`
    }
    const { least, most } = boundsOf(desired, spec.minimumHealthyPercent, spec.maximumPercent)
    const current = tasks.filter((task) => service.isCurrent(task)).length
    const healthy = tasks.filter((task) => service.isHealthy(task, this.pods.objects, now))
    const starting = tasks.filter((task) => service.isCurrent(task) && !healthy.includes(task)).length
    const parts: string[] = []
    if (current < desired && tasks.length >= most) parts.push(`${counted(tasks.length, 'task')} all that ${spec.maximumPercent} % allow`)
    if (current < desired && now < service.pausedUntil) parts.push(`launches are paused until ${showDuration(service.pausedUntil)}`)
    if (current < tasks.length) parts.push(`${healthy.length} are healthy and ${least} must be`)
    if (starting > 0) parts.push(`${counted(starting, 'new task')} not healthy yet`)
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

  protected scale(replicas: number): void {
    this.services.scale(this.service, replicas)
  }
}
