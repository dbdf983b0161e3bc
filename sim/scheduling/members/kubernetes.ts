/** Kubernetes: the node with the highest sum of kube-scheduler's scores among the feasible nodes that its search finds. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import type { Driven, SchedulingDriver } from '../queue/driver.ts'
import { rowOfProfile } from '../profiles/kubernetes/config/names.ts'
import { KubeDriver } from '../profiles/kubernetes/indexed/driver.ts'
import { KubeProfiles } from '../profiles/kubernetes/indexed/profiles.ts'
import { parameters, profilesFrom, queueTimes, valueProblems, type Given } from '../profiles/kubernetes/parameters.ts'
import { profileOf } from '../profiles/kubernetes/profile.ts'
import { NO_SURROUNDINGS } from '../profiles/kubernetes/run-pods.ts'
import { KubeScheduler } from '../profiles/kubernetes/scheduler.ts'
import { ViewCluster } from '../profiles/kubernetes/view-cluster.ts'

export const kubernetes = defineScheduler({
  name: 'kubernetes',
  summary:
    "the highest sum of kube-scheduler's whole-number scores among the feasible nodes that its rotating search over the zones finds; random on ties",
  source: 'Kubernetes 1.34, pkg/scheduler',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  problems: (values) => valueProblems(values),
  create: (values, context) => new KubernetesIndex(values, context),
  twin: (values, context) => new KubernetesScan(values, context),
})

/** The decisions on columns. */
class KubernetesIndex implements Placer, Driven {
  examined = 0
  private readonly profiles: KubeProfiles
  private readonly values: Given
  private readonly context: SchedulingContext

  constructor(values: Given, context: SchedulingContext) {
    this.values = values
    this.context = context
    this.profiles = new KubeProfiles(profilesFrom(values), context, values.ties === 'first')
  }

  drive(view: ClusterView): SchedulingDriver | null {
    const { values, context, profiles } = this
    return values.queue === 'order' ? null : new KubeDriver(profiles, queueTimes(values), view, context)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const { index } = this.profiles.of(view.pods.podClass[pod], view)
    const node = index.place(pod, view)
    this.examined = index.examined
    return node
  }
}

/** The decision of the slow profile on objects that are built for every pod. */
class KubernetesScan implements Placer {
  examined = 0
  private readonly schedulers: readonly KubeScheduler[]
  private readonly names: readonly string[]
  private readonly objects: ViewCluster
  private current: { readonly view: ClusterView; readonly pod: PodId } | undefined

  constructor(values: Given, { random, surroundings = NO_SURROUNDINGS }: SchedulingContext) {
    this.objects = new ViewCluster(surroundings)
    const profiles = profilesFrom(values)
    const rotation = { start: 0 }
    this.names = profiles.map(({ name }) => name)
    this.schedulers = profiles.map(({ options }) => {
      const profile = profileOf(options)
      const filters = [this.objects.readiness(() => this.current!), ...profile.filters]
      return new KubeScheduler({ ...profile, filters }, values.ties === 'first' ? 'lowest index' : random, rotation)
    })
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.current = { view, pod }
    const scheduler = this.schedulers[rowOfProfile(this.names, view.shapeOf(view.pods.podClass[pod]).rules?.schedulerName)]
    const { feasible, rejected, chosen } = scheduler.place(this.objects.info(pod, view), this.objects.state(view))
    this.examined = feasible.length + rejected.size
    return chosen === null ? NONE : this.objects.rows[chosen.index]
  }
}
