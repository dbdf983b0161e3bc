/** A rollout of a StatefulSet: from the highest ordinal down to the partition. */
import { StatefulSetController, type StatefulSet, type StatefulSetSpec } from '../kubernetes/stateful-set.ts'
import { Rollout, type RolloutScript } from './rollout.ts'

/** A StatefulSet whose rollout is explained. */
export type StatefulSetWorkload = { readonly kind: 'StatefulSet' } & Omit<StatefulSetSpec, 'template'>

export class StatefulSetRollout extends Rollout {
  private readonly controller: StatefulSetController
  private readonly set: StatefulSet
  private before: number | null = null

  constructor(input: RolloutScript, { kind: _, ...spec }: StatefulSetWorkload) {
    super(input)
    const common = { simulator: this.simulator, objects: this.pods.objects, latency: 0 }
    this.controller = new StatefulSetController({ ...common, control: this.pods, reported: () => this.changed() })
    this.set = this.controller.create({ ...spec, template: 0 })
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
}
