/** Marathon, the framework that keeps services on Apache Mesos, in a run. */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { MarathonApp } from '../mesos/app.ts'
import { MarathonApps } from '../mesos/apps.ts'
import { EndReason } from '../owners.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { ControlledSet } from './controlled-sets.ts'
import type { ControlledWorkload } from './spec.ts'
import type { ControllersRun, WorkloadControllers } from './workload-controllers.ts'

/** A Marathon app in a run. */
class MarathonAppSet implements ControlledSet {
  readonly pods: ControlledPods
  readonly app: MarathonApp
  /** A deployment of Marathon never times out. */
  readonly isLate = false
  private readonly apps: MarathonApps

  constructor(pods: ControlledPods, app: MarathonApp, apps: MarathonApps) {
    this.pods = pods
    this.app = app
    this.apps = apps
  }

  get replicas(): number {
    return this.app.instances
  }

  get template(): number {
    return this.app.template
  }

  get isComplete(): boolean {
    return this.app.restart === null
  }

  scale(replicas: number): void {
    this.apps.scale(this.app, replicas)
  }

  rollOut(template: number): void {
    this.apps.rollOut(this.app, template)
  }

  previous(): number | null {
    return this.app.before
  }
}

export class MarathonControllers implements WorkloadControllers {
  private readonly run: ControllersRun
  private readonly apps: MarathonApps
  private readonly sets: MarathonAppSet[] = []

  constructor(run: ControllersRun) {
    const { simulator, objects, control, latency } = run
    this.run = run
    const phases = run.streams.keyed('reconciliation with Mesos')
    this.apps = new MarathonApps({
      ...{ simulator, objects, control, latency },
      phaseOf: (row) => phases.at(row, 0),
      reported: ({ given }) => run.reported(given.workload),
    })
  }

  create({ controller, workload }: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet {
    if (controller.kind !== 'marathon-app') throw new Error(`a ${controller.kind} is no controller of Marathon; accepted: marathon-app`)
    const isChecked = this.run.workloads[workload].probe > 0
    const set = new MarathonAppSet(pods, this.apps.create(controller, { workload, replicas, isChecked }), this.apps)
    this.sets.push(set)
    return set
  }

  settle(): boolean {
    return this.apps.settle()
  }

  hold(until: Time): void {
    this.apps.hold(until)
  }

  /** An app does not depend on the set of nodes. */
  nodesChanged(): void {}

  nodeLeft(): void {}

  nodeDown(node: NodeId): void {
    this.apps.unreachable(node)
  }

  nodeUp(node: NodeId): void {
    this.apps.reachable(node)
  }

  /** Mesos kills the tasks of a drained agent at once. */
  evict(pod: PodId, { workload }: ControlledPods): boolean {
    const { app } = this.sets.find(({ pods }) => pods.workload === workload)!
    if (app.tasks.has(pod)) this.apps.drain(app, pod)
    else this.run.control.evict(pod, EndReason.Evicted)
    return true
  }
}
