/** A rollout of a Deployment: RollingUpdate or Recreate, with a rollback after the progress deadline where that is asked for. */
import { availableOf, isComplete, limitsOf, sizesOf, type DeploymentSpec } from '../kubernetes/deployment-object.ts'
import { DeploymentController, type Deployment } from '../kubernetes/deployment.ts'
import { ReplicaSetController } from '../kubernetes/replica-set.ts'
import { counted, Rollout, type RolloutScript } from './rollout.ts'

/** A Deployment whose rollout is explained. */
export type DeploymentWorkload = { readonly kind: 'Deployment'; readonly rollback: boolean } & Omit<
  DeploymentSpec,
  'generation' | 'template'
>

export class DeploymentRollout extends Rollout {
  private readonly controller: DeploymentController
  private readonly deployment: Deployment

  private readonly rollback: boolean
  /** The rollout under way has exceeded its deadline and was undone. */
  private undone = false

  constructor(input: RolloutScript, { kind: _, rollback, ...spec }: DeploymentWorkload) {
    super(input)
    this.rollback = rollback
    const common = { simulator: this.simulator, objects: this.pods.objects, latency: 0 }
    const replicaSets = new ReplicaSetController({ ...common, control: this.pods })
    this.controller = new DeploymentController({
      ...common,
      replicaSets,
      resized: (_, { template }, from, to) => this.resized(template, from, to),
      reported: () => this.judge(),
    })
    this.deployment = this.controller.create({ ...spec, template: 0 })
  }

  /** With `rollback` a rollout that exceeds its progress deadline is undone, once. */
  private judge(): void {
    this.changed()
    const late = this.deployment.status.progressing?.reason === 'ProgressDeadlineExceeded'
    if (!this.rollback || !late || this.undone) return
    this.rolledBack()
    this.undo()
    this.undone = true
  }

  protected override wanted(version: number): number {
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
    if (starting > 0) parts.push(`${counted(starting, 'new pod')} not available yet`)
    return `${parts.join('; ')}${late}`
  }

  protected template(): number {
    return this.deployment.spec.template
  }

  protected previous(): number | null {
    return this.deployment.old().sort((a, b) => b.revision - a.revision)[0]?.template ?? null
  }

  protected rollOut(template: number): void {
    this.undone = false
    this.controller.update(this.deployment, { template })
  }

  protected scale(replicas: number): void {
    this.controller.update(this.deployment, { replicas })
  }

  protected override pause(paused: boolean): void {
    this.controller.update(this.deployment, { paused })
  }
}
