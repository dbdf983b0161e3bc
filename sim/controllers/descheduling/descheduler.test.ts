/**
 * Plugins of the descheduler against the cases of its own unit tests (sigs.k8s.io/descheduler pkg/framework/plugins, the name of the case in the
 * title), limits and checks by hand, and a whole run.
 */
import { describe, expect, it } from 'vitest'
import type { SpreadConstraint } from '../../cluster/rules.ts'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import { schedulers } from '../../scheduling/index.ts'
import { clusterOf, onNode, type LooseShape, type LooseTemplate } from '../../testing/cluster.ts'
import { choose } from '../../testing/input.ts'
import { SECOND, simulate } from '../orchestration/runs.fixture.ts'
import { removeDuplicates } from './duplicates.ts'
import { Evictor } from './evictor.ts'
import { highNodeUtilization, lowNodeUtilization } from './node-utilization.ts'
import type { DeschedulerSpec, EvictorSpec, HighNodeUtilization, LowNodeUtilization } from './spec.ts'
import { removeViolatingPods } from './topology-spread.ts'

/** A pod that stays whatever the checks, and equal pods of one controller. */
interface PodCase extends LooseShape {
  readonly node: number
  readonly count?: number
  readonly owner?: string | null
  readonly local?: boolean
  readonly terminating?: boolean
}

const CHECKS: EvictorSpec = {
  nodeFit: false,
  minReplicas: 0,
  minPodAge: 0,
  evictLocalStoragePods: false,
  evictSystemCriticalPods: false,
  ignorePvcPods: false,
  ignorePodsWithoutPDB: false,
}

interface Case {
  readonly nodes: readonly (LooseTemplate & { readonly cordoned?: boolean })[]
  readonly pods: readonly PodCase[]
  readonly checks?: Partial<EvictorSpec>
  readonly limits?: DeschedulerSpec['limits']
  /** Pods, by number, that a budget protects. */
  readonly protected?: readonly number[]
}

/** Numbers of the evicted pods, in order. */
function evictedBy(
  { nodes, pods, checks = {}, limits = {}, protected: kept = [] }: Case,
  plugin: (nodes: number[], evictor: Evictor) => void,
) {
  const builder = clusterOf()
  for (const { cordoned: _, ...one } of nodes) builder.node(one)
  const flat = pods.flatMap(({ count = 1, ...one }) => Array.from({ length: count }, () => one))
  for (const { node, owner: _o, local: _l, terminating: _t, ...shape } of flat) builder.pod(shape, onNode(node))
  const { cluster, nodes: rows, pods: ids } = builder.build()
  nodes.forEach(({ cordoned }, i) => {
    if (cordoned === true) cluster.setNodeState(rows[i], NodeState.Cordoned)
  })
  flat.forEach(({ terminating }, i) => {
    if (terminating === true) cluster.setPhase(ids[i], PodPhase.Terminating)
  })
  const evicted: number[] = []
  const facts = {
    controllerOf: (pod: number) => {
      const { owner = 'rs' } = flat[pod]
      return owner === null ? null : { kind: 'ReplicaSet', key: owner }
    },
    memoryLimitOf: () => Infinity,
    hasLocalStorage: (pod: number) => flat[pod].local === true,
    hasClaim: () => false,
    hasBudget: (pod: number) => kept.includes(pod),
    evict: (pod: number) => {
      if (kept.includes(pod)) return false
      evicted.push(pod)
      return true
    },
  }
  const evictor = new Evictor({ view: cluster.view, facts, now: () => 100 }, { evictor: { ...CHECKS, ...checks }, limits })
  evictor.begins()
  plugin(rows, evictor)
  return evicted
}

const low =
  (partial: Partial<LowNodeUtilization> = {}) =>
  (nodes: number[], evictor: Evictor) => {
    const spec = { kind: 'LowNodeUtilization', thresholds: { cpu: 30, pods: 30 }, targetThresholds: { cpu: 50, pods: 50 } } as const
    lowNodeUtilization({ ...spec, useDeviationThresholds: false, numberOfNodes: 0, excludedNamespaces: [], ...partial }, nodes, evictor)
  }

const high =
  (thresholds: Record<string, number>, partial: Partial<HighNodeUtilization> = {}) =>
  (nodes: number[], evictor: Evictor) =>
    highNodeUtilization(
      { kind: 'HighNodeUtilization', thresholds, numberOfNodes: 0, excludedNamespaces: [], onlyThresholdingResources: false, ...partial },
      nodes,
      evictor,
    )

const node = (partial: Case['nodes'][number] = {}) => ({ cpu: 4000, memory: 3000, pods: 10, ...partial })
const THREE = [node({ pods: 9 }), node(), node({ cordoned: true })]
const small: LooseShape = { cpu: 400, memory: 0 }
/** Of a DaemonSet; with local storage; of critical priority. */
const STAYING: readonly PodCase[] = [
  { node: 0, ...small, owner: null },
  { node: 0, ...small, local: true },
  { node: 0, ...small, priority: 2_000_000_000 },
]

describe('LowNodeUtilization', () => {
  const moved: readonly PodCase[] = [{ node: 0, ...small, count: 5 }, ...STAYING, { node: 1, ...small }]
  const named = (node: number, count: number): PodCase => ({ node, cpu: 0, memory: 0, count, resources: { foo: 1 } })
  const extended = { pods: 30, foo: 30 }
  it.each<[name: string, count: number, Case, Partial<LowNodeUtilization>?]>([
    ['no evictable pods', 0, { nodes: THREE, pods: [{ node: 0, ...small, owner: null, count: 4 }, ...STAYING, { node: 1, ...small }] }],
    ['without priorities', 4, { nodes: THREE, pods: moved }],
    ['without priorities, but only other node is unschedulable', 0, { nodes: [THREE[0], node({ cordoned: true })], pods: moved }],
    ['without priorities with node eviction limit', 2, { nodes: THREE, pods: moved }, { perNode: 2 }],
    ['without priorities, but excluding namespaces', 0, { nodes: THREE, pods: moved }, { excludedNamespaces: ['default'] }],
    [
      "without priorities, but only other node doesn't match pod node selector for p4 and p5",
      3,
      {
        nodes: [node({ pods: 9, labels: { datacenter: 'west' } }), node({ labels: { datacenter: 'east' } })],
        pods: [
          { node: 0, ...small, count: 3 },
          { node: 0, ...small, count: 2, nodeSelector: { datacenter: 'west' } },
          ...STAYING,
          { node: 1, cpu: 0, memory: 0 },
        ],
        checks: { nodeFit: true },
      },
    ],
    [
      'deviation thresholds',
      2,
      { nodes: THREE, pods: moved },
      { thresholds: { cpu: 5, pods: 5 }, targetThresholds: { cpu: 5, pods: 5 }, useDeviationThresholds: true },
    ],
    [
      'deviation thresholds and overevicting memory',
      0,
      {
        nodes: [node(), node(), node({ cordoned: true })],
        pods: [...moved.slice(0, -1).map((one) => ({ ...one, memory: 375 })), { node: 1, cpu: 400, memory: 3000 }],
      },
      { thresholds: { cpu: 5, pods: 5 }, targetThresholds: { cpu: 5, pods: 5 }, useDeviationThresholds: true },
    ],
    [
      'with extended resource',
      3,
      {
        nodes: [node({ pods: 9, resources: { foo: 8 } }), node({ resources: { foo: 8 } }), THREE[2]],
        pods: [named(0, 6), { ...named(0, 1), local: true }, { ...named(0, 1), owner: null }, named(1, 1)],
      },
      { thresholds: extended, targetThresholds: { pods: 50, foo: 50 } },
    ],
    [
      'with extended resource in some of nodes',
      0,
      { nodes: [node({ pods: 9, resources: { foo: 8 } }), node(), THREE[2]], pods: [named(0, 1), { node: 1, cpu: 0, memory: 0 }] },
      { thresholds: extended, targetThresholds: { pods: 50, foo: 50 } },
    ],
    [
      'No pod tolerates node taint',
      0,
      { nodes: [THREE[0], node({ taints: [{ key: 'k', value: '', effect: 'PreferNoSchedule' }] })], pods: moved },
    ],
    ['a budget forbids two: the next ones go', 3, { nodes: THREE, pods: moved, protected: [0, 1] }],
    ['at most one from each node', 1, { nodes: THREE, pods: moved, limits: { node: 1 } }],
    ['at most two altogether', 2, { nodes: THREE, pods: moved, limits: { total: 2 } }],
    ['at most three of a namespace', 3, { nodes: THREE, pods: moved, limits: { namespace: 3 } }],
    ['one node below is not more than numberOfNodes', 0, { nodes: THREE, pods: moved }, { numberOfNodes: 1 }],
    ['fewer replicas than minReplicas', 0, { nodes: THREE, pods: moved, checks: { minReplicas: 10 } }],
    ['younger than minPodAge', 0, { nodes: THREE, pods: moved, checks: { minPodAge: 101 } }],
    ['a priority at the threshold', 0, { nodes: THREE, pods: moved, checks: { priorityThreshold: 0 } }],
  ])('%s: %i', (_, count, given, spec) => {
    expect(evictedBy(given, low(spec))).toHaveLength(count)
  })

  it('takes lower priorities first, then BestEffort, then Burstable (with priorities; evicting best-effort pods only)', () => {
    const pods = [
      { node: 0, ...small, priority: 1 },
      { node: 0, ...small },
      { node: 0, ...small, priority: 1 },
      { node: 0, cpu: 0, memory: 0 },
      { node: 0, ...small },
    ]
    const order = evictedBy({ nodes: THREE, pods: [...pods, ...STAYING, { node: 1, ...small }] }, low())
    expect(order).toEqual([3, 1, 4, 0])
  })
})

describe('HighNodeUtilization', () => {
  const both = { cpu: 30, pods: 30 }
  it.each<[name: string, evicted: number[], Case, Record<string, number>, Partial<HighNodeUtilization>?]>([
    [
      'no node below threshold usage',
      [],
      { nodes: [node(), node(), node()], pods: [0, 1, 2].map((at) => ({ node: at, ...small, count: 3 })) },
      { cpu: 20, pods: 20 },
    ],
    [
      'no node to schedule evicted pods',
      [],
      {
        nodes: [node(), node(), node({ cordoned: true })],
        pods: [
          { node: 0, ...small },
          { node: 1, ...small },
          { node: 2, ...small, count: 3 },
        ],
      },
      { cpu: 20, pods: 20 },
    ],
    [
      'without priorities',
      [6, 0],
      {
        nodes: [node(), node(), node({ cordoned: true })],
        pods: [
          { node: 0, ...small },
          { node: 0, ...small, priority: 2_000_000_000 },
          { node: 1, ...small, count: 4 },
          { node: 2, ...small },
        ],
      },
      both,
    ],
    [
      'without priorities stop when resource capacity is depleted',
      [0],
      {
        nodes: [0, 1, 2].map((at) => node({ cpu: 2000, cordoned: at === 2 })),
        pods: [
          { node: 0, ...small },
          { node: 1, ...small, count: 4 },
          { node: 2, ...small },
        ],
      },
      both,
    ],
    [
      'with priorities',
      [0],
      {
        nodes: [node(), node({ cpu: 2000 }), node({ cpu: 2000, cordoned: true })],
        pods: [
          { node: 0, ...small },
          { node: 0, ...small, priority: 10_000 },
          { node: 1, ...small, count: 4 },
          { node: 2, ...small, owner: null },
        ],
      },
      { cpu: 30 },
    ],
    [
      'without priorities evicting best-effort pods only',
      [0],
      {
        nodes: [node({ cpu: 3000 }), node({ cpu: 3000, pods: 5 }), node({ cpu: 3000, cordoned: true })],
        pods: [
          { node: 0, cpu: 0, memory: 0 },
          { node: 0, ...small },
          { node: 1, ...small, count: 4 },
        ],
      },
      { cpu: 30 },
    ],
    [
      'with extended resource',
      [0, 1],
      {
        nodes: [node({ resources: { foo: 8 } }), node({ resources: { foo: 8 } }), node({ cordoned: true })],
        pods: [
          { node: 0, cpu: 100, memory: 0, resources: { foo: 1 }, count: 2 },
          { node: 1, cpu: 500, memory: 0, resources: { foo: 1 }, count: 4 },
        ],
      },
      { cpu: 20, foo: 40 },
    ],
    [
      'with extended resource in some of nodes',
      [],
      {
        nodes: [node({ resources: { foo: 8 } }), node(), node({ cordoned: true })],
        pods: [
          { node: 0, cpu: 100, memory: 0, resources: { foo: 1 }, count: 2 },
          { node: 1, cpu: 500, memory: 0, count: 4 },
        ],
      },
      { cpu: 40, foo: 40 },
    ],
    [
      'OnlyThresholdingResources spares a pod without a request',
      [1],
      {
        nodes: [node(), node()],
        pods: [
          { node: 0, cpu: 0, memory: 0 },
          { node: 0, ...small },
          { node: 1, ...small, count: 4 },
        ],
      },
      { cpu: 20 },
      { onlyThresholdingResources: true },
    ],
  ])('%s: pods %j', (_, evicted, given, thresholds, spec) => {
    expect(evictedBy(given, high(thresholds, spec))).toEqual(evicted)
  })
})

describe('RemoveDuplicates', () => {
  const spec = { kind: 'RemoveDuplicates', excludeOwnerKinds: [], namespaces: {} } as const
  const of = (counts: readonly number[], partial: LooseShape & { readonly owner?: string } = {}): PodCase[] =>
    counts.flatMap((count, at) => (count === 0 ? [] : [{ node: at, cpu: 100, memory: 0, count, ...partial }]))
  const image = (name: string): LooseShape => ({ rules: { images: [name] } })
  const nodes = (count: number, masters = 0, worker: LooseTemplate = {}, master: LooseTemplate = {}) => [
    ...Array.from({ length: count }, () => node(worker)),
    ...Array.from({ length: masters }, () => node(master)),
  ]
  const tainted = { taints: [{ key: 'master', value: '', effect: 'NoSchedule' }] } as const
  const selects = { nodeSelector: { worker: 'k' } }
  it.each<[name: string, count: number, Case, object?]>([
    ['Three pods in the `dev` Namespace, bound to same ReplicaSet', 1, { nodes: nodes(2), pods: of([3]) }],
    ['but ReplicaSet kind is excluded', 0, { nodes: nodes(2), pods: of([3]) }, { excludeOwnerKinds: ['ReplicaSet'] }],
    ['Evict pods uniformly', 2, { nodes: nodes(3), pods: of([5, 3, 1]) }],
    ['Evict pods uniformly with one node left out', 1, { nodes: nodes(2), pods: of([5, 3]) }],
    ['Evict pods uniformly with two replica sets', 4, { nodes: nodes(3), pods: [...of([5, 3, 1]), ...of([1, 3, 5], { owner: 'rs2' })] }],
    ['Evict pods with number of pods less than nodes', 1, { nodes: nodes(3), pods: of([2]) }],
    [
      'but ignore different pods with the same ownerref',
      1,
      { nodes: nodes(3), pods: ['foo', 'bar', 'baz', 'foo'].flatMap((name) => of([1], image(name))) },
    ],
    ['Evict pods with a single pod with three nodes', 0, { nodes: nodes(3), pods: of([1]) }],
    ['Evict pods uniformly respecting taints', 2, { nodes: nodes(3, 3, {}, tainted), pods: of([5, 3, 1]) }],
    ['Evict pods uniformly respecting node selector', 2, { nodes: nodes(3, 3, { labels: { worker: 'k' } }), pods: of([5, 3, 1], selects) }],
    [
      'Only node available is not schedulable, and nodeFit set to true',
      0,
      { nodes: [node(), node({ cordoned: true })], pods: of([3]), checks: { nodeFit: true } },
    ],
    [
      'Only node available does not have enough CPU, and nodeFit set to true',
      0,
      { nodes: [node(), node({ cpu: 50 })], pods: of([3]), checks: { nodeFit: true } },
    ],
    [
      'Only node available has enough CPU, and nodeFit set to true',
      1,
      { nodes: [node(), node()], pods: of([3]), checks: { nodeFit: true } },
    ],
  ])('%s: %i', (_, count, given, more) => {
    expect(evictedBy(given, (rows, evictor) => removeDuplicates({ ...spec, ...more }, rows, evictor))).toHaveLength(count)
  })
})

describe('RemovePodsViolatingTopologySpreadConstraint', () => {
  const constraint = (partial: Partial<SpreadConstraint> = {}): SpreadConstraint => ({
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { foo: 'bar' } },
    ...partial,
  })
  const spreading = (partial: Partial<SpreadConstraint> = {}, more: LooseShape = {}): LooseShape => ({
    cpu: 100,
    memory: 0,
    labels: { foo: 'bar' },
    rules: { topologySpreadConstraints: [constraint(partial)] },
    ...more,
  })
  const zones = (count: number, more: (at: number) => LooseTemplate = () => ({})) =>
    Array.from({ length: count }, (_, at) => node({ cpu: 20_000, pods: 110, labels: { zone: `zone${at}` }, ...more(at) }))
  const pods = (counts: readonly number[], shape = spreading()): PodCase[] =>
    counts.flatMap((count, at) => (count === 0 ? [] : [{ node: at, count, ...shape }]))
  const tainted = (effect: 'NoSchedule' | 'PreferNoSchedule') => (at: number) =>
    at === 1 ? { taints: [{ key: 'taint1', value: '', effect }] } : {}
  it.each<[name: string, count: number, Case, object?]>([
    ['sizes [2,1], maxSkew=1, move 0 pods', 0, { nodes: zones(2), pods: pods([2, 1]) }],
    ['sizes [3,1], maxSkew=1, move 1 pod to achieve [2,2]', 1, { nodes: zones(2), pods: pods([3, 1]) }],
    [
      'sizes [3,1] (soft constraints) that are not looked at',
      0,
      { nodes: zones(2), pods: pods([3, 1], spreading({ whenUnsatisfiable: 'ScheduleAnyway' })) },
    ],
    [
      'sizes [3,1] (both constraints)',
      1,
      { nodes: zones(2), pods: pods([3, 1], spreading({ whenUnsatisfiable: 'ScheduleAnyway' })) },
      { constraints: ['DoNotSchedule', 'ScheduleAnyway'] },
    ],
    ['sizes [3,1], no pods eligible, move 0 pods', 0, { nodes: zones(2), pods: pods([3, 1]).map((one) => ({ ...one, owner: null })) }],
    ['sizes [5,2], move 1 pod to achieve [4,3]', 1, { nodes: zones(2), pods: pods([5, 2]) }],
    ['sizes [4,0], move 2 pods to achieve [2,2]', 2, { nodes: zones(2), pods: pods([4, 0]) }],
    [
      "sizes [4,0], only move 1 pod since pods with nodeSelector and nodeAffinity aren't evicted",
      1,
      {
        nodes: zones(2),
        pods: [...pods([3, 0], spreading({}, { nodeSelector: { zone: 'zone0' } })), ...pods([1, 0])],
        checks: { nodeFit: true },
      },
    ],
    ['sizes [0,0,0,4,3,1], maxSkew=3, move 1 pod', 1, { nodes: zones(6), pods: pods([0, 0, 0, 4, 3, 1], spreading({ maxSkew: 3 })) }],
    ['sizes [0, 1, 100], move 66 pods to get [34, 33, 34]', 66, { nodes: zones(3), pods: pods([0, 1, 100]) }],
    ['sizes [0, 1, 3, 5], should move 3 to get [2, 2, 3, 2]', 3, { nodes: zones(4), pods: pods([0, 1, 3, 5]) }],
    ['size [2 6], maxSkew=2, should move 1 to get [3 5]', 1, { nodes: zones(2), pods: pods([2, 6], spreading({ maxSkew: 2 })) }],
    [
      "size [2 6], can't move any because node1 does not have enough CPU",
      0,
      { nodes: zones(2, (at) => (at === 0 ? { cpu: 200 } : {})), pods: pods([2, 6], spreading({ maxSkew: 2 })), checks: { nodeFit: true } },
    ],
    ['size [8 7 0], should move 5 to get [5 5 5]', 5, { nodes: zones(3), pods: pods([8, 7, 0]) }],
    ['size [5 5 5], should move 0 to retain [5 5 5]', 0, { nodes: zones(3), pods: pods([5, 5, 5]) }],
    [
      'sizes [2,0], move 0 pods since pod does not tolerate the tainted node',
      0,
      { nodes: zones(2, tainted('NoSchedule')), pods: pods([2, 0]) },
    ],
    [
      'sizes [2,0], move 1 pod for node with PreferNoSchedule Taint',
      1,
      { nodes: zones(2, tainted('PreferNoSchedule')), pods: pods([2, 0]) },
    ],
    [
      'sizes [2,0], move 1 pods given matchLabelKeys on same replicaset',
      1,
      { nodes: zones(2), pods: pods([2, 0], spreading({ matchLabelKeys: ['hash'] }, { labels: { foo: 'bar', hash: 'a' } })) },
    ],
    [
      'move 0 pods given matchLabelKeys on two different replicasets',
      0,
      {
        nodes: zones(2),
        pods: ['a', 'b'].flatMap((hash) => pods([1, 0], spreading({ matchLabelKeys: ['hash'] }, { labels: { foo: 'bar', hash } }))),
      },
    ],
    [
      'sizes [4,2], 2 pods in termination; nothing should be moved',
      0,
      { nodes: zones(2), pods: [...pods([2, 2]), ...pods([2, 0]).map((one) => ({ ...one, terminating: true }))] },
    ],
    [
      'sizes [2,3,4], not enough cpu on zoneA; nothing should be moved',
      0,
      { nodes: zones(3, (at) => (at === 0 ? { cpu: 250 } : {})), pods: pods([2, 3, 4]), checks: { nodeFit: true } },
    ],
    [
      'sizes [2,3,4], NodeFit is false: 1 should be moved to force scale-up',
      1,
      { nodes: zones(3, (at) => (at === 0 ? { cpu: 250 } : {})), pods: pods([2, 3, 4]) },
      { topologyBalanceNodeFit: false },
    ],
  ])('%s: %i', (_, count, given, more) => {
    const spec = {
      kind: 'RemovePodsViolatingTopologySpreadConstraint',
      constraints: ['DoNotSchedule'],
      topologyBalanceNodeFit: true,
      namespaces: {},
      ...more,
    } as const
    expect(evictedBy(given, (rows, evictor) => removeViolatingPods(spec, rows, evictor))).toHaveLength(count)
  })
})

describe('in a run', () => {
  const balanced: DeschedulerSpec = {
    every: 60 * SECOND,
    limits: {},
    evictor: CHECKS,
    plugins: [
      {
        kind: 'LowNodeUtilization',
        thresholds: { cpu: 30 },
        targetThresholds: { cpu: 50 },
        useDeviationThresholds: false,
        numberOfNodes: 0,
        excludedNamespaces: [],
      },
    ],
  }
  // Ten pods of one core on five nodes of four cores: two on each, or four on two of them, of which two exceed 50 %.
  const run = (scheduling: string, budget: { maxUnavailable: number; unhealthyPods: 'IfHealthyBudget' } | null) =>
    simulate({
      budget,
      run: { scheduling: choose(schedulers, scheduling), descheduler: balanced, horizon: 900 * SECOND, check: true },
    })

  it('with least-allocated no pod has to go, with most-allocated four go and come back in each of 15 cycles', () => {
    expect(run('least-allocated', null)).toMatchObject({ descheduled: 0, 'descheduled-returned': null })
    const { descheduled, 'descheduled-returned': returned } = run('most-allocated', null)
    expect(descheduled).toBeGreaterThanOrEqual(4 * 14)
    expect(returned).toBeGreaterThan(90)
  })

  it('a budget that allows none refuses each of them in every cycle', () => {
    const metrics = run('most-allocated', { maxUnavailable: 0, unhealthyPods: 'IfHealthyBudget' })
    expect(metrics).toMatchObject({ descheduled: 0, evictions: 0 })
    expect(metrics['descheduler-refused']).toBe(8 * 15)
  })
})
