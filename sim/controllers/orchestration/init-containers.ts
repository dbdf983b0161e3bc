/**
 * Init containers and sidecars before the containers of a pod: one after another, in order. An init container must exit without an error
 * before the next begins, and is started again with the kubelet's back-off of its own; a sidecar must have started. They run once for each
 * sandbox: again after a reboot of the node, not when a container of the pod is started again.
 * Source: Kubernetes 1.34, pkg/kubelet/kuberuntime/kuberuntime_container.go (computeInitContainerActions) and the documentation of sidecars.
 */
import type { PodId, Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { InitContainer } from './container-spec.ts'
import type { Containers } from './containers.ts'
import type { ControlledPods } from './controlled-pods.ts'
import { restartTime } from './crash-back-off.ts'
import type { RegisterLiving } from './processes.ts'

/** What init containers need of the run. */
export interface InitContainersRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly input: { readonly workloads: readonly { readonly name: string }[] }
}

/** What is run by the kubelet. */
export interface InitPods {
  readonly containers: Containers
  podsOf(pod: PodId): ControlledPods
  /** All have ended, and all sidecars have started. */
  initialized(pod: PodId): void
}

/** A row per pod. */
class Steps extends ColumnTable {
  /** Containers that have ended or started; all of them: the pod is initialized. */
  done = this.column(Int32Array)
  /** 1: the image of the present one is on the node. */
  pulled = this.column(Uint8Array)
  /** Runs so far, each with a draw of its own. */
  runs = this.column(Int32Array)
  /** Back-off of the present one: next wait, and last restart. */
  wait = this.column(Float64Array)
  last = this.column(Float64Array)
}

export class InitContainers {
  private readonly steps = new Steps(64)
  private readonly draws = new Map<string, KeyedStream>()
  private readonly run: InitContainersRun
  private readonly host: InitPods
  private readonly begins: number
  private readonly ends: number

  constructor(run: InitContainersRun, register: RegisterLiving, host: InitPods) {
    this.run = run
    this.host = host
    this.begins = register('init container restarts', (pod) => {
      host.podsOf(pod).initRestarted(pod)
      this.step(pod, run.simulator.now)
    })
    this.ends = register('init container ends', (pod) => this.ended(pod))
  }

  /** The pod was created. */
  created(pod: PodId): void {
    this.steps.reserve(pod + 1)
    this.steps.runs[pod] = 0
    this.forget(pod)
  }

  /** Its sandbox is gone; the images stay on the node. */
  forget(pod: PodId): void {
    this.steps.done[pod] = 0
    this.prepare(pod)
  }

  /** The pod has run since long before. */
  skip(pod: PodId): void {
    this.steps.done[pod] = this.specOf(pod).length
  }

  /** Its containers may start at `time` at the earliest; false: nothing is left to do before them. */
  start(pod: PodId, time: Time): boolean {
    if (this.steps.done[pod] >= this.specOf(pod).length) return false
    this.step(pod, time)
    return true
  }

  private specOf(pod: PodId): readonly InitContainer[] {
    return this.host.podsOf(pod).versionOf(pod).init ?? []
  }

  private prepare(pod: PodId): void {
    const { steps } = this
    steps.pulled[pod] = 0
    steps.wait[pod] = 0
    steps.last[pod] = 0
  }

  private step(pod: PodId, time: Time): void {
    const { steps, host, run } = this
    const { pull, time: lasts } = this.specOf(pod)[steps.done[pod]]
    const begin = time + (steps.pulled[pod] === 1 ? 0 : pull)
    run.simulator.at(begin + lasts, this.ends, pod, host.containers.life[pod])
  }

  private ended(pod: PodId): void {
    const { steps, host, run } = this
    const { now } = run.simulator
    const all = this.specOf(pod)
    steps.pulled[pod] = 1
    if (this.fails(pod, all[steps.done[pod]].failures)) {
      const backOff = { wait: steps.wait[pod], last: steps.last[pod] }
      const time = restartTime(backOff, now)
      steps.wait[pod] = backOff.wait
      steps.last[pod] = backOff.last
      run.simulator.at(time, this.begins, pod, host.containers.life[pod])
      return
    }
    steps.done[pod]++
    this.prepare(pod)
    if (steps.done[pod] < all.length) this.step(pod, now)
    else host.initialized(pod)
  }

  private fails(pod: PodId, failures: number): boolean {
    const run = this.steps.runs[pod]++
    if (failures === 0) return false
    const { name } = this.run.input.workloads[this.host.podsOf(pod).workload]
    const draws = this.draws.get(name) ?? this.run.streams.keyed(`init containers/${name}`)
    this.draws.set(name, draws)
    return draws.at(this.host.containers.ordinal[pod], run) < failures
  }
}
