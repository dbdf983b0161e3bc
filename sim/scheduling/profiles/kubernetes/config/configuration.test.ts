import { describe, expect, it } from 'vitest'
import { readConfiguration } from './configuration.ts'

/** What runs in the only profile with these `plugins`. */
const runs = (plugins: object) => {
  const { configuration, problems } = readConfiguration({ profiles: [{ plugins }] })
  expect(problems).toEqual([])
  const { filters, scores, preempts } = configuration.profiles[0].options
  return { filters, scores: Object.fromEntries((scores ?? []).map(({ name, weight }) => [name, weight])), preempts }
}

const argued = (name: string, args: object) => readConfiguration({ profiles: [{ pluginConfig: [{ name, args }] }] })
const optionsOf = (name: string, args: object) => {
  const { configuration, problems } = argued(name, args)
  expect(problems).toEqual([])
  return configuration.profiles[0].options
}

describe('plugins of a profile, as default_plugins.go and framework.go of Kubernetes 1.34 merge them', () => {
  it('nothing: the defaults, with their order and weights', () => {
    expect(runs({})).toMatchObject({
      scores: {
        TaintToleration: 3,
        NodeAffinity: 2,
        NodeResourcesFit: 1,
        PodTopologySpread: 2,
        InterPodAffinity: 2,
        NodeResourcesBalancedAllocation: 1,
        ImageLocality: 1,
      },
      preempts: true,
    })
    expect(runs({}).filters?.slice(0, 4)).toEqual(['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity'])
  })

  it('disabled at a point stays enabled at the others', () => {
    const { filters, scores } = runs({ score: { disabled: [{ name: 'PodTopologySpread' }] } })
    expect([filters?.includes('PodTopologySpread'), scores['PodTopologySpread']]).toEqual([true, undefined])
  })

  it('disabled in multiPoint is disabled at every point', () => {
    const { filters, scores } = runs({ multiPoint: { disabled: [{ name: 'InterPodAffinity' }] } })
    expect([filters?.includes('InterPodAffinity'), scores['InterPodAffinity']]).toEqual([false, undefined])
  })

  it('enabled in multiPoint takes the place of the default, with the weight given, or 1', () => {
    const { filters, scores } = runs({ multiPoint: { enabled: [{ name: 'TaintToleration' }, { name: 'NodeAffinity', weight: 9 }] } })
    expect([scores['TaintToleration'], scores['NodeAffinity']]).toEqual([1, 9])
    expect(filters).toEqual(runs({}).filters)
  })

  it('enabled at a point and in multiPoint runs first at the point, with the weight of the point', () => {
    const { filters, scores } = runs({
      filter: { enabled: [{ name: 'NodeResourcesFit' }] },
      score: { enabled: [{ name: 'ImageLocality', weight: 6 }] },
    })
    expect([filters?.[0], filters?.[1], scores['ImageLocality']]).toEqual(['NodeResourcesFit', 'NodeUnschedulable', 6])
  })

  it('* disables all, and what is enabled beside it runs in that order', () => {
    const { scores, filters, preempts } = runs({
      score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 4 }] },
      postFilter: { disabled: [{ name: '*' }] },
    })
    expect([scores, preempts, filters]).toEqual([{ NodeResourcesFit: 4 }, false, runs({}).filters])
  })
})

describe('arguments of plugins', () => {
  it('NodeResourcesFit: weights that are absent or 0 are 1, no resources are cpu and memory', () => {
    const strategy = {
      type: 'MostAllocated',
      resources: [
        { name: 'cpu', weight: 0 },
        { name: 'nvidia.com/gpu', weight: 100 },
      ],
    }
    expect(optionsOf('NodeResourcesFit', { scoringStrategy: strategy }).scoringStrategy?.resources.map(({ weight }) => weight)).toEqual([
      1, 100,
    ])
    expect(optionsOf('NodeResourcesFit', { scoringStrategy: {} }).scoringStrategy).toEqual({
      type: 'LeastAllocated',
      resources: [
        { name: 'cpu', weight: 1 },
        { name: 'memory', weight: 1 },
      ],
    })
  })

  it('PodTopologySpread: an empty List has no constraints, System has its own', () => {
    expect(optionsOf('PodTopologySpread', { defaultingType: 'List' }).defaultConstraints).toEqual([])
    expect(optionsOf('PodTopologySpread', {}).defaultConstraints).toBeUndefined()
  })

  it.each([
    [
      'NodeResourcesFit',
      { scoringStrategy: { type: 'Most' } },
      'scoringStrategy.type',
      'found "Most"; accepted: LeastAllocated, MostAllocated, RequestedToCapacityRatio',
    ],
    [
      'NodeResourcesFit',
      { scoringStrategy: { resources: [{ name: 'cpu', weight: 101 }] } },
      'scoringStrategy.resources.0.weight',
      'found 101; accepted: a whole number from 0 to 100',
    ],
    [
      'NodeResourcesFit',
      { scoringStrategy: { type: 'RequestedToCapacityRatio' } },
      'scoringStrategy.requestedToCapacityRatio.shape',
      'found no shape; accepted: at least one point { utilization, score }',
    ],
    [
      'NodeResourcesFit',
      { ignoredResourceGroups: ['example.com/a'] },
      'ignoredResourceGroups.0',
      'found "example.com/a"; accepted: the part of the name before the slash',
    ],
    [
      'PodTopologySpread',
      { defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] },
      'defaultConstraints',
      'found defaultConstraints with defaultingType System; accepted: defaultingType: List with constraints of your own',
    ],
    ['InterPodAffinity', { hardPodAffinityWeight: 101 }, 'hardPodAffinityWeight', 'found 101; accepted: a whole number from 0 to 100'],
    [
      'NodeAffinity',
      { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
      'addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms',
      'found nothing; accepted: at least one term',
    ],
    [
      'DefaultPreemption',
      { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 },
      'minCandidateNodesAbsolute',
      'found 0 for both bounds of the candidates; accepted: one of the two above 0',
    ],
  ])('%s %j', (name, args, path, message) =>
    expect(argued(name, args).problems).toEqual([
      {
        path: ['profiles', 0, 'pluginConfig', 0, 'args', ...path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))],
        message,
      },
    ]),
  )
})

it.each([
  [{ podInitialBackoffSeconds: 20 }, 'found 10; accepted: at least podInitialBackoffSeconds, 20'],
  [{ percentageOfNodesToScore: 101 }, 'found 101; accepted: a whole number from 0 to 100'],
  [{ kind: 'Scheduler' }, 'found "Scheduler"; accepted: KubeSchedulerConfiguration'],
  [{ extenders: [{ urlPrefix: 'x' }] }, 'found a list; accepted: none; extenders are not simulated'],
  [{ profiles: 3 }, 'found 3; accepted: a list of profiles'],
  [{ profiles: [{}, {}] }, 'found the profile "default-scheduler" a second time; accepted: each name once'],
  [
    { profiles: [{ plugins: { score: { enabled: [{ name: 'NodePorts' }] } } }] },
    'found NodePorts, which has no score; accepted: a plugin with this point; NodePorts has preFilter, filter',
  ],
  [
    { profiles: [{ plugins: { preScore: { disabled: [{ name: 'TaintToleration' }] } } }] },
    'found TaintToleration without preScore and with score; accepted: both, or neither: its score reads what its preScore prepares',
  ],
  [
    { profiles: [{ plugins: { bind: { disabled: [{ name: '*' }] } } }] },
    'found bind without DefaultBinder; accepted: DefaultBinder, the only one that is known',
  ],
])('%j', (document, message) => expect(readConfiguration(document).problems.map((one) => one.message)).toEqual([message]))
