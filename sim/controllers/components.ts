/**
 * The components of the control plane and for how long each is down: the controller manager, the scheduler, the API server. The data plane goes
 * on without them. Those who act for a component register here and hold what they would do.
 *
 * A component whose leader has crashed is taken over by a candidate when the lease has expired: by default the leader renews it every 2 s, and
 * a candidate looks every 2 to 4.4 s and waits until it has seen no renewal for 15 s. Without the API server no leader can renew its lease;
 * after more than 10 s all give up, and compete again when it is back. Source: client-go 0.34 tools/leaderelection/leaderelection.go.
 */
import type { Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'

/** What may be down. */
export type ComponentName = 'controllers' | 'scheduler' | 'api-server'

const SECOND: Time = 1_000_000

/** Leases of the controller manager and the scheduler [µs]. */
export interface LeaderElectionSpec {
  /** Age after which a candidate takes the lease. */
  readonly lease: Time
  /** Time without a renewal after which a leader gives up. */
  readonly renewDeadline: Time
  /** Period of renewals, and least time between two tries of a candidate. */
  readonly retry: Time
  /** Processes besides the leader. */
  readonly candidates: number
}

/** Source: Kubernetes 1.34 component-base/config/v1alpha1/defaults.go. */
export const LEADER_ELECTION: LeaderElectionSpec = { lease: 15 * SECOND, renewDeadline: 10 * SECOND, retry: 2 * SECOND, candidates: 1 }

/** Beyond every horizon [µs]. */
const FOREVER: Time = 1e15
/** A candidate's wait between two looks is longer by up to this factor. */
const JITTER = 1.2

/** What the components need of the run. */
export interface ComponentsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly input: { readonly leaderElection?: LeaderElectionSpec }
}

/** Components with a leader. */
const LED = ['controllers', 'scheduler'] as const

/** Called when the component goes down, or stays down for longer. */
export type DownListener = (until: Time) => void

export class Components {
  private readonly until: Record<ComponentName, Time> = { controllers: 0, scheduler: 0, 'api-server': 0 }
  private readonly listeners: Record<ComponentName, DownListener[]> = { controllers: [], scheduler: [], 'api-server': [] }
  private readonly simulator: Simulator
  private readonly draws: KeyedStream
  private elections = 0
  private readonly election: LeaderElectionSpec

  constructor({ simulator, streams, input }: ComponentsRun) {
    this.election = input.leaderElection ?? LEADER_ELECTION
    this.simulator = simulator
    this.draws = streams.keyed('leader election')
  }

  /** Registers who acts for a component. */
  whenDown(component: ComponentName, listener: DownListener): void {
    this.listeners[component].push(listener)
  }

  /** When the component acts again; in the past: it does. */
  downUntil(component: ComponentName): Time {
    return this.until[component]
  }

  /** The component is down for the duration. Without the API server nobody acts. */
  goesDown(component: ComponentName, duration: Time): void {
    const until = this.simulator.now + duration
    this.hold(component, until)
    if (component !== 'api-server') return
    const lost = duration > this.election.renewDeadline
    for (const other of LED) this.hold(other, until + (lost ? this.competes() : 0))
  }

  /**
   * Requests to the API server take `latency` for the duration. A client of leader election waits for half of the renew deadline: beyond that
   * no renewal succeeds, leaders give up after the deadline, and compete again when the server is healthy.
   */
  slowed(latency: Time, duration: Time): void {
    const { renewDeadline } = this.election
    if (latency <= renewDeadline / 2 || duration <= renewDeadline) return
    const { simulator } = this
    const healthy = simulator.now + Math.min(duration, FOREVER)
    simulator.call(simulator.now + renewDeadline, () => {
      for (const component of LED) this.hold(component, healthy + this.competes())
    })
  }

  /** The leader of the component crashes, and a candidate takes over; `release`: it gives its lease back. */
  failsOver(component: ComponentName, release = false): void {
    const renewed = release ? 0 : this.draw() * this.election.retry
    let taken = Infinity
    for (let i = 0; i < this.election.candidates; i++) taken = Math.min(taken, release ? this.draw() * this.look() : this.expires())
    this.hold(component, this.simulator.now + Math.max(0, Math.floor(taken - renewed)))
  }

  /** When a candidate takes over, from the last renewal on: it sees that, and then looks until it is older than the lease. */
  private expires(): Time {
    let waited = this.draw() * this.look()
    const seen = waited
    while (waited - seen < this.election.lease) waited += this.look()
    return waited
  }

  private look(): Time {
    return this.election.retry * (1 + JITTER * this.draw())
  }

  private competes(): Time {
    return Math.floor(this.draw() * this.election.retry)
  }

  private draw(): number {
    return this.draws.at(this.elections++, 0)
  }

  private hold(component: ComponentName, until: Time): void {
    if (until <= this.until[component]) return
    this.until[component] = until
    for (const listener of this.listeners[component]) listener(until)
  }
}
