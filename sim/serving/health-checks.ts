/**
 * Health checks that a pod answers with the threads and the CPU of its requests: under overload they wait in its queue. A check is a row of
 * `Requests` without a client, which belongs to no balancer, is in no metric of requests, and has no further steps.
 */
import { NONE, type RequestId, type ServerId } from '../common/ids.ts'
import type { Clients } from './clients.ts'
import type { PodQueue } from './pod-queue.ts'
import { RequestState, type Requests } from './requests.ts'
import type { Servers } from './servers.ts'

/** What health checks need of the run. */
export interface HealthChecksRun {
  readonly requests: Requests
  readonly servers: Servers
  readonly podQueue: PodQueue
  readonly clients: Clients
}

export class HealthChecks {
  private readonly run: HealthChecksRun
  /** The check that is being sent, and whether it was refused meanwhile. */
  private sending: RequestId = NONE
  private refused = false

  /** @param over is called when the pod has answered a check, or refused or lost it; not for checks that it refuses at once */
  constructor(run: HealthChecksRun, over: (check: RequestId, answered: boolean) => void) {
    this.run = run
    run.clients.whenChecked((check, answered) => {
      if (check === this.sending) this.refused = true
      else over(check, answered)
    })
  }

  /** Sends a check of `work` core-µs; NONE when the pod refuses it at once. */
  send(server: ServerId, work: number): RequestId {
    const { requests, servers, clients, podQueue } = this.run
    const check = clients.beginCheck()
    requests.client[check] = NONE
    requests.wait[check] = 0
    requests.work[check] = work
    requests.queued[check] = 0
    requests.server[check] = server
    requests.serverEpoch[check] = servers.epoch[server]
    requests.state[check] = RequestState.InNetwork
    this.sending = check
    this.refused = false
    podQueue.deliver(check)
    this.sending = NONE
    return this.refused ? NONE : check
  }

  /** The check has timed out: its connection is closed, and its work ends. */
  withdraw(check: RequestId): void {
    const { requests, podQueue, clients } = this.run
    // A check that a silent node has not even refused never entered the pod.
    if (requests.state[check] !== RequestState.InNetwork) podQueue.abort(check)
    clients.endCheck(check)
  }
}
