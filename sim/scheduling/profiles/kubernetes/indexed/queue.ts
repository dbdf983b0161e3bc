/**
 * The queue of kube-scheduler: pods that are tried next, pods that back off after a failed try, pods that wait for an event that may help, and pods with
 * scheduling gates. Source: Kubernetes 1.34 pkg/scheduler/backend/queue. An expired back-off is known to the second; while nothing else is to be tried, pods
 * that back off are tried earlier, as the feature gate SchedulerPopFromBackoffQ, on by default, has it.
 */
import { NONE } from '../../../../common/ids.ts'
import type { PodId, Time } from '../../../../common/ids.ts'
import { Heap } from './heap.ts'
import type { KindId } from './kinds.ts'

const SECOND = 1_000_000

/** Where a pod is. */
type Place = 'active' | 'backoff' | 'unschedulable' | 'gated'

/** A pending pod. */
interface Waiting {
  readonly pod: PodId
  readonly kind: KindId
  readonly priority: number
  /** Order of creation, for equal times. */
  readonly order: number
  place: Place
  /** Last time at which it entered the queue or failed. */
  since: Time
  /** Failed tries. */
  tries: number
  /** Counts its moves, so that entries of heaps that are out of date are known. */
  moves: number
}

interface Entry {
  readonly waiting: Waiting
  readonly moves: number
  readonly expires: Time
}

/** Times of the queue [µs]. */
export interface QueueTimes {
  readonly initialBackoff: Time
  readonly maxBackoff: Time
  /** Whether pods that back off are tried while nothing else is. */
  readonly popFromBackoff: boolean
  /** After this time a pod is tried again without an event. */
  readonly longest: Time
}

const inOrder = (a: Waiting, b: Waiting): number => b.priority - a.priority || a.since - b.since || a.order - b.order

/** Pending pods of one scheduler. */
export class KubeQueue {
  private readonly pods = new Map<PodId, Waiting>()
  private readonly active = new Heap<Entry>((a, b) => inOrder(a.waiting, b.waiting))
  private readonly backoff = new Heap<Entry>((a, b) => a.expires - b.expires || inOrder(a.waiting, b.waiting))
  /** Pods that wait for an event. */
  private readonly unschedulable = new Map<KindId, Set<Waiting>>()
  private readonly times: QueueTimes

  constructor(times: QueueTimes) {
    this.times = times
  }

  get size(): number {
    return this.pods.size
  }

  /** Kinds of the pods that wait for an event. */
  get kinds(): Iterable<KindId> {
    return this.unschedulable.keys()
  }

  /** Whether no pod waits for an event. */
  get nobodyWaits(): boolean {
    return this.unschedulable.size === 0
  }

  add(pod: PodId, now: Time, gated: boolean, about: { readonly kind: KindId; readonly priority: number; readonly order: number }): void {
    if (this.pods.has(pod)) throw new Error(`pod ${pod} is already in the queue`)
    const waiting: Waiting = { pod, ...about, place: 'gated', since: now, tries: 0, moves: 0 }
    this.pods.set(pod, waiting)
    if (!gated) this.activate(waiting)
  }

  /** The pod leaves from wherever it is. */
  remove(pod: PodId): void {
    const waiting = this.pods.get(pod)
    if (waiting === undefined) return
    this.leave(waiting)
    waiting.moves++
    this.pods.delete(pod)
  }

  /** The next pod to try, NONE when there is none; it stays in the queue. */
  next(now: Time): PodId {
    this.expire(now)
    const entry = this.firstOf(this.active) ?? (this.times.popFromBackoff ? this.firstOf(this.backoff) : undefined)
    return entry === undefined ? NONE : entry.waiting.pod
  }

  /** A try failed: the pod waits for an event. */
  failed(pod: PodId, now: Time): void {
    const waiting = this.pods.get(pod)!
    this.leave(waiting)
    waiting.place = 'unschedulable'
    waiting.since = now
    waiting.tries++
    waiting.moves++
    const set = this.unschedulable.get(waiting.kind)
    if (set === undefined) this.unschedulable.set(waiting.kind, new Set([waiting]))
    else set.add(waiting)
  }

  /** An event may help pods of the kind: they are tried again, after their back-off. */
  release(kind: KindId, now: Time): void {
    const set = this.unschedulable.get(kind)
    if (set === undefined) return
    for (const waiting of [...set]) this.retry(waiting, now)
  }

  /** Pods that have waited for the longest time are tried again. */
  flush(now: Time): void {
    for (const set of [...this.unschedulable.values()])
      for (const waiting of [...set]) if (now - waiting.since > this.times.longest) this.retry(waiting, now)
  }

  /** When the first back-off ends; Infinity without one. */
  get expiry(): Time {
    return this.firstOf(this.backoff)?.expires ?? Infinity
  }

  /** Pods whose last try failed, oldest first. */
  eachFailed(visit: (pod: PodId) => void): void {
    const failed = [...this.pods.values()].filter(({ tries, place }) => tries > 0 && place !== 'gated')
    for (const { pod } of failed.sort((a, b) => a.order - b.order)) visit(pod)
  }

  private retry(waiting: Waiting, now: Time): void {
    this.leave(waiting)
    const expires = this.expiryOf(waiting)
    if (expires <= now) return this.activate(waiting)
    waiting.place = 'backoff'
    this.backoff.push({ waiting, moves: ++waiting.moves, expires })
  }

  private expiryOf({ tries, since }: Waiting): Time {
    const { initialBackoff, maxBackoff, popFromBackoff } = this.times
    let wait = initialBackoff
    for (let n = 1; n < tries && wait < maxBackoff; n++) wait *= 2
    const ends = since + Math.min(wait, maxBackoff)
    return popFromBackoff ? Math.floor(ends / SECOND) * SECOND : ends
  }

  private activate(waiting: Waiting): void {
    waiting.place = 'active'
    this.active.push({ waiting, moves: ++waiting.moves, expires: 0 })
  }

  private expire(now: Time): void {
    for (let entry = this.firstOf(this.backoff); entry !== undefined && entry.expires <= now; entry = this.firstOf(this.backoff))
      this.activate(entry.waiting)
  }

  /** The first entry that is not out of date; those before it are dropped. */
  private firstOf(heap: Heap<Entry>): Entry | undefined {
    for (let entry = heap.first; entry !== undefined; entry = heap.first) {
      if (entry.moves === entry.waiting.moves) return entry
      heap.pop()
    }
    return undefined
  }

  private leave(waiting: Waiting): void {
    if (waiting.place !== 'unschedulable') return
    const set = this.unschedulable.get(waiting.kind)!
    set.delete(waiting)
    if (set.size === 0) this.unschedulable.delete(waiting.kind)
  }
}
