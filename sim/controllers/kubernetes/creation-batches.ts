/**
 * Creates the missing pods of an object as controllers do: in batches of 1, 2, 4, ..., whose requests are concurrent. A batch in which the
 * API server refuses a pod is the last one, so that a quota is not asked for each pod. Source: Kubernetes 1.34 slowStartBatch of
 * pkg/controller/replicaset/replica_set.go; the Job and DaemonSet controllers do the same.
 */
import { sendWith, type ApiClient } from './api-client.ts'

/** What is to be created. */
export interface Creation {
  readonly count: number
  readonly client: ApiClient | undefined
  /** False: no pod can be refused, so that batches differ in nothing where requests take no time. */
  readonly refusable: boolean
  /** Creates the i-th; false when it is refused. */
  create(i: number): boolean
  /** Pods of a batch were refused, so that it was the last one. */
  refused(): void
}

/** Sends all batches that there will be. */
export function createInBatches({ count, client, refusable, create, refused }: Creation): void {
  if (!refusable && client?.takesTime !== true) {
    for (let i = 0; i < count; i++) sendWith(client, () => void create(i))
    return
  }
  const send = (first: number, size: number): void => {
    let answered = 0
    let stops = false
    for (let i = first; i < first + size; i++) {
      sendWith(client, () => {
        if (!create(i)) stops = true
        if (++answered < size) return
        if (stops) refused()
        else send(first + size, Math.min(2 * size, count - first - size))
      })
    }
  }
  send(0, Math.min(1, count))
}
