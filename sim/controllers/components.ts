/**
 * The components of the control plane and for how long each is down: the controller manager, the scheduler, the API server. The data plane goes
 * on without them. Those who act for a component register here and hold what they would do.
 *
 * A component whose leader has crashed is taken over by a candidate when the lease has expired: the leader renews it every 2 s, and a candidate
 * looks every 2 to 4.4 s and waits until it has seen no renewal for 15 s. Without the API server no leader can renew its lease; after more than
 * 10 s all give up, and compete again when it is back. Source: client-go 0.34 tools/leaderelection/leaderelection.go.
 */
import type { Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'

/** What may be down. */
export type ComponentName = 'controllers' | 'scheduler' | 'api-server'

const SECOND: Time = 1_000_000
const LEASE: Time = 15 * SECOND
const RENEW_DEADLINE: Time = 10 * SECOND
const RETRY: Time = 2 * SECOND
/** A candidate's wait between two looks is longer by up to this factor. */
const JITTER = 1.2

/** What the components need of the run. */
export interface ComponentsRun {
  readonly simulator: Simulator
  readonly streams: Streams
}

/** Called when the component goes down, or stays down for longer. */
export type DownListener = (until: Time) => void

export class Components {
  private readonly until: Record<ComponentName, Time> = { controllers: 0, scheduler: 0, 'api-server': 0 }
  private readonly listeners: Record<ComponentName, DownListener[]> = { controllers: [], scheduler: [], 'api-server': [] }
  private readonly simulator: Simulator
  private readonly draws: KeyedStream
  private elections = 0

  constructor({ simulator, streams }: ComponentsRun) {
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
    for (const other of ['controllers', 'scheduler'] as const) {
      this.hold(other, until + (duration > RENEW_DEADLINE ? Math.floor(this.draw() * RETRY) : 0))
    }
  }

  /** The leader of the component crashes, and a candidate takes over. */
  failsOver(component: ComponentName): void {
    const renewed = this.draw() * RETRY
    // When the candidate first sees the last renewal, and then looks until it is older than the lease.
    let waited = this.draw() * this.look()
    const seen = waited
    while (waited - seen < LEASE) waited += this.look()
    this.hold(component, this.simulator.now + Math.max(0, Math.floor(waited - renewed)))
  }

  private look(): Time {
    return RETRY * (1 + JITTER * this.draw())
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
