import { grown } from '../../common/table.ts'
import { define } from '../../common/define.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { roomFor, Slots } from '../structures/slots.ts'
import type { RandomStream } from '../../random/stream.ts'

const parameters = {
  withdraw: {
    kind: 'boolean',
    default: true,
    meaning:
      'an idle pod that gets a request from another balancer takes back its word; false: it stays on the list until it is taken from it',
  },
} as const

/** Join idle queue: a pod that has told this balancer that it is idle, else any. */
export const joinIdleQueue = define({
  name: 'join-idle-queue',
  summary:
    'The pod that told this balancer first that it is idle (each tells one, drawn uniformly); a uniformly random one when the list is empty.',
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

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.idle.remove(slot)
  }

  idled(slot: number): void {
    if (this.slots.has(slot)) this.idle.append(slot)
  }

  busied(slot: number): void {
    if (this.withdraw) this.idle.remove(slot)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, idle } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    const slot = idle.first(slots.passesOver(exclude) ? exclude : NO_BACKEND)
    if (slot === NO_BACKEND) return slots.candidate(this.random.int(candidates), exclude, candidates)
    idle.remove(slot)
    return slot
  }

  ended(): void {
    // the pod tells whom it likes when it is idle
  }
}

const NONE = -1
const OUT = -2

/** Slots in order of arrival, each at most once, as links. */
class SlotList {
  private next = new Int32Array(16)
  private previous = new Int32Array(16).fill(OUT)
  private head = NONE
  private tail = NONE

  append(slot: number): void {
    if (slot >= this.next.length) {
      const length = roomFor(slot, this.next.length)
      this.next = grown(this.next, length)
      this.previous = grown(this.previous, length, OUT)
    }
    if (this.previous[slot] !== OUT) return
    this.previous[slot] = this.tail
    this.next[slot] = NONE
    if (this.tail === NONE) this.head = slot
    else this.next[this.tail] = slot
    this.tail = slot
  }

  /** Nothing when it is not in. */
  remove(slot: number): void {
    if (slot >= this.next.length || this.previous[slot] === OUT) return
    const before = this.previous[slot]
    const after = this.next[slot]
    if (before === NONE) this.head = after
    else this.next[before] = after
    if (after === NONE) this.tail = before
    else this.previous[after] = before
    this.previous[slot] = OUT
  }

  /** The first but `exclude`, or -1. */
  first(exclude: number): number {
    return this.head !== NONE && this.head === exclude ? this.next[this.head] : this.head
  }
}
