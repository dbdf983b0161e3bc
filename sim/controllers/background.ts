/** Pods that come by themselves: each source has one pod pending, interned, created and handed to placement. */
import type { Cluster } from '../cluster/cluster.ts'
import { NONE } from '../cluster/views.ts'
import { grown } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { JobRecorder } from '../measure/job-recorder.ts'
import type { PodSource } from '../workload.ts'
import type { Placement } from './placement.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'

export class Background {
  private source = new Int32Array(256)
  private key = new Int32Array(256)
  /** Row of the pod's job within its source, NONE when it has none. */
  private job = new Int32Array(256)
  private readonly starts: number[]
  /** Handle of each source's pending PodArrives. */
  private readonly arrivals: Int32Array

  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly sources: readonly PodSource[]
  private readonly end: number
  private readonly lifecycle: PodLifecycle
  private readonly placement: Placement
  private readonly recorder: JobRecorder

  constructor(
    simulator: Simulator,
    cluster: Cluster,
    sources: readonly PodSource[],
    origin: number,
    end: number,
    lifecycle: PodLifecycle,
    placement: Placement,
    recorder: JobRecorder,
  ) {
    this.simulator = simulator
    this.cluster = cluster
    this.sources = sources
    this.end = end
    this.lifecycle = lifecycle
    this.placement = placement
    this.recorder = recorder
    this.arrivals = new Int32Array(sources.length).fill(NONE)
    this.starts = sources.map((source) => (source.stationary ? 0 : origin))
    for (let row = 0; row < sources.length; row++) recorder.addSource(sources[row].jobs, this.starts[row])
    simulator.on(Kind.PodArrives, (row) => this.arrive(row))
  }

  /** Asks each source for its first pod. */
  open(): void {
    for (let row = 0; row < this.sources.length; row++) this.expect(row)
  }

  /** A background pod is through: its source hears of it, and a closed one may have a next pod. */
  ended(pod: number): void {
    const row = this.source[pod]
    const source = this.sources[row]
    const more = source.released?.(this.key[pod], this.simulator.now - this.starts[row]) === true
    if (this.job[pod] !== NONE) this.recorder.ended(row, this.job[pod], this.simulator.now)
    if (!more) return
    // The source offers anew, the earlier of what was pending and what is known now.
    if (this.arrivals[row] !== NONE) this.simulator.cancel(this.arrivals[row])
    this.expect(row)
  }

  /** A pod has a node from `time` on; of no concern when it belongs to a service. */
  bound(pod: number, time: number): void {
    if (this.cluster.view.pods.service[pod] === NONE && this.job[pod] !== NONE) this.recorder.bound(this.source[pod], this.job[pod], time)
  }

  private expect(row: number): void {
    this.await(row, this.starts[row] + this.sources[row].next())
  }

  private await(row: number, time: number): void {
    this.recorder.setMore(row, time < Infinity)
    this.arrivals[row] = time <= this.end ? this.simulator.at(time, Kind.PodArrives, row, 0) : NONE
  }

  /** The pod that is due, and all that come at the same instant: a population that is there from the start comes before anything else. */
  private arrive(row: number): void {
    const source = this.sources[row]
    const now = this.simulator.now
    let time: number
    do {
      const deadline = this.starts[row] + (source.deadline ?? Infinity)
      const pod = this.cluster.createPod(source.shapes[source.shape], NONE, now, source.duration, deadline)
      if (pod >= this.source.length) {
        const length = Math.max(pod + 1, this.source.length * 2)
        this.source = grown(this.source, length)
        this.key = grown(this.key, length)
        this.job = grown(this.job, length)
      }
      this.source[pod] = row
      this.key[pod] = source.key ?? NONE
      this.job[pod] = source.job ?? NONE
      if (this.job[pod] !== NONE) this.recorder.arrived(row, this.job[pod])
      this.lifecycle.createdInBackground(pod, source.duration)
      this.placement.arrived(pod)
      time = this.starts[row] + source.next()
    } while (time === now)
    this.await(row, time)
  }
}
