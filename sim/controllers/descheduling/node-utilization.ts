/**
 * LowNodeUtilization and HighNodeUtilization: nodes are classified by the requests of their pods in percent, and pods are evicted from those with
 * too many, or from those with too few. A node is below thresholds when all of them hold, above when one is exceeded.
 * Source: sigs.k8s.io/descheduler pkg/framework/plugins/nodeutilization. Where Go's order of maps decides there, here it is the order of the nodes,
 * and of creation among pods of equal priority and QoS.
 */
import { tolerates } from '../../cluster/feasibility/admissible.ts'
import { CPU, MEMORY, NodeState, PODS } from '../../cluster/views.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { QosClass } from '../pressure/ranking.ts'
import type { Eviction, Evictor } from './evictor.ts'
import type { HighNodeUtilization, LowNodeUtilization, Thresholds } from './spec.ts'

const QOS: readonly QosClass[] = ['BestEffort', 'Burstable', 'Guaranteed']

/** A node with its use and what it may have in use, by resource of the survey. */
interface NodeUse {
  readonly node: NodeId
  readonly used: number[]
  readonly most: readonly number[]
}

/** Requests on the nodes when the plugin begins. */
class Survey {
  /** Resource rows of the view: cpu, memory and pods, then those with a threshold. */
  readonly resources: readonly number[]
  readonly names: readonly string[]
  private readonly evictor: Evictor

  constructor(evictor: Evictor, thresholds: Thresholds) {
    const { resources } = evictor.view.nodes
    this.evictor = evictor
    const named = Object.keys(thresholds).flatMap((name) => (resources.indexOf(name) > PODS ? [resources.indexOf(name)] : []))
    this.resources = [CPU, MEMORY, PODS, ...named]
    this.names = this.resources.map((row) => resources[row])
  }

  used(node: NodeId): number[] {
    const { capacity, free } = this.evictor.view.nodes
    return this.resources.map((row) => capacity[row][node] - free[row][node])
  }

  /** Percent of the node that is requested. */
  percent(node: NodeId): number[] {
    const { capacity } = this.evictor.view.nodes
    return this.used(node).map((used, i) => {
      const whole = capacity[this.resources[i]][node]
      return whole > 0 ? (used / whole) * 100 : 0
    })
  }

  /** The allocatable amounts, of resources with a threshold only that share of them. */
  capped(node: NodeId, thresholds: Thresholds): number[] {
    const { capacity } = this.evictor.view.nodes
    return this.resources.map((row, i) => {
      const percent = thresholds[this.names[i]]
      return percent === undefined ? capacity[row][node] : Math.trunc(percent * 0.01 * capacity[row][node])
    })
  }

  of(node: NodeId, thresholds: Thresholds): NodeUse {
    return { node, used: this.used(node), most: this.capped(node, thresholds) }
  }

  isBelow(percent: readonly number[], thresholds: Thresholds): boolean {
    return this.names.every((name, i) => thresholds[name] === undefined || percent[i] <= thresholds[name])
  }

  isAbove(percent: readonly number[], thresholds: Thresholds): boolean {
    return this.names.some((name, i) => thresholds[name] !== undefined && percent[i] > thresholds[name])
  }
}

/** Pods go from nodes above the target while nodes below the thresholds have room up to the target. */
export function lowNodeUtilization(spec: LowNodeUtilization, nodes: readonly NodeId[], evictor: Evictor): void {
  const survey = new Survey(evictor, spec.thresholds)
  const percents = new Map(nodes.map((node) => [node, survey.percent(node)]))
  const [low, high] = spec.useDeviationThresholds
    ? aroundMean(spec, survey, [...percents.values()])
    : [spec.thresholds, spec.targetThresholds]
  const { state } = evictor.view.nodes
  const under: NodeUse[] = []
  const over: NodeUse[] = []
  for (const [node, percent] of percents) {
    if (state[node] === NodeState.Ready && survey.isBelow(percent, low)) under.push(survey.of(node, high))
    else if (survey.isAbove(percent, high)) over.push(survey.of(node, high))
  }
  if (under.length <= spec.numberOfNodes || under.length === nodes.length || over.length === 0) return
  new Moves(evictor, nodes, {
    resources: survey.resources,
    destinations: under,
    excludedNamespaces: spec.excludedNamespaces,
    evictable: (pod) => evictor.isEvictable(pod),
    goesOn: ({ used, most }) => used.some((amount, i) => amount > most[i]),
    perNode: spec.perNode ?? Infinity,
  }).from(over.sort((a, b) => sum(b.used) - sum(a.used)))
}

/** Pods go from nodes below the thresholds while the others have room. */
export function highNodeUtilization(spec: HighNodeUtilization, nodes: readonly NodeId[], evictor: Evictor): void {
  const survey = new Survey(evictor, spec.thresholds)
  const { state, resources } = evictor.view.nodes
  const { pods, classes } = evictor.view
  const under: NodeUse[] = []
  const others: NodeUse[] = []
  for (const node of nodes) {
    if (survey.isBelow(survey.percent(node), spec.thresholds)) under.push(survey.of(node, {}))
    else if (state[node] === NodeState.Ready) others.push(survey.of(node, {}))
  }
  if (under.length <= spec.numberOfNodes || under.length === nodes.length || others.length === 0) return
  const limiting = Object.keys(spec.thresholds).map((name) => resources.indexOf(name))
  const requests = (pod: PodId): boolean => limiting.some((row) => row >= 0 && row !== PODS && classes.request[row][pods.podClass[pod]] > 0)
  new Moves(evictor, nodes, {
    resources: survey.resources,
    destinations: others,
    excludedNamespaces: spec.excludedNamespaces,
    evictable: (pod) => evictor.isEvictable(pod) && (!spec.onlyThresholdingResources || requests(pod)),
    goesOn: () => true,
    perNode: Infinity,
  }).from(under.sort((a, b) => sum(a.used) - sum(b.used)))
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** Thresholds as distances from the mean, within 0 and 100. */
function aroundMean(
  { thresholds, targetThresholds }: LowNodeUtilization,
  { names }: Survey,
  percents: readonly (readonly number[])[],
): readonly [Thresholds, Thresholds] {
  const mean = names.map((_, i) => sum(percents.map((one) => one[i])) / percents.length)
  const shifted = (by: Thresholds, sign: 1 | -1): Thresholds =>
    Object.fromEntries(
      names.flatMap((name, i) => (by[name] === undefined ? [] : [[name, Math.min(100, Math.max(0, mean[i] + sign * by[name]))]])),
    )
  return [shifted(thresholds, -1), shifted(targetThresholds, 1)]
}

/** What a plugin says about its evictions. */
interface Rules {
  /** Resource rows of the view that are counted. */
  readonly resources: readonly number[]
  readonly destinations: readonly NodeUse[]
  readonly excludedNamespaces: readonly string[]
  evictable(pod: PodId): boolean
  /** Whether the node gives further pods. */
  goesOn(use: NodeUse): boolean
  /** Most evictions from a node. */
  readonly perNode: number
}

/** Evictions of one plugin: each takes from what the destinations have room for. */
class Moves {
  private readonly room: number[]
  private readonly tolerated = new Map<PodClassId, boolean>()
  private readonly evictor: Evictor
  private readonly nodes: readonly NodeId[]
  private readonly rules: Rules

  constructor(evictor: Evictor, nodes: readonly NodeId[], rules: Rules) {
    this.evictor = evictor
    this.nodes = nodes
    this.rules = rules
    this.room = rules.resources.map((_, i) => sum(rules.destinations.map(({ used, most }) => most[i] - used[i])))
  }

  /** Takes pods from these nodes, one node after another. */
  from(sources: readonly NodeUse[]): void {
    for (const source of sources) if (this.take(source) === 'total limit') return
  }

  private take(source: NodeUse): Eviction | null {
    const { rules, evictor } = this
    if (!this.goesOn(source)) return null
    const { podClass } = evictor.view.pods
    const { request } = evictor.view.classes
    let count = 0
    for (const pod of this.podsOf(source.node)) {
      if (count >= rules.perNode) break
      if (!this.mayMove(pod)) continue
      const requested = rules.resources.map((row) => request[row][podClass[pod]])
      const result = evictor.evict(pod)
      if (result === 'node limit' || result === 'total limit') return result
      if (result !== 'evicted') continue
      count++
      requested.forEach((amount, i) => {
        source.used[i] -= amount
        this.room[i] -= amount
      })
      if (!this.goesOn(source)) break
    }
    return null
  }

  private goesOn(source: NodeUse): boolean {
    return this.rules.goesOn(source) && this.room.every((amount) => amount > 0)
  }

  /** Lower priority first, then BestEffort, Burstable, Guaranteed. */
  private podsOf(node: NodeId): PodId[] {
    const { view } = this.evictor
    const found: { readonly pod: PodId; readonly priority: number; readonly qos: number }[] = []
    view.eachPodOn(node, (pod) => {
      if (!this.rules.evictable(pod)) return
      const priority = view.classes.priority[view.pods.podClass[pod]]
      found.push({ pod, priority, qos: QOS.indexOf(this.evictor.qosOf(pod)) })
    })
    const { order } = view.pods
    return found.sort((a, b) => a.priority - b.priority || a.qos - b.qos || order[a.pod] - order[b.pod]).map(({ pod }) => pod)
  }

  private mayMove(pod: PodId): boolean {
    const { evictor, rules, nodes } = this
    return this.isTolerant(pod) && evictor.isIn(pod, { exclude: rules.excludedNamespaces }) && evictor.passes(pod, nodes)
  }

  /** Whether the pod tolerates all taints of a destination, those of preference included. */
  private isTolerant(pod: PodId): boolean {
    const { view } = this.evictor
    const podClass = view.pods.podClass[pod]
    let known = this.tolerated.get(podClass)
    if (known === undefined) {
      const { tolerations } = view.shapeOf(podClass)
      known = this.rules.destinations.some(({ node }) =>
        view.templateOf(node).taints.every((taint) => tolerations.some((one) => tolerates(one, taint))),
      )
      this.tolerated.set(podClass, known)
    }
    return known
  }
}
