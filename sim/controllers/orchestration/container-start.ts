/**
 * From the node to the running container of a pod: init containers, the image, and the release of pods that must wait for it. The only place
 * where containers are started, for the first time and again.
 */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import { PodState } from '../../measure/pod-lanes.ts'
import { Images, type ImagesRun } from '../images/images.ts'
import type { Containers } from './containers.ts'
import type { ControlledPods } from './controlled-pods.ts'
import { InitContainers, type InitContainersRun } from './init-containers.ts'
import type { PodEvents } from './pod-events.ts'
import type { RegisterLiving } from './processes.ts'
import type { Orchestration, Version } from './spec.ts'

/** What starts need of the run. */
export interface ContainerStartRun extends InitContainersRun, ImagesRun {
  readonly changes: ChangeRecorder
  readonly input: InitContainersRun['input'] & { readonly orchestration?: Orchestration }
}

/** The kubelet of the container. */
export interface ContainerStartHost {
  /** Null: no events are kept. */
  readonly events: PodEvents | null
  readonly containers: Containers
  podsOf(pod: PodId): ControlledPods
  versionOf(pod: PodId): Version
  nodeOf(pod: PodId): NodeId
  reaches(node: NodeId): boolean
  /** A further life of the container begins; returns its number. */
  nextLife(pod: PodId): number
  /** The process of the container runs; the task could not be started. */
  runs(pod: PodId): void
  fails(pod: PodId): void
}

export class ContainerStart {
  /** Null: no image is named. */
  readonly images: Images | null
  /** Null: no pod has init containers or sidecars. */
  readonly init: InitContainers | null
  /** Pods that must not start before they are released: when their image is on the node; Infinity: they have no node. */
  private readonly held = new Map<PodId, Time>()
  private readonly runsKind: number
  private readonly failsKind: number
  private readonly run: ContainerStartRun
  private readonly host: ContainerStartHost

  constructor(run: ContainerStartRun, register: RegisterLiving, host: ContainerStartHost) {
    this.run = run
    this.host = host
    this.runsKind = register('container runs', (pod) => host.runs(pod))
    this.failsKind = register('task fails', (pod) => host.fails(pod))
    const { workloads = [], images } = run.input.orchestration ?? {}
    const hasInit = workloads.some(({ versions }) => versions.some(({ init }) => init !== undefined))
    const { containers, podsOf } = host
    const initialized = (pod: PodId): void => this.starts(pod, run.simulator.now)
    this.init = hasInit ? new InitContainers(run, register, { containers, podsOf, initialized }) : null
    this.images =
      images === undefined
        ? null
        : new Images(run, images, {
            imageOf: (pod) => host.versionOf(pod).image!,
            isMissing: (pod) => host.versionOf(pod).pullFails === true,
            nodeOf: host.nodeOf,
            lifeOf: (pod) => containers.life[pod],
            pulling: (pod) => {
              host.events?.pulling(pod, host.versionOf(pod).image!.name)
              run.changes.courses?.lanes.enters(pod, PodState.Pulling, run.simulator.now)
            },
            present: (pod, hit) => {
              host.events?.pulled(pod, host.versionOf(pod).image!.name, hit)
              this.present(pod)
            },
            failed: (pod) => {
              const { name, policy } = host.versionOf(pod).image!
              host.events?.notPulled(pod, name, policy === 'Never')
              if (podsOf(pod).tasks !== null) host.fails(pod)
            },
          })
  }

  /** The pod was created. `held`: its container does not start before `release`. */
  created(pod: PodId, held: boolean): void {
    if (held) this.held.set(pod, Infinity)
    this.init?.created(pod)
  }

  /** The pod has ended. */
  gone(pod: PodId): void {
    this.held.delete(pod)
    this.images?.gone(pod)
  }

  /** The pod has run since long before. */
  warm(pod: PodId): void {
    this.init?.skip(pod)
    if (this.host.versionOf(pod).image !== undefined) this.images!.warm(pod)
  }

  /** Pull, if the image is not there, and start. */
  starts(pod: PodId, time: Time): void {
    const { run, host } = this
    const { image, pull, pullFails } = host.versionOf(pod)
    if (image !== undefined) {
      this.startsWithImage(pod, time)
      return
    }
    const pulled = time + (host.containers.pulled[pod] === 1 ? 0 : pull)
    const life = host.nextLife(pod)
    run.changes.courses?.lanes.starts(pod, time, pullFails === true ? Infinity : pulled)
    // A kubelet tries to pull for ever.
    if (pullFails === true) {
      if (host.podsOf(pod).tasks !== null) run.simulator.at(pulled, this.failsKind, pod, life)
    } else if (this.held.has(pod)) this.held.set(pod, pulled)
    // The images of the containers are pulled after the init containers have ended.
    else if (this.init?.start(pod, time) !== true) this.runsFrom(pod, pulled)
  }

  private startsWithImage(pod: PodId, time: Time): void {
    this.host.nextLife(pod)
    if (this.init?.start(pod, time) === true) this.run.changes.courses?.lanes.enters(pod, PodState.Starting, time)
    else this.images!.ensure(pod, time)
  }

  /** Its image is on the node. */
  private present(pod: PodId): void {
    const { now } = this.run.simulator
    this.run.changes.courses?.lanes.enters(pod, PodState.Starting, now)
    if (this.held.has(pod)) this.held.set(pod, now)
    else this.runsFrom(pod, now)
  }

  /** Without probes a container counts as started when its process listens. */
  private runsFrom(pod: PodId, pulled: Time): void {
    const { start, probes } = this.host.versionOf(pod)
    this.run.simulator.at(pulled + (probes === undefined ? start : 0), this.runsKind, pod, this.host.containers.life[pod])
  }

  /** A pod that was created `held` may start. */
  release(pod: PodId): void {
    const { host, run } = this
    const pulled = this.held.get(pod)
    this.held.delete(pod)
    if (pulled === undefined || pulled === Infinity || !host.reaches(host.nodeOf(pod))) return
    this.runsFrom(pod, Math.max(run.simulator.now, pulled))
  }

  /** The processes of the node have died. */
  died(node: NodeId): void {
    this.images?.died(node)
  }
}
