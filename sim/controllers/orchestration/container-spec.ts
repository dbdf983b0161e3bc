/** What a run says about the containers of a version: its probes, and how its process behaves beside serving requests. Times [µs]. */
import type { Time } from '../../common/ids.ts'
import type { ContainerImage } from '../images/spec.ts'

/** How a kubelet probes a container. */
export interface ProbeSpec {
  /** No probe before the container has run for this long. */
  readonly initialDelay: Time
  readonly period: Time
  readonly timeout: Time
  /** Equal results in a row that count. */
  readonly successThreshold: number
  readonly failureThreshold: number
  /** Grace of a container that is killed because of this probe; absent: that of the pod. */
  readonly grace?: Time
  /** CPU work of an answer that needs a thread of the pod, as a request does [core-µs]; or a time that it always takes [µs]. */
  readonly answer: { readonly work: number } | { readonly time: Time }
}

/** The probes of a container; absent ones are not made. */
export interface Probes {
  readonly startup?: ProbeSpec
  readonly readiness?: ProbeSpec
  readonly liveness?: ProbeSpec
}

/** Memory that a container needs, base + leak × age up to `max`, and perRequest for each request in it; more than `limit` kills it [bytes]. */
export interface MemorySpec {
  readonly base: number
  readonly perRequest: number
  /** Growth [bytes/s]. */
  readonly leak: number
  /** Most of base and leak; Infinity: no bound. */
  readonly max: number
  readonly limit: number
}

/** A container that runs before those of the pod, to its end (an init container), or from then on beside them (a sidecar). */
export interface InitContainer {
  readonly name: string
  /** True: the next one begins when it has started, and it goes on; false: when it has ended without an error. */
  readonly sidecar: boolean
  /** Pull of its image on a node, and from its start until it has ended or, a sidecar, has started. */
  readonly pull: Time
  readonly time: Time
  /** Share of its runs that end with an error; it is started again. */
  readonly failures: number
}

/** Behavior of the process of a version; what is absent does not happen. */
export interface ContainerBehavior {
  /** Absent: the container is ready at a time of its first period, `Workload.probe`, after its start. */
  readonly probes?: Probes
  /** From the start of the process until it answers nothing any more. */
  readonly hangAfter?: Time
  /** Absent: the container stays below its limit. */
  readonly memory?: MemorySpec
  /** Absent: each pod pulls for `Version.pull`. */
  readonly image?: ContainerImage
  /** In their order; absent: none. */
  readonly init?: readonly InitContainer[]
}
