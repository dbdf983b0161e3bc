/** Quotas in runs: what controllers do when the API server refuses a pod, and when amounts are free again. */
import { describe, expect, it } from 'vitest'
import type { ControllerSpec, PodShape, PodSource, QuotaSpec } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { input, shape } from '../../testing/input.ts'
import { at, deployment, SECOND, simulate, statefulSet, version } from '../orchestration/runs.fixture.ts'
import { Quota } from './quota.ts'

const admitted = (partial: Partial<NonNullable<PodShape['admission']>> = {}): PodShape => ({
  ...shape({ cpu: 100 }),
  admission: {
    namespace: 'shop',
    priorityClass: '',
    amounts: {},
    unstated: [],
    bestEffort: false,
    terminating: false,
    crossNamespace: false,
    stuckAfter: 0,
    ...partial,
  },
})
const quota = (hard: QuotaSpec['hard'], partial: Partial<QuotaSpec> = {}): QuotaSpec => ({
  namespace: 'shop',
  name: 'compute',
  hard,
  scopes: [],
  ...partial,
})
const bounded = (hard: QuotaSpec['hard'], given: Parameters<typeof simulate>[0] = {}, one = admitted()) =>
  simulate({
    versions: [version('v1', { shape: one }), version('v2', { shape: one })],
    ...given,
    service: { shape: one, ...given.service },
    run: { check: true, admission: { quotas: [quota(hard)], latency: 0 }, ...given.run },
  })
const podsOf = ({ parts }: ReturnType<typeof simulate>): number => parts.replicaSets.podsOf(0).length

describe('a quota in a run', () => {
  it('for 6 of 20 pods lets 1, 2 and 3 of the third batch of 4 through, of which one is refused', () => {
    const run = bounded({ pods: 6 }, { service: { replicas: 20 }, run: { horizon: 1 } })
    expect(podsOf(run)).toBe(6)
    expect(run['quota-refusals']).toBeGreaterThan(0)
    expect(run['quota-usage']).toBe(100)
  })

  it('refuses the surge of a rollout, which goes on with what is allowed to be unavailable', () => {
    const rollout = { actions: [at(10, { kind: 'set-version', workload: 0, version: 1 })] }
    const run = bounded({ 'requests.cpu': 1000 }, rollout)
    expect(run['rollouts-unfinished']).toBe(0)
    expect(run['quota-refusals']).toBeGreaterThan(0)
    const stuck = bounded(
      { 'requests.cpu': 1000 },
      {
        ...rollout,
        controller: deployment({ strategy: { type: 'RollingUpdate', maxSurge: 1, maxUnavailable: 0 } }),
      },
    )
    expect(stuck['rollouts-unfinished']).toBe(1)
    expect(podsOf(stuck)).toBe(10)
  })

  it.each<[string, ControllerSpec | undefined]>([
    ['Deployment', undefined],
    ['StatefulSet', statefulSet],
    ['StatefulSet in parallel', { ...statefulSet, podManagement: 'Parallel' } as ControllerSpec],
    ['DaemonSet', { kind: 'daemon-set', updateStrategy: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1, minReady: 0 }],
  ])('bounds the pods of a %s, which retries with back-off', (_, controller) => {
    const run = bounded({ pods: 3 }, { ...(controller === undefined ? {} : { controller }) })
    expect(podsOf(run)).toBe(3)
    // 5 ms doubled up to 1,000 s: at most 18 waits in 1,200 s and the syncs that three pods cause, each with a batch of at most 4.
    expect(run['quota-refusals']).toBeLessThan(100)
  })

  it('is not freed while the controllers are down, since their quota controller counts what is gone', () => {
    const down = { faults: [at(50, { kind: 'controllers-down', duration: 300 * SECOND })] }
    const actions = [at(60, { kind: 'delete-pods', workload: 0, count: 2 })]
    const run = bounded({ pods: 10 }, { actions, ...down, run: { horizon: 200 * SECOND } })
    expect(run.parts.admission!.quotas[0].used).toEqual([10])
    expect(run.parts.admission!.quotas[0].live).toEqual([8])
  })

  it('counts a pod on a silent node no more when its grace has passed twice, at the next full count', () => {
    const faults = [at(10, { kind: 'node-crash', nodes: { count: 1 }, duration: Infinity })]
    const given = { faults, service: { replicas: 5, grace: 30 * SECOND }, versions: undefined }
    const run = bounded({ pods: 5 }, { faults, service: given.service }, admitted({ stuckAfter: 60 * SECOND }))
    // Silent from 10 s, tainted 50 s later, deletion requested after 300 s, expired 60 s later; full counts at 300, 600 ... s.
    expect(podsOf(run)).toBe(5)
    expect(run['quota-refusals']).toBeGreaterThan(0)
  })

  it('refuses pods that do not state what it bounds, and those outside of a limit range', () => {
    const unstated = bounded({ 'limits.cpu': 100_000 }, {}, admitted({ unstated: ['limits.cpu'] }))
    expect(podsOf(unstated)).toBe(0)
    const outside = bounded({}, {}, admitted({ outside: 'container main has a cpu limit of 2, more than the max 1' }))
    expect([podsOf(outside), outside['quota-refusals']]).toEqual([0, 0])
    expect(outside['limit-range-refusals']).toBeGreaterThan(0)
  })
})

describe('pods of a background source', () => {
  it('that are refused keep their requested times until they are created', () => {
    // A quota of one pod: the second and third wait. They are created when the row of the source is another one.
    const times = [50, 60, 70].map((seconds) => seconds * SECOND)
    const source = (): PodSource => {
      let row = -1
      return {
        next: () => (++row < times.length ? (row + 1) * SECOND : Infinity),
        shape: 0,
        shapes: [admitted()],
        duration: 20 * SECOND,
        get requested() {
          return times[row]
        },
        meanDuration: 0,
        stationary: false,
        notes: [],
      }
    }
    const simulation = new Simulation(
      input({
        horizon: 200 * SECOND,
        admission: { quotas: [quota({ pods: 1 })], latency: 0 },
        background: [{ name: 'refused', pods: source }],
      }),
    )
    const { cluster, simulator } = simulation.parts
    const seen = new Set<number>()
    simulator.afterEvent = () => cluster.view.pods.requested.forEach((time) => seen.add(time))
    simulation.run()
    expect([...seen].filter((time) => time > 0)).toEqual(times)
  })
})

describe('the scopes of a quota', () => {
  it.each([
    [{ scope: 'BestEffort', operator: 'Exists', values: [] }, { bestEffort: true }, {}],
    [{ scope: 'NotBestEffort', operator: 'Exists', values: [] }, {}, { bestEffort: true }],
    [{ scope: 'Terminating', operator: 'Exists', values: [] }, { terminating: true }, {}],
    [{ scope: 'NotTerminating', operator: 'Exists', values: [] }, {}, { terminating: true }],
    [{ scope: 'PriorityClass', operator: 'In', values: ['high'] }, { priorityClass: 'high' }, { priorityClass: 'low' }],
    [{ scope: 'PriorityClass', operator: 'NotIn', values: ['high'] }, {}, { priorityClass: 'high' }],
    [{ scope: 'PriorityClass', operator: 'Exists', values: [] }, { priorityClass: 'low' }, {}],
    [{ scope: 'PriorityClass', operator: 'DoesNotExist', values: [] }, {}, { priorityClass: 'low' }],
    [{ scope: 'CrossNamespacePodAffinity', operator: 'Exists', values: [] }, { crossNamespace: true }, {}],
  ] as const)('%o', (scope, inside, outside) => {
    const scoped = new Quota(quota({ pods: 1 }, { scopes: [scope] }))
    expect(scoped.counts(admitted(inside).admission!)).toBe(true)
    expect(scoped.counts(admitted(outside).admission!)).toBe(false)
  })
})
