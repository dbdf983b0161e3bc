/** Carries out what breaks, whether it was scripted or drawn. */
import type { NodeId, PoolId, Time } from '../../common/ids.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import { distribution } from '../../random/distributions.ts'
import type { ApiServer } from '../api-server/api-server.ts'
import type { Components } from '../components.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { GrayFailures, type GrayFailuresRun } from './gray-failures.ts'
import type { NodeHealth } from './node-health.ts'
import type { Orchestrator } from './orchestrator.ts'
import type { Breakage, Duration } from './spec.ts'

/** What faults need of the run. */
export interface FaultsRun extends GrayFailuresRun {
  readonly nodes: NodeLifecycle
  readonly components: Components
  /** Null: it answers at once. */
  readonly apiServer: ApiServer | null
  readonly changes: ChangeRecorder
}

/** A fault on nodes. */
export type NodeFault = Extract<Breakage, { readonly nodes: unknown }>
/** Any other fault. */
export type OtherFault = Exclude<Breakage, NodeFault>

/** The uniforms of one failure: of its duration, and of the pods that it hits (0: the oldest). */
export interface FaultDraws {
  readonly duration: number
  readonly victim: number
}

/** A duration [whole µs] from its uniform. */
export function lengthOf(duration: Duration, u: number): Time {
  return typeof duration === 'number' ? duration : Math.max(1, Math.round(distribution(duration).quantile(u)))
}

const COMPONENTS = { 'controllers-down': 'controllers', 'scheduler-down': 'scheduler', 'api-server-down': 'api-server' } as const

export class Faults {
  private readonly gray: GrayFailures
  private readonly run: FaultsRun
  private readonly orchestrator: Orchestrator
  private readonly health: NodeHealth

  constructor(run: FaultsRun, orchestrator: Orchestrator, health: NodeHealth) {
    this.run = run
    this.orchestrator = orchestrator
    this.health = health
    this.gray = new GrayFailures(run)
  }

  /** Ready or cordoned, broken or not, and not lost for good. */
  isInUse(node: NodeId): boolean {
    return this.health.isInUse(node)
  }

  /** It happens to one node now; returns for how long, Infinity when for good. */
  onNode(fault: NodeFault, node: NodeId, u: number): Time {
    const { health } = this
    if (fault.kind === 'node-loss') {
      this.loses(fault, node)
      return Infinity
    }
    const duration = lengthOf(fault.duration, u)
    switch (fault.kind) {
      case 'node-crash':
        this.crashes(node, duration, fault.shutdown ?? 0)
        return duration + (fault.shutdown ?? 0)
      case 'node-partition':
        health.breaks(node, false, duration)
        return duration
      case 'node-freeze':
        health.breaks(node, false, duration)
        this.gray.slows(node, Infinity, duration)
        return duration
      case 'node-slow':
        this.gray.slows(node, fault.factor, duration)
        return duration
      case 'node-network':
        this.gray.impairs(node, fault, duration)
        return duration
    }
  }

  private crashes(node: NodeId, duration: Time, shutdown: Time): void {
    const { health, run } = this
    if (shutdown === 0) {
      health.breaks(node, true, duration)
      return
    }
    health.shutsDown(node)
    run.simulator.call(run.simulator.now + shutdown, () => {
      if (health.isInUse(node)) health.breaks(node, true, duration)
    })
  }

  private loses({ notice = 0, replace = false }: Extract<NodeFault, { kind: 'node-loss' }>, node: NodeId): void {
    const { simulator, nodes } = this.run
    const gone = (): void => {
      if (!this.health.isInUse(node)) return
      if (replace) nodes.replace(node)
      this.health.loses(node)
    }
    if (notice === 0) {
      gone()
      return
    }
    nodes.cordon(node, 'lost')
    this.orchestrator.drains.drain(node)
    simulator.call(simulator.now + notice, gone)
  }

  /** It happens now; returns for how long. */
  elsewhere(fault: OtherFault, { duration: u, victim }: FaultDraws): Time {
    const { orchestrator, run } = this
    switch (fault.kind) {
      case 'pod-crash': {
        const { pods } = orchestrator.setOf(fault.workload)
        const first = Math.floor(victim * Math.max(0, pods.pods.length - fault.count + 1))
        for (const pod of pods.pods.slice(first, first + fault.count)) orchestrator.kubelets.exits(pod)
        return 0
      }
      case 'controllers-down':
      case 'scheduler-down':
      case 'api-server-down': {
        const duration = lengthOf(fault.duration, u)
        run.components.goesDown(COMPONENTS[fault.kind], duration)
        return duration
      }
      case 'api-server-slow':
      case 'api-server-load':
        return this.burdens(fault, lengthOf(fault.duration, u))
      case 'registry-down': {
        const duration = lengthOf(fault.duration, u)
        orchestrator.kubelets.images?.breaks(duration)
        return duration
      }
      case 'fail-over':
        run.components.failsOver(fault.component, fault.release)
        return run.components.downUntil(fault.component) - run.simulator.now
      case 'no-capacity': {
        const duration = lengthOf(fault.duration, u)
        for (const pool of this.poolsOf(fault.pool)) run.nodes.sellOut(pool, run.simulator.now + duration)
        return duration
      }
    }
  }

  private burdens(fault: Extract<OtherFault, { kind: 'api-server-slow' | 'api-server-load' }>, duration: Time): Time {
    const { apiServer, components, simulator } = this.run
    if (apiServer === null)
      throw new Error(`found ${fault.kind} with an API server that answers at once; accepted: a run with an apiServer`)
    const changes = fault.kind === 'api-server-slow' ? [fault.factor, 1 / fault.factor] : [fault.rate, -fault.rate]
    const change = (value: number): void => (fault.kind === 'api-server-slow' ? apiServer.slows(value) : apiServer.loads(value))
    change(changes[0])
    if (duration !== Infinity) simulator.call(simulator.now + duration, () => change(changes[1]))
    if (fault.kind === 'api-server-slow') components.slowed(apiServer.median, duration)
    return duration
  }

  private poolsOf(pool: PoolId | undefined): readonly PoolId[] {
    return pool === undefined ? this.run.nodes.pools.map((_, row) => row) : [pool]
  }
}
