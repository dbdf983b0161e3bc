/** A rollout of a DaemonSet on a number of equal nodes, which are taken by number where the real controller's order is random. */
import type { PodId } from '../../common/ids.ts'
import { daemonLimits, DaemonSetController, type DaemonSet, type DaemonSetSpec } from '../kubernetes/daemon-set.ts'
import { counted, Rollout, type RolloutScript } from './rollout.ts'

/** A DaemonSet whose rollout is explained. */
export type DaemonSetWorkload = { readonly kind: 'DaemonSet'; readonly nodes: number } & Omit<DaemonSetSpec, 'template'>

export class DaemonSetRollout extends Rollout {
  private readonly controller: DaemonSetController
  private readonly set: DaemonSet
  private readonly nodes: readonly number[]
  private before: number | null = null

  constructor(input: RolloutScript, { kind: _, nodes, ...spec }: DaemonSetWorkload) {
    super(input)
    this.nodes = Array.from({ length: nodes }, (_, node) => node)
    this.controller = new DaemonSetController({
      ...{ simulator: this.simulator, objects: this.pods.objects, latency: 0, control: this.pods },
      nodes: { existing: () => this.nodes, taints: () => [] },
      order: (rows) => rows,
      reported: () => this.changed(),
    })
    const placement = { tolerations: [], hostNetwork: false, matches: () => true }
    this.set = this.controller.create({ ...spec, template: 0 }, placement)
  }

  protected isComplete(): boolean {
    const { desired, updated, available } = this.set.status
    return updated === desired && available === desired && this.pods.existing.length === desired
  }

  protected reason(): string {
    const { spec } = this.set
    const { surge, unavailable } = daemonLimits(spec, this.nodes.length)
    const fresh = this.living((template) => template === spec.template)
    const starting = fresh.filter((pod) => !this.isAvailable(pod)).length
    const parts: string[] = []
    if (this.stopping > 0) parts.push(`${counted(this.stopping, 'old pod')} stopping`)
    if (starting > 0) parts.push(`${counted(starting, 'new pod')} not available yet`)
    const left = this.living((template) => template !== spec.template).length
    if (left === 0 || spec.updateStrategy === 'OnDelete') {
      if (left > 0) parts.push('pods are replaced only when someone deletes them')
      return parts.join('; ')
    }
    if (surge > 0) parts.push(`${counted(this.doubled(), 'node')} with an old and a new pod, and ${surge} may be`)
    else parts.push(`${counted(this.bare(), 'node')} without an available pod, and ${unavailable} may be`)
    return parts.join('; ')
  }

  private isAvailable(pod: PodId): boolean {
    return this.pods.objects.isAvailable(pod, this.set.spec.minReady, this.simulator.now)
  }

  /** Nodes with two pods that stay. */
  private doubled(): number {
    const { deleting } = this.pods.objects
    return [...this.set.pods.values()].filter((pods) => pods.filter((pod) => deleting[pod] === 0).length > 1).length
  }

  /** Nodes without an available pod that stays. */
  private bare(): number {
    const { objects } = this.pods
    const serves = (pod: PodId): boolean => objects.deleting[pod] === 0 && this.isAvailable(pod)
    return this.nodes.filter((node) => !(this.set.pods.get(node) ?? []).some(serves)).length
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

  protected scale(): void {
    throw new Error('a DaemonSet has a pod on each node')
  }
}
