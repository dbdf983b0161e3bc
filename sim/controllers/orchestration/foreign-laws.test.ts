/** Laws of the controllers of Swarm, ECS and Marathon in runs, on random actions and faults; `check: true` asserts the conservation laws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import type { Action, ControllerSpec, Fault, Orchestration, Version } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { slowCases } from '../../testing/cases.ts'
import { input, noDelays, pool, requests, service, shape } from '../../testing/input.ts'
import { boundsOf } from '../ecs/deployment.ts'
import { restartStrategy } from '../mesos/upgrade.ts'
import type { OrchestratorName } from './spec.ts'

const SECOND = 1e6
const HORIZON = 1500

const version = (name: string, start: number, partial: Partial<Version> = {}): Version => ({
  name,
  shape: shape({ cpu: 100 }),
  pull: SECOND,
  start: start * SECOND,
  ready: true,
  crashAfter: Infinity,
  slowness: 1,
  errors: 0,
  ...partial,
})
const VERSIONS = [
  version('v1', 2),
  version('v2', 3),
  version('crashes', 1, { crashAfter: 4 * SECOND }),
  version('missing', 1, { pullFails: true }),
]

const seconds = (from: number, to: number) => fc.integer({ min: from, max: to }).map((n) => n * SECOND)

const update = fc.record({
  parallelism: fc.integer({ min: 0, max: 3 }),
  delay: fc.constantFrom(0, 7 * SECOND),
  failureAction: fc.constantFrom('pause' as const, 'continue' as const, 'rollback' as const),
  monitor: fc.constantFrom(0, 5 * SECOND),
  maxFailureRatio: fc.constantFrom(0, 0.5),
  order: fc.constantFrom('stop-first' as const, 'start-first' as const),
})
const swarm: fc.Arbitrary<ControllerSpec> = fc.record({
  kind: fc.constant('swarm-service' as const),
  mode: fc.constantFrom('replicated' as const, 'replicated' as const, 'global' as const),
  update,
  rollback: update,
  restart: fc.record({
    condition: fc.constant('any' as const),
    delay: fc.constantFrom(0, 5 * SECOND),
    maxAttempts: fc.constant(Infinity),
    window: fc.constant(0),
  }),
  health: fc.constant({ retries: 3, startPeriod: 0 }),
})
const ecs: fc.Arbitrary<ControllerSpec> = fc.record({
  kind: fc.constant('ecs-service' as const),
  scheduling: fc.constantFrom('REPLICA' as const, 'REPLICA' as const, 'DAEMON' as const),
  minimumHealthyPercent: fc.constantFrom(0, 50, 100),
  maximumPercent: fc.constantFrom(100, 150, 200),
  breaker: fc.record({
    enable: fc.boolean(),
    rollback: fc.boolean(),
    resetOnHealthyTask: fc.boolean(),
    threshold: fc.constant({ type: 'BOUNDED_PERCENT' as const, value: 50 }),
  }),
  loadBalancer: fc.boolean(),
  healthCheckGrace: fc.constant(0),
  unhealthyThreshold: fc.constant(2),
})
const mesos: fc.Arbitrary<ControllerSpec> = fc.record({
  kind: fc.constant('marathon-app' as const),
  minimumHealthCapacity: fc.constantFrom(0, 0.5, 1),
  maximumOverCapacity: fc.constantFrom(0, 0.3, 1),
  backOff: fc.constant({ first: SECOND, factor: 1.15, max: 20 * SECOND }),
  unreachable: fc.constantFrom({ inactiveAfter: 0, expungeAfter: 0 }, { inactiveAfter: 0, expungeAfter: 60 * SECOND }),
  killSelection: fc.constantFrom('YOUNGEST_FIRST' as const, 'OLDEST_FIRST' as const),
  health: fc.constant({ maxConsecutiveFailures: 3, grace: 10 * SECOND }),
})
const CONTROLLERS = { swarm, ecs, mesos } as const

const at = seconds(1, 600)
const nodes = fc.record({ count: fc.integer({ min: 1, max: 2 }) })
const rollout = (last: number): fc.Arbitrary<Action> =>
  fc.record({ at, kind: fc.constant('set-version' as const), workload: fc.constant(0), version: fc.integer({ min: 0, max: last }) })
const others: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ at, kind: fc.constantFrom('restart' as const, 'undo' as const), workload: fc.constant(0) }),
  fc.record({ at, kind: fc.constantFrom('drain' as const, 'cordon' as const, 'uncordon' as const), nodes }),
  fc.record({ at, kind: fc.constant('delete-pods' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
)
const scales: fc.Arbitrary<Action> = fc.record({
  ...{ at, kind: fc.constant('scale' as const), workload: fc.constant(0) },
  replicas: fc.integer({ min: 0, max: 8 }),
})
const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ at, kind: fc.constantFrom('node-crash' as const, 'node-partition' as const), nodes, duration: seconds(1, 400) }),
  fc.record({ at, kind: fc.constant('pod-crash' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ at, kind: fc.constant('controllers-down' as const), duration: seconds(1, 100) }),
  fc.record({ at, kind: fc.constant('node-loss' as const), nodes: fc.constant({ count: 1 }) }),
)

interface Given {
  readonly controller: ControllerSpec
  readonly replicas: number
  readonly actions: readonly Action[]
  readonly faults: readonly Fault[]
}

function simulation(orchestrator: OrchestratorName, { controller, replicas, actions, faults: broken }: Given, probe = 0): Simulation {
  const orchestration: Orchestration = {
    orchestrator,
    workloads: [{ workload: 0, controller, versions: VERSIONS, budget: null, toleration: Infinity }],
    actions,
    faults: broken,
    latency: 10_000,
    nodeGrace: 20 * SECOND,
  }
  const one = service({
    ...{ replicas, minReplicas: 0, grace: 5 * SECOND, preStop: SECOND, timeout: SECOND, probe },
    requests: requests(5, { kind: 'exponential', mean: 20_000 }),
  })
  return new Simulation(
    input({
      pools: [pool(6, { cpu: 1000 })],
      services: [one],
      horizon: HORIZON * SECOND,
      delays: { ...noDelays, propagation: SECOND },
      orchestration,
    }),
  )
}

const isPerNode = (controller: ControllerSpec): boolean =>
  ('mode' in controller && controller.mode === 'global') || ('scheduling' in controller && controller.scheduling === 'DAEMON')

describe.each(['swarm', 'ecs', 'mesos'] as const)('%s in runs', (orchestrator) => {
  it('whatever is done and breaks: requests, pods and nodes are conserved, and the pods that run are those that are wanted in the end', () => {
    const controllers = CONTROLLERS[orchestrator]
    const anything = controllers.chain((controller) =>
      fc.record({
        controller: fc.constant(controller),
        replicas: fc.integer({ min: 0, max: 8 }),
        actions: fc.array(fc.oneof(rollout(3), others, ...(isPerNode(controller) ? [] : [scales])), { maxLength: 6 }),
        faults: fc.array(faults, { maxLength: 4 }),
      }),
    )
    fc.assert(
      fc.property(anything, (given) => {
        const run = simulation(orchestrator, given)
        run.run() // throws when a law is broken
        const { cluster, replicaSets } = run.parts
        const { pods, nodes: rows } = cluster.view
        const up = replicaSets.podsOf(0)
        const bad = given.actions.some((one) => one.kind === 'set-version' && one.version > 1)
        const lost =
          given.faults.some(({ kind }) => kind.startsWith('node')) ||
          given.actions.some(({ kind }) => kind === 'drain' || kind === 'cordon')
        if (!lost && !bad && !stuck(given)) {
          expect(up).toHaveLength(replicaSets.desired[0])
          for (const pod of up) expect(pods.phase[pod]).toBe(PodPhase.Ready)
        }
        for (const pod of up) if (pods.node[pod] >= 0) expect(rows.state[pods.node[pod]]).not.toBe(NodeState.Gone)
      }),
      { numRuns: slowCases(100), seed: 9 },
    )
  })
})

/** Bounds of an ECS service that allow neither to start nor to stop a task. */
function stuck({ controller, replicas, actions }: Given): boolean {
  if (controller.kind !== 'ecs-service') return false
  const sizes = [replicas, 6, ...actions.flatMap((one) => (one.kind === 'scale' ? [one.replicas] : []))]
  return sizes.some((size) => {
    const { least, most } = boundsOf(size, controller.minimumHealthyPercent, controller.maximumPercent)
    return least >= most
  })
}

/** Most tasks that exist besides those that stop, and fewest that are ready, over a run. */
function extremes(run: Simulation): { most: number; fewest: number } {
  const found = { most: 0, fewest: Infinity }
  const { simulator, replicaSets, cluster, times } = run.parts
  simulator.afterEvent = () => {
    const up = replicaSets.podsOf(0)
    if (simulator.now <= times.origin + SECOND) return
    found.most = Math.max(found.most, up.length)
    found.fewest = Math.min(found.fewest, up.filter((pod) => cluster.view.pods.phase[pod] === PodPhase.Ready).length)
  }
  run.run()
  return found
}

describe('rollouts alone', () => {
  const rolled = { replicas: fc.integer({ min: 1, max: 8 }), to: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 3 }) }
  const script = (to: readonly number[]) =>
    to.map((row, i): Action => ({ at: (10 + 300 * i) * SECOND, kind: 'set-version', workload: 0, version: row }))

  it('ECS: never more tasks than maximumPercent, nor fewer healthy ones than minimumHealthyPercent', () => {
    fc.assert(
      fc.property(fc.record({ ...rolled, controller: ecs }), ({ replicas, to, controller }) => {
        if (controller.kind !== 'ecs-service' || controller.scheduling === 'DAEMON') return
        const { most, fewest } = extremes(simulation('ecs', { controller, replicas, actions: script(to), faults: [] }))
        const bounds = boundsOf(replicas, controller.minimumHealthyPercent, controller.maximumPercent)
        expect(most).toBeLessThanOrEqual(bounds.most)
        expect(fewest).toBeGreaterThanOrEqual(bounds.least)
      }),
      { numRuns: slowCases(60), seed: 9 },
    )
  })

  it('Marathon: never more instances than n × (1 + maximumOverCapacity), nor fewer healthy ones than n × minimumHealthCapacity', () => {
    fc.assert(
      fc.property(fc.record({ ...rolled, controller: mesos }), ({ replicas, to, controller }) => {
        if (controller.kind !== 'marathon-app') return
        const { most, fewest } = extremes(simulation('mesos', { controller, replicas, actions: script(to), faults: [] }, SECOND))
        const bounds = restartStrategy(replicas, controller, { present: replicas, healthy: replicas })
        expect(most).toBeLessThanOrEqual(bounds.maxCapacity)
        expect(fewest).toBeGreaterThanOrEqual(bounds.minHealthy)
      }),
      { numRuns: slowCases(60), seed: 9 },
    )
  })

  it('Swarm: at most parallelism slots are without a running task (stop-first), or have two tasks (start-first)', () => {
    fc.assert(
      fc.property(fc.record({ ...rolled, controller: swarm }), ({ replicas, to, controller }) => {
        if (controller.kind !== 'swarm-service' || controller.mode === 'global') return
        const { parallelism, order } = controller.update
        const atOnce = parallelism === 0 ? replicas : Math.min(replicas, parallelism)
        const { most, fewest } = extremes(simulation('swarm', { controller, replicas, actions: script(to), faults: [] }))
        expect(most).toBeLessThanOrEqual(replicas + (order === 'start-first' ? atOnce : 0))
        expect(fewest).toBeGreaterThanOrEqual(replicas - (order === 'stop-first' ? atOnce : 0))
      }),
      { numRuns: slowCases(60), seed: 9 },
    )
  })
})
