/**
 * The slow, obvious ways to do what weighted-round-robin and least-connections do fast: the oracles of their tests, and what to
 * read first. Both look at every backend on every pick.
 */
import { NO_BACKEND } from './policy.ts'
import type { Balancer, RequestView } from './policy.ts'

interface Weighed {
  readonly slot: number
  readonly weight: number
}

/** nginx's smooth weighted round robin as published: everyone gains the weight, the richest pays the sum. */
export class SmoothWeightedTwin implements Balancer {
  private readonly backends: (Weighed & { credit: number })[] = []

  added(slot: number, weight: number): void {
    this.backends.push({ slot, weight, credit: 0 })
  }

  removed(slot: number): void {
    this.backends.splice(this.backends.findIndex((backend) => backend.slot === slot), 1)
  }

  pick(_request: RequestView, exclude: number): number {
    const usable = others(this.backends, exclude)
    if (usable.length === 0) return NO_BACKEND
    let total = 0
    let best = usable[0]
    for (const backend of usable) {
      backend.credit += backend.weight
      total += backend.weight
      if (backend.credit > best.credit) best = backend
    }
    best.credit -= total
    return best.slot
  }

  ended(): void {
    // counts nothing
  }
}

/** Least connections by looking at all: the least in flight / weight, then the change longest ago. */
export class LeastConnectionsTwin implements Balancer {
  private readonly backends: (Weighed & { inFlight: number; changed: number })[] = []
  private changes = 0

  added(slot: number, weight: number): void {
    this.backends.push({ slot, weight, inFlight: 0, changed: this.changes++ })
  }

  removed(slot: number): void {
    this.backends.splice(this.backends.findIndex((backend) => backend.slot === slot), 1)
  }

  pick(_request: RequestView, exclude: number): number {
    const usable = others(this.backends, exclude)
    if (usable.length === 0) return NO_BACKEND
    let best = usable[0]
    for (const backend of usable) {
      const difference = backend.inFlight * best.weight - best.inFlight * backend.weight
      if (difference < 0 || (difference === 0 && backend.changed < best.changed)) best = backend
    }
    best.inFlight++
    best.changed = this.changes++
    return best.slot
  }

  ended(slot: number): void {
    const backend = this.backends.find((one) => one.slot === slot)
    if (backend === undefined || backend.inFlight === 0) return
    backend.inFlight--
    backend.changed = this.changes++
  }
}

function others<B extends Weighed>(backends: readonly B[], exclude: number): readonly B[] {
  const left = backends.filter((backend) => backend.slot !== exclude)
  return left.length > 0 ? left : backends
}
