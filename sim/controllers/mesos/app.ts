/** The object of a Marathon app: its instances, its deployment under way, and its launch queue. */
import type { PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { PodController } from '../kubernetes/pod-objects.ts'
import { LaunchDelay } from './back-off.ts'
import type { MarathonAppController } from './spec.ts'
import type { RestartStrategy } from './upgrade.ts'

/** One instance with the goal Running, or that is being killed. */
export interface Instance {
  readonly pod: PodId
  readonly template: number
  readonly staged: Time
  /** When its task began to run; Infinity: it does not. */
  running: Time
  healthy: boolean
  /** False: it is to be decommissioned. */
  goalRunning: boolean
  /** Since when its agent is unreachable; Infinity: it is not. */
  unreachable: Time
  /** Unreachable until another instance was launched. */
  inactive: boolean
}

/** A rolling restart under way. */
export interface Restart extends RestartStrategy {
  /** Old instances that were not killed yet, in the order in which they are; some may have ended meanwhile. */
  readonly toKill: Instance[]
  /** Old instances that exist, killed or not. */
  readonly old: Set<Instance>
  /** New instances that were launched or queued. */
  started: number
  readonly healthy: Set<Instance>
}

/** What the app is created with. */
export interface MarathonAppGiven {
  readonly workload?: WorkloadId
  readonly replicas: number
  /** The app has health checks; without them a running task is healthy, and a starting one is taken as such. */
  readonly isChecked: boolean
}

export class MarathonApp {
  readonly row: number
  readonly spec: Omit<MarathonAppController, 'kind' | 'health'>
  readonly given: MarathonAppGiven
  readonly controller: PodController
  readonly delay: LaunchDelay
  instances: number
  /** Set while a deployment is under way: Marathon refuses a change until it has ended, and whoever wants it tries again. */
  wanted: number | null = null
  template = 0
  before: number | null = null
  /** Instances by their pod, in order of creation. */
  readonly tasks = new Map<PodId, Instance>()
  /** Instances that are to be launched. */
  queued = 0
  /** Of those, how many take the place of one that failed. */
  replacing = 0
  restart: Restart | null = null
  /** When instances above the number are noticed; Infinity: there are none. */
  checkAt: Time = Infinity
  /** Phase of the reconciliation with Mesos, drawn [µs]. */
  readonly phase: Time

  constructor(
    row: number,
    spec: Omit<MarathonAppController, 'kind' | 'health'>,
    given: MarathonAppGiven,
    { controller, phase }: { readonly controller: PodController; readonly phase: Time },
  ) {
    this.row = row
    this.spec = spec
    this.given = given
    this.controller = controller
    this.phase = phase
    this.instances = given.replicas
    this.delay = new LaunchDelay(spec.backOff)
  }

  /** Instances that count: with the goal Running, and not replaced already. */
  active(): Instance[] {
    return [...this.tasks.values()].filter(({ goalRunning, inactive }) => goalRunning && !inactive)
  }

  isConsideredHealthy({ healthy }: Instance): boolean {
    return !this.given.isChecked || healthy
  }
}
