/**
 * What kubelets write about their pods to the API server, which knows of a start, of readiness and of an end only then. A kubelet writes the
 * status of one pod after another, each with a GET and a PATCH, and deletes the object of a pod whose processes have ended with a third
 * request; what changes while a status waits is written with it. Source: Kubernetes 1.34 pkg/kubelet/status/status_manager.go (syncPod).
 */
import type { NodeId, PodId } from '../../common/ids.ts'
import type { Servers } from '../../serving/servers.ts'
import type { ApiClients } from '../api-clients.ts'
import { sendWith, type ApiClient } from '../kubernetes/api-client.ts'
import type { PodObjects } from '../kubernetes/pod-objects.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Stateful } from '../stateful/stateful.ts'
import type { Containers } from './containers.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { PodEvents } from './pod-events.ts'

/** What the status of pods needs of the run. */
export interface PodStatusRun {
  readonly apiClients: ApiClients
  readonly lifecycle: PodLifecycle
  readonly servers: Servers
  /** Null: no workload keeps data. */
  readonly stateful: Stateful | null
}

/** What it needs of the kubelets. */
export interface PodStatusHost {
  readonly containers: Containers
  readonly objects: PodObjects
  /** Null: no events are kept. */
  readonly events: PodEvents | null
  /** Counts the pods that the row has had. */
  readonly epochOf: (pod: PodId) => number
  readonly reaches: (node: NodeId) => boolean
  podsOf(pod: PodId): ControlledPods
  nodeOf(pod: PodId): NodeId
  isTerminating(pod: PodId): boolean
  /** The pod is among those that serve. */
  served(pod: PodId): void
}

/** A status that waits to be written. */
interface Status {
  readonly epoch: number
  readonly effects: (() => void)[]
  /** The processes of the pod have ended: its object is deleted. */
  deletes: boolean
}

/** The statuses of the pods of a node, in the order in which they are written. */
interface Writer {
  readonly client: ApiClient
  readonly waiting: Map<PodId, Status>
  busy: boolean
}

export class PodStatus {
  private readonly writers = new Map<NodeId, Writer>()
  private readonly run: PodStatusRun
  private readonly host: PodStatusHost

  constructor(run: PodStatusRun, host: PodStatusHost) {
    this.run = run
    this.host = host
  }

  /** Its container runs, for the first time or again. */
  started(pod: PodId): void {
    const pods = this.host.podsOf(pod)
    const again = this.host.containers.exits[pod] > 0
    this.report(pod, () => {
      if (again) pods.restarted(pod)
      pods.started(pod)
    })
  }

  /** Its containers are ready. `warm`: they have been so since long before. */
  ready(pod: PodId, warm: boolean): void {
    const { containers, objects } = this.host
    if (!this.host.reaches(this.host.nodeOf(pod)) || objects.ready[pod] === 1) return
    const life = containers.life[pod]
    this.report(pod, () => {
      const isReady = containers.life[pod] === life && containers.isReady[pod] === 1 && containers.hangs[pod] === 0
      if (!isReady || this.host.isTerminating(pod) || objects.ready[pod] === 1) return
      this.run.lifecycle.ready(pod)
      this.behaves(pod)
      this.host.served(pod)
      this.host.podsOf(pod).setReady(pod, true, warm)
    })
  }

  /** Its containers are not ready, or not any more. */
  notReady(pod: PodId): void {
    if (!this.host.reaches(this.host.nodeOf(pod))) return
    this.report(pod, () => {
      if (this.host.containers.isReady[pod] === 1) return
      this.run.lifecycle.unlisted(pod)
      this.host.podsOf(pod).setReady(pod, false)
    })
  }

  /** The control plane takes a pod as not ready because its node does not answer; `client`: who writes that. */
  unreachable(pod: PodId, client: ApiClient | undefined): void {
    const { objects, epochOf } = this.host
    const epoch = epochOf(pod)
    sendWith(client, () => {
      const isLate = client !== undefined && (epochOf(pod) !== epoch || this.host.reaches(this.host.nodeOf(pod)))
      if (isLate || this.host.isTerminating(pod)) return
      if (objects.ready[pod] === 1) this.host.events?.lost(pod)
      this.run.lifecycle.unlisted(pod)
      this.host.podsOf(pod).setReady(pod, false)
    })
  }

  /** The processes of a terminating pod have ended; false: its object is gone with them. */
  deletes(pod: PodId): boolean {
    if (!this.run.apiClients.any) return false
    this.waits(pod).deletes = true
    this.wake(this.host.nodeOf(pod))
    return true
  }

  /** The speed and the errors of a pod that serves: those of its version, and requests that find too few replicas. */
  behaves(pod: PodId): void {
    const { servers, stateful } = this.run
    const server = servers.of(pod)
    if (server < 0) return
    const pods = this.host.podsOf(pod)
    const { slowness, errors } = pods.versionOf(pod)
    const failing = stateful?.errorsOf(pods.workload) ?? 0
    servers.behaves(server, slowness, failing === 0 ? errors : 1 - (1 - errors) * (1 - failing))
  }

  private report(pod: PodId, effect: () => void): void {
    if (!this.run.apiClients.any) {
      effect()
      return
    }
    this.waits(pod).effects.push(effect)
    this.wake(this.host.nodeOf(pod))
  }

  private waits(pod: PodId): Status {
    const { waiting } = this.writerOf(this.host.nodeOf(pod))
    const epoch = this.host.epochOf(pod)
    const found = waiting.get(pod)
    if (found?.epoch === epoch) return found
    const status = { epoch, effects: [], deletes: false }
    waiting.set(pod, status)
    return status
  }

  private writerOf(node: NodeId): Writer {
    let writer = this.writers.get(node)
    if (writer === undefined) {
      writer = { client: this.run.apiClients.ofKubelet(node), waiting: new Map(), busy: false }
      this.writers.set(node, writer)
    }
    return writer
  }

  private wake(node: NodeId): void {
    const writer = this.writerOf(node)
    if (!writer.busy) this.writeNext(node, writer)
  }

  private writeNext(node: NodeId, writer: Writer): void {
    const { client, waiting } = writer
    const first = waiting.entries().next()
    writer.busy = first.done !== true
    if (first.done === true) return
    const [pod, status] = first.value
    const next = (): void => this.writeNext(node, writer)
    client.send(() => {
      // What changes from now on is the next status of the pod.
      if (waiting.get(pod) === status) waiting.delete(pod)
      client.send(() => this.written(node, pod, status, next))
    })
  }

  /** A status is written; `next` continues with the others. */
  private written(node: NodeId, pod: PodId, { epoch, effects, deletes }: Status, next: () => void): void {
    const { epochOf, reaches } = this.host
    const isThere = (): boolean => epochOf(pod) === epoch && reaches(node)
    if (isThere()) for (const effect of effects) effect()
    if (!deletes || !isThere()) {
      next()
      return
    }
    this.writerOf(node).client.send(() => {
      if (isThere()) this.run.lifecycle.deleted(pod)
      next()
    })
  }
}
