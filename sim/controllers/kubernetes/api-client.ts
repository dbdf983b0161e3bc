/**
 * A client of the API server: a token bucket of `qps` requests per second with `burst` tokens, one for each controller, for the scheduler and
 * for each kubelet. A request without a token waits for it, and after that until the server has answered it, and the worker of the controller
 * waits with it. Source: client-go 0.34 kubernetes/clientset.go (a limiter per clientset), util/flowcontrol/throttle.go; the controller
 * manager makes a clientset for each controller.
 *
 * Events are not counted: the spam filter of a recorder lets 25 through for each object.
 */
import type { Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ApiComponent, ApiRecorder } from '../../measure/api-recorder.ts'
import type { ApiLevel, ApiServer } from '../api-server/api-server.ts'

/** Limits of a client. */
export interface ClientLimits {
  /** Requests per second, and tokens of a full bucket. */
  readonly qps: number
  readonly burst: number
}

const SECOND: Time = 1_000_000

/** Tokens that grow with time. A request may take one before it is there: it waits until then. */
export class TokenBucket {
  private readonly limits: ClientLimits
  private tokens: number
  private since: Time = 0

  constructor(limits: ClientLimits) {
    this.limits = limits
    this.tokens = limits.burst
  }

  /** Takes a token at `now`; returns when it is there [µs, whole]. */
  take(now: Time): Time {
    const { qps, burst } = this.limits
    this.tokens = Math.min(burst, this.tokens + ((now - this.since) * qps) / SECOND)
    this.since = now
    this.tokens -= 1
    return this.tokens >= -1e-9 ? now : now + Math.ceil((-this.tokens * SECOND) / qps - 1e-6)
  }
}

/** What one sync has sent and waits for. */
interface Answers {
  left: number
  done: (() => void) | null
}

/** What a client needs of the run. */
export interface ApiClientRun {
  readonly simulator: Simulator
  readonly recorder: ApiRecorder
  /** Null: every request is answered at once. */
  readonly server: ApiServer | null
}

/** Whose client it is. */
export interface ClientOwner {
  readonly component: ApiComponent
  /** Syncs of a controller at once. */
  readonly workers: number
}

const LEVELS: Readonly<Record<ApiComponent, ApiLevel>> = { controllers: 'workload-high', scheduler: 'workload-high', kubelets: 'system' }

export class ApiClient {
  readonly workers: number
  private readonly run: ApiClientRun
  private readonly component: ApiComponent
  /** Null: no request waits in the client. */
  private readonly bucket: TokenBucket | null
  private current: Answers | null = null
  /** Until the origin objects are made without delay. */
  private warm = true

  /** @param limits absent: none */
  constructor(run: ApiClientRun, limits: ClientLimits | undefined, { component, workers }: ClientOwner) {
    this.workers = workers
    this.component = component
    this.run = run
    this.bucket = limits === undefined ? null : new TokenBucket(limits)
  }

  /** Whether the server needs time for a request. */
  get takesTime(): boolean {
    return this.run.server !== null && !this.warm
  }

  /** The origin: requests take tokens from now on. */
  opens(): void {
    this.warm = false
  }

  /** Runs a sync; `done` is called when all that it sent is answered. */
  during(sync: () => void, done: () => void): void {
    const answers: Answers = { left: 0, done: null }
    this.current = answers
    sync()
    this.current = null
    if (answers.left === 0) done()
    else answers.done = done
  }

  /** A worker begins with a key that has waited for this long. */
  begins(waited: Time): void {
    if (!this.warm) this.run.recorder.queued(this.run.simulator.now, waited)
  }

  /** Sends a request, whose effect takes place when it is answered. */
  send(effect: () => void): void {
    const { current } = this
    if (this.warm) {
      effect()
      return
    }
    const { now } = this.run.simulator
    const time = this.token(now)
    if (time <= now && this.run.server === null) {
      effect()
      return
    }
    if (current !== null) current.left++
    const answered = (): void => {
      // What the effect sends belongs to the same sync.
      this.current = current
      effect()
      this.current = null
      if (current !== null && --current.left === 0) current.done?.()
    }
    this.arrive(time, answered)
  }

  /** Sends a request at `time`, now or later; `effect` is called with the time of its answer: now where that is known already, else then. */
  sendAt(time: Time, effect: (answered: Time) => void): void {
    const token = this.token(time)
    if (this.run.server === null) effect(token)
    else this.arrive(token, () => effect(this.run.simulator.now))
  }

  private token(now: Time): Time {
    const time = this.bucket === null ? now : this.bucket.take(now)
    this.run.recorder.sent(now, time - now, this.component)
    return time
  }

  private arrive(time: Time, answered: () => void): void {
    const { simulator, server } = this.run
    const served = server === null ? answered : (): void => server.serve(LEVELS[this.component], answered)
    if (time <= simulator.now) served()
    else simulator.call(time, served)
  }
}

/** Sends with the client, or at once without one: a control plane without limits. */
export function sendWith(client: ApiClient | undefined, effect: () => void): void {
  if (client === undefined) effect()
  else client.send(effect)
}

/** A write of a status: it takes a token, and is read only by the next sync. */
export const NOTHING = (): void => undefined
