/** Plays a script to a balancer as a balancer instance would, and records each pick with the state that led to it. */
import { NO_BACKEND, Outcome, QUEUE, REJECT, type Balancer, type BalancingContext } from '../../sim/index.ts'
import { Streams } from '../../sim/random/index.ts'
import type { BalanceScript, ScriptEvent } from './balance-script.ts'

/** What the balancer knew about a server before the pick. `held` is what the balancer says itself, by the names of its source; empty where it says nothing. */
export interface ServerState {
  readonly up: boolean
  readonly weight: number
  readonly inFlight: number
  readonly held: Readonly<Record<string, number>>
}

/** One answer of the balancer. */
export interface Pick {
  /** Time [µs]. */
  readonly at: number
  readonly request: string
  readonly client: number | null
  /** The server that was tried before and is avoided; null for a first try. */
  readonly avoids: string | null
  /** The server, null when there is none. */
  readonly server: string | null
  /** `picked`; `queued`: asked again later; `rejected`; `no-backend`: no server is up. */
  readonly answer: 'picked' | 'queued' | 'rejected' | 'no-backend'
  readonly servers: Readonly<Record<string, ServerState>>
}

interface Request {
  readonly name: string
  readonly client: number
  readonly attempt: number
  readonly exclude: number
}

interface Placed extends Request {
  readonly server: number
  readonly since: number
  /** How often the server had come up: a request of the time before is not reported to the balancer. */
  readonly epoch: number
}

/** Timers that one step may fire. */
const MAX_TIMERS = 10_000

/** All picks of a script. Pods answer probes at once and report their requests without delay. */
export function playScript(script: BalanceScript): Pick[] {
  return new Player(script).play()
}

class Player {
  private readonly script: BalanceScript
  private readonly balancer: Balancer
  private readonly picks: Pick[] = []
  private readonly up: boolean[]
  private readonly epoch: number[]
  private readonly inFlight: number[]
  private readonly timers: { readonly at: number; readonly tag: number }[] = []
  private readonly probes: { readonly slot: number; readonly tag: number }[] = []
  private readonly placed = new Map<string, Placed>()
  private readonly over = new Map<string, Placed>()
  private readonly queue: Request[] = []
  private time = 0
  /** Requests that ended at once. */
  private quick = 0

  constructor(script: BalanceScript) {
    this.script = script
    this.up = script.servers.map(() => false)
    this.epoch = script.servers.map(() => 0)
    this.inFlight = script.servers.map(() => 0)
    const context: BalancingContext = {
      random: new Streams(script.seed, 0).stream('slb'),
      now: () => this.time,
      wakeAt: (at, tag) => void this.timers.push({ at, tag }),
      probe: (slot, tag) => void this.probes.push({ slot, tag }),
    }
    this.balancer = script.definition.create(script.selection.values as never, context) // checked when the file was read
  }

  play(): Pick[] {
    const { servers, events } = this.script
    servers.forEach(({ up }, server) => {
      if (up) this.comesUp(server)
    })
    for (const event of events) {
      this.wakeUntil(event.at)
      this.time = event.at
      this.happens(event)
      this.settle()
    }
    return this.picks
  }

  private happens(event: ScriptEvent): void {
    switch (event.kind) {
      case 'request': {
        const before = event.retryOf === null ? undefined : this.over.get(event.retryOf)
        this.ask({ name: event.request, client: event.client, attempt: (before?.attempt ?? -1) + 1, exclude: before?.server ?? -1 })
        return
      }
      case 'quick':
        for (let i = 0; i < event.count; i++) {
          const name = `quick ${++this.quick}`
          this.ask({ name, client: event.client, attempt: 0, exclude: -1 })
          this.ends(name, Outcome.Answered)
          this.settle()
        }
        return
      case 'end':
        this.ends(event.request, event.outcome)
        return
      case 'down':
        this.goesDown(event.server)
        return
      case 'up':
        this.comesUp(event.server)
    }
  }

  private comesUp(server: number): void {
    if (this.up[server]) return
    this.up[server] = true
    this.epoch[server]++
    this.balancer.added(server, this.script.servers[server].weight)
    this.balancer.reported?.(server, this.inFlight[server])
    if (this.inFlight[server] === 0) this.balancer.idled?.(server)
  }

  private goesDown(server: number): void {
    if (!this.up[server]) return
    this.up[server] = false
    this.balancer.removed(server)
  }

  /** Asks for a server; a request that must wait is asked for again by `settle`. */
  private ask(request: Request): boolean {
    const answer = this.answerTo(request)
    if (answer === QUEUE) this.queue.push(request)
    return answer !== QUEUE
  }

  private answerTo(request: Request): number {
    const { name, client, attempt, exclude } = request
    const servers = this.states()
    const server = this.balancer.pick({ client, attempt, queued: this.queue.length }, exclude)
    const nameOf = (slot: number): string | null => (slot < 0 ? null : this.script.servers[slot].name)
    const answer = server === NO_BACKEND ? 'no-backend' : server === QUEUE ? 'queued' : server === REJECT ? 'rejected' : 'picked'
    this.picks.push({
      at: this.time,
      request: name,
      client: client < 0 ? null : client,
      avoids: nameOf(exclude),
      server: nameOf(server),
      answer,
      servers,
    })
    if (server >= 0) {
      this.placed.set(name, { ...request, server, since: this.time, epoch: this.epoch[server] })
      this.changed(server, 1)
    } else if (server !== QUEUE) this.over.set(name, { ...request, server: -1, since: this.time, epoch: 0 })
    return server
  }

  private ends(name: string, outcome: Outcome): void {
    const request = this.placed.get(name)
    if (request === undefined) {
      const at = this.queue.findIndex((one) => one.name === name)
      if (at >= 0) this.over.set(name, { ...this.queue.splice(at, 1)[0], server: -1, since: this.time, epoch: 0 })
      return
    }
    this.placed.delete(name)
    this.over.set(name, request)
    const { server, since, epoch } = request
    if (epoch === this.epoch[server]) this.balancer.ended(server, this.time - since, outcome)
    this.changed(server, -1)
  }

  /** Requests in the pod have changed by 1 or -1. */
  private changed(server: number, by: number): void {
    this.inFlight[server] += by
    if (!this.up[server]) return
    this.balancer.reported?.(server, this.inFlight[server])
    if (this.inFlight[server] === 0) this.balancer.idled?.(server)
    else if (by > 0 && this.inFlight[server] === 1) this.balancer.busied?.(server)
  }

  /** Answers to probes, then the queue: its head is asked for again until it has to wait. */
  private settle(): void {
    for (let probe = this.probes.shift(); probe !== undefined; probe = this.probes.shift())
      if (this.up[probe.slot]) this.balancer.probed?.(probe.slot, probe.tag, this.inFlight[probe.slot])
    while (this.queue.length > 0) {
      const head = this.queue.shift()!
      const asked = this.picks.length
      if (this.answerTo(head) !== QUEUE) continue
      this.queue.unshift(head)
      this.picks.length = asked // it was queued before: nothing has changed
      return
    }
  }

  private wakeUntil(at: number): void {
    for (let fired = 0; fired < MAX_TIMERS; fired++) {
      const next = this.timers.reduce((least, timer, i) => (least < 0 || timer.at < this.timers[least].at ? i : least), -1)
      if (next < 0 || this.timers[next].at > at) return
      const [timer] = this.timers.splice(next, 1)
      this.time = Math.max(this.time, timer.at)
      this.balancer.woke?.(timer.tag)
      this.settle()
    }
  }

  private states(): Record<string, ServerState> {
    return Object.fromEntries(
      this.script.servers.map(({ name, weight }, server) => {
        const up = this.up[server]
        return [name, { up, weight, inFlight: this.inFlight[server], held: up ? (this.balancer.explain?.(server) ?? {}) : {} }]
      }),
    )
  }
}
