/**
 * Drives the index as kube-scheduler drives its cycle: one pod at a time from its queue; a pod that fits nowhere looks for victims, and waits for an event that
 * may help it. An event helps a kind of pods when the node on which it happened can run them now; kinds with rules about other pods are tried again at
 * every event that their rules read. (The real hints ask less, so that more tries fail; the pods that are bound are the same.)
 */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId, PodId } from '../../../../common/ids.ts'
import type { Decisions } from '../../../../cluster/decisions.ts'
import { NodeState, PodPhase, Subject } from '../../../../cluster/views.ts'
import type { ClusterView, LogCursor } from '../../../../cluster/views.ts'
import type { Refusals } from '../../../../cluster/feasibility/reasons.ts'
import type { SchedulingContext, Wake } from '../../../policy.ts'
import type { SchedulingDriver } from '../../../queue/driver.ts'
import type { Plan } from './plans.ts'
import type { KubeProfiles } from './profiles.ts'
import { KubeQueue, type QueueTimes } from './queue.ts'

/** The sweep of pods that have waited too long runs at this period [µs]. */
const SWEEP = 30_000_000

/** One scheduler of a run. */
export class KubeDriver implements SchedulingDriver {
  readonly again = true
  readonly unfinished = false
  private readonly queue: KubeQueue
  private cursor: LogCursor | undefined
  private sweep = Infinity
  private alarm = Infinity
  private readonly profiles: KubeProfiles
  private readonly view: ClusterView
  private readonly context: SchedulingContext

  constructor(profiles: KubeProfiles, times: QueueTimes, view: ClusterView, context: SchedulingContext) {
    this.profiles = profiles
    this.queue = new KubeQueue(times)
    this.view = view
    this.context = context
  }

  get waiting(): number {
    return this.queue.size
  }

  get idle(): boolean {
    this.follow(this.view)
    return this.queue.next(this.context.now()) === NONE
  }

  enqueue(pod: PodId): void {
    const { view, profiles } = this
    profiles.world.follow(view)
    const { index } = profiles.of(view.pods.podClass[pod], view)
    const { info } = index.planOf(pod, view)
    const gated = (info.pod.schedulingGates ?? []).length > 0
    const about = { kind: index.kindOf(pod, view), priority: info.priority, order: view.pods.order[pod] }
    this.queue.add(pod, this.context.now(), gated, about)
  }

  drop(pod: PodId): void {
    this.queue.remove(pod)
    this.profiles.nominations.clear(pod)
  }

  refused(pod: PodId): void {
    this.enqueue(pod)
  }

  wake(_reason: Wake, view: ClusterView, out: Decisions): boolean {
    const now = this.context.now()
    if (now >= this.alarm) this.alarm = Infinity
    this.follow(view)
    if (now >= this.sweep) {
      this.sweep = Infinity
      this.queue.flush(now)
    }
    const pod = this.queue.next(now)
    this.setAlarm(now)
    if (pod === NONE) return false
    const { index } = this.profiles.of(view.pods.podClass[pod], view)
    const node = index.place(pod, view)
    out.examined += index.examined
    if (node === NONE) this.fail(pod, view, out)
    else {
      this.drop(pod)
      out.bind(pod, node)
    }
    return true
  }

  unschedulable(visit: (pod: PodId) => void): void {
    this.queue.eachFailed(visit)
  }

  refusals(pod: PodId): Refusals | null {
    const { view, profiles } = this
    return profiles.of(view.pods.podClass[pod], view).index.refusals(pod, view)
  }

  private fail(pod: PodId, view: ClusterView, out: Decisions): void {
    this.queue.failed(pod, this.context.now())
    out.decline(pod)
    const { preemptor, index } = this.profiles.of(view.pods.podClass[pod], view)
    const found = preemptor?.find(pod, view) ?? null
    if (found === 'ineligible') return
    if (found === null) {
      if (index.nominations.nodeOf(pod) === NONE) return
      index.nominations.clear(pod)
      out.nominate(pod, NONE)
      return
    }
    const { priority } = index.planOf(pod, view).info
    for (const other of [...index.nominations.on(found.node)]) {
      if (other === pod || index.planOf(other, view).info.priority >= priority) continue
      index.nominations.clear(other)
      out.nominate(other, NONE)
    }
    index.nominations.set(pod, found.node)
    out.nominate(pod, found.node)
    for (const victim of found.pods) {
      if (view.pods.phase[victim] === PodPhase.Terminating) continue
      preemptor!.evicts(victim, view)
      out.evict(victim)
    }
  }

  /** Wakes the scheduler for the end of a back-off, and for the sweep of pods that wait for an event. */
  private setAlarm(now: number): void {
    const { queue } = this
    if (!queue.nobodyWaits && this.sweep === Infinity) this.sweep = Math.ceil((now + 1) / SWEEP) * SWEEP
    const next = Math.min(queue.expiry, this.sweep)
    if (next === Infinity || next >= this.alarm) return
    this.alarm = Math.max(next, now + 1)
    this.context.wakeAt(this.alarm)
  }

  /** Reads the log up to the present and moves the pods that its events may help. */
  private follow(view: ClusterView): void {
    this.profiles.world.follow(view)
    const cursor = (this.cursor ??= view.log.open())
    if (this.queue.nobodyWaits) {
      cursor.skip()
      return
    }
    while (cursor.next()) {
      const { subject, row, value } = cursor
      const gains =
        subject === Subject.PodReleased || subject === Subject.NodeClass || (subject === Subject.NodeState && value === NodeState.Ready)
      if (gains) this.helps(row, false, view)
      else if (subject === Subject.PodBound || subject === Subject.PodTerminating) this.helps(row, true, view)
    }
  }

  /** @param taken whether the event took capacity, so that only rules about other pods can gain by it */
  private helps(row: NodeId, taken: boolean, view: ClusterView): void {
    const now = this.context.now()
    for (const kind of [...this.queue.kinds]) {
      const { index } = this.profiles.of(this.profiles.world.kinds.podClass[kind], view)
      const plan = index.plans.of(kind, view)
      // A user's filter may want a node to be fuller, or read other nodes.
      const gains = !taken || index.own?.readsNode === true
      const helps = isRuled(plan) ? gains || gainsByOthers(plan) : gains && index.fits(plan, row, view)
      if (helps || index.own?.readsPods === true) this.queue.release(kind, now)
    }
  }
}

const isRuled = ({ hard, attracted, avoided, repelled }: Plan): boolean =>
  hard.length + attracted.length + avoided.length + repelled.size > 0

/** Whether a further pod somewhere can make a node feasible: one that attracts, or one in the smallest domain. */
const gainsByOthers = ({ hard, attracted }: Plan): boolean => hard.length + attracted.length > 0
