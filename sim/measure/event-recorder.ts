/** Events of objects as `kubectl get events` lists them: equal ones of an object are one, with a count. Bounded; later ones are counted only. */
import type { Time } from '../common/ids.ts'

/** What happened to an object. */
export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly kind: string
  readonly name: string
  readonly message: string
  readonly first: Time
  last: Time
  count: number
}

export class EventRecorder {
  /** Events that found no place. */
  dropped = 0
  private readonly known = new Map<string, ObjectEvent>()
  private readonly limit: number
  private readonly from: Time

  /** @param from events before it are not kept */
  constructor(limit: number, from: Time) {
    this.limit = limit
    this.from = from
  }

  record(now: Time, event: Pick<ObjectEvent, 'type' | 'reason' | 'kind' | 'name' | 'message'>): void {
    if (now < this.from) return
    const key = JSON.stringify([event.kind, event.name, event.reason, event.message])
    const known = this.known.get(key)
    if (known !== undefined) {
      known.last = now
      known.count++
    } else if (this.known.size < this.limit) this.known.set(key, { ...event, first: now, last: now, count: 1 })
    else this.dropped++
  }

  /** In order of their first time. */
  list(): ObjectEvent[] {
    return [...this.known.values()]
  }
}
