/** The clients of the API server in a run: one for each controller, and one for the scheduler. A part of the run. */
import type { Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { ApiRecorder } from '../measure/api-recorder.ts'
import { ApiClient, TokenBucket, type ClientLimits } from './kubernetes/api-client.ts'

/** Limits of each controller's client, and of the scheduler's. */
export interface ApiClientLimits {
  readonly controllers: ClientLimits
  readonly scheduler: ClientLimits
}

/** What the clients need of the run. */
export interface ApiClientsRun {
  readonly simulator: Simulator
  readonly api: ApiRecorder
  readonly input: { readonly apiClients?: ApiClientLimits }
}

export class ApiClients {
  private readonly run: ApiClientsRun
  private readonly made: ApiClient[] = []
  private readonly scheduler: TokenBucket | null
  private warm = true

  constructor(run: ApiClientsRun) {
    this.run = run
    const { apiClients } = run.input
    this.scheduler = apiClients === undefined ? null : new TokenBucket(apiClients.scheduler)
  }

  /** The origin: until then everything is made without delay. */
  opens(): void {
    this.warm = false
    for (const client of this.made) client.opens()
  }

  /** The client of a controller with this many workers; undefined: its requests do not wait. */
  ofController(workers = 5): ApiClient | undefined {
    const { simulator, api, input } = this.run
    if (input.apiClients === undefined) return undefined
    const client = new ApiClient(simulator, input.apiClients.controllers, api, workers)
    this.made.push(client)
    return client
  }

  /** When a bind that the scheduler has decided is sent; decisions end in order. */
  binds(decided: Time): Time {
    if (this.scheduler === null || this.warm) return decided
    const time = this.scheduler.take(decided)
    this.run.api.sent(decided, time - decided)
    return time
  }
}
