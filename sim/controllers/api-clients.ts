/** The clients of the API server in a run: one for each controller, for the scheduler, and for each kubelet. A part of the run. */
import type { NodeId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { ApiRecorder } from '../measure/api-recorder.ts'
import type { ApiServer, ApiServerSpec } from './api-server/api-server.ts'
import { ApiClient, type ClientLimits } from './kubernetes/api-client.ts'

/** Limits of each controller's client, of the scheduler's, and of each kubelet's. */
export interface ApiClientLimits {
  readonly controllers: ClientLimits
  readonly scheduler: ClientLimits
  readonly kubelets: ClientLimits
}

/** What the clients need of the run. */
export interface ApiClientsRun {
  readonly simulator: Simulator
  readonly api: ApiRecorder
  /** Null: every request is answered at once. */
  readonly apiServer: ApiServer | null
  readonly input: { readonly apiClients?: ApiClientLimits; readonly apiServer?: ApiServerSpec }
}

export class ApiClients {
  /** Whether requests are sent at all: without limits and without a time of the server they would change nothing. */
  readonly any: boolean
  private readonly run: ApiClientsRun
  private readonly made: ApiClient[] = []
  private readonly kubelets = new Map<NodeId, ApiClient>()
  private readonly scheduler: ApiClient
  private warm = true

  constructor(run: ApiClientsRun) {
    this.run = run
    this.any = run.input.apiClients !== undefined || run.input.apiServer !== undefined
    this.scheduler = this.make('scheduler', 1)
  }

  private make(component: keyof ApiClientLimits, workers: number): ApiClient {
    const { simulator, api, apiServer, input } = this.run
    const client = new ApiClient({ simulator, recorder: api, server: apiServer }, input.apiClients?.[component], { component, workers })
    this.made.push(client)
    if (!this.warm) client.opens()
    return client
  }

  /** The origin: until then everything is made without delay. */
  opens(): void {
    this.warm = false
    for (const client of this.made) client.opens()
  }

  /** The client of a controller with this many workers; undefined: its requests do not wait. */
  ofController(workers = 5): ApiClient | undefined {
    return this.any ? this.make('controllers', workers) : undefined
  }

  /** The client of the kubelet of a node. */
  ofKubelet(node: NodeId): ApiClient {
    let client = this.kubelets.get(node)
    if (client === undefined) this.kubelets.set(node, (client = this.make('kubelets', 1)))
    return client
  }

  /** Sends a bind that the scheduler has decided; decisions end in order. `bound` is called with the time of the bind, now or then. */
  binds(decided: Time, bound: (time: Time) => void): void {
    if (!this.any || this.warm) bound(decided)
    else this.scheduler.sendAt(decided, bound)
  }
}
