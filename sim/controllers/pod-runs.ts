/** Pods that run for a duration and use CPU as a steady flow: their start, their completion, and what a node that is down means for them. */
import type { Cluster } from '../cluster/cluster.ts'
import { PodPhase } from '../cluster/views.ts'
import type { PodId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { Owners } from './owners.ts'
import type { Lives } from './pod-lives.ts'

/** What these pods need of the run. */
export interface PodRunsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly shares: CpuShares
  readonly owners: Owners
}

export class PodRuns {
  private readonly run: PodRunsRun
  private readonly lives: Lives
  private readonly completed: (pod: PodId) => void
  private readonly runsKind: number
  private readonly completesKind: number

  /**
   * @param register registers a handler for events of pods that are there still
   * @param completed ends a pod that has run for its duration
   */
  constructor(
    run: PodRunsRun,
    lives: Lives,
    register: (name: string, handle: (pod: PodId) => void) => number,
    completed: (pod: PodId) => void,
  ) {
    this.run = run
    this.lives = lives
    this.completed = completed
    this.runsKind = register('pod runs', (pod) => this.runs(pod))
    this.completesKind = register('pod completes', (pod) => this.completes(pod))
  }

  /** The pod runs from `time` on. */
  from(pod: PodId, time: Time): void {
    this.run.simulator.at(time, this.runsKind, pod, this.run.cluster.view.pods.epoch[pod])
  }

  /** Its CPU demand begins (1) or ends (-1). */
  demand(pod: PodId, sign: 1 | -1): void {
    const { pods, classes } = this.run.cluster.view
    this.run.shares.background(pods.node[pod], pods.cpu[pod], classes.usage[pods.podClass[pod]], sign)
  }

  /** A background pod's node is down: it uses no CPU and does not complete. */
  stop(pod: PodId): void {
    if (this.lives.running[pod] === 1) this.demand(pod, -1)
    this.lives.running[pod] = 0
    this.lives.stopped[pod] = 1
  }

  /** The node of a stopped background pod runs again: it starts from the beginning. */
  startAgain(pod: PodId): void {
    if (this.lives.stopped[pod] === 0 || this.run.owners.of(pod).rebooted?.(pod) === true) return
    this.runAgain(pod, this.lives.duration[pod])
  }

  /** A stopped pod that runs for a duration starts from the beginning; nothing if it runs already. */
  runAgain(pod: PodId, duration: Time): void {
    if (this.lives.stopped[pod] === 0) return
    this.lives.stopped[pod] = 0
    this.lives.duration[pod] = duration
    this.runs(pod)
  }

  private completes(pod: PodId): void {
    if (this.lives.stopped[pod] === 1 || this.run.simulator.now < this.lives.completion[pod]) return
    if (this.run.owners.of(pod).exits?.(pod) !== true) this.completed(pod)
  }

  private runs(pod: PodId): void {
    const { lives, run } = this
    if (lives.stopped[pod] === 1) return
    const { simulator, cluster } = run
    cluster.setPhase(pod, PodPhase.Running)
    lives.running[pod] = 1
    this.demand(pod, 1)
    const duration = lives.duration[pod]
    lives.completion[pod] = simulator.now + duration
    if (duration !== Infinity) simulator.at(simulator.now + duration, this.completesKind, pod, cluster.view.pods.epoch[pod])
  }
}
