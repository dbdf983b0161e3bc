import { expect, test } from 'vitest'
import { Cluster } from '../../../../cluster/cluster.ts'
import { NodeState, NONE, PodPhase } from '../../../../cluster/views.ts'
import type { PodId } from '../../../../common/ids.ts'
import { slowCases } from '../../../../testing/cases.ts'
import { readConfiguration } from '../config/configuration.ts'
import { pluginRun } from '../own/own.fixture.ts'
import type { PluginNode, PluginPod } from '../own/policy.ts'
import { profileOf, type ProfileOptions } from '../profile.ts'
import type { Surroundings } from '../run-pods.ts'
import { KubeScheduler } from '../scheduler.ts'
import { ViewCluster } from '../view-cluster.ts'
import { KubeIndex } from './index.ts'
import { Preemptor } from './preemption.ts'
import { Draws, randomNode, randomShape } from './random.fixture.ts'

const SURROUNDINGS: Surroundings = { namespaces: new Map([['other', { team: 'blue' }]]), services: [], workloads: [] }

/** Index and twin over one history. */
class Case {
  readonly cluster = new Cluster()
  readonly bound: PodId[] = []
  readonly promised = new Map<PodId, number>()
  private readonly draws: Draws
  private readonly index: KubeIndex
  private readonly preemptor: Preemptor
  private readonly objects = new ViewCluster(SURROUNDINGS)
  private readonly twin: KubeScheduler
  private readonly shapes
  private pod: PodId = NONE

  constructor(seed: number, nodes: number, options: ProfileOptions) {
    this.draws = new Draws(seed)
    // Draws depend on the pod only, since the index leaves out draws between victims that cannot exist.
    const random = { next: () => 0, int: (count: number) => (this.pod * 7919) % count }
    const profile = profileOf(options)
    this.index = new KubeIndex(profile, { random, first: false }, SURROUNDINGS)
    this.preemptor = new Preemptor(
      this.index,
      profile,
      () => [],
      (count) => random.int(count),
    )
    const filters = [this.objects.readiness(() => ({ view: this.cluster.view, pod: this.pod })), ...profile.filters]
    this.twin = new KubeScheduler({ ...profile, filters }, random)
    for (let i = 0; i < nodes; i++) this.cluster.addNode(randomNode(this.draws), 0)
    this.shapes = Array.from({ length: 12 }, () => randomShape(this.draws))
  }

  step(): void {
    const { cluster, draws, bound } = this
    const { view } = cluster
    const what = draws.int(20)
    if (what < 4 && bound.length > 0) {
      const [gone] = bound.splice(draws.int(bound.length), 1)
      cluster.release(gone, 1e9)
    } else if (what < 6 && bound.length > 0) {
      const pod = draws.one(bound)
      if (view.pods.phase[pod] !== PodPhase.Terminating) cluster.setPhase(pod, PodPhase.Terminating)
    } else if (what === 6) {
      const node = draws.int(view.nodes.count)
      if (view.nodes.state[node] !== NodeState.Gone)
        cluster.setNodeState(node, view.nodes.state[node] === NodeState.Ready ? NodeState.Cordoned : NodeState.Ready)
    } else if (what === 7) {
      const node = draws.int(view.nodes.count)
      if (draws.chance(0.5)) cluster.addNode(randomNode(draws), 0)
      else if (view.nodes.podCount[node] === 0 && view.nodes.state[node] !== NodeState.Gone) cluster.removeNode(node)
    } else this.arrive()
  }

  /** A new pod, or one that was promised a node and is tried again. */
  private arrive(): void {
    const { cluster, draws, promised, index } = this
    const again = promised.size > 0 && draws.chance(0.4)
    const [waiting] = promised.keys()
    const pod = again ? waiting : cluster.createPod(draws.one(this.shapes), draws.chance(0.5) ? draws.int(3) : NONE, 0)
    this.pod = pod
    const node = index.place(pod, cluster.view)
    const state = this.objects.state(cluster.view, promised)
    const decision = this.twin.decide(this.objects.info(pod, cluster.view, promised.get(pod) ?? NONE), state)
    const expected = decision.chosen === null ? NONE : this.objects.rows[decision.chosen.index]
    expect([node, index.examined]).toEqual([expected, decision.feasible.length + decision.rejected.size])
    if (node !== NONE) {
      this.forget(pod)
      if (!cluster.bind(pod, node, NONE, draws.int(5))) throw new Error('refused')
      this.bound.push(pod)
      return
    }
    const found = this.preemptor.find(pod, cluster.view)
    const victims = found === 'ineligible' ? null : found
    const { candidate } = decision
    expect(victims === null ? null : [victims.node, victims.pods.map(String), victims.violations]).toEqual(
      candidate === null
        ? null
        : [this.objects.rows[candidate.node.index], candidate.victims.map((one) => one.pod.name), candidate.violations],
    )
    this.forget(pod)
    if (victims === null) cluster.deletePending(pod)
    else {
      promised.set(pod, victims.node)
      index.nominations.set(pod, victims.node)
      for (const victim of victims.pods) {
        this.bound.splice(this.bound.indexOf(victim), 1)
        cluster.release(victim, 1e9)
      }
    }
  }

  private forget(pod: PodId): void {
    this.promised.delete(pod)
    this.index.nominations.clear(pod)
  }
}

const sameApp = (pod: PluginPod, node: PluginNode): number => node.pods().filter(({ labels }) => labels['app'] === pod.labels['app']).length

const PROFILES: readonly ProfileOptions[] = [
  {},
  {
    scoringStrategy: {
      type: 'MostAllocated',
      resources: [
        { name: 'cpu', weight: 3 },
        { name: 'memory', weight: 1 },
      ],
    },
  },
  {
    scoringStrategy: {
      type: 'RequestedToCapacityRatio',
      resources: [{ name: 'cpu', weight: 1 }],
      shape: [
        { utilization: 0, score: 10 },
        { utilization: 70, score: 3 },
        { utilization: 100, score: 0 },
      ],
    },
    hardPodAffinityWeight: 10,
    ignorePreferredTermsOfExistingPods: true,
    defaultConstraints: [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }],
  },
  { disabled: ['InterPodAffinity', 'NodePorts'], weights: { PodTopologySpread: 7, TaintToleration: 0 } },
  { percentageOfNodesToScore: 30 },
  {
    own: [
      pluginRun({
        name: 'small-disks',
        depends: 'static',
        filter: (pod, node) => node.labels['disk'] === 'ssd' || pod.requested('cpu') < 1500 || 'node(s) had slow disks',
      }),
      pluginRun({ name: 'few-of-one-app', depends: 'node', filter: (pod, node) => sameApp(pod, node) < 3 }, { weight: 2 }),
      pluginRun(
        {
          name: 'half-of-the-pods',
          depends: 'pods',
          filter: (pod, node, { nodes }) => 2 * sameApp(pod, node) <= nodes.reduce((sum, one) => sum + sameApp(pod, one), 1),
          score: (_pod, node, { nodes }) => node.pods().length + nodes.filter(({ taints }) => taints.length > 0).length,
          normalize: 'lowest',
        },
        { weight: 5 },
      ),
      pluginRun({ name: 'size', depends: 'static', score: (_pod, node) => 25 * Number(node.labels['size']) }, { weight: 3 }),
      pluginRun({
        name: 'fullest',
        depends: 'node',
        score: (_pod, node) => node.requested('cpu') + node.free('pods'),
        normalize: 'highest',
      }),
    ],
  },
  configured({
    plugins: {
      filter: { disabled: [{ name: 'InterPodAffinity' }] },
      score: { disabled: [{ name: 'ImageLocality' }] },
      multiPoint: { enabled: [{ name: 'TaintToleration', weight: 5 }] },
    },
    pluginConfig: [
      {
        name: 'PodTopologySpread',
        args: { defaultingType: 'List', defaultConstraints: [{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }] },
      },
      { name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu' }] } },
      {
        name: 'NodeAffinity',
        args: {
          addedAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['0'] }] }],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 50, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
            ],
          },
        },
      },
    ],
  }),
]

function configured(profile: object): ProfileOptions {
  const { configuration, problems } = readConfiguration({ profiles: [profile] })
  expect(problems).toEqual([])
  return configuration.profiles[0].options
}

test.each(PROFILES.map((options, i) => ({ options, i })))(
  'profile $i: the index chooses the node, examines the nodes and finds the victims that the slow profile does, through churn of pods and nodes',
  ({ options, i }) => {
    for (let seed = 0; seed < slowCases(60, 20); seed++) {
      const one = new Case(100 * i + seed, 3 + ((seed * 7) % 30), options)
      for (let step = 0; step < 150; step++) one.step()
    }
  },
)

test('in clusters of more than 100 nodes, where the search ends early', () => {
  for (let seed = 0; seed < slowCases(6, 1); seed++) {
    const one = new Case(1000 + seed, 150, {})
    for (let step = 0; step < 150; step++) one.step()
  }
})
