/**
 * The slow, obvious ways to do what the members do fast: the oracles of their tests, and what to read first. Each looks at every backend
 * on every pick.
 */
import { hash32, hash53 } from '../structures/hash.ts'
import { bidOf } from '../structures/hash-rendezvous.ts'
import { pointsOf } from '../structures/hash-ring.ts'
import { compareLoads } from './least-response-time.ts'
import { NO_BACKEND, Outcome } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { ResponseCosts } from '../structures/response-costs.ts'
import type { RandomStream } from '../../random/stream.ts'

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
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
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
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
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

/** The kernel's walk for wlc, sed and nq: the list begins with the one added last, and only a strictly better one replaces the best. */
export class KernelWalkTwin implements Balancer {
  private readonly list: (Weighed & { inFlight: number })[] = []
  private readonly rule: string

  constructor(rule: string) {
    this.rule = rule
  }

  added(slot: number, weight: number): void {
    this.list.unshift({ slot, weight, inFlight: 0 })
  }

  removed(slot: number): void {
    this.list.splice(
      this.list.findIndex((backend) => backend.slot === slot),
      1,
    )
  }

  pick(_request: RequestView, exclude: number): number {
    const usable = others(this.list, exclude)
    if (usable.length === 0) return NO_BACKEND
    const idle = usable.find(({ inFlight }) => inFlight === 0)
    const overhead = ({ inFlight }: { inFlight: number }): number => (this.rule === 'wlc' ? inFlight : inFlight + 1)
    let best = usable[0]
    for (const backend of usable) if (overhead(backend) * best.weight < overhead(best) * backend.weight) best = backend
    if (this.rule === 'nq' && idle !== undefined) best = idle
    best.inFlight++
    return best.slot
  }

  ended(slot: number): void {
    const backend = this.list.find((one) => one.slot === slot)
    if (backend !== undefined && backend.inFlight > 0) backend.inFlight--
  }
}

/** A point of the summed weights, found by walking over the backends in order of their slots. */
export class WeightedRandomTwin implements Balancer {
  private readonly backends: Weighed[] = []
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: number, weight: number): void {
    this.backends.push({ slot, weight })
    this.backends.sort((a, b) => a.slot - b.slot)
  }

  removed(slot: number): void {
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
  }

  pick(_request: RequestView, exclude: number): number {
    const usable = others(this.backends, exclude)
    if (usable.length === 0) return NO_BACKEND
    return walk(usable, Math.floor(this.random.next() * sumOf(usable)))
  }

  ended(): void {
    // counts nothing
  }
}

/** Source hash by looking at all: the remainder walked out, every bid compared, every point of the ring sorted. */
export class SourceHashTwin implements Balancer {
  private readonly backends: Weighed[] = []
  private readonly hash: string
  private readonly points: number

  constructor(hash: string, points: number) {
    this.hash = hash
    this.points = points
  }

  added(slot: number, weight: number): void {
    this.backends.push({ slot, weight })
  }

  removed(slot: number): void {
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
  }

  /** For requests with a key. */
  pick({ client: key }: RequestView, exclude: number): number {
    const usable = others(this.backends, exclude)
    if (usable.length === 0) return NO_BACKEND
    if (this.hash === 'modulo') return walk(usable, hash53(key) % sumOf(usable))
    if (this.hash === 'rendezvous') {
      const bids = usable.map(({ slot, weight }) => ({ slot, bid: bidOf(key, slot, weight) }))
      return bids.sort((a, b) => b.bid - a.bid || a.slot - b.slot)[0].slot
    }
    const heaviest = Math.max(...this.backends.map(({ weight }) => weight))
    const circle = usable.flatMap(({ slot, weight }) =>
      Array.from({ length: pointsOf(weight, heaviest, this.points) }, (_, j) => ({ slot, at: hash32(slot, j + 1) })),
    )
    circle.sort((a, b) => a.at - b.at || a.slot - b.slot)
    return (circle.find(({ at }) => at >= hash32(key, 0)) ?? circle[0]).slot
  }

  ended(): void {
    // counts nothing
  }
}

/** Least response time by comparing all; the averages themselves are tested on their own. */
export class LeastResponseTimeTwin implements Balancer {
  private readonly backends: (Weighed & { inFlight: number; changed: number })[] = []
  private readonly costs: ResponseCosts
  private readonly now: () => number
  private changes = 0

  constructor(decay: number, peak: boolean, now: () => number) {
    this.costs = new ResponseCosts(decay, peak)
    this.now = now
  }

  added(slot: number, weight: number): void {
    this.costs.open(slot)
    this.backends.push({ slot, weight, inFlight: 0, changed: this.changes++ })
  }

  removed(slot: number): void {
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
  }

  pick(_request: RequestView, exclude: number): number {
    this.costs.look(this.now())
    const usable = others(this.backends, exclude)
    if (usable.length === 0) return NO_BACKEND
    const { order } = this.costs
    let best = usable[0]
    for (const backend of usable) {
      const difference = compareLoads(order[backend.slot], backend.inFlight, backend.weight, order[best.slot], best.inFlight, best.weight)
      if (difference < 0 || (difference === 0 && backend.changed < best.changed)) best = backend
    }
    best.inFlight++
    best.changed = this.changes++
    return best.slot
  }

  ended(slot: number, latency: number, outcome: Outcome): void {
    const backend = this.backends.find((one) => one.slot === slot)
    if (backend === undefined) return
    const measured = outcome === Outcome.Answered || outcome === Outcome.TimedOut
    if (backend.inFlight > 0 || measured) backend.changed = this.changes++
    if (backend.inFlight > 0) backend.inFlight--
    if (measured) this.costs.observe(slot, latency, this.now())
  }
}

/** The list of idle pods as an array. */
export class JoinIdleQueueTwin implements Balancer {
  private readonly present: number[] = []
  private idle: number[] = []
  private readonly withdraw: boolean
  private readonly any: Balancer

  /** `any`: who picks when no other pod is on the list. */
  constructor(withdraw: boolean, any: Balancer) {
    this.withdraw = withdraw
    this.any = any
  }

  added(slot: number, weight: number): void {
    this.present.push(slot)
    this.any.added(slot, weight)
  }

  removed(slot: number): void {
    this.present.splice(this.present.indexOf(slot), 1)
    this.idle = this.idle.filter((one) => one !== slot)
    this.any.removed(slot)
  }

  idled(slot: number): void {
    if (!this.idle.includes(slot)) this.idle.push(slot)
  }

  busied(slot: number): void {
    if (this.withdraw) this.idle = this.idle.filter((one) => one !== slot)
  }

  pick(request: RequestView, exclude: number): number {
    const chosen = this.idle.find((slot) => slot !== exclude || this.present.length === 1)
    if (chosen === undefined) return this.any.pick(request, exclude)
    this.idle = this.idle.filter((one) => one !== chosen)
    return chosen
  }

  ended(): void {
    // counts nothing
  }
}

const sumOf = (backends: readonly Weighed[]): number => backends.reduce((sum, { weight }) => sum + weight, 0)

function walk(backends: readonly Weighed[], point: number): number {
  let left = point
  for (const { slot, weight } of backends) {
    if (left < weight) return slot
    left -= weight
  }
  throw new RangeError(`a point of ${point} is beyond the sum of the weights`)
}
