/**
 * The EndpointSlice controller of a run whose requests to the API server take time: it writes the changes of a service once a worker, a token
 * and the server have time for them; what changes meanwhile is written together, afterwards. In other runs changes go to the balancers by
 * themselves. Source: Kubernetes 1.34 pkg/controller/endpointslice (5 workers; retries after 1 s to 1,000 s). A part of the run.
 */
import type { ServiceId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Endpoints } from '../network/endpoints.ts'
import type { ApiClients } from './api-clients.ts'
import type { Components } from './components.ts'
import type { ApiClient } from './kubernetes/api-client.ts'
import { WorkQueue } from './kubernetes/work-queue.ts'

/** What the controller needs of the run. */
export interface EndpointSlicesRun {
  readonly simulator: Simulator
  readonly endpoints: Endpoints
  readonly apiClients: ApiClients
  readonly components: Components
}

const WORKERS = 5
const SECOND: Time = 1_000_000

export class EndpointSlices {
  private readonly endpoints: Endpoints
  private readonly client: ApiClient

  /** Null: endpoints need no request. */
  static of(run: EndpointSlicesRun): EndpointSlices | null {
    const client = run.apiClients.ofController(WORKERS)
    return client === undefined ? null : new EndpointSlices(run, client)
  }

  private constructor({ simulator, endpoints, components }: EndpointSlicesRun, client: ApiClient) {
    this.endpoints = endpoints
    this.client = client
    const retries = { first: SECOND, longest: 1000 * SECOND, shared: true }
    const queue = new WorkQueue(simulator, 'endpoint slice', (service) => this.sync(service), 0, client, retries)
    endpoints.writtenBy((service) => queue.add(service))
    components.whenDown('controllers', (until) => queue.hold(until))
  }

  private sync(service: ServiceId): void {
    const changes = this.endpoints.unwritten(service)
    if (changes.length > 0) this.client.send(() => this.endpoints.written(changes))
  }
}
