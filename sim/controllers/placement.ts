/**
 * Pending pods and the schedulers that place them. Placement has one role per scheduler of the run (the default one first); a pod names its
 * scheduler. A role has its own queue, its own view of the cluster (live or a snapshot), and is busy while it decides. Decisions become
 * facts in `Cluster.commit`; all kinds are carried out here.
 */
import { DecisionKind, type Decisions } from '../cluster/decisions.ts'
import { countReasons, REASONS, reasonText, type Refusals } from '../cluster/feasibility/reasons.ts'
import { CPU, MEMORY, PodPhase } from '../cluster/views.ts'
import { NONE, type NodeId, type PodId, type Time } from '../common/ids.ts'
import type { Decision } from '../measure/decision-recorder.ts'
import type { RunBudget, Wake } from '../scheduling/policy.ts'
import { EndReason } from './owners.ts'
import { PackingRounds } from './packing-rounds.ts'
import { PinnedPods } from './pinned-pods.ts'
import type { CarryOut, PlacementRun, Role, SchedulerSpec } from './placement-role.ts'
import { SchedulerRole } from './scheduler-role.ts'

const NO_PLUGINS: ReadonlyMap<string, number> = new Map()

/** Role 0: the scheduler of all pods that name no other. */
function defaultScheduler({ choices, delays }: PlacementRun['input']): SchedulerSpec {
  return {
    name: 'default',
    algorithm: choices.scheduling,
    order: choices['scheduling.order'],
    decision: delays.decision,
    perNode: delays.perNode,
    view: 'live',
    refresh: 0,
  }
}

export class Placement {
  private readonly roles: readonly Role[]
  /** By role: name of the scheduler. */
  private readonly names: readonly string[]
  /** By pod: its role. */
  private roleOf: number[] = []
  private readonly pinned: PinnedPods
  private readonly run: PlacementRun
  private gangs = 0
  /** Disruption budgets that schedulers see when they look for victims. */
  budgets: () => readonly RunBudget[] = () => []
  /** Notified of each pod that was examined and found no node. Null: nobody wants to know. */
  whenDeclined: ((pod: PodId) => void) | null = null
  /** Puts a pod that was there before the run on its node; false: a scheduler places it. Null: none was. */
  presentOn: ((pod: PodId) => boolean) | null = null

  constructor(run: PlacementRun) {
    const { simulator, input, packer, lifecycle, nodes } = run
    this.run = run
    const carryOut: CarryOut = (out, time, role) => this.carryOut(out, time, role)
    const wakes = simulator.register('scheduler wakes', (row, reason) => (this.roles[row] as SchedulerRole).wakes(reason as Wake))
    const commits = simulator.register('scheduler commits', (row) => (this.roles[row] as SchedulerRole).commits())
    const rounds = packer !== null && input.binpacking.role !== 'estimator'
    if (rounds && input.background.some(({ rigid, scheduler }) => rigid === true && scheduler === 0))
      throw new Error('rigid jobs cannot be placed in rounds, which place pod by pod; accepted: binpacking with role: estimator, or none')
    this.roles = [defaultScheduler(input), ...input.schedulers].map((spec, row) =>
      rounds && row === 0
        ? new PackingRounds(run, packer, carryOut)
        : new SchedulerRole(run, spec, { row, wakes, commits, budgets: () => this.budgets() }, carryOut),
    )
    this.names = ['default', ...input.schedulers.map(({ name }) => name)]
    this.pinned = new PinnedPods(run, (pod, time) => this.binds(pod, time))
    const back = simulator.register('scheduler is back', () => this.pinned.retryAll())
    run.components.whenDown('scheduler', (until) => {
      for (const role of this.roles) role.hold(until)
      this.pinned.hold(until)
      simulator.at(until, back, 0, 0)
    })
    lifecycle.listen({
      dropped: (pod) => {
        if (this.pinned.has(pod)) this.pinned.dropped(pod)
        else if (this.roleOf[pod] !== NONE) this.roles[this.roleOf[pod]].dropped(pod)
      },
      released: (node) => {
        this.pinned.retry(node)
        this.roomFreed()
      },
    })
    nodes.whenJoined((node) => {
      this.pinned.retry(node)
      this.roomFreed()
    })
  }

  /** A pod was created that may run on one node only. */
  arrivedFor(pod: PodId, node: NodeId): void {
    this.run.pods.created(this.run.cluster.view.pods.podClass[pod])
    this.pinned.arrived(pod, node)
  }

  /** Places all that can be placed now, without delay. */
  settle(): void {
    for (const role of this.roles) role.settle()
  }

  /** The origin: from now on decisions take time. */
  opens(): void {
    for (const role of this.roles) role.warm = false
    this.pinned.warm = false
  }

  /** A number for the tasks of a rigid job. */
  newGang(): number {
    return this.gangs++
  }

  /** A pod was created and is pending; `scheduler` is the role that places it, NONE: nobody does, and it stays pending. */
  arrived(pod: PodId, scheduler: number): void {
    this.run.pods.created(this.run.cluster.view.pods.podClass[pod])
    if (this.presentOn?.(pod) === true) return
    this.roleOf[pod] = scheduler
    if (scheduler !== NONE) this.roles[scheduler].arrived(pod)
  }

  /** The pod is pending and no scheduler knows it, until it arrives (again). */
  withheld(pod: PodId): void {
    this.roleOf[pod] = NONE
  }

  /** Calls back for each pod that was examined and found no node: scheduler by scheduler, oldest first. */
  eachUnschedulable(visit: (pod: PodId) => void): void {
    for (const role of this.roles) role.eachUnschedulable(visit)
  }

  /** Why no node can run the pending pod: by the rules of its scheduler where it has some of its own, or else by those of the cluster. */
  refusals(pod: PodId): Refusals {
    const role = this.roleOf[pod]
    const own = role === undefined || role === NONE ? null : this.roles[role].refusals(pod)
    if (own !== null) return own
    const { view } = this.run.cluster
    const counts = new Int32Array(REASONS)
    return { nodes: countReasons(view, view.pods.podClass[pod], counts), counts, plugins: NO_PLUGINS }
  }

  /** Reasons that schedulers of the wide form gave for their declines. */
  notes(): string[] {
    const { ruledOut } = this.run.scheduling
    const nodes = ruledOut.reduce((sum, count) => sum + count, 0)
    return nodes === 0 ? [] : [`nodes ruled out by declined decisions, counted per decision: ${reasonText(ruledOut, nodes)}`]
  }

  private roomFreed(): void {
    for (const role of this.roles) role.roomFreed()
  }

  /** Commits decisions and carries out what the cluster accepted; `time` is when the decision ends. */
  private carryOut(out: Decisions, time: Time, role: Role): void {
    const { cluster, lifecycle, simulator, scheduling } = this.run
    cluster.commit(out, simulator.now)
    const { decisions } = scheduling
    for (let row = 0; row < out.count; row++) {
      if (decisions !== null && out.kind[row] !== DecisionKind.Nominate)
        decisions.decided(simulator.now, () => this.described(out, row, role))
      const accepted = out.accepted[row] === 1
      const pod = out.pod[row]
      switch (out.kind[row]) {
        case DecisionKind.Bind:
          scheduling.bind(accepted, simulator.now)
          if (accepted) this.binds(pod, time)
          else role.refused(pod, out.node[row])
          break
        case DecisionKind.Evict:
          if (accepted) lifecycle.terminate(pod, EndReason.Preempted)
          break
        case DecisionKind.Decline:
          if (this.whenDeclined !== null) this.whenDeclined(pod)
          break // it stays in its queue
        default: // a nomination is kept by the cluster
      }
    }
    const { reasons } = out
    for (let row = 0; row < reasons.count; row++) scheduling.declined(reasons.reason[row], reasons.nodes[row])
  }

  /** Sends the bind of a pod that has its node; the pod may end before the bind is answered. */
  private binds(pod: PodId, decided: Time): void {
    const { cluster, lifecycle, apiClients, pods: recorder } = this.run
    const { pods } = cluster.view
    const epoch = pods.epoch[pod]
    const created = pods.created[pod]
    apiClients.binds(decided, (time) => {
      if (pods.epoch[pod] === epoch && pods.phase[pod] !== PodPhase.Terminating) lifecycle.bound(pod, time)
      else recorder.deletedPending(created, time)
    })
  }

  /** A decision as the table of decisions shows it. */
  private described(out: Decisions, row: number, role: Role): Decision {
    const { cluster, simulator, owners } = this.run
    const { pods, classes } = cluster.view
    const pod = out.pod[row]
    const podClass = pods.podClass[pod]
    const kind = out.kind[row]
    const bound = out.accepted[row] === 1 ? 'bound' : 'refused'
    return {
      time: simulator.now,
      scheduler: this.names[this.roles.indexOf(role)],
      owner: owners.of(pod).name,
      pod: `${pod}#${pods.epoch[pod]}`,
      created: pods.created[pod],
      cpu: classes.request[CPU][podClass],
      memory: classes.request[MEMORY][podClass],
      outcome: kind === DecisionKind.Bind ? bound : kind === DecisionKind.Evict ? 'evicted' : 'no node',
      node: kind === DecisionKind.Bind ? out.node[row] : kind === DecisionKind.Evict ? pods.node[pod] : NONE,
      why: kind === DecisionKind.Decline ? this.whyNot(out, row) : '',
    }
  }

  /** The reasons that the scheduler gave, or else those of the cluster's rules. */
  private whyNot(out: Decisions, row: number): string {
    const { nodes, counts, plugins } = this.refusals(out.pod[row])
    const { reasons } = out
    for (let i = 0, given = false; i < reasons.count; i++) {
      if (reasons.decision[i] !== row) continue
      if (!given) counts.fill(0)
      given = true
      counts[reasons.reason[i]] += reasons.nodes[i]
    }
    return reasonText(counts, nodes, plugins)
  }
}
