/**
 * Faults that happen again and again: each unit (a node, the nodes of a zone, those with the same value of a label, or the cluster) is up
 * for a time, breaks for another, and so on, an alternating renewal process. Its random numbers are keyed by the fault, the pool, the rank of
 * the node in its pool and the number of the failure, so that compared policies see the same failures whatever they do to the pods.
 *
 * All units are up at the origin. Nodes that are present then are in the middle of their lives: their process of up times began ten to
 * eleven mean times earlier, so that the first failure comes after a time that is stationary, whatever the distribution. Nodes that join
 * later are new.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import { distribution, type Distribution } from '../../random/distributions.ts'
import type { KeyedRandom, Streams } from '../../random/stream.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import type { Faults, NodeFault } from './faults.ts'
import { faultText, type NamesOfRun } from './mark-texts.ts'
import { isSelected, labelOf, selectNodes, zoneOf } from './node-selection.ts'
import type { Breakage, Fault, Recurrence } from './spec.ts'

/** Mean up times before the origin at which the process of a unit began. */
const AGE = 10
/** Draws of a failure: of the up time before it, its duration, and what it hits. */
const UP = 0
const DOWN = 1
const VICTIM = 2
const DRAWS = 3

/** What breakdowns need of the run. */
export interface BreakdownsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly changes: ChangeRecorder
  readonly input: NamesOfRun
}

/** A fault with `every`, and its units. */
interface Recurring {
  readonly fault: Breakage
  readonly each: 'cluster' | NonNullable<Recurrence['each']>
  readonly up: Distribution
  /** Name of its streams: the kind, and how many of the kind are before it. */
  readonly name: string
  readonly draws: Map<string, KeyedRandom>
  /** Units so far. */
  units: number
}

/** What fails as one. */
interface Unit {
  readonly recurring: Recurring
  readonly draws: KeyedRandom
  /** First key of its draws. */
  readonly rank: number
  /** Failures so far, the ones before the origin included. */
  failures: number
  /** Its nodes at this time. */
  members(): readonly NodeId[]
}

export class Breakdowns {
  private readonly recurring: readonly Recurring[]
  private readonly units: Unit[] = []
  /** By pool: nodes seen so far. */
  private readonly ranks: number[] = []
  private readonly seen = new Set<NodeId>()
  private readonly known = new Set<string>()
  private readonly fails: number
  private readonly run: BreakdownsRun
  private readonly faults: Faults

  /** The breakdowns of a run, null when no fault recurs. */
  static of(run: BreakdownsRun, list: readonly Fault[], faults: Faults): Breakdowns | null {
    const counts = new Map<string, number>()
    const recurring = list.flatMap((fault): Recurring[] => {
      if ('at' in fault) return []
      const before = counts.get(fault.kind) ?? 0
      counts.set(fault.kind, before + 1)
      const each = 'nodes' in fault ? (fault.each ?? 'node') : 'cluster'
      return [{ fault, each, up: distribution(fault.every), name: `faults/${fault.kind}/${before}`, draws: new Map(), units: 0 }]
    })
    return recurring.length === 0 ? null : new Breakdowns(run, recurring, faults)
  }

  private constructor(run: BreakdownsRun, recurring: readonly Recurring[], faults: Faults) {
    this.run = run
    this.recurring = recurring
    this.faults = faults
    this.fails = run.simulator.register('a unit breaks', (row) => this.fail(this.units[row], row))
    run.nodes.whenJoined((node) => this.joined(node, false))
  }

  /** The origin. */
  opens(): void {
    const { nodes } = this.run.cluster.view
    for (const one of this.recurring)
      if (one.each === 'cluster')
        this.begins(
          this.unit(one, '', 0, () => []),
          true,
        )
    for (let node = 0; node < nodes.count; node++) if (nodes.state[node] !== NodeState.Gone) this.joined(node, true)
  }

  private joined(node: NodeId, old: boolean): void {
    if (this.seen.has(node)) return
    this.seen.add(node)
    const { cluster, input } = this.run
    const pool = cluster.view.nodes.pool[node]
    const rank = (this.ranks[pool] = (this.ranks[pool] ?? -1) + 1)
    for (const one of this.recurring) {
      const { fault, each, units } = one
      if (!('nodes' in fault) || !isSelected(cluster, fault.nodes, node)) continue
      if (each !== 'node') this.joinedUnit(one, node, old)
      else if (units < fault.nodes.count) {
        const unit = this.unit(one, input.pools[pool].name, rank, () => [node])
        this.begins(unit, old)
      }
    }
  }

  /** The node belongs to a unit of several nodes, which may be a new one. */
  private joinedUnit(one: Recurring, node: NodeId, old: boolean): void {
    const { cluster } = this.run
    const { nodes } = one.fault as NodeFault
    const { each } = one
    const valueOf = (other: NodeId): string | undefined =>
      typeof each === 'object' ? labelOf(cluster, other, each.label) : zoneOf(cluster, other)
    const value = valueOf(node)
    if (value === undefined || this.known.has(`${one.name}=${value}`)) return
    this.known.add(`${one.name}=${value}`)
    const members = (): NodeId[] => selectNodes(cluster, { ...nodes, count: Infinity }, (other) => valueOf(other) === value)
    this.begins(this.unit(one, `=${value}`, 0, members), old)
  }

  private unit(recurring: Recurring, group: string, rank: number, members: () => readonly NodeId[]): Unit {
    const draws = recurring.draws.get(group) ?? this.run.streams.keyed(`${recurring.name}/${group}`)
    recurring.draws.set(group, draws)
    return { recurring, draws, rank, failures: 0, members }
  }

  private begins(unit: Unit, old: boolean): void {
    unit.recurring.units++
    const row = this.units.push(unit) - 1
    const { mean } = unit.recurring.up
    const begun = old && mean !== Infinity ? -Math.round((AGE + unit.draws.at(unit.rank, VICTIM)) * mean) : 0
    let time = begun + this.upTime(unit)
    while (time <= 0) time += this.upTime(unit)
    this.plan(row, time)
  }

  private upTime(unit: Unit): Time {
    return Math.max(1, Math.round(unit.recurring.up.quantile(unit.draws.at(unit.rank, DRAWS * unit.failures++ + UP))))
  }

  private plan(row: number, time: Time): void {
    const { simulator, times } = this.run
    if (simulator.now + time <= times.end) simulator.at(simulator.now + time, this.fails, row, 0)
  }

  private fail(unit: Unit, row: number): void {
    const { fault, each } = unit.recurring
    const key = DRAWS * (unit.failures - 1)
    const duration = unit.draws.at(unit.rank, key + DOWN)
    const victim = unit.draws.at(unit.rank, key + VICTIM)
    let longest = 0
    if ('nodes' in fault) {
      const members = unit.members().filter((node) => this.faults.isInUse(node))
      if (members.length === 0 && each === 'node') return // it is gone, and with it its failures
      for (const node of members) longest = Math.max(longest, this.faults.onNode(fault, node, duration))
    } else longest = this.faults.elsewhere(fault, { duration, victim })
    const lasts = fault.kind === 'node-loss' ? (fault.notice ?? 0) : longest
    this.run.changes.disturbances.mark('fault', faultText(fault, this.run.input), this.run.simulator.now, lasts)
    const last = each === 'node' && longest === Infinity
    if (!last) this.plan(row, (longest === Infinity ? 0 : longest) + this.upTime(unit))
  }
}
