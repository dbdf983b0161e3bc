/**
 * Mesos in a run: the master's allocator and a framework per tenant. A framework without pending pods is suppressed; new pods revive it, which asks for an
 * allocation. Resources that become free wait for the next period, as in the real allocator.
 */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId, PodId, Time } from '../../../common/ids.ts'
import type { Decisions } from '../../../cluster/decisions.ts'
import { classOfHolding } from '../../../cluster/entries.ts'
import { NodeState, PODS, Subject } from '../../../cluster/views.ts'
import type { ClusterView, LogCursor } from '../../../cluster/views.ts'
import type { OfferCounts, Scheduler, SchedulingContext, Wake } from '../../policy.ts'
import { MesosAllocator, type Offer } from './allocator.ts'
import { add, beyond, isNothing, type Amounts } from './amounts.ts'
import { CHOOSERS } from './chooser.ts'
import { frameworkOf, rolesOf, type FrameworkSpec, type Given } from './parameters.ts'
import { capacityOf, freeOf, roleShares, wantedBy } from './view-amounts.ts'

/** Offers of one allocation to one framework, which are answered together. */
interface Sent {
  readonly framework: FrameworkSpec
  readonly offers: readonly Offer[]
  readonly due: Time
  /** Rescinded at `due` instead of answered. */
  readonly rescinded: boolean
}

/** An offer while its framework chooses. */
interface Open {
  readonly offer: Offer
  readonly left: Record<string, number>
  pods: number
  /** A pod with devices was placed; which devices are left is known at the next wake. */
  devices: boolean
}

/** Places pods by offers. */
export class MesosScheduler implements Scheduler {
  private readonly allocator: MesosAllocator
  private readonly frameworks = new Map<string, FrameworkSpec>()
  private readonly byTenant: FrameworkSpec[] = []
  private sent: Sent[] = []
  /** What was accepted at the last wake: it is bound by now. */
  private accepted: { readonly framework: string; readonly amounts: Amounts }[] = []
  /** Agents whose free resources may have changed. */
  private readonly touched = new Set<NodeId>()
  /** By framework: order of creation of its newest pod. */
  private readonly newest = new Map<string, number>()
  private readonly declined = new Map<PodId, number>()
  private next: Time = 0
  private alarm: Time = Infinity
  private requested = false
  private cursor: LogCursor | undefined
  private view: ClusterView | undefined
  /** Resources that do not count for shares. */
  private readonly excluded: readonly string[]
  private readonly values: Given
  private readonly context: SchedulingContext
  private readonly counts: OfferCounts | undefined

  constructor(values: Given, context: SchedulingContext) {
    this.values = values
    this.context = context
    this.counts = context.offers?.()
    this.excluded = values.shareGpus ? [] : ['gpus']
    this.allocator = new MesosAllocator(this.excluded)
    this.counts?.watch(() => this.shares())
    for (const { path, weight, quota } of rolesOf(values)) {
      this.allocator.setWeight(path, weight)
      if (quota !== null) this.allocator.setQuota(path, quota)
    }
  }

  wake(_reason: Wake, view: ClusterView, pending: readonly PodId[], out: Decisions): void {
    const now = this.context.now()
    if (now >= this.alarm) this.alarm = Infinity
    this.follow(view)
    const waiting = this.waiting(pending, view)
    const due = this.sent.filter((one) => one.due <= now)
    this.sent = this.sent.filter((one) => one.due > now)
    for (const one of due) this.ends(one, waiting.get(one.framework.name) ?? [], view, out)
    if (this.requested || now >= this.next) this.allocate(now, waiting, view, out)
    if (now >= this.next) this.next = (Math.floor(now / this.values.interval) + 1) * this.values.interval
    this.setAlarm(now)
  }

  /** Dominant shares by role, as they are now. */
  private shares(): ReadonlyMap<string, number> {
    const { view } = this
    return view === undefined ? new Map() : roleShares(view, (podClass) => this.framework(podClass, view).role, this.excluded)
  }

  private allocate(now: Time, waiting: ReadonlyMap<string, PodId[]>, view: ClusterView, out: Decisions): void {
    this.requested = false
    const offers = this.allocator.allocate(now, (agents) => {
      out.examined += agents.length
      return this.shuffled(agents)
    })
    const byFramework = new Map<string, Offer[]>()
    for (const offer of offers) {
      this.touched.add(offer.agent)
      const list = byFramework.get(offer.framework)
      if (list === undefined) byFramework.set(offer.framework, [offer])
      else list.push(offer)
    }
    const { timeout } = this.values
    for (const [name, list] of byFramework) {
      const framework = this.frameworks.get(name)!
      const rescinded = timeout > 0 && framework.answer > timeout
      const one = { framework, offers: list, due: now + (rescinded ? timeout : framework.answer), rescinded }
      this.counts?.offered(list.length)
      if (one.due > now) this.sent.push(one)
      else this.ends(one, waiting.get(name) ?? [], view, out)
    }
    const busy = new Set(this.sent.map(({ framework }) => framework.name))
    for (const [name, pods] of waiting) if (!busy.has(name)) this.declineAll(pods, view, out)
  }

  /** The framework answers, or the offers are rescinded. Pods that it places leave the list. */
  private ends({ framework, offers, rescinded }: Sent, pods: PodId[], view: ClusterView, out: Decisions): void {
    const now = this.context.now()
    const here = offers.filter(({ agent }) => this.allocator.hasAgent(agent))
    const gone = offers.filter(({ agent }) => !this.allocator.hasAgent(agent))
    for (const offer of gone) this.allocator.release(framework.name, offer.agent, offer.amounts)
    for (const { agent } of offers) this.touched.add(agent)
    if (rescinded) {
      this.counts?.rescinded(offers.length)
      for (const offer of here) this.allocator.release(framework.name, offer.agent, offer.amounts)
      return
    }
    this.counts?.rescinded(gone.length)
    const open = here.map((offer): Open => ({ offer, left: { ...offer.amounts }, pods: 0, devices: false }))
    this.place(framework, open, pods, view, out)
    for (const { offer, left } of open) {
      const used = beyond(offer.amounts, left)
      this.counts?.answered(!isNothing(used))
      this.allocator.accept(offer, used, now, framework.refuse)
      if (!isNothing(used)) this.accepted.push({ framework: framework.name, amounts: used })
    }
  }

  private place({ chooser }: FrameworkSpec, open: readonly Open[], pods: PodId[], view: ClusterView, out: Decisions): void {
    const choose = CHOOSERS[chooser]
    const hopeless = new Set<PodClassId>()
    let kept = 0
    for (const pod of pods) {
      const podClass = view.pods.podClass[pod]
      const fitting = hopeless.has(podClass) ? [] : open.filter((one) => fits(podClass, one, view))
      if (fitting.length === 0) {
        hopeless.add(podClass)
        pods[kept++] = pod
        continue
      }
      const one = fitting[choose(fitting.map(({ offer, left }) => freeShare(offer.agent, left, podClass, view)))]
      out.bind(pod, one.offer.agent)
      add(one.left, wantedBy(podClass, view), -1)
      one.pods++
      if (view.classes.gpus[podClass] > 0) {
        one.devices = true
        hopeless.clear()
      }
      this.declined.delete(pod)
    }
    pods.length = kept
  }

  /** Pods for which there was no offer; each is declined once, for those who add nodes. */
  private declineAll(pods: readonly PodId[], { pods: { epoch } }: ClusterView, out: Decisions): void {
    for (const pod of pods) {
      if (this.declined.get(pod) === epoch[pod]) continue
      this.declined.set(pod, epoch[pod])
      out.decline(pod)
    }
  }

  /** Pending pods by framework. New ones revive it, and a framework without any is suppressed. */
  private waiting(pending: readonly PodId[], view: ClusterView): Map<string, PodId[]> {
    const waiting = new Map<string, PodId[]>()
    for (const pod of pending) {
      const { name } = this.framework(view.pods.podClass[pod], view)
      const list = waiting.get(name)
      if (list === undefined) waiting.set(name, [pod])
      else list.push(pod)
    }
    for (const name of this.frameworks.keys()) {
      const list = waiting.get(name) ?? []
      if (list.length === 0) this.allocator.suppress(name)
      let newest = this.newest.get(name) ?? -1
      const before = newest
      for (const pod of list) newest = Math.max(newest, view.pods.order[pod])
      if (newest === before) continue
      this.newest.set(name, newest)
      this.allocator.revive(name)
      this.requested = true
    }
    return waiting
  }

  private framework(podClass: PodClassId, { classes }: ClusterView): FrameworkSpec {
    const tenant = classes.tenant[podClass]
    let known = this.byTenant[tenant]
    if (known === undefined) {
      known = this.byTenant[tenant] = frameworkOf(classes.tenants[tenant], this.values)
      this.frameworks.set(known.name, known)
      this.allocator.addFramework(known.name, known.role)
    }
    return known
  }

  /** Brings agents and what frameworks hold up to date with the cluster. */
  private follow(view: ClusterView): void {
    for (const { framework, amounts } of this.accepted) this.allocator.adjust(framework, amounts, -1)
    this.accepted = []
    if (this.cursor === undefined) this.begin(view)
    const cursor = this.cursor!
    while (cursor.next()) {
      const { subject, row, value } = cursor
      if (subject === Subject.PodBound) this.holds(classOfHolding(value), row, 1, view)
      else if (subject === Subject.PodReleased) this.holds(classOfHolding(value), row, -1, view)
      else if (subject === Subject.NodeState) this.belongs(row, value === NodeState.Ready, view)
      else if (subject === Subject.NodeRemoved) this.belongs(row, false, view)
    }
    if (this.touched.size === 0) return
    const offered = new Map<NodeId, Record<string, number>>()
    for (const { offers } of this.sent)
      for (const { agent, amounts } of offers) {
        let sum = offered.get(agent)
        if (sum === undefined) offered.set(agent, (sum = {}))
        add(sum, amounts, 1)
      }
    for (const row of this.touched) this.allocator.setFree(row, beyond(freeOf(row, view), offered.get(row) ?? {}))
    this.touched.clear()
  }

  private begin(view: ClusterView): void {
    const { nodes, pods } = view
    this.view = view
    this.cursor = view.log.open()
    for (let row = 0; row < nodes.count; row++) this.belongs(row, nodes.state[row] === NodeState.Ready, view)
    for (let pod = 0; pod < pods.count; pod++) if (pods.node[pod] !== NONE) this.holds(pods.podClass[pod], pods.node[pod], 1, view)
  }

  private holds(podClass: PodClassId, row: NodeId, sign: 1 | -1, view: ClusterView): void {
    this.allocator.adjust(this.framework(podClass, view).name, wantedBy(podClass, view), sign)
    this.touched.add(row)
  }

  private belongs(row: NodeId, belongs: boolean, view: ClusterView): void {
    if (belongs === this.allocator.hasAgent(row)) return
    if (belongs) this.allocator.addAgent(row, capacityOf(row, view))
    else this.allocator.removeAgent(row)
    this.touched.add(row)
    this.requested ||= belongs
  }

  /** Wakes for the next period and the next answer. */
  private setAlarm(now: Time): void {
    let next = this.next
    for (const { due } of this.sent) next = Math.min(next, due)
    if (next >= this.alarm || next <= now) return
    this.alarm = next
    this.context.wakeAt(next)
  }

  private shuffled(list: readonly number[]): number[] {
    const order = [...list]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.context.random.int(i + 1)
      const one = order[i]
      order[i] = order[j]
      order[j] = one
    }
    return order
  }
}

/** A pod that fits the offer fits the agent: an offer is a part of what is free. */
function fits(podClass: PodClassId, { offer, left, pods, devices }: Open, view: ClusterView): boolean {
  const { classes, nodes } = view
  if (devices && classes.gpus[podClass] > 0) return false
  if (nodes.free[PODS][offer.agent] <= pods) return false
  const wanted = wantedBy(podClass, view)
  for (const resource in wanted) if (wanted[resource] > (left[resource] ?? 0)) return false
  return view.feasible(podClass, offer.agent)
}

/** Mean of the shares of cpu and memory that would stay in the offer. */
function freeShare(row: NodeId, left: Amounts, podClass: PodClassId, { nodes, classes }: ClusterView): number {
  const cpu = ((left['cpu'] ?? 0) - classes.cpu[podClass]) / nodes.cpu[row]
  return (cpu + ((left['memory'] ?? 0) - classes.memory[podClass]) / nodes.memory[row]) / 2
}
