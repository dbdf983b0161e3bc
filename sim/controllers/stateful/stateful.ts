/** The services of a run that keep data, and what their pods tell them. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { StateRecorder } from '../../measure/state-recorder.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import { Database } from './database.ts'
import type { Keeper } from './keeper.ts'
import type { StatefulSpec } from './spec.ts'
import { ReplicatedStore } from './store.ts'

/** What they need of the run. */
export interface StatefulRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly state: StateRecorder
  readonly volumes: PodVolumes | null
  readonly input: {
    readonly workloads: readonly { readonly replicas: number }[]
    readonly orchestration?: { readonly stateful?: readonly StatefulSpec[] }
  }
}

/** What the orchestrator does for them. */
export interface StatefulHost {
  /** The workload of a pod with a controller, and its ordinal; NONE: it has none. */
  workloadOf(pod: PodId): WorkloadId
  ordinalOf(pod: PodId): number
  /** The share of failed requests of the workload has changed. */
  behaves(workload: WorkloadId): void
}

export class Stateful {
  private readonly keepers: ReadonlyMap<WorkloadId, Keeper>
  private host!: StatefulHost
  private readonly run: StatefulRun

  /** Those of the run, null when no service keeps data. */
  static of(run: StatefulRun): Stateful | null {
    const specs = run.input.orchestration?.stateful
    return specs === undefined ? null : new Stateful(run, specs)
  }

  private constructor(run: StatefulRun, specs: readonly StatefulSpec[]) {
    const { simulator, lifecycle } = run
    this.run = run
    this.keepers = new Map(specs.map(({ workload, keeps }) => [workload, this.keeperOf(keeps, workload)]))
    lifecycle.listen({
      served: (pod) => {
        this.keeperAt(pod)?.served(this.host.ordinalOf(pod), this.diskOf(pod), simulator.now)
      },
      stopped: (pod, clean) => {
        this.keeperAt(pod)?.stops(this.host.ordinalOf(pod), clean, simulator.now)
      },
    })
  }

  private keeperOf(spec: StatefulSpec['keeps'], workload: WorkloadId): Keeper {
    const { simulator, state: recorder, input } = this.run
    if (spec.kind === 'database') return new Database(spec, recorder)
    const store: ReplicatedStore = new ReplicatedStore(spec, input.workloads[workload].replicas, {
      simulator,
      recorder,
      changed: () => this.host.behaves(workload),
      catchUpAt: (time, ordinal, round) => void simulator.at(time, kind, ordinal, round),
    })
    const kind = simulator.register(`replica of workload ${workload} has caught up`, (ordinal, round) =>
      store.caughtUp(ordinal, round, simulator.now),
    )
    return store
  }

  /** Called once, by the orchestrator. */
  connect(host: StatefulHost): void {
    this.host = host
  }

  private keeperAt(pod: PodId): Keeper | undefined {
    return this.keepers.get(this.host.workloadOf(pod))
  }

  /** The volume that holds the data of the pod, or the pod itself. */
  private diskOf(pod: PodId): string {
    return this.run.volumes?.diskOf(pod) ?? `pod ${pod} ${this.run.cluster.view.pods.epoch[pod]}`
  }

  /** The process of the pod has started: time until it can serve. */
  recovery(pod: PodId): Time {
    return this.keeperAt(pod)?.recovery(this.host.ordinalOf(pod), this.diskOf(pod), this.run.simulator.now) ?? 0
  }

  /** Share of the requests to the workload that fail because too few replicas serve. */
  errorsOf(workload: WorkloadId): number {
    return this.keepers.get(workload)?.errors ?? 0
  }
}
