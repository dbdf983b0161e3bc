import { describe, expect, it, test } from 'vitest'
import { Streams } from '../../../random/stream.ts'
import { ClusterState } from './cluster.ts'
import { decided, GIB, node, pod, rawOf } from './kubernetes.fixture.ts'
import type { KubeNode } from './objects.ts'
import { podInfo } from './pod-info.ts'
import { profileOf } from './profile.ts'
import { interleaved, nodesToFind } from './sampling.ts'
import { KubeScheduler } from './scheduler.ts'

const two = [node('a'), node('b')]
const zoned = (name: string, zone: string, more: Partial<KubeNode> = {}): KubeNode =>
  node(name, { labels: { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': name }, ...more })

describe('scores in whole numbers', () => {
  test('LeastAllocated: cpu (10000-2500)*100/10000 = 75, memory 100; the mean of 75 and 0 is 37, not 37.5', () => {
    const large = decided({ nodes: two }, pod('p', { cpu: 2500, memory: 0 }))
    expect(rawOf(large, 'NodeResourcesFit')).toEqual([87, 87])
    const full = decided({ nodes: two }, pod('p', { cpu: 2500, memory: 10 * GIB }))
    expect(rawOf(full, 'NodeResourcesFit')).toEqual([37, 37])
  })

  test('a request that is not mentioned counts 100m in LeastAllocated, an explicit 0 counts 0', () => {
    const strategy = { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 1 }] } as const
    expect(rawOf(decided({ nodes: two }, pod('p', {}), { scoringStrategy: strategy }), 'NodeResourcesFit')).toEqual([99, 99])
    expect(rawOf(decided({ nodes: two }, pod('p', { cpu: 0 }), { scoringStrategy: strategy }), 'NodeResourcesFit')).toEqual([100, 100])
  })

  test('RequestedToCapacityRatio rounds: 75 and 0 of weight 1 give 75, since a score of 0 leaves the weights; 75 and 2 give 38.5, 39', () => {
    const shape = [
      { utilization: 0, score: 0 },
      { utilization: 100, score: 10 },
    ]
    const resources = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }))
    const strategy = { type: 'RequestedToCapacityRatio', shape, resources } as const
    const without = decided({ nodes: two }, pod('p', { cpu: 7500, memory: 0 }), { scoringStrategy: strategy })
    expect(rawOf(without, 'NodeResourcesFit')).toEqual([75, 75])
    const both = decided({ nodes: two }, pod('p', { cpu: 7500, memory: 0.2 * GIB }), { scoringStrategy: strategy })
    expect(rawOf(both, 'NodeResourcesFit')).toEqual([39, 39])
  })

  test('a pod that requests 2000m as a whole: its container counts 200 MiB of memory while it is placed, and on a node, as 1.34.4 does; with a memory request beside it nothing is missing on a node', () => {
    const strategy = { type: 'MostAllocated', resources: [{ name: 'memory', weight: 1 }] } as const
    const whole = (name: string, first: Readonly<Record<string, number>>, more: object = {}) =>
      pod(name, {}, { podRequests: { cpu: 2000 }, containers: [{ requests: first }, {}], ...more })
    const score = (subject: ReturnType<typeof pod>, pods: ReturnType<typeof pod>[] = []) =>
      rawOf(decided({ nodes: two, pods }, subject, { scoringStrategy: strategy }), 'NodeResourcesFit')
    expect(score(whole('p', {}))).toEqual([3, 3]) // 400 MiB of 10 GiB
    expect(score(whole('p', { memory: GIB }))).toEqual([11, 11]) // 1 GiB + 200 MiB
    expect(score(pod('p', { memory: 0 }), [whole('held', { memory: GIB }, { node: 'a' })])).toEqual([10, 0]) // 1 GiB, nothing missing
    expect(score(pod('p', { memory: 0 }), [whole('held', {}, { node: 'a' })])).toEqual([3, 0])
  })

  test('the number of pods is no resource of a strategy', () => {
    const strategy = { type: 'MostAllocated', resources: [{ name: 'pods', weight: 1 }] } as const
    expect(rawOf(decided({ nodes: two }, pod('p'), { scoringStrategy: strategy }), 'NodeResourcesFit')).toEqual([0, 0])
  })

  test('only extended resources can be ignored by the filter', () => {
    const ignored = { ignoredResources: ['hugepages-2Mi', 'example.com/fpga'] }
    expect(decided({ nodes: two }, pod('p', { 'example.com/fpga': 1 }), ignored).feasible).toHaveLength(2)
    expect(decided({ nodes: two }, pod('p', { 'hugepages-2Mi': 1 }), ignored).feasible).toHaveLength(0)
  })

  test('BalancedAllocation: shares 0.5 and 0.1, deviation 0.2, (1-0.2)*100 = 80; a pod without requests is skipped', () => {
    expect(rawOf(decided({ nodes: two }, pod('p', { cpu: 5000, memory: GIB })), 'NodeResourcesBalancedAllocation')).toEqual([80, 80])
    expect(decided({ nodes: two }, pod('p')).scores?.skipped).toContain('NodeResourcesBalancedAllocation')
  })

  test('soft zone spread: 2 and 0 pods, 2 zones: round(2*ln 4 + 0) = 3 and 0; 100*(3+0-3)/3 = 0 and 100', () => {
    const nodes = [zoned('a', 'x'), zoned('b', 'y')]
    const labels = { app: 'web' }
    const soft = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    } as const
    const pods = ['1', '2'].map((name) => pod(name, {}, { labels, node: 'a' }))
    const { scores } = decided({ nodes, pods }, pod('p', {}, { labels, topologySpreadConstraints: [soft] }))
    expect(scores?.raw.get('PodTopologySpread')).toEqual([3, 0])
    expect(scores?.weighted.get('PodTopologySpread')).toEqual([0, 200])
  })

  test('ImageLocality: 500 MiB on one of two nodes, spread 1/2: 100*(250-23)/(1000-23) = 23', () => {
    const nodes = [node('a', { images: [{ names: ['web:1'], size: 500 * 1024 * 1024 }] }), node('b')]
    const subject = pod('p', {}, { containers: [{ image: 'web:1' }] })
    expect(rawOf(decided({ nodes }, subject), 'ImageLocality')).toEqual([23, 0])
  })
})

describe('sampling', () => {
  it.each([
    [99, 99],
    [150, 100],
    [250, 120],
    [500, 230],
    [1000, 420],
    [2000, 680],
    [5000, 500],
    [6000, 300],
  ])('of %i nodes, %i feasible ones are looked for', (nodes, wanted) => expect(nodesToFind(nodes, 0)).toBe(wanted))

  it('takes the zones in turns', () => {
    const { nodes } = new ClusterState({ nodes: [zoned('a', 'x'), zoned('b', 'x'), zoned('c', 'x'), zoned('d', 'y'), node('e')] })
    expect(interleaved(nodes).map(({ name }) => name)).toEqual(['a', 'd', 'e', 'b', 'c'])
  })

  it('begins where the search before ended: of 120 nodes 100 are examined, then 20 and 80', () => {
    const cluster = new ClusterState({ nodes: Array.from({ length: 120 }, (_, i) => node(`n${i}`)) })
    const scheduler = new KubeScheduler(profileOf(), 'lowest index')
    const found = (): string[] => scheduler.decide(podInfo(pod('p')), cluster).feasible.map(({ name }) => name)
    expect(found()).toEqual(Array.from({ length: 100 }, (_, i) => `n${i}`))
    const second = found()
    expect(second).toHaveLength(100)
    expect(second).not.toContain('n80')
    expect(second).toContain('n119')
  })
})

describe('choice', () => {
  it('with one feasible node runs no scores', () => {
    const { scores, chosen } = decided({ nodes: [node('a', { unschedulable: true }), node('b')] }, pod('p'))
    expect([scores, chosen?.name]).toEqual([null, 'b'])
  })

  it('draws among the tied nodes, each of four about 250 of 1000 times (standard deviation 14)', () => {
    const cluster = new ClusterState({ nodes: ['a', 'b', 'c', 'd'].map((name) => node(name)) })
    const scheduler = new KubeScheduler(profileOf(), new Streams(1, 0).stream('ties'))
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 1000; i++) counts[scheduler.decide(podInfo(pod('p')), cluster).chosen!.index]++
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(5 * 14)
  })

  it('tries the node that is promised to the pod alone', () => {
    const { feasible } = decided({ nodes: two }, pod('p', {}, { nominatedNode: 'b' }))
    expect(feasible.map(({ name }) => name)).toEqual(['b'])
  })

  it('leaves capacity to pods of at least its priority that are promised a node', () => {
    const promised = pod('q', { cpu: 8000 }, { priority: 5, nominatedNode: 'a' })
    const names = (priority: number): string[] =>
      decided({ nodes: two, pods: [promised] }, pod('p', { cpu: 4000 }, { priority })).feasible.map(({ name }) => name)
    expect(names(5)).toEqual(['b'])
    expect(names(6)).toEqual(['a', 'b'])
  })

  it('refuses a plugin that does not exist', () => {
    expect(() => profileOf({ disabled: ['NodePort'] })).toThrow('found the plugin "NodePort"; accepted: NodeUnschedulable, ')
  })

  it('a plugin that is switched off neither filters nor scores', () => {
    const nodes = [node('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), node('b')]
    const decision = decided({ nodes }, pod('p'), { disabled: ['TaintToleration'] })
    expect(decision.feasible).toHaveLength(2)
    expect(decision.scores?.raw.has('TaintToleration')).toBe(false)
  })
})

describe('messages in the words of kube-scheduler', () => {
  test('counted reasons, sorted as text, and why preemption does not help', () => {
    const nodes = [node('a', { unschedulable: true }), node('b'), node('c')]
    expect(decided({ nodes }, pod('p', { cpu: 11_000, memory: 11 * GIB })).message).toBe(
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 2 Insufficient memory.' +
        ' preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
  })

  test('nodes that no term of matchFields names', () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
      },
    } as const
    const nodes = [node('a', { unschedulable: true }), node('b')]
    expect(decided({ nodes }, pod('p', {}, { affinity })).message).toMatch(
      /^0\/2 nodes are available: 1 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\], 1 node\(s\) were unschedulable\./,
    )
  })
})
