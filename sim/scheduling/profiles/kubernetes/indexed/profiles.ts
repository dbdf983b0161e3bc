/** The profiles of one scheduler: they share the cluster, the promised nodes and the place at which a search begins; a pod names its profile. */
import type { PodClassId, PodId } from '../../../../common/ids.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { NamedProfile } from '../config/configuration.ts'
import { rowOfProfile } from '../config/names.ts'
import { profileOf } from '../profile.ts'
import { NO_SURROUNDINGS } from '../run-pods.ts'
import type { SchedulingContext } from '../../../policy.ts'
import { KubeIndex, sharedState } from './index.ts'
import { Preemptor } from './preemption.ts'

/** What decides about the pods of a profile. */
export interface ProfileIndex {
  readonly index: KubeIndex
  /** Null: pods do not preempt. */
  readonly preemptor: Preemptor | null
}

/** One index per profile. */
export class KubeProfiles {
  private readonly shared = sharedState()
  private readonly all: readonly ProfileIndex[]
  private readonly names: readonly string[]
  /** By pod class. */
  private readonly rows: number[] = []

  /** @param first whether ties go to the first node in the order of the search */
  constructor(
    profiles: readonly NamedProfile[],
    { random, surroundings = NO_SURROUNDINGS, budgets = () => [] }: SchedulingContext,
    first: boolean,
  ) {
    const draw = (count: number): number => (first || count === 1 ? 0 : random.int(count))
    const evicted = new Map<PodId, number>()
    this.names = profiles.map(({ name }) => name)
    this.all = profiles.map(({ options }) => {
      const profile = profileOf(options)
      const index = new KubeIndex(profile, { random, first }, surroundings, this.shared)
      return { index, preemptor: profile.preempts ? new Preemptor(index, profile, budgets, draw, evicted) : null }
    })
  }

  get world(): KubeIndex['world'] {
    return this.shared.world
  }

  get nominations(): KubeIndex['nominations'] {
    return this.shared.nominations
  }

  /** The profile of the pods of a class. */
  of(podClass: PodClassId, view: ClusterView): ProfileIndex {
    const { all } = this
    if (all.length === 1) return all[0]
    return all[(this.rows[podClass] ??= rowOfProfile(this.names, view.shapeOf(podClass).rules?.schedulerName))]
  }
}
