/**
 * Events of pods, workloads and nodes, with the reasons and the messages of Kubernetes, where a run keeps events. A pod is called by its workload
 * and its number in order of creation; a container by the workload.
 * Source: Kubernetes 1.34 pkg/kubelet/events/event.go, pkg/kubelet/images/image_manager.go, pkg/controller (recorders), pkg/scheduler/schedule_one.go.
 */
import type { Refusals } from '../../cluster/feasibility/reasons.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId, PodId, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { EventRecorder } from '../../measure/event-recorder.ts'
import { EndReason } from '../owners.ts'
import { notAvailable } from './fit-error.ts'

/** What events need of the run. */
export interface PodEventsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly changes: ChangeRecorder
  readonly placement: { refusals(pod: PodId): Refusals }
  readonly input: { readonly workloads: readonly { readonly name: string }[] }
}

type EventType = 'Normal' | 'Warning'

export class PodEvents {
  /** By pod. */
  private readonly names: string[] = []
  private readonly containers: string[] = []
  private readonly run: PodEventsRun
  private readonly recorder: EventRecorder

  /** Null when the run keeps no events. */
  static of(run: PodEventsRun): PodEvents | null {
    const { events } = run.changes
    return events === null ? null : new PodEvents(run, events)
  }

  private constructor(run: PodEventsRun, recorder: EventRecorder) {
    this.run = run
    this.recorder = recorder
  }

  private add(type: EventType, reason: string, object: readonly [kind: string, name: string], message: string): void {
    this.recorder.record(this.run.simulator.now, { type, reason, kind: object[0], name: object[1], message })
  }

  private pod(type: EventType, reason: string, pod: PodId, message: string): void {
    this.add(type, reason, ['Pod', this.names[pod]], message)
  }

  private nodeName(node: NodeId): string {
    return this.run.cluster.view.templateOf(node).name ?? `node-${node}`
  }

  created(pod: PodId, workload: WorkloadId, ordinal: number): void {
    const { name } = this.run.input.workloads[workload]
    this.names[pod] = `${name}-${ordinal}`
    this.containers[pod] = name
    this.add('Normal', 'SuccessfulCreate', ['Workload', name], `Created pod: ${this.names[pod]}`)
  }

  deleted(pod: PodId): void {
    this.add('Normal', 'SuccessfulDelete', ['Workload', this.containers[pod]], `Deleted pod: ${this.names[pod]}`)
  }

  bound(pod: PodId, node: NodeId): void {
    this.pod('Normal', 'Scheduled', pod, `Successfully assigned ${this.names[pod]} to ${this.nodeName(node)}`)
  }

  /** A scheduler has examined the pod and found no node. Pods without events (Jobs, background) are left out. */
  unschedulable(pod: PodId): void {
    if (this.names[pod] === undefined) return
    this.pod('Warning', 'FailedScheduling', pod, notAvailable(this.run.placement.refusals(pod)))
  }

  started(pod: PodId): void {
    this.pod('Normal', 'Started', pod, `Started container ${this.containers[pod]}`)
  }

  /** The pod begins to terminate. */
  leaves(pod: PodId, reason: EndReason): void {
    if (reason === EndReason.Preempted) this.pod('Normal', 'Preempted', pod, 'Preempted by a pod of a higher priority')
    else if (reason === EndReason.Tainted) this.pod('Normal', 'TaintManagerEviction', pod, `Marking for deletion Pod ${this.names[pod]}`)
    else if (reason === EndReason.Pressure) this.pod('Warning', 'Evicted', pod, 'The node was low on resource: memory.')
    this.pod('Normal', 'Killing', pod, `Stopping container ${this.containers[pod]}`)
  }

  pulling(pod: PodId, image: string): void {
    this.pod('Normal', 'Pulling', pod, `Pulling image "${image}"`)
  }

  pulled(pod: PodId, image: string, hit: boolean): void {
    const message = hit ? `Container image "${image}" already present on machine` : `Successfully pulled image "${image}"`
    this.pod('Normal', 'Pulled', pod, message)
  }

  notPulled(pod: PodId, image: string, never: boolean): void {
    if (never) this.pod('Warning', 'ErrImageNeverPull', pod, `Container image "${image}" is not present with pull policy of Never`)
    else {
      this.pod('Warning', 'Failed', pod, `Failed to pull image "${image}"`)
      this.pod('Normal', 'BackOff', pod, `Back-off pulling image "${image}"`)
    }
  }

  /** The container waits before it is started again. */
  backsOff(pod: PodId): void {
    this.pod('Warning', 'BackOff', pod, `Back-off restarting failed container ${this.containers[pod]} in pod ${this.names[pod]}`)
  }

  /** A probe that fails has reached its threshold. */
  unhealthy(pod: PodId, probe: 'Startup' | 'Liveness' | 'Readiness'): void {
    this.pod('Warning', 'Unhealthy', pod, `${probe} probe failed`)
    if (probe !== 'Readiness')
      this.pod('Normal', 'Killing', pod, `Container ${this.containers[pod]} failed ${probe.toLowerCase()} probe, will be restarted`)
  }

  /** The control plane takes a pod of a silent node as not ready. */
  lost(pod: PodId): void {
    this.pod('Warning', 'NodeNotReady', pod, 'Node is not ready')
  }

  node(node: NodeId, reason: 'NodeNotReady' | 'NodeReady' | 'NodeHasInsufficientMemory' | 'NodeHasSufficientMemory'): void {
    this.add('Normal', reason, ['Node', this.nodeName(node)], `Node ${this.nodeName(node)} status is now: ${reason}`)
  }

  /** A Deployment gives one of its sets another size; from -1: it is created. */
  scaled(workload: WorkloadId, template: number, from: number, to: number): void {
    const { name } = this.run.input.workloads[workload]
    const before = Math.max(0, from)
    if (to === before || to < 0) return
    const message = `Scaled ${to > before ? 'up' : 'down'} replica set ${name}-${template + 1} from ${before} to ${to}`
    this.add('Normal', 'ScalingReplicaSet', ['Deployment', name], message)
  }
}
