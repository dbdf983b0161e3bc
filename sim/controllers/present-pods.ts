/**
 * Pods of a snapshot. Running ones are on their nodes from the start of the run on, whatever is free there; pending ones reach their scheduler at the
 * origin. A pod that is evicted is created again if a controller keeps it; pods of DaemonSets are also created on nodes that join.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { compiled } from '../cluster/feasibility/selectors.ts'
import { NodeState, PodPhase } from '../cluster/views.ts'
import { NONE, type NodeId, type OwnerId, type PodId } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { NodeLifecycle } from './node-lifecycle.ts'
import { EndReason, type Controller, type Owners, type PodOwner } from './owners.ts'
import type { Placement } from './placement.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'
import type { Keeping, Present } from './present-spec.ts'

/** What the pods need of the run. */
export interface PresentRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly input: { readonly present?: Present }
}

class Origins extends ColumnTable {
  kind = this.column(Int32Array)
  /** The node that a pod of a DaemonSet belongs to. */
  home = this.column(Int32Array, NONE)
  /** 1: it is healthy for its budgets. */
  healthy = this.column(Uint8Array)
}

/** A disruption budget: as many pods must stay as the snapshot demands. */
interface Budget {
  /** By kind: whether it covers the pods. */
  readonly covers: readonly boolean[]
  healthy: number
  /** Pods that must be healthy. */
  needed: number
}

/** Creation of pods that were there before the run. */
const BEFORE = -1

const KEEPINGS: readonly Keeping[] = ['replaced', 'daemon', 'node', 'bare']

export class PresentPods {
  private readonly origins = new Origins(256)
  private readonly owners: Readonly<Record<Keeping, OwnerId>>
  private readonly budgets: readonly Budget[]
  /** By service: nodes on which its next pods are. */
  private readonly left: NodeId[][]
  private readonly leaving: PodId[] = []
  private readonly leaves: number
  /** Pods without a controller that were evicted. */
  private lost = 0
  private readonly run: PresentRun
  private readonly present: Present

  constructor(run: PresentRun, present: Present) {
    this.run = run
    this.present = present
    const { placement, nodes } = run
    this.leaves = run.simulator.register('pod of the snapshot leaves', (pod, epoch) => {
      if (run.cluster.view.pods.epoch[pod] === epoch) run.lifecycle.terminate(pod, EndReason.Deleted)
    })
    this.owners = Object.fromEntries(
      KEEPINGS.map((keeping) => [keeping, run.owners.register(this.owner(keeping))]),
    ) as unknown as typeof this.owners
    this.budgets = present.budgets.map(({ namespace, selector, allowed }) => {
      const selects = compiled(selector)
      const covers = present.kinds.map(
        ({ shape }) => !selects.empty && (shape.rules?.namespace ?? 'default') === namespace && selects.matches(shape.labels),
      )
      return { covers, healthy: 0, needed: -allowed }
    })
    this.left = present.services.map((rows) => [...rows].reverse())
    if (this.left.some((rows) => rows.length > 0)) placement.presentOn = (pod) => this.place(pod)
    if (present.budgets.length > 0) {
      const others = placement.budgets
      const own = this.budgets.map((budget) => ({
        get allowed() {
          return Math.max(0, budget.healthy - budget.needed)
        },
        covers: (pod: PodId) => this.isOwn(pod) && budget.covers[this.origins.kind[pod]],
      }))
      placement.budgets = () => [...others(), ...own]
    }
    nodes.whenJoined((node) => this.addDaemons(node))
  }

  /** The part of a run, null when it begins with no snapshot. */
  static of(run: PresentRun): PresentPods | null {
    return run.input.present === undefined ? null : new PresentPods(run, run.input.present)
  }

  /** Running pods are there before anything else happens. */
  starts(): void {
    const { kind, node, cordoned } = this.present
    for (let i = 0; i < kind.length; i++) {
      if (node[i] === NONE) continue
      const pod = this.create(kind[i], node[i])
      this.adopt(pod, node[i])
      if (this.present.kinds[kind[i]].leaves !== undefined) this.leaving.push(pod)
    }
    for (const budget of this.budgets) budget.needed += budget.healthy
    for (const row of cordoned) this.run.nodes.cordon(row, 'operator')
  }

  /** The origin: pending pods reach their schedulers. Further pods of services are placed by schedulers, too. */
  opens(): void {
    const { kind, node, kinds } = this.present
    const { placement, cluster, simulator } = this.run
    placement.presentOn = null
    for (const pod of this.leaving) {
      cluster.setPhase(pod, PodPhase.Terminating)
      simulator.at(simulator.now + kinds[this.origins.kind[pod]].leaves!, this.leaves, pod, cluster.view.pods.epoch[pod])
    }
    for (let i = 0; i < kind.length; i++) if (node[i] === NONE) placement.arrived(this.create(kind[i], NONE), kinds[kind[i]].scheduler)
  }

  /** What the reader of the results must know. */
  notes(): string[] {
    return this.lost === 0
      ? []
      : [`${this.lost} ${this.lost === 1 ? 'pod' : 'pods'} of the snapshot without a controller ended by eviction and were not replaced`]
  }

  private isOwn(pod: PodId): boolean {
    return KEEPINGS.some((keeping) => this.owners[keeping] === this.run.cluster.view.pods.owner[pod])
  }

  private create(kind: number, home: NodeId): PodId {
    const { cluster, simulator, lifecycle } = this.run
    const { shape, keeping } = this.present.kinds[kind]
    const pod = cluster.createPod(shape, NONE, simulator.now)
    cluster.setOwner(pod, this.owners[keeping])
    this.origins.reserve(pod + 1)
    this.origins.kind[pod] = kind
    this.origins.home[pod] = home
    this.origins.healthy[pod] = 0
    lifecycle.createdToRun(pod, Infinity)
    return pod
  }

  /** The pod is on the node, whatever is free there. */
  private adopt(pod: PodId, node: NodeId): void {
    const { cluster, simulator, lifecycle } = this.run
    cluster.pods.created[pod] = BEFORE
    if (!cluster.bind(pod, node, NONE, simulator.now, true)) throw new Error(`pod ${pod} of the snapshot cannot be on node ${node}`)
    if (cluster.nodes.free.some((free) => free[node] < 0)) cluster.nodes.overdrawn.add(node)
    lifecycle.bound(pod, simulator.now)
  }

  /** Puts a pod of a service on a node of the snapshot; false when its pods are all placed. */
  private place(pod: PodId): boolean {
    const service = this.run.cluster.view.pods.service[pod]
    const node = service === NONE ? undefined : this.left[service]?.pop()
    if (node === undefined) return false
    this.adopt(pod, node)
    return true
  }

  private owner(keeping: Keeping): PodOwner {
    const ended = (pod: PodId, reason: EndReason): void => {
      const kind = this.origins.kind[pod]
      if (reason === EndReason.Completed || this.present.kinds[kind].leaves !== undefined) return
      const home = this.origins.home[pod]
      if (keeping === 'replaced') this.run.placement.arrived(this.create(kind, NONE), this.present.kinds[kind].scheduler)
      else if (keeping === 'daemon' && reason !== EndReason.NodeLost) this.createDaemon(kind, home)
      else if (keeping === 'bare') this.lost++
    }
    return {
      name: 'snapshot',
      daemon: keeping === 'daemon' || keeping === 'node',
      movable: () => keeping === 'replaced',
      controllerOf: (pod) => (keeping === 'replaced' ? this.controllerOf(pod) : null),
      bound: (pod) => this.setHealthy(pod, 1),
      terminating: (pod) => this.setHealthy(pod, 0),
      ended: (pod, reason) => {
        this.setHealthy(pod, 0)
        ended(pod, reason)
      },
    }
  }

  private controllerOf(pod: PodId): Controller {
    const { rules } = this.present.kinds[this.origins.kind[pod]].shape
    const { kind = '', name } = rules?.owner ?? {}
    return { kind, key: name === undefined ? '' : `${rules!.namespace ?? 'default'}/${kind}/${name}` }
  }

  private setHealthy(pod: PodId, healthy: 0 | 1): void {
    const { origins } = this
    const change = healthy - origins.healthy[pod]
    if (change === 0 || this.present.kinds[origins.kind[pod]].leaves !== undefined) return
    origins.healthy[pod] = healthy
    for (const budget of this.budgets) if (budget.covers[origins.kind[pod]]) budget.healthy += change
  }

  /** DaemonSets have a pod on each node that admits it; a node that is uncordoned has them already. */
  private addDaemons(node: NodeId): void {
    const { cluster } = this.run
    let has = false
    cluster.eachPodOn(node, (pod) => {
      has ||= cluster.view.pods.owner[pod] === this.owners.daemon
    })
    if (has) return
    for (const [kind, one] of this.present.kinds.entries())
      if (one.keeping === 'daemon' && cluster.admits(cluster.internClass(one.shape), cluster.view.nodes.nodeClass[node]))
        this.createDaemon(kind, node)
  }

  private createDaemon(kind: number, node: NodeId): void {
    if (this.run.cluster.view.nodes.state[node] !== NodeState.Gone) this.run.placement.arrivedFor(this.create(kind, node), node)
  }
}
