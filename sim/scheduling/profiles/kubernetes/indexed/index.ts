/**
 * kube-scheduler on the columns of a run: the same decisions as the profile that decides from objects, pod by pod. What depends on a pod class and a node
 * is kept until the node changes, rules about other pods are sums by domain that follow each pod, and only scores that compare candidates are
 * computed for each pod.
 */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId, PodId } from '../../../../common/ids.ts'
import { Reason } from '../../../../cluster/views.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import { REASONS, type Refusals } from '../../../../cluster/feasibility/reasons.ts'
import type { RandomStream } from '../../../../random/stream.ts'
import type { Profile } from '../profile.ts'
import { NO_SURROUNDINGS, nodeNameOf, type Surroundings } from '../run-pods.ts'
import { nodesToFind } from '../sampling.ts'
import type { Rotation } from '../scheduler.ts'
import { Checks } from './checks.ts'
import { Comparisons } from './comparisons.ts'
import { DryRun } from './dry-run.ts'
import type { KindId } from './kinds.ts'
import { NodeScores, STALE, UNFIT } from './node-scores.ts'
import { Nominations } from './nominations.ts'
import { OwnPlugins } from './own-plugins.ts'
import { indexOptions, type IndexOptions } from './options.ts'
import { Plans, type Plan } from './plans.ts'
import { StaticScores } from './static-scores.ts'
import { World } from './world.ts'

/** How ties are broken: at random, or by the place in the search over the zones. */
export interface Ties {
  readonly random: RandomStream
  readonly first: boolean
}

/** What the profiles of one scheduler have in common. */
export interface SharedState {
  readonly world: World
  readonly nominations: Nominations
  readonly rotation: Rotation
}

/** The state of a scheduler that has not begun. */
export const sharedState = (): SharedState => ({ world: new World(), nominations: new Nominations(), rotation: { start: 0 } })

/** Places pods one by one. */
export class KubeIndex {
  examined = 0
  /** The pod that is decided about. */
  deciding: PodId = NONE
  readonly world: World
  readonly nodes: NodeScores
  readonly plans: Plans
  readonly checks = new Checks()
  readonly nominations: Nominations
  /** Users' plugins; null: none. */
  readonly own: OwnPlugins | null
  private readonly options: IndexOptions
  private readonly comparisons: Comparisons
  private readonly ties: Ties
  private readonly rotation: Rotation
  private rows = new Int32Array(0)
  private totals = new Int32Array(0)
  private best = new Int32Array(0)
  private count = 0
  /** Candidates from this place on stand before the start of the search. */
  private wrapped = 0

  constructor(profile: Profile, ties: Ties, surroundings: Surroundings = NO_SURROUNDINGS, shared = sharedState()) {
    this.options = indexOptions(profile)
    this.ties = ties
    this.world = shared.world
    this.nominations = shared.nominations
    this.rotation = shared.rotation
    const statics = new StaticScores(this.options.preferred)
    this.comparisons = new Comparisons(this.options.comparisons, statics)
    this.own = this.options.own.length === 0 ? null : new OwnPlugins(this.options.own, this.world)
    this.nodes = new NodeScores(this.world, this.options.nodes, this.own)
    this.plans = new Plans(this.world, this.options.plans, surroundings)
    this.world.listen({
      begins: (view) => {
        this.nodes.begins(view)
        this.own?.begins()
        this.plans.clear()
        statics.begins()
      },
      nodeChanged: (row) => {
        this.nodes.nodeChanged(row)
        this.own?.nodeChanged(row)
      },
      membersChanged: () => this.nodes.membersChanged(),
      imagesChanged: () => this.nodes.imagesChanged(),
      kindAdded: (kind, view) => this.plans.kindAdded(kind, view),
    })
  }

  /** The node for the pod, NONE when it fits nowhere. */
  place(pod: PodId, view: ClusterView): NodeId {
    this.world.follow(view)
    this.deciding = pod
    const plan = this.planOf(pod, view)
    this.checks.take(plan)
    this.count = 0
    this.examined = 0
    const promised = this.nominations.nodeOf(pod)
    if (promised !== NONE && this.world.has(promised) && this.accepts(plan, promised, view)) {
      this.examined = 1
      return promised
    }
    const { order } = this.world
    if (this.rows.length < order.length) {
      this.rows = new Int32Array(2 * order.length)
      this.totals = new Int32Array(2 * order.length)
      this.best = new Int32Array(2 * order.length)
    }
    this.search(plan, view)
    if (this.count === 0) return NONE
    return this.count === 1 ? this.rows[0] : this.highest(plan, view)
  }

  /** Whether the node can run the pod now, with the pods of at least its priority that are promised the node, and without them. */
  accepts(plan: Plan, row: NodeId, view: ClusterView): boolean {
    const { checks } = this
    if (!this.fits(plan, row, view) || !checks.passes(row)) return false
    if (this.own?.passes(this.world.kinds.podClass[plan.kind], row, view) === false) return false
    return !this.nominations.concern(row) || this.leavesRoom(plan, row, view)
  }

  /** Whether the node has what a pod of the kind needs, rules about other pods aside. */
  fits(plan: Plan, row: NodeId, view: ClusterView): boolean {
    const { world, nodes } = this
    if (!world.has(row)) return false
    const podClass = world.kinds.podClass[plan.kind]
    const cells = nodes.of(podClass, view)
    return (cells[row] === STALE ? nodes.fill(cells, podClass, row, view) : cells[row]) !== UNFIT
  }

  /** Writes the feasible nodes to `rows`, and the sums of the scores that need no comparison to `totals`. */
  private search(plan: Plan, view: ClusterView): void {
    const { world, nodes, checks, rows, totals, nominations } = this
    const order = this.searched(plan, view)
    const podClass = world.kinds.podClass[plan.kind]
    const cells = nodes.of(podClass, view)
    const size = order.length
    const enough = this.options.scores ? nodesToFind(size, this.options.percentage) : 1
    const checked = checks.count > 0
    const promises = nominations.size > 0
    const own = this.own?.readsPods === true ? this.own : null
    // Fewer nodes than before leave the start beyond the end; the real scheduler wraps it likewise.
    let at = size === 0 ? 0 : this.rotation.start % size
    const untilEnd = size - at
    let count = 0
    let wrapped = NONE
    let examined = 0
    for (; examined < size && count < enough; examined++) {
      if (examined === untilEnd) wrapped = count
      const row = order[at]
      at = at + 1 === size ? 0 : at + 1
      let cell = cells[row]
      if (cell === STALE) cell = nodes.fill(cells, podClass, row, view)
      if (cell === UNFIT || (checked && !checks.passes(row))) continue
      if (own !== null && !own.passes(podClass, row, view)) continue
      if (promises && nominations.concern(row) && !this.leavesRoom(plan, row, view)) continue
      rows[count] = row
      totals[count++] = cell
    }
    this.examined = examined
    if (size > 0) this.rotation.start = plan.only === null ? at : (this.rotation.start + examined) % world.order.length
    this.count = count
    this.wrapped = wrapped === NONE ? count : wrapped
  }

  private highest(plan: Plan, view: ClusterView): NodeId {
    const { rows, totals, best, count } = this
    const podClass = this.world.kinds.podClass[plan.kind]
    this.comparisons.add(plan, podClass, view, rows, count, totals)
    this.own?.add(podClass, view, rows, count, totals)
    let top = -2_147_483_648
    let tied = 0
    let tiedBefore = 0
    for (let i = 0; i < count; i++) {
      const total = totals[i]
      if (total < top) continue
      if (total > top) {
        top = total
        tied = 0
        tiedBefore = 0
      }
      if (i < this.wrapped) tiedBefore++
      best[tied++] = rows[i]
    }
    // Ties are numbered in the order of the nodes, in which those after the wrap come first.
    const drawn = this.ties.first || tied === 1 ? 0 : this.ties.random.int(tied)
    return best[(drawn + tiedBefore) % tied]
  }

  /** Whether the pod fits beside the pods of at least its priority that are promised the node, and without them. */
  private leavesRoom(plan: Plan, row: NodeId, view: ClusterView): boolean {
    const trial = new DryRun(this, plan, row, view)
    const refusal = trial.refusal()
    trial.end()
    return refusal === null
  }

  /** Why each node refuses the pod, each under the first rule that excludes it. */
  refusals(pod: PodId, view: ClusterView): Refusals {
    this.world.follow(view)
    this.deciding = pod
    const plan = this.planOf(pod, view)
    const searched = this.searched(plan, view)
    const counts = new Int32Array(REASONS)
    const plugins = new Map<string, number>()
    counts[Reason.Selector] = this.world.order.length - searched.length
    for (const row of searched) {
      const trial = new DryRun(this, plan, row, view)
      const refusal = trial.refusal()
      trial.end()
      if (refusal === null) continue
      counts[refusal.reason]++
      if (refusal.plugin === undefined) continue
      const text = `${refusal.plugin.reasons.join(', ')} [${refusal.plugin.plugin}]`
      plugins.set(text, (plugins.get(text) ?? 0) + 1)
    }
    return { nodes: this.world.order.length, counts, plugins }
  }

  /** The rules of the pod's kind. */
  planOf(pod: PodId, view: ClusterView): Plan {
    return this.plans.of(this.kindOf(pod, view), view)
  }

  /** The nodes that are examined for a kind, in their order. */
  searched({ only }: Plan, view: ClusterView): readonly NodeId[] {
    const { order } = this.world
    return only === null ? order : order.filter((row) => only.has(nodeNameOf(row, view)))
  }

  /** Whether the node matches the affinity that the profile adds to all pods. */
  admits(row: NodeId, view: ClusterView): boolean {
    return this.nodes.admits(row, view)
  }

  /** Whether host ports exclude nodes. */
  get checksPorts(): boolean {
    return this.options.nodes.ports
  }

  kindOf(pod: PodId, view: ClusterView): KindId {
    return this.world.kindOfPod(pod, view)
  }
}
