/** Kubernetes: the node with the highest sum of kube-scheduler's scores among the feasible nodes that its search finds. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import type { Driven, SchedulingDriver } from '../queue/driver.ts'
import { KubeIndex } from '../profiles/kubernetes/indexed/index.ts'
import { KubeDriver } from '../profiles/kubernetes/indexed/driver.ts'
import { Preemptor } from '../profiles/kubernetes/indexed/preemption.ts'
import { parameters, profileFrom, queueTimes, shapeProblems, type Given } from '../profiles/kubernetes/parameters.ts'
import { NO_SURROUNDINGS } from '../profiles/kubernetes/run-pods.ts'
import type { Profile } from '../profiles/kubernetes/profile.ts'
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
  problems: (values) => shapeProblems(values),
  create: (values, context) => new KubernetesIndex(values, context),
  twin: (values, context) => new KubernetesScan(values, context),
})

/** The decisions on columns. */
class KubernetesIndex implements Placer, Driven {
  private readonly index: KubeIndex
  private readonly profile: Profile
  private readonly values: Given
  private readonly context: SchedulingContext

  constructor(values: Given, context: SchedulingContext) {
    this.values = values
    this.context = context
    this.profile = profileFrom(values)
    this.index = new KubeIndex(this.profile, { random: context.random, first: values.ties === 'first' }, context.surroundings)
  }

  drive(view: ClusterView): SchedulingDriver | null {
    const { values, context, index } = this
    if (values.queue === 'order') return null
    const draw = (count: number): number => (values.ties === 'first' || count === 1 ? 0 : context.random.int(count))
    const preemptor = values.preemption ? new Preemptor(index, this.profile, context.budgets ?? (() => []), draw) : null
    return new KubeDriver(index, preemptor, queueTimes(values), view, context)
  }

  get examined(): number {
    return this.index.examined
  }

  place(pod: PodId, view: ClusterView): NodeId {
    return this.index.place(pod, view)
  }
}

/** The decision of the slow profile on objects that are built for every pod. */
class KubernetesScan implements Placer {
  examined = 0
  private readonly scheduler: KubeScheduler
  private readonly objects: ViewCluster
  private current: { readonly view: ClusterView; readonly pod: PodId } | undefined

  constructor(values: Given, { random, surroundings = NO_SURROUNDINGS }: SchedulingContext) {
    this.objects = new ViewCluster(surroundings)
    const profile = profileFrom(values)
    const filters = [this.objects.readiness(() => this.current!), ...profile.filters]
    this.scheduler = new KubeScheduler({ ...profile, filters }, values.ties === 'first' ? 'lowest index' : random)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.current = { view, pod }
    const { feasible, rejected, chosen } = this.scheduler.place(this.objects.info(pod, view), this.objects.state(view))
    this.examined = feasible.length + rejected.size
    return chosen === null ? NONE : this.objects.rows[chosen.index]
  }
}
