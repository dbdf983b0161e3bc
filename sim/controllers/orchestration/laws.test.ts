/** Laws of controllers in runs, on random actions and faults; `check: true` asserts the conservation laws after every event. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import type { Action, ControllerSpec, EndpointSpec, Fault, Orchestration, Probes, SimulationInput, Version } from '../../input.ts'
import { ServerState } from '../../serving/servers.ts'
import { Simulation } from '../../simulation.ts'
import { slowCases } from '../../testing/cases.ts'
import { input, noDelays, pool, requests, service, shape } from '../../testing/input.ts'
import { limitsOf } from '../kubernetes/deployment-object.ts'

const SECOND = 1e6
const HORIZON = 900

const liveness = { initialDelay: 0, period: 5 * SECOND, timeout: SECOND, successThreshold: 1, failureThreshold: 2, answer: { work: 1000 } }

/** Without probes; with all of them; with those that a pod of one thread may fail under load. */
const probed: readonly (Probes | undefined)[] = [
  undefined,
  { startup: liveness, readiness: { ...liveness, successThreshold: 2 }, liveness },
  { liveness: { ...liveness, timeout: 50_000, failureThreshold: 1, grace: SECOND } },
]

const version = (name: string, start: number, probes?: Probes): Version => ({
  name,
  shape: shape({ cpu: 100 }),
  pull: SECOND,
  start: start * SECOND,
  ready: true,
  crashAfter: Infinity,
  slowness: 1,
  errors: 0,
  ...(probes === undefined
    ? {}
    : { probes, hangAfter: 70 * SECOND, memory: { base: 0, perRequest: 1, leak: 1, max: Infinity, limit: 150 } }),
})

const percent = fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`)
const count = fc.oneof(fc.integer({ min: 0, max: 4 }), percent)

const controllers: fc.Arbitrary<ControllerSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('deployment' as const),
    strategy: fc.oneof(
      fc.constant({ type: 'Recreate' as const }),
      fc.record({ type: fc.constant('RollingUpdate' as const), maxSurge: count, maxUnavailable: count }),
    ),
    minReady: fc.constantFrom(0, 5 * SECOND),
    progressDeadline: fc.constant(60 * SECOND),
    revisionHistory: fc.integer({ min: 0, max: 3 }),
    rollback: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('stateful-set' as const),
    podManagement: fc.constantFrom('OrderedReady' as const, 'Parallel' as const),
    updateStrategy: fc.constant('RollingUpdate' as const),
    partition: fc.integer({ min: 0, max: 2 }),
    minReady: fc.constant(0),
  }),
)

/** Times up to 600 s, so that what was begun can end before the horizon. */
const at = fc.integer({ min: 1, max: 600 }).map((seconds) => seconds * SECOND)
const nodes = fc.record({ count: fc.integer({ min: 1, max: 2 }) })
const rollouts: fc.Arbitrary<Action> = fc.record({
  at,
  kind: fc.constant('set-version' as const),
  workload: fc.constant(0),
  version: fc.integer({ min: 0, max: 2 }),
})
const scales: fc.Arbitrary<Action> = fc.record({
  at,
  kind: fc.constant('scale' as const),
  workload: fc.constant(0),
  replicas: fc.integer({ min: 0, max: 8 }),
})
const others: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ at, kind: fc.constantFrom('restart' as const, 'undo' as const), workload: fc.constant(0) }),
  fc.record({ at, kind: fc.constantFrom('drain' as const, 'cordon' as const, 'uncordon' as const), nodes }),
  fc.record({ at, kind: fc.constant('delete-pods' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
)
const lasting = fc.integer({ min: 1, max: 400 }).map((seconds) => seconds * SECOND)
const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    at,
    kind: fc.constantFrom('node-crash' as const, 'node-partition' as const),
    nodes,
    duration: lasting,
  }),
  fc.record({ at, kind: fc.constant('pod-crash' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ at, kind: fc.constant('controllers-down' as const), duration: fc.integer({ min: 1, max: 100 }).map((s) => s * SECOND) }),
  fc.record({
    at,
    kind: fc.constant('node-loss' as const),
    nodes: fc.constant({ count: 1 }),
    notice: fc.constantFrom(0, 30 * SECOND),
    replace: fc.boolean(),
  }),
  fc.record({ at, kind: fc.constant('node-freeze' as const), nodes, duration: lasting }),
  fc.record({ at, kind: fc.constant('node-slow' as const), nodes, factor: fc.integer({ min: 1, max: 20 }), duration: lasting }),
  fc.record({
    at,
    kind: fc.constant('node-network' as const),
    nodes,
    delay: fc.constantFrom(0, 50_000),
    loss: fc.constantFrom(0, 0.3, 1),
    duration: lasting,
  }),
  fc.record({ at, kind: fc.constant('no-capacity' as const), duration: lasting }),
  fc.record({ at, kind: fc.constant('node-crash' as const), nodes, shutdown: fc.constant(20 * SECOND), duration: lasting }),
  fc.record({
    every: fc.constant({ kind: 'exponential' as const, mean: 400 * SECOND }),
    kind: fc.constantFrom('node-crash' as const, 'node-partition' as const, 'node-freeze' as const),
    nodes: fc.constant({ count: Infinity }),
    duration: fc.constant({ kind: 'exponential' as const, mean: 60 * SECOND }),
  }),
  fc.record({
    every: fc.constant({ kind: 'exponential' as const, mean: 100 * SECOND }),
    kind: fc.constant('pod-crash' as const),
    workload: fc.constant(0),
    count: fc.integer({ min: 1, max: 2 }),
  }),
)

/** Requests to the API server that take time, and what each client may send. */
const clients = { controllers: { qps: 5, burst: 2 }, scheduler: { qps: 5, burst: 2 }, kubelets: { qps: 5, burst: 2 } }
const apis: fc.Arbitrary<Api> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Api>({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      apiServer: fc.record({
        latency: fc.record({ kind: fc.constant('exponential' as const), mean: fc.constantFrom(10_000, 500_000, 2 * SECOND) }),
        inFlight: fc.constantFrom(2, 600),
        fairness: fc.boolean(),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Api>({ apiClients: clients }) },
)

type Api = Pick<SimulationInput, 'apiServer' | 'apiClients'>

const endpoints = fc.constantFrom<(EndpointSpec | undefined)[]>(
  undefined,
  undefined,
  { terminating: true, notReady: false },
  { terminating: true, notReady: true },
)

interface Given {
  readonly controller: ControllerSpec
  readonly replicas: number
  readonly budget: boolean
  readonly actions: readonly Action[]
  readonly faults: readonly Fault[]
  readonly probes?: Probes | undefined
  /** Bounds of a quota of the namespace; absent: none. */
  readonly quota?: Readonly<Record<string, number>>
  readonly api?: Api
  readonly endpoints?: EndpointSpec | undefined
}

const anything = fc.record({
  controller: controllers,
  replicas: fc.integer({ min: 0, max: 8 }),
  budget: fc.boolean(),
  actions: fc.array(fc.oneof(rollouts, scales, others), { maxLength: 6 }),
  faults: fc.array(faults, { maxLength: 4 }),
  probes: fc.constantFrom(...probed),
  api: apis,
  endpoints,
})

/** Admission of pods that count for quotas of their namespace. */
const counted = { namespace: 'default', priorityClass: '', amounts: {}, unstated: [], bestEffort: false, terminating: false }
const admission = { ...counted, crossNamespace: false, stuckAfter: 10 * SECOND }

function simulation({
  controller,
  replicas,
  budget,
  actions,
  faults: broken,
  probes,
  quota,
  api = {},
  endpoints: rules,
}: Given): Simulation {
  const admitted = (one: Version): Version => (quota === undefined ? one : { ...one, shape: { ...one.shape, admission } })
  const orchestration: Orchestration = {
    workloads: [
      {
        workload: 0,
        controller,
        versions: [version('v1', 2, probes), version('v2', 3, probes), version('v3', 4, probes)].map(admitted),
        budget: budget ? { maxUnavailable: 1, unhealthyPods: 'IfHealthyBudget' } : null,
        toleration: 30 * SECOND,
      },
    ],
    actions,
    faults: broken,
    latency: 10_000,
    nodeGrace: 20 * SECOND,
  }
  const one = service({
    replicas,
    minReplicas: 0,
    grace: 5 * SECOND,
    preStop: SECOND,
    timeout: SECOND,
    requests: requests(5, { kind: 'exponential', mean: 20_000 }),
    ...(rules === undefined ? {} : { endpoints: rules }),
  })
  return new Simulation(
    input({
      pools: [pool(6, { cpu: 1000 })],
      services: [one],
      horizon: HORIZON * SECOND,
      delays: { ...noDelays, propagation: SECOND },
      orchestration,
      ...api,
      ...(quota === undefined
        ? {}
        : { admission: { quotas: [{ namespace: 'default', name: 'q', hard: quota, scopes: [] }], latency: 10_000 } }),
    }),
  )
}

describe('controllers in runs', () => {
  it('whatever is done and breaks: requests, pods and nodes are conserved, and the pods that run are those that are wanted in the end', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const run = simulation(given)
        run.run() // throws when a law is broken
        const { cluster, replicaSets } = run.parts
        const { pods, nodes: rows } = cluster.view
        const wanted = replicaSets.desired[0]
        const up = replicaSets.podsOf(0)
        const lost =
          given.faults.some((fault) => fault.kind.startsWith('node') || 'every' in fault) ||
          given.actions.some(({ kind }) => kind === 'drain' || kind === 'cordon')
        if (!lost && given.controller.kind === 'deployment') {
          expect(up).toHaveLength(wanted)
          if (given.probes === undefined) for (const pod of up) expect(pods.phase[pod]).toBe(PodPhase.Ready)
        }
        for (const pod of up) if (pods.node[pod] >= 0) expect(rows.state[pods.node[pod]]).not.toBe(NodeState.Gone)
      }),
      { numRuns: slowCases(100), seed: 9 },
    )
  })

  it('nothing is left when everything is deleted: room on nodes, CPU demand, servers, endpoints of every balancer', () => {
    // What breaks is over before the horizon, so that every node answers in the end.
    const passing = faults.filter((fault) => !('every' in fault) && (!('duration' in fault) || (fault.duration as number) <= 200 * SECOND))
    fc.assert(
      fc.property(anything, fc.array(passing, { maxLength: 4 }), (given, broken) => {
        const remove: Action = { at: 650 * SECOND, kind: 'delete', workload: 0, cascade: 'background' }
        const run = simulation({ ...given, actions: [...given.actions, remove], faults: broken })
        run.run()
        const { cluster, servers, shares, network } = run.parts
        expect(cluster.created).toBe(cluster.gone)
        const { nodes: rows } = cluster.view
        for (let node = 0; node < rows.count; node++) {
          expect(rows.podCount[node]).toBe(0)
          expect(shares.demandOn(node)).toBe(0)
          for (const [resource, free] of cluster.nodes.free.entries()) expect(free[node]).toBe(cluster.nodes.capacity[resource][node])
        }
        expect([...servers.state].filter((state) => state !== ServerState.Free)).toEqual([])
        expect(servers.listedOf(0)).toEqual({ count: 0, weight: 0 })
        for (const instances of network.instancesOf) for (const { slots } of instances) expect(slots.size).toBe(0)
      }),
      { numRuns: slowCases(100), seed: 9 },
    )
  })

  it('whatever is done and breaks: no quota is exceeded, and what it counts is what exists', () => {
    const bounded = fc.record({
      given: anything,
      quota: fc.record({
        pods: fc.integer({ min: 0, max: 8 }),
        'count/pods': fc.integer({ min: 4, max: 9 }),
        'requests.cpu': fc.constant(700),
      }),
    })
    fc.assert(
      fc.property(bounded, ({ given, quota }) => {
        const run = simulation({ ...given, quota })
        run.run() // throws when the quota is exceeded or counts wrongly, at any event
        expect(run.parts.replicaSets.podsOf(0).length).toBeLessThanOrEqual(7)
      }),
      { numRuns: slowCases(30), seed: 9 },
    )
  })

  it('a rollout alone never has more pods than replicas + surge, nor fewer available ones than replicas - unavailable', () => {
    const rolled = fc.record({
      replicas: fc.integer({ min: 1, max: 8 }),
      maxSurge: count,
      maxUnavailable: count,
      to: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }),
      api: apis,
    })
    fc.assert(
      fc.property(rolled, ({ replicas, maxSurge, maxUnavailable, to, api }) => {
        const strategy = { type: 'RollingUpdate', maxSurge, maxUnavailable } as const
        const controller = {
          kind: 'deployment',
          strategy,
          minReady: 0,
          progressDeadline: Infinity,
          revisionHistory: 2,
          rollback: false,
        } as const
        const actions = to.map((row, i): Action => ({ at: (10 + 100 * i) * SECOND, kind: 'set-version', workload: 0, version: row }))
        const run = simulation({ controller, replicas, budget: false, actions, faults: [], api })
        const { surge, unavailable } = limitsOf({ replicas, strategy })
        let most = 0
        let fewest = Infinity
        const { simulator, replicaSets, cluster, times } = run.parts
        simulator.afterEvent = () => {
          const up = replicaSets.podsOf(0)
          if (simulator.now <= times.origin || up.length === 0) return
          const ready = up.filter((pod) => cluster.view.pods.phase[pod] === PodPhase.Ready).length
          most = Math.max(most, up.length)
          fewest = Math.min(fewest, ready)
        }
        run.run()
        // A Deployment bounds the sizes of its ReplicaSets. Where requests take time, the new set creates pods while deletions of the old set's
        // are under way, at most all of them: as in the real system, where one set does not wait for another.
        const leaving = Object.keys(api).length === 0 ? 0 : replicas
        expect(most).toBeGreaterThanOrEqual(replicas)
        expect(most).toBeLessThanOrEqual(replicas + surge + leaving)
        expect(fewest).toBeGreaterThanOrEqual(replicas - unavailable)
      }),
      { numRuns: slowCases(100), seed: 9 },
    )
  })

  it('drains under a budget never leave fewer healthy pods than it demands', () => {
    const drains = fc.record({
      replicas: fc.integer({ min: 2, max: 8 }),
      actions: fc.array(fc.record({ at, kind: fc.constantFrom('drain' as const, 'uncordon' as const), nodes }), {
        minLength: 1,
        maxLength: 5,
      }),
    })
    const strategy = { type: 'RollingUpdate', maxSurge: 1, maxUnavailable: 0 } as const
    const controller = {
      kind: 'deployment',
      strategy,
      minReady: 0,
      progressDeadline: Infinity,
      revisionHistory: 2,
      rollback: false,
    } as const
    fc.assert(
      fc.property(drains, ({ replicas, actions }) => {
        const run = simulation({ controller, replicas, budget: true, actions, faults: [] })
        let fewest = Infinity
        const { simulator, replicaSets, cluster, times } = run.parts
        simulator.afterEvent = () => {
          if (simulator.now <= times.origin) return
          fewest = Math.min(fewest, replicaSets.podsOf(0).filter((pod) => cluster.view.pods.phase[pod] === PodPhase.Ready).length)
        }
        run.run()
        expect(fewest).toBeLessThanOrEqual(replicas)
        expect(fewest).toBeGreaterThanOrEqual(replicas - 1)
      }),
      { numRuns: slowCases(100), seed: 9 },
    )
  })
})
