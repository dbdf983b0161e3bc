/** The processes of containers: when they listen, that they may hang, and how a kubelet stops one that it will start again. */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Servers } from '../../serving/servers.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Containers } from './containers.ts'

/** What processes need of the run. */
export interface ProcessesRun {
  readonly simulator: Simulator
  readonly lifecycle: PodLifecycle
  readonly servers: Servers
}

/** What becomes of a process. */
export interface ProcessListener {
  /** It was stopped, or killed. */
  ended(pod: PodId): void
  /** It answers nothing from now on. */
  hangs(pod: PodId): void
}

/** Registers a handler for events of the present life of a container. */
export type RegisterLiving = (name: string, handle: (pod: PodId) => void) => number

export class Processes {
  private readonly run: ProcessesRun
  private readonly containers: Containers
  private readonly listener: ProcessListener
  private readonly hangsKind: number
  private readonly listensKind: number
  private readonly refusesKind: number
  private readonly killedKind: number

  constructor(run: ProcessesRun, containers: Containers, register: RegisterLiving, listener: ProcessListener) {
    const { lifecycle } = run
    this.run = run
    this.containers = containers
    this.listener = listener
    this.hangsKind = register('process hangs', (pod) => this.hangs(pod))
    this.listensKind = register('process listens', (pod) => lifecycle.listens(pod))
    this.refusesKind = register('process refuses requests', (pod) => lifecycle.refuse(pod))
    this.killedKind = register('process is killed', (pod) => this.killed(pod))
  }

  private at(time: Time, kind: number, pod: PodId): void {
    this.run.simulator.at(time, kind, pod, this.containers.life[pod])
  }

  /** It runs; it listens at a time, and hangs after another one (Infinity: never). */
  started(pod: PodId, listensAt: Time, hangAfter: Time): void {
    this.containers.listensAt[pod] = listensAt
    if (hangAfter !== Infinity) this.at(this.run.simulator.now + hangAfter, this.hangsKind, pod)
  }

  /** Its pod counts as ready: requests are refused until it listens. */
  served(pod: PodId): void {
    const listensAt = this.containers.listensAt[pod]
    if (listensAt <= this.run.simulator.now) return
    this.run.lifecycle.deaf(pod)
    this.at(listensAt, this.listensKind, pod)
  }

  /** preStop, SIGTERM, and SIGKILL at the end of the grace; a process that does not listen yet ends at once. */
  stop(pod: PodId, grace: Time, preStop: Time): void {
    const { simulator, servers, lifecycle } = this.run
    if (this.containers.hangs[pod] === 0 && servers.of(pod) === NONE) {
      this.listener.ended(pod)
      return
    }
    this.at(simulator.now + grace, this.killedKind, pod)
    if (preStop > 0) this.at(simulator.now + Math.min(preStop, grace), this.refusesKind, pod)
    else lifecycle.refuse(pod)
  }

  private killed(pod: PodId): void {
    if (this.containers.hangs[pod] === 1) this.listener.ended(pod)
    else this.run.lifecycle.kill(pod)
  }

  /** Its connections stay open. */
  private hangs(pod: PodId): void {
    this.containers.hangs[pod] = 1
    this.run.lifecycle.died(pod, true)
    this.listener.hangs(pod)
  }
}
