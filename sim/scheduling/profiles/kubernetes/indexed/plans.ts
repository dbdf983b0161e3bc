/**
 * What the rules about other pods mean for a kind of pods: tallies with bounds that nodes must keep, and tallies that score them. Tallies of equal rules
 * are shared between kinds.
 */
import type { NodeId } from '../../../../common/ids.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { Selector } from '../../../../cluster/feasibility/selectors.ts'
import type { Labels, SpreadConstraint } from '../objects.ts'
import { termSelects, type AffinityTerm, type PodInfo } from '../pod-info.ts'
import { namedNodes } from '../plugins/node-affinity.ts'
import { resolved, type InterPodAffinityArgs } from '../plugins/inter-pod-affinity.ts'
import { constraintsOf, HOSTNAME, includes, SYSTEM_DEFAULTS, type Constraint } from '../plugins/pod-topology-spread.ts'
import { nodeLabelsOf, nodeNameOf, serviceObject, type Surroundings } from '../run-pods.ts'
import { NONE } from '../../../../common/ids.ts'
import type { KindId } from './kinds.ts'
import { Tally } from './tally.ts'
import type { Topology } from './topology.ts'
import type { World } from './world.ts'

/** A constraint that excludes nodes. */
export interface HardSpread {
  readonly tally: Tally
  readonly maxSkew: number
  readonly minDomains: number
  /** 1 when a pod of the kind counts itself. */
  readonly self: number
}

/** A constraint that scores nodes. */
export interface SoftSpread {
  readonly tally: Tally
  readonly maxSkew: number
  /** Pods are counted on the node itself. */
  readonly host: boolean
}

/** The rules of one kind. */
export interface Plan {
  readonly kind: KindId
  readonly info: PodInfo
  /** Names of the only nodes that are examined; null: all. */
  readonly only: ReadonlySet<string> | null
  readonly hard: readonly HardSpread[]
  readonly soft: readonly SoftSpread[]
  /** Topologies that a node must have to be scored by `soft`; null: a missing one is a domain of its own. */
  readonly keys: readonly Topology[] | null
  /** Pods that its required anti-affinity avoids. */
  readonly avoided: readonly Tally[]
  /** Pods that all of its required affinity terms select, by the key of each term. */
  readonly attracted: readonly Tally[]
  /** Whether the first pod of its group may go anywhere. */
  readonly attractsItself: boolean
  /** Pods whose required anti-affinity avoids the kind, by topology key. */
  readonly repelled: Map<string, Tally>
  /** Sums of weights of inter-pod affinity, by topology key. */
  readonly sums: Map<string, Tally>
}

/** What the plans depend on in the profile; null where the plugin is switched off. */
export interface PlanOptions {
  readonly defaultConstraints: readonly SpreadConstraint[] | null
  readonly spreads: boolean
  readonly spreadScores: boolean
  readonly affinity: boolean
  /** Null: inter-pod affinity does not score. */
  readonly affinityScores: InterPodAffinityArgs | null
}

const NO_LABELS: Labels = {}

/** A tally that several kinds read, and which pods it counts. */
interface Shared {
  readonly tally: Tally
  readonly counts: (info: PodInfo) => boolean
}

/** The plans by kind, made when a kind is scheduled for the first time. */
export class Plans {
  private plans: (Plan | undefined)[] = []
  private made: Plan[] = []
  private shared = new Map<string, Shared>()
  /** Kinds with terms that select other pods. */
  private holders: KindId[] = []
  private readonly world: World
  private readonly options: PlanOptions
  private readonly surroundings: Surroundings

  constructor(world: World, options: PlanOptions, surroundings: Surroundings) {
    this.world = world
    this.options = options
    this.surroundings = surroundings
  }

  /** Forgets all plans: the world begins again. */
  clear(): void {
    this.plans = []
    this.made = []
    this.shared = new Map()
    this.holders = []
  }

  kindAdded(kind: KindId, view: ClusterView): void {
    const { world } = this
    const info = world.kinds.info[kind]
    for (const { tally, counts } of this.shared.values()) if (counts(info)) world.affect(tally, kind, 1)
    const holds = world.kinds.hasTerms(kind)
    if (holds) this.holders.push(kind)
    for (const plan of this.made) if (holds || this.scoresOthers(plan)) this.link(plan, kind, view)
  }

  of(kind: KindId, view: ClusterView): Plan {
    return (this.plans[kind] ??= this.make(kind, view))
  }

  private make(kind: KindId, view: ClusterView): Plan {
    const info = this.world.kinds.info[kind]
    const { affinity } = this.options
    const { terms } = info
    const required = affinity ? terms.requiredAffinity.map((term) => resolved(term, this.surroundings)) : []
    const avoided = affinity ? terms.requiredAntiAffinity.map((term) => resolved(term, this.surroundings)) : []
    const plan: Plan = {
      kind,
      info,
      only: namedNodes(info.pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) ?? null,
      ...this.spreads(kind, view),
      avoided: avoided.map((term) => this.selected([term], term.topologyKey, view)),
      attracted: required.map(({ topologyKey }) => this.selected(required, topologyKey, view)),
      attractsItself: required.every((term) => termSelects(term, info, NO_LABELS)),
      repelled: new Map(),
      sums: new Map(),
    }
    this.made.push(plan)
    const others = this.scoresOthers(plan) ? this.world.alive.map((_, other) => other) : this.holders
    for (const other of others) this.link(plan, other, view)
    return plan
  }

  private spreads(kind: KindId, view: ClusterView): Pick<Plan, 'hard' | 'soft' | 'keys'> {
    const { defaultConstraints, spreads, spreadScores } = this.options
    const { info: infos, service } = this.world.kinds
    const info = infos[kind]
    const { services, workloads } = this.surroundings
    const own = service[kind] === NONE ? [] : [serviceObject(info.pod.namespace, service[kind])]
    const objects = { services: [...services, ...own], workloads }
    const of = (action: SpreadConstraint['whenUnsatisfiable']): Constraint[] =>
      constraintsOf(info, objects, action, defaultConstraints ?? SYSTEM_DEFAULTS)
    const hard = spreads ? of('DoNotSchedule') : []
    const soft = spreadScores ? of('ScheduleAnyway') : []
    const allKeys = (info.pod.topologySpreadConstraints ?? []).length > 0 || defaultConstraints !== null
    return {
      hard: hard.map((one) => ({
        tally: this.spread(one, hard, info, view),
        maxSkew: one.maxSkew,
        minDomains: one.minDomains,
        self: one.selector.matches(info.labels) ? 1 : 0,
      })),
      soft: soft.map((one) => ({
        tally: one.key === HOSTNAME ? this.onHosts(one, info, view) : this.spread(one, allKeys ? soft : null, info, view),
        maxSkew: one.maxSkew,
        host: one.key === HOSTNAME,
      })),
      keys: allKeys ? soft.map(({ key }) => this.world.topology(key, view)) : null,
    }
  }

  /** Pods of a constraint on the nodes that it includes; `all` are the constraints of whose keys a node must have every one, null: only its own. */
  private spread(constraint: Constraint, all: readonly Constraint[] | null, info: PodInfo, view: ClusterView): Tally {
    const { key, selector, honorsAffinity, honorsTaints } = constraint
    const keys = all?.map((one) => one.key) ?? []
    const id = JSON.stringify([
      key,
      keys,
      info.pod.namespace,
      selector.id,
      honorsAffinity
        ? [info.pod.nodeSelector ?? {}, info.pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? null]
        : 0,
      honorsTaints ? info.tolerations : 0,
    ])
    const topologies = keys.map((one) => this.world.topology(one, view))
    const included = (row: NodeId): boolean => {
      if (topologies.some((one) => one.at(row) === NONE)) return false
      const { taints } = view.templateOf(row)
      return includes(constraint, info, { node: { name: nodeNameOf(row, view), labels: nodeLabelsOf(row, view), taints } })
    }
    return this.counted({ id: `spread ${id}`, key, activeOnly: true, included }, matches(selector, info.pod.namespace), view)
  }

  private onHosts({ key, selector }: Constraint, info: PodInfo, view: ClusterView): Tally {
    const id = `hosts ${JSON.stringify([info.pod.namespace, selector.id])}`
    return this.counted({ id, key, activeOnly: true, included: null }, matches(selector, info.pod.namespace), view)
  }

  /** Pods that all of the terms select. */
  private selected(terms: readonly AffinityTerm[], key: string, view: ClusterView): Tally {
    const id = `terms ${JSON.stringify([key, terms.map((one) => [one.selector.id, [...one.namespaces].sort(), one.namespaceSelector.id])])}`
    const counts = (other: PodInfo): boolean => terms.every((term) => termSelects(term, other, NO_LABELS))
    return this.counted({ id, key, activeOnly: false, included: null }, counts, view)
  }

  private counted(
    { id, key, activeOnly, included }: { id: string; key: string; activeOnly: boolean; included: ((row: NodeId) => boolean) | null },
    counts: (info: PodInfo) => boolean,
    view: ClusterView,
  ): Tally {
    const known = this.shared.get(id)
    if (known !== undefined) return known.tally
    const { world } = this
    const tally = world.tally(new Tally(world.topology(key, view), activeOnly, included), (kind) =>
      counts(world.kinds.info[kind]) ? 1 : 0,
    )
    this.shared.set(id, { tally, counts })
    return tally
  }

  /** Whether a plan scores pods without terms of their own. */
  private scoresOthers({ info: { terms } }: Plan): boolean {
    return this.options.affinityScores !== null && terms.preferredAffinity.length + terms.preferredAntiAffinity.length > 0
  }

  /** What pods of another kind mean for the plan: their terms that select it, and its preferred terms that select them. */
  private link(plan: Plan, other: KindId, view: ClusterView): void {
    const { info } = plan
    const { terms } = this.world.kinds.info[other]
    const here = this.surroundings.namespaces.get(info.pod.namespace) ?? NO_LABELS
    const repelled = new Map<string, number>()
    if (this.options.affinity)
      for (const term of terms.requiredAntiAffinity) if (termSelects(term, info, here)) increase(repelled, term.topologyKey, 1)
    this.affect(plan.repelled, repelled, other, view)
    this.affect(plan.sums, this.weights(plan, other, here), other, view)
  }

  private weights({ info }: Plan, other: KindId, here: Labels): Map<string, number> {
    const sums = new Map<string, number>()
    const args = this.options.affinityScores
    if (args === null) return sums
    const otherInfo = this.world.kinds.info[other]
    const own = info.terms
    if (args.ignorePreferredTermsOfExistingPods && own.preferredAffinity.length + own.preferredAntiAffinity.length === 0) return sums
    const count = (term: AffinityTerm, selected: PodInfo, labels: Labels, weight: number): void => {
      if (termSelects(term, selected, labels)) increase(sums, term.topologyKey, weight)
    }
    for (const term of own.preferredAffinity) count(resolved(term, this.surroundings), otherInfo, NO_LABELS, term.weight)
    for (const term of own.preferredAntiAffinity) count(resolved(term, this.surroundings), otherInfo, NO_LABELS, -term.weight)
    const { requiredAffinity, preferredAffinity, preferredAntiAffinity } = otherInfo.terms
    if (args.hardPodAffinityWeight > 0) for (const term of requiredAffinity) count(term, info, here, args.hardPodAffinityWeight)
    for (const term of preferredAffinity) count(term, info, here, term.weight)
    for (const term of preferredAntiAffinity) count(term, info, here, -term.weight)
    return sums
  }

  private affect(tallies: Map<string, Tally>, amounts: ReadonlyMap<string, number>, other: KindId, view: ClusterView): void {
    for (const [key, amount] of amounts) {
      let tally = tallies.get(key)
      if (tally === undefined) {
        tally = this.world.tally(new Tally(this.world.topology(key, view), false, null), () => 0)
        tallies.set(key, tally)
      }
      this.world.affect(tally, other, amount)
    }
  }
}

const increase = (sums: Map<string, number>, key: string, by: number): void => void sums.set(key, (sums.get(key) ?? 0) + by)

/** Pods of the namespace that the selector matches; one without conditions matches none. */
const matches =
  (selector: Selector, namespace: string) =>
  ({ pod, labels }: PodInfo): boolean =>
    !selector.empty && pod.namespace === namespace && selector.matches(labels)
