/**
 * The client with which a controller writes to the API server: a token bucket of `qps` requests per second with `burst` tokens, one for each
 * controller. A request without a token waits for it, and the worker of the controller with it. Source: client-go 0.34 kubernetes/clientset.go
 * (a limiter per clientset), util/flowcontrol/throttle.go; the controller manager makes a clientset for each controller.
 *
 * Events are not counted: the spam filter of a recorder lets 25 through for each object.
 */
import type { Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ApiRecorder } from '../../measure/api-recorder.ts'

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

export class ApiClient {
  /** Syncs of the controller at once. */
  readonly workers: number
  private readonly simulator: Simulator
  private readonly recorder: ApiRecorder
  private readonly bucket: TokenBucket
  private current: Answers | null = null
  /** Until the origin objects are made without delay. */
  private warm = true

  constructor(simulator: Simulator, limits: ClientLimits, recorder: ApiRecorder, workers: number) {
    this.workers = workers
    this.simulator = simulator
    this.recorder = recorder
    this.bucket = new TokenBucket(limits)
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

  /** Sends a request, whose effect takes place when it has its token. */
  send(effect: () => void): void {
    const { simulator, recorder, current } = this
    if (this.warm) {
      effect()
      return
    }
    const { now } = simulator
    const time = this.bucket.take(now)
    recorder.sent(now, time - now)
    if (time <= now) {
      effect()
      return
    }
    if (current !== null) current.left++
    simulator.call(time, () => {
      // What the effect sends belongs to the same sync.
      this.current = current
      effect()
      this.current = null
      if (current !== null && --current.left === 0) current.done?.()
    })
  }
}

/** Sends with the client, or at once without one: a control plane without limits. */
export function sendWith(client: ApiClient | undefined, effect: () => void): void {
  if (client === undefined) effect()
  else client.send(effect)
}

/** A write of a status: it takes a token, and is read only by the next sync. */
export const NOTHING = (): void => undefined
