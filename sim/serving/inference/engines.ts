/**
 * The engines of all pods that serve language models, and their events. A request waits in the queue of its pod, as in any other pod, until its engine admits it; then
 * it holds a place in the batch and uses no CPU.
 */
import { NONE, type RequestId, type ServerId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { InferenceRecorder } from '../../measure/inference-recorder.ts'
import type { Requests } from '../requests.ts'
import type { Servers } from '../servers.ts'
import type { Service, Workload } from '../spec.ts'
import { Engine } from './engine.ts'
import { Prompts } from './prompts.ts'
import { Sequences } from './sequences.ts'
import type { Inference } from './spec.ts'

/** What the engines need of the run. */
export interface EnginesRun {
  readonly simulator: Simulator
  readonly requests: Requests
  readonly servers: Servers
  readonly times: { readonly windowStart: Time }
  readonly input: {
    readonly workloads: readonly Pick<Workload, 'service' | 'inference'>[]
    readonly services: readonly Pick<Service, 'networkDelay'>[]
  }
}

/** The queues of pods, as their engines use them. */
export interface BatchQueue {
  /** The request of the pod that waits longest; NONE without one. */
  first(server: ServerId): RequestId
  /** The first request of its pod joins the batch. */
  admitted(request: RequestId): void
  /** A request of the batch goes back to the front of the queue. */
  preempted(request: RequestId): void
  /** A request of the batch is complete. */
  finished(request: RequestId): void
}

export class Engines {
  readonly recorder: InferenceRecorder
  private readonly prompts: Prompts
  private readonly run: EnginesRun
  private readonly sequences = new Sequences()
  /** By service; undefined: no language model. */
  private readonly specs: (Inference | undefined)[] = []
  /** By server, and the epoch of the server that it belongs to; undefined: nothing has arrived since the server opened. */
  private readonly engines: (Engine | undefined)[] = []
  private readonly epochs: number[] = []
  /** What engines that have ended have done. */
  private generatedByEnded = 0
  private areaOfEnded = 0
  private queue!: BatchQueue
  private readonly turns: number

  private constructor(run: EnginesRun, prompts: Prompts) {
    this.run = run
    this.prompts = prompts
    this.recorder = new InferenceRecorder(run.times.windowStart)
    for (const { service, inference } of run.input.workloads) if (service !== NONE) this.specs[service] = inference
    this.turns = run.simulator.register('iterations end', (server) => this.turn(server))
  }

  /** Null when no workload serves a language model. */
  static of(run: EnginesRun): Engines | null {
    if (run.input.workloads.every(({ inference }) => inference === undefined)) return null
    run.requests.prompts = new Prompts()
    return new Engines(run, run.requests.prompts)
  }

  /** Called once, by the queues of pods. */
  servedBy(queue: BatchQueue): void {
    this.queue = queue
  }

  /** Whether the pod serves a language model. */
  runs(server: ServerId): boolean {
    const service = this.run.servers.service[server]
    return service !== NONE && this.specs[service] !== undefined
  }

  /** Whether the cache of its pod can hold the request. */
  fits(request: RequestId): boolean {
    return this.of(this.run.requests.server[request]).fits(request)
  }

  /** A request has been queued in its pod. */
  queued(request: RequestId): void {
    const server = this.run.requests.server[request]
    const engine = this.of(server)
    this.sequences.begin(request)
    if (engine.turning) return
    if (engine.event === NONE) this.plan(server, engine)
    else if (this.queue.first(server) === request) this.interrupt(engine)
  }

  /** The first request of the queue has been withdrawn: another one is first now. */
  firstLeft(server: ServerId): void {
    const engine = this.of(server)
    if (!engine.turning && engine.event !== NONE && this.queue.first(server) !== NONE) this.interrupt(engine)
  }

  /** The first request of the queue is another one than when the stretch was planned. */
  private interrupt(engine: Engine): void {
    const { simulator } = this.run
    if (engine.interrupt(simulator.now)) simulator.move(engine.event, engine.end)
  }

  /** A request of the batch is withdrawn. */
  removed(request: RequestId): void {
    const { requests, simulator } = this.run
    const engine = this.of(requests.server[request])
    const leaving = engine.leaving.indexOf(request)
    if (leaving >= 0) {
      engine.leaving.splice(leaving, 1)
      return
    }
    if (engine.remove(request, simulator.now) && engine.event !== NONE) simulator.move(engine.event, engine.end)
    this.counts(engine)
  }

  /** The pod has ended, with all that was in it. */
  ended(server: ServerId): void {
    const engine = this.engines[server]
    if (engine === undefined) return
    const { simulator } = this.run
    const { generated, area } = engine.progress(simulator.now)
    this.generatedByEnded += engine.generated + generated
    this.areaOfEnded += engine.area + area
    if (engine.event !== NONE) simulator.cancel(engine.event)
    engine.running.length = 0
    engine.leaving.length = 0
    engine.iterations = 0
    this.counts(engine)
    this.engines[server] = undefined
  }

  /** The end of warm-up. */
  windowBegins(now: Time): void {
    const { generated, area } = this.totals(now)
    this.recorder.windowBegins(now)
    this.recorder.generatedBefore = generated
    this.recorder.areaBefore = area
  }

  /** Tokens generated, and tokens in use times time, since the origin. */
  totals(now: Time): { readonly generated: number; readonly area: number } {
    let generated = this.generatedByEnded
    let area = this.areaOfEnded
    for (const engine of this.engines) {
      if (engine === undefined) continue
      const { generated: more, area: further } = engine.progress(now)
      generated += engine.generated + more
      area += engine.area + further
    }
    return { generated, area }
  }

  /** Tokens in caches, for `--check`. */
  check(): void {
    const { pod } = this.run.servers
    this.engines.forEach((engine, server) => engine?.check(`engine of pod ${pod[server]}`))
  }

  private of(server: ServerId): Engine {
    const epoch = this.run.servers.epoch[server]
    const known = this.engines[server]
    if (known !== undefined && this.epochs[server] === epoch) return known
    this.ended(server)
    const spec = this.specs[this.run.servers.service[server]]!
    const engine = new Engine(spec, this.prompts, this.sequences, {
      first: () => this.queue.first(server),
      admitted: (request, found) => this.admitted(request, found),
      preempted: (request) => {
        this.recorder.preempted++
        this.queue.preempted(request)
      },
    })
    this.engines[server] = engine
    this.epochs[server] = epoch
    return engine
  }

  private admitted(request: RequestId, found: number): void {
    if (this.sequences.admissions[request]++ === 0)
      this.recorder.admit(this.run.requests.arrived[request], this.prompts.prompt[request], found)
    this.queue.admitted(request)
  }

  private turn(server: ServerId): void {
    const engine = this.engines[server]!
    const { leaving } = engine
    engine.event = NONE
    engine.turning = true
    engine.complete(this.run.simulator.now, leaving)
    // The end of a request may send others to this pod, withdraw some, or end the pod.
    for (let request = leaving.shift(); request !== undefined; request = leaving.shift()) {
      this.answer(request)
      this.queue.finished(request)
    }
    engine.turning = false
    if (this.engines[server] === engine) this.plan(server, engine)
  }

  private plan(server: ServerId, engine: Engine): void {
    const { simulator } = this.run
    if (engine.plan(simulator.now)) engine.event = simulator.at(engine.end, this.turns, server, 0)
    this.counts(engine)
  }

  private answer(request: RequestId): void {
    const { requests, simulator, servers, input } = this.run
    if (requests.orphan[request] === 1) return
    const { networkDelay } = input.services[servers.service[requests.server[request]]]
    const first = this.sequences.first[request]
    const gaps = this.prompts.output[request] - 1
    const arrived = requests.arrived[request]
    this.recorder.answer(arrived, first - arrived + networkDelay, gaps > 0 ? (simulator.now - first) / gaps : NaN)
  }

  /** The levels follow what has changed in an engine. */
  private counts(engine: Engine): void {
    const { recorder } = this
    const { now } = this.run.simulator
    const sequences = engine.running.length
    const busy = engine.iterations > 0 ? 1 : 0
    if (sequences !== engine.counted) recorder.sequences.add(sequences - engine.counted, now)
    if (busy !== engine.countedBusy) {
      recorder.busy.add(busy - engine.countedBusy, now)
      recorder.capacity.add((busy - engine.countedBusy) * engine.spec.cache, now)
    }
    engine.counted = sequences
    engine.countedBusy = busy
  }
}
