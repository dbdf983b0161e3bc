/**
 * Calls between services: the further steps of a request in its pod. A step is wait and CPU work, or calls that are made at once; the
 * next step begins when all of them are over. A call is a request of the client side (clients.ts), made by the pod: it has a try with a
 * timeout, retries, a balancer and a ledger as a client from outside has. Its caller stays in its pod meanwhile, as in a synchronous server.
 * The next step, an answer and a failure each are an event of their own, so that no pod is entered while another is being changed.
 */
import { NONE, type RequestId, type ServiceId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Cause } from '../measure/ledger.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'
import { callCycle } from './call-cycle.ts'
import type { Callers, ClientRun } from './client-run.ts'
import type { Clients } from './clients.ts'
import type { PodQueue } from './pod-queue.ts'
import type { Program } from './pod-queue-run.ts'
import { RequestState, type Requests } from './requests.ts'
import type { Servers } from './servers.ts'
import type { Call, Step, Workload } from './spec.ts'

/** What the calls need of the run. */
export interface CallsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly podQueue: PodQueue
  readonly clients: Clients
  readonly input: {
    readonly workloads: readonly Workload[]
    readonly services: readonly { readonly name: string }[]
    readonly calls?: readonly Call[]
  }
}

/** One row per row of `Requests`. */
class CallRows extends ColumnTable {
  /** The request whose pod made this call; NONE: from outside, or given up. */
  parent = this.column(Int32Array, NONE)
  /** Calls of this request that are under way, linked both ways. */
  first = this.column(Int32Array, NONE)
  next = this.column(Int32Array, NONE)
  previous = this.column(Int32Array, NONE)
  /** Calls of the current step that are not over, made or still to be made. */
  pending = this.column(Int32Array)
  /** The next step, and why a call of the current one failed the request (NONE: none has). */
  step = this.column(Int32Array)
  failure = this.column(Int32Array, NONE)
  /** Wait and work before the first step: the row of `Requests` has those of the current one. */
  wait = this.column(Float64Array)
  work = this.column(Float64Array)
  /** Deadline of the current try, Infinity without one. */
  due = this.column(Float64Array, Infinity)
}

/** A call, with draws that belong to the request that makes it. */
interface Edge {
  readonly call: Call
  readonly client: ClientRun
  /** From the request and the place of the call in its steps: the identity of the call, and whether it is made. */
  readonly identities: KeyedStream
  readonly shares: KeyedStream
  /** From the identity: wait, work, balancer instance. */
  readonly draws: KeyedStream
}

const TWO_53 = 9_007_199_254_740_992
/** Separates the requests of several clients from outside, which are numbered from 1 each. */
const CLIENT = 0x10000000000
/** Calls of one step; places of calls are step × MAX_CALLS + index. */
const MAX_CALLS = 0x10000

export class Calls implements Callers, Program {
  private readonly rows = new CallRows()
  /** By service; null: its requests have no further steps. */
  private readonly steps: readonly (readonly Step[] | null)[]
  private readonly edges: readonly Edge[]
  /** By service: draws of the steps' costs. */
  private readonly costs: readonly KeyedStream[]
  private readonly chosen: number[] = []
  private readonly drawn = { wait: 0, work: 0 }
  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly servers: Servers
  private readonly podQueue: PodQueue
  private readonly clients: Clients
  private readonly stepKind: number

  private constructor({ simulator, streams, requests, servers, podQueue, clients, input }: CallsRun) {
    this.simulator = simulator
    this.requests = requests
    this.servers = servers
    this.podQueue = podQueue
    this.clients = clients
    const { services, workloads, calls = [] } = input
    const steps: (readonly Step[] | null)[] = services.map(() => null)
    for (const workload of workloads)
      if (workload.service !== NONE && workload.steps !== undefined && workload.steps.length > 0) steps[workload.service] = workload.steps
    this.steps = steps
    this.costs = services.map(({ name }) => streams.keyed(`steps/${name}`))
    this.edges = calls.map((call, i): Edge => ({
      call,
      client: clients.all[clients.list.length + i],
      identities: streams.keyed(`calls/${call.name}`),
      shares: streams.keyed(`call shares/${call.name}`),
      draws: streams.keyed(`call costs/${call.name}`),
    }))
    refuseCycles(input)
    this.stepKind = simulator.register('step begins', (request) => this.begin(request))
    clients.calledBy(this)
    podQueue.follows(this)
  }

  /** Null when no workload has further steps. */
  static of(run: CallsRun): Calls | null {
    return run.input.workloads.some(({ steps = [] }) => steps.length > 0) ? new Calls(run) : null
  }

  // ---- the program of a request in its pod

  hasSteps(service: ServiceId): boolean {
    return this.steps[service] !== null
  }

  delivered(request: RequestId): void {
    const { rows, requests } = this
    rows.step[request] = 0
    rows.failure[request] = NONE
    rows.first[request] = NONE
    requests.wait[request] = rows.wait[request]
    requests.work[request] = rows.work[request]
  }

  stepDone(request: RequestId): void {
    this.requests.timer[request] = this.simulator.at(this.simulator.now, this.stepKind, request, 0)
  }

  /** The next step, or the end. */
  private begin(request: RequestId): void {
    const { rows, requests, podQueue } = this
    requests.timer[request] = NONE
    const failure = rows.failure[request]
    if (failure !== NONE) {
      this.giveUpCalls(request)
      podQueue.finish(request, failure as Cause)
      return
    }
    const service = this.servers.service[requests.server[request]]
    const steps = this.steps[service]!
    while (rows.step[request] < steps.length) {
      const place = rows.step[request]++
      const step = steps[place]
      if ('calls' in step) {
        if (this.makeCalls(request, step.calls, place * MAX_CALLS)) return
        continue
      }
      const key = this.keyOf(request)
      const draws = this.costs[service]
      step.cost.at(this.drawn, draws.at(key, 2 * place), draws.at(key, 2 * place + 1))
      requests.wait[request] = this.drawn.wait
      requests.work[request] = this.drawn.work
      podQueue.resume(request)
      return
    }
    podQueue.finish(request, NONE)
  }

  /** Makes the calls of a step; false when the draws chose none of them. */
  private makeCalls(request: RequestId, calls: readonly number[], place: number): boolean {
    const { rows, edges, chosen } = this
    const key = this.keyOf(request)
    let count = 0
    for (let i = 0; i < calls.length; i++) {
      const { call, shares } = edges[calls[i]]
      if (call.share >= 1 || shares.at(key, place + i) < call.share) chosen[count++] = i
    }
    // Counted before the first is made: a call that is over at once must not end the step.
    rows.pending[request] = count
    for (let i = 0; i < count && rows.failure[request] === NONE; i++) this.make(request, edges[calls[chosen[i]]], key, place + chosen[i])
    return count > 0
  }

  private make(parent: RequestId, edge: Edge, key: number, place: number): void {
    const { rows, requests } = this
    const request = requests.take()
    rows.reserve(request + 1)
    this.link(request, parent)
    const ordinal = Math.floor(edge.identities.at(key, place) * TWO_53)
    edge.call.cost.at(this.drawn, edge.draws.at(ordinal, 0), edge.draws.at(ordinal, 1))
    requests.ordinal[request] = ordinal
    requests.wait[request] = rows.wait[request] = this.drawn.wait
    requests.work[request] = rows.work[request] = this.drawn.work
    requests.key[request] = this.servers.pod[requests.server[parent]]
    this.clients.call(request, edge.client, edge.draws.at(ordinal, 2))
  }

  /** What the draws of a request belong to: its number among the requests of its client, or the identity of the call. */
  private keyOf(request: RequestId): number {
    const { ordinal, client } = this.requests
    const row = client[request]
    return row < this.clients.list.length ? ordinal[request] + row * CLIENT : ordinal[request]
  }

  abandoned(request: RequestId): void {
    const { timer } = this.requests
    if (timer[request] !== NONE) this.simulator.cancel(timer[request])
    timer[request] = NONE
    this.giveUpCalls(request)
  }

  private giveUpCalls(request: RequestId): void {
    const { rows } = this
    for (let call = rows.first[request]; call !== NONE; call = rows.first[request]) {
      this.unlink(call)
      this.clients.giveUp(call)
    }
  }

  // ---- what becomes of the calls

  began(request: RequestId): void {
    const { rows, requests } = this
    rows.reserve(request + 1)
    rows.parent[request] = NONE
    rows.wait[request] = requests.wait[request]
    rows.work[request] = requests.work[request]
  }

  deadline(request: RequestId, timeout: Time): Time {
    const { rows } = this
    const own = timeout > 0 ? this.simulator.now + timeout : Infinity
    return (rows.due[request] = Math.min(own, this.inherited(request)))
  }

  expired(request: RequestId): boolean {
    return this.inherited(request) <= this.simulator.now
  }

  /** The deadline of the try that makes the call, Infinity when it is not handed down. */
  private inherited(request: RequestId): Time {
    const parent = this.rows.parent[request]
    if (parent === NONE || !this.clients.all[this.requests.client[request]].call!.deadline) return Infinity
    return this.rows.due[parent]
  }

  moved(request: RequestId, copy: RequestId): void {
    const { rows } = this
    rows.reserve(copy + 1)
    rows.wait[copy] = rows.wait[request]
    rows.work[copy] = rows.work[request]
    rows.due[copy] = rows.due[request]
    rows.parent[copy] = NONE
    const parent = rows.parent[request]
    if (parent === NONE) return
    this.unlink(request)
    this.link(copy, parent)
  }

  copied(request: RequestId, copy: RequestId): void {
    const { rows } = this
    rows.reserve(copy + 1)
    rows.wait[copy] = rows.wait[request]
    rows.work[copy] = rows.work[request]
    rows.due[copy] = rows.due[request]
    rows.parent[copy] = NONE
  }

  ended(request: RequestId, cause: Cause | typeof NONE): void {
    const { rows, requests } = this
    const parent = rows.parent[request]
    this.unlink(request)
    rows.pending[parent]--
    if (cause !== NONE && rows.failure[parent] === NONE && !this.clients.all[requests.client[request]].call!.optional)
      rows.failure[parent] = cause
    if (requests.timer[parent] === NONE && (rows.pending[parent] === 0 || rows.failure[parent] !== NONE)) this.stepDone(parent)
  }

  private link(call: RequestId, parent: RequestId): void {
    const { rows } = this
    const first = rows.first[parent]
    rows.parent[call] = parent
    rows.previous[call] = NONE
    rows.next[call] = first
    if (first !== NONE) rows.previous[first] = call
    rows.first[parent] = call
  }

  private unlink(call: RequestId): void {
    const { rows } = this
    const next = rows.next[call]
    const previous = rows.previous[call]
    if (previous === NONE) rows.first[rows.parent[call]] = next
    else rows.next[previous] = next
    if (next !== NONE) rows.previous[next] = previous
    rows.parent[call] = NONE
  }

  /** Every call that is under way belongs to a request that waits for it, and the other way round, for `--check`. */
  check(): void {
    const { rows, requests, clients, servers } = this
    const own = clients.list.length
    const calling = new Int32Array(servers.high)
    let underWay = 0
    let linked = 0
    for (let row = 0; row < requests.high; row++) {
      if (requests.state[row] === RequestState.Free) continue
      if (requests.client[row] >= own && requests.orphan[row] === 0) underWay++
      if (requests.state[row] !== RequestState.Calling) continue
      if (servers.async[requests.server[row]] === 1) calling[requests.server[row]]++
      let count = 0
      for (let call = rows.first[row]; call !== NONE; call = rows.next[call]) {
        if (rows.parent[call] !== row || requests.orphan[call] === 1)
          throw new Error(`call ${call} of request ${row} belongs to another request`)
        count++
      }
      if (rows.failure[row] === NONE && count !== rows.pending[row] && requests.timer[row] === NONE)
        throw new Error(`calls are not conserved: request ${row} waits for ${rows.pending[row]}, under way are ${count}`)
      linked += count
    }
    if (underWay !== linked) throw new Error(`calls are not conserved: under way ${underWay}, waited for ${linked}`)
    for (let server = 0; server < servers.high; server++)
      if (calling[server] !== servers.calling[server])
        throw new Error(`calling requests are not conserved: server ${server} counts ${servers.calling[server]}, found ${calling[server]}`)
  }
}

function refuseCycles({ services, calls = [] }: CallsRun['input']): void {
  const cycle = callCycle(
    services.length,
    calls.map(({ caller, service }) => [caller, service]),
  )
  if (cycle.length > 0)
    throw new RangeError(`found calls in a circle: ${cycle.map((row) => services[row].name).join(' -> ')}; accepted: calls without a cycle`)
}
