/** Kubernetes: the node with the highest sum of kube-scheduler's scores among the feasible nodes that its search finds. */
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { profileOf, type Profile } from '../profiles/kubernetes/profile.ts'
import { nodesToFind } from '../profiles/kubernetes/sampling.ts'
import { KubeScheduler, type TieRule } from '../profiles/kubernetes/scheduler.ts'
import { searchOrder, ViewCluster } from '../profiles/kubernetes/view-cluster.ts'
import { NodeChanges } from '../search/changes.ts'
import { serviceKey, TrackedServices } from '../search/service-counts.ts'
import { AllocationScores } from '../profiles/kubernetes/allocation-scores.ts'
import { SpreadScores } from '../profiles/kubernetes/spread-scores.ts'

const weight = (initial: number, plugin: string) =>
  ({ kind: 'integer', default: initial, min: 0, max: 100, meaning: `weight of the score of ${plugin}; 0 switches it off` }) as const

const parameters = {
  strategy: {
    kind: 'choice',
    choices: ['least-allocated', 'most-allocated'],
    default: 'least-allocated',
    meaning: 'scoring strategy of NodeResourcesFit over cpu and memory with equal weights',
  },
  fit: weight(1, 'NodeResourcesFit'),
  balanced: weight(1, 'NodeResourcesBalancedAllocation'),
  spread: weight(2, "PodTopologySpread with the system's default constraints, for pods of a service"),
  percentage: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 100,
    meaning:
      'percentageOfNodesToScore: the search ends when this share of the nodes, at least 100, was found feasible; 0: 50 minus one per 125 nodes, at least 5',
  },
  ties: {
    kind: 'choice',
    choices: ['random', 'first'],
    default: 'random',
    meaning: 'which of the nodes with the highest sum: random, as the real one; first, the first in the order of the search over the zones',
  },
} as const

export const kubernetes = defineScheduler({
  name: 'kubernetes',
  summary:
    "the highest sum of kube-scheduler's whole-number scores among the feasible nodes that its rotating search over the zones finds; random on ties",
  source: 'Kubernetes 1.34, pkg/scheduler (schedule_one.go, plugins noderesources and podtopologyspread)',
  fidelity: 'simplified',
  parameters,
  remembers: true,
  create: (values, context) => new KubernetesIndex(values, context.random),
  twin: (values, context) => new KubernetesScan(values, context.random),
})

type Given = Values<typeof parameters>

/** Keeps the order of the search, pods by service, and scores per pod class and node until the node changes. */
class KubernetesIndex implements Placer {
  examined = 0
  private readonly values: Given
  private readonly random: RandomStream
  private readonly changes = new NodeChanges()
  private readonly services = new TrackedServices()
  private readonly allocation: AllocationScores
  private readonly spread = new SpreadScores()
  private order: readonly NodeId[] = []
  /** Value of `changes.states` when `order` was made. */
  private ordered = NONE
  private start = 0
  private rows = new Int32Array(0)
  private totals = new Int32Array(0)
  private best = new Int32Array(0)

  constructor(values: Given, random: RandomStream) {
    this.values = values
    this.random = random
    this.allocation = new AllocationScores(values.strategy === 'most-allocated', values.fit, values.balanced)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.follow(view)
    const podClass = view.pods.podClass[pod]
    const found = this.search(podClass, view)
    if (found.count === 0) return NONE
    const node = found.count === 1 ? this.rows[0] : this.highest(pod, found.count, found.wrapped, view)
    this.services.expect(pod)
    return node
  }

  private follow(view: ClusterView): void {
    this.changes.follow(view)
    this.services.follow(view)
    this.allocation.follow(view)
    if (this.ordered === this.changes.states) return
    this.ordered = this.changes.states
    this.order = searchOrder(view)
    const size = this.order.length
    if (this.rows.length < size) {
      this.rows = new Int32Array(2 * size)
      this.totals = new Int32Array(2 * size)
      this.best = new Int32Array(2 * size)
    }
  }

  /** Writes the feasible nodes to `rows` in the order in which they are found; those from `wrapped` on stand before the start. */
  private search(podClass: PodClassId, view: ClusterView): { readonly count: number; readonly wrapped: number } {
    const { order, rows } = this
    const { freeCpu, freeMemory } = view.nodes
    const { fit, balanced, spread, percentage } = this.values
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const size = order.length
    const enough = fit + balanced + spread === 0 ? 1 : nodesToFind(size, percentage)
    // Fewer nodes than before leave the start beyond the end; the real scheduler wraps it likewise.
    let at = size === 0 ? 0 : this.start % size
    const untilEnd = size - at
    let count = 0
    let wrapped = NONE
    let examined = 0
    for (; examined < size && count < enough; examined++) {
      if (examined === untilEnd) wrapped = count
      const row = order[at]
      at = at + 1 === size ? 0 : at + 1
      if (freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) rows[count++] = row
    }
    this.examined = examined
    this.start = at
    return { count, wrapped: wrapped === NONE ? count : wrapped }
  }

  private highest(pod: PodId, count: number, wrapped: number, view: ClusterView): NodeId {
    const { rows, totals, best } = this
    this.allocation.write(view.pods.podClass[pod], view, rows, count, totals)
    if (this.values.spread > 0 && view.pods.service[pod] !== NONE)
      this.spread.add(this.services.nodesOf(serviceKey(pod, view)), view, rows, count, this.values.spread, totals)
    let top = NONE
    let tied = 0
    let tiedBefore = 0
    for (let i = 0; i < count; i++) {
      if (totals[i] < top) continue
      if (totals[i] > top) {
        top = totals[i]
        tied = 0
        tiedBefore = 0
      }
      if (i < wrapped) tiedBefore++
      best[tied++] = rows[i]
    }
    // Ties are numbered in the order of the nodes, in which those after the wrap come first.
    const drawn = this.values.ties === 'first' || tied === 1 ? 0 : this.random.int(tied)
    return best[(drawn + tiedBefore) % tied]
  }
}

/** The decision of the slow profile on objects that are built for every pod. */
class KubernetesScan implements Placer {
  examined = 0
  private readonly scheduler: KubeScheduler
  private readonly objects = new ViewCluster()
  private podClass: PodClassId = NONE
  private view: ClusterView | undefined

  constructor(values: Given, random: RandomStream) {
    const ties: TieRule = values.ties === 'first' ? 'lowest index' : random
    this.scheduler = new KubeScheduler(this.profile(values), ties)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.view = view
    this.podClass = view.pods.podClass[pod]
    const state = this.objects.state(view, view.pods.service[pod])
    const { feasible, rejected, chosen } = this.scheduler.decide(this.objects.info(pod, view), state)
    this.examined = feasible.length + rejected.size
    return chosen === null ? NONE : this.objects.rows[chosen.index]
  }

  private profile({ strategy, fit, balanced, spread, percentage }: Given): Profile {
    const weights = { NodeResourcesFit: fit, NodeResourcesBalancedAllocation: balanced, PodTopologySpread: spread }
    const profile = profileOf({
      scoringStrategy: {
        type: strategy === 'most-allocated' ? 'MostAllocated' : 'LeastAllocated',
        resources: ['cpu', 'memory'].map((name) => ({ name, weight: 1 })),
      },
      weights,
      percentageOfNodesToScore: percentage,
    })
    const used = profile.scores.filter((one) => Object.hasOwn(weights, one.plugin.name) && one.weight > 0)
    const current = (): { readonly view: ClusterView; readonly podClass: PodClassId } => ({ view: this.view!, podClass: this.podClass })
    return { ...profile, filters: [this.objects.feasibility(current)], scores: used }
  }
}
