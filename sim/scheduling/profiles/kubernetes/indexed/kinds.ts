/** Kinds of pods: pods of one class and one service, which all rules treat alike. */
import type { PodClassId, PodId, ServiceId } from '../../../../common/ids.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { PodInfo } from '../pod-info.ts'
import { infoOf } from '../run-pods.ts'

/** A row of `Kinds`. */
export type KindId = number

/** The kinds, in the order in which they were first seen. */
export class Kinds {
  count = 0
  readonly info: PodInfo[] = []
  readonly podClass: PodClassId[] = []
  readonly service: ServiceId[] = []
  /** By class: kinds by service + 1. */
  private readonly byClass: KindId[][] = []

  /** The kind, which is new when it equals `count` before the call. */
  of(podClass: PodClassId, service: ServiceId, view: ClusterView): KindId {
    const known = (this.byClass[podClass] ??= [])
    const kind = known[service + 1]
    if (kind !== undefined) return kind
    this.info.push(infoOf(podClass, service, view))
    this.podClass.push(podClass)
    this.service.push(service)
    return (known[service + 1] = this.count++)
  }

  ofPod(pod: PodId, view: ClusterView): KindId {
    return this.of(view.pods.podClass[pod], view.pods.service[pod], view)
  }

  /** Whether rules about other pods may concern a kind: it has terms that select others. */
  hasTerms(kind: KindId): boolean {
    const { requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity } = this.info[kind].terms
    return requiredAffinity.length + requiredAntiAffinity.length + preferredAffinity.length + preferredAntiAffinity.length > 0
  }
}
