/** Join idle queue: the pod that reported first to this balancer that it is idle, any pod when there is none. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { SlotList } from '../structures/slot-list.ts'
import { Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'

const parameters = {
  withdraw: {
    kind: 'boolean',
    default: true,
    meaning:
      'an idle pod that gets a request from another balancer withdraws its report; false: it stays on the list until it is picked from it',
  },
} as const

export const joinIdleQueue = define({
  name: 'join-idle-queue',
  summary:
    'The pod that reported first to this balancer that it is idle (each reports to one, drawn uniformly); a uniformly random one when the list is empty.',
  source:
    'Lu, Xie, Kliot, Geller, Larus, Greenberg 2011, Join-Idle-Queue (JIQ-Random); with and without withdrawal as in Van Houdt 2024, Distributed Join-Idle-Queue with and without token withdrawals',
  fidelity: 'faithful',
  parameters,
  create: ({ withdraw }, { random }: BalancingContext): Balancer => new JoinIdleQueue(withdraw, random),
})

class JoinIdleQueue implements Balancer {
  private readonly slots = new Slots()
  private readonly idle = new SlotList()
  private readonly withdraw: boolean
  private readonly random: RandomStream

  constructor(withdraw: boolean, random: RandomStream) {
    this.withdraw = withdraw
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.idle.remove(slot)
  }

  idled(slot: SlotId): void {
    if (this.slots.has(slot)) this.idle.append(slot)
  }

  busied(slot: SlotId): void {
    if (this.withdraw) this.idle.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, idle } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    const slot = idle.first(slots.passesOver(exclude) ? exclude : NO_BACKEND)
    if (slot === NO_BACKEND) return slots.candidate(this.random.int(candidates), exclude, candidates)
    idle.remove(slot)
    return slot
  }

  ended(): void {
    // only `idled` and `busied` change the list
  }
}

/** The list of idle pods as an array. */
export class JoinIdleQueueTwin extends Twin implements Balancer {
  private idle: SlotId[] = []
  private readonly withdraw: boolean
  private readonly any: Balancer

  /** `any` picks when no other pod is on the list. */
  constructor(withdraw: boolean, any: Balancer) {
    super()
    this.withdraw = withdraw
    this.any = any
  }

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight })
    this.any.added(slot, weight)
  }

  override removed(slot: SlotId): void {
    super.removed(slot)
    this.idle = this.idle.filter((one) => one !== slot)
    this.any.removed(slot)
  }

  idled(slot: SlotId): void {
    if (!this.idle.includes(slot)) this.idle.push(slot)
  }

  busied(slot: SlotId): void {
    if (this.withdraw) this.idle = this.idle.filter((one) => one !== slot)
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const chosen = this.idle.find((slot) => slot !== exclude || this.backends.length === 1)
    if (chosen === undefined) return this.any.pick(request, exclude)
    this.idle = this.idle.filter((one) => one !== chosen)
    return chosen
  }

  ended(): void {
    // only `idled` and `busied` change the list
  }
}
