/**
 * The balancer instances of one service, and what they are notified of. An instance that has not been asked for a backend yet is not
 * notified: it hears all changes so far, in order, before its first pick. So an instance that sends nothing holds nothing, and the
 * answers are the same. Instances that listen to pods or to timers are notified from the start.
 */
import { NONE, type PodId, type ServerId, type SlotId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Balancer } from '../slb/policy.ts'
import type { BalancerInstance, Waker } from './balancer-instance.ts'
import type { EndpointSlots } from './endpoint-slots.ts'

/** Changes kept for instances that were not asked yet [changes]; with more, all instances hear them. */
const MAX_CHANGES = 1 << 20

/** The time that a balancer reads: of the change that it hears of late, else NONE for the present. */
export interface HeardTime {
  time: Time
}

/** Additions (weight above 0) and removals (weight 0), in order. */
class Changes extends ColumnTable {
  count = 0
  slot = this.column(Int32Array)
  weight = this.column(Int32Array)
  time = this.column(Float64Array)

  note(slot: SlotId, weight: number, now: Time): void {
    this.reserve(this.count + 1)
    this.slot[this.count] = slot
    this.weight[this.count] = weight
    this.time[this.count++] = now
  }
}

export class ServiceBalancers implements Waker {
  /** Those that are notified: the first instance, which keeps what instances share, then the others. */
  private readonly notified: BalancerInstance[] = []
  /** The others; woken ones are found by `asleep`. */
  private waiting: BalancerInstance[] = []
  private asleep = 0
  private changes = new Changes()
  private readonly slots: EndpointSlots
  private readonly heard: HeardTime
  private readonly shares: () => boolean

  /** @param shares whether the instances share a structure, which the first one keeps up to date */
  constructor(slots: EndpointSlots, list: readonly BalancerInstance[], heard: HeardTime, shares: () => boolean) {
    this.slots = slots
    this.heard = heard
    this.shares = shares
    list.forEach((instance, i) => {
      if (i === 0 || listens(instance.balancer)) this.notified.push(instance)
      else {
        this.waiting.push(instance)
        this.asleep++
        instance.asleep = this
      }
    })
  }

  /** @param zone of the backend, for balancers that look at zones */
  added(pod: PodId, server: ServerId, serverEpoch: number, weight: number, now: Time, zone = NONE): void {
    const slot = this.slots.add(pod, server, serverEpoch)
    this.note(slot, weight, now)
    const { notified } = this
    for (let i = 0; i < notified.length; i++) notified[i].balancer.added(slot, weight, zone)
  }

  removed(pod: PodId, now: Time): void {
    const slot = this.slots.remove(pod)
    if (slot === NONE) return
    this.note(slot, 0, now)
    const { notified } = this
    const shared = this.shares() ? 1 : 0 // the others still find in it what the first one is about to remove
    for (let i = shared; i < notified.length; i++) notified[i].balancer.removed(slot)
    if (shared === 1) notified[0].balancer.removed(slot)
  }

  /** Before the first pick of an instance. */
  wake(instance: BalancerInstance): void {
    const { changes, heard } = this
    const { balancer } = instance
    instance.asleep = null
    this.notified.push(instance)
    this.asleep--
    for (let i = 0; i < changes.count; i++) {
      heard.time = changes.time[i]
      if (changes.weight[i] > 0) balancer.added(changes.slot[i], changes.weight[i])
      else balancer.removed(changes.slot[i])
    }
    heard.time = NONE
    if (this.asleep > 0) return
    this.waiting = []
    this.changes = new Changes()
  }

  private note(slot: SlotId, weight: number, now: Time): void {
    if (this.asleep === 0) return
    if (this.changes.count === MAX_CHANGES) {
      for (const instance of this.waiting) if (instance.asleep !== null) this.wake(instance)
    }
    if (this.asleep > 0) this.changes.note(slot, weight, now)
  }
}

/** Whether a balancer hears more than backends and the ends of its own requests. */
const listens = ({ reported, idled, busied, woke, probed, loadReported }: Balancer): boolean =>
  reported !== undefined ||
  idled !== undefined ||
  busied !== undefined ||
  woke !== undefined ||
  probed !== undefined ||
  loadReported !== undefined
