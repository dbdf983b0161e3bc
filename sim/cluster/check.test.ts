import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterOf, onNode } from '../testing/cluster.ts'
import { ClusterCheck } from './check.ts'
import { newCluster, step, steps } from './churn.fixture.ts'
import type { Cluster } from './cluster.ts'
import { CPU, NodeState, PodPhase } from './views.ts'

const sample = (): Cluster =>
  clusterOf().nodes(2, { gpus: 2 }).pod({ cpu: 3000, gpus: 1, gpuMilli: 300 }, onNode(1)).pod({}, onNode(1)).pod().build().cluster

describe('the check', () => {
  it('passes in every random history of a cluster', () => {
    fc.assert(
      fc.property(steps(150), (life) => {
        const cluster = newCluster()
        const check = new ClusterCheck(cluster)
        for (const one of life) {
          step(cluster, one)
          check.touched()
        }
        check.full()
      }),
      { seed: 5, numRuns: 150 },
    )
  })

  // Each row breaks one number of a cluster that is well, and says what must be printed.
  const faults: [string, (cluster: Cluster) => unknown, string][] = [
    ['free cpu', ({ nodes }) => nodes.freeCpu[1]++, 'free cpu of node 1: found 12001, expected 12000'],
    ['over capacity', ({ nodes }) => (nodes.freeCpu[1] = -1), 'node 1 is over its capacity: cpu free is -1'],
    ['places for pods', ({ nodes }) => nodes.free[2][0]--, 'free pods of node 0: found 109, expected 110'],
    ['a device', ({ nodes }) => nodes.freeDevice[8]++, 'free milli-GPU on device 0 of node 1: found 701, expected 700'],
    ['a device over capacity', ({ nodes }) => (nodes.freeDevice[9] = -5), 'device 1 has -5 milli-GPU free'],
    ['a device that is not there', ({ nodes }) => (nodes.freeDevice[2] = 1000), 'device 2 of node 0: found 1000, expected 0'],
    ['a count of pods', ({ nodes }) => nodes.podCount[1]++, 'pods on node 1: found 3, expected 2'],
    ["a pod's node", ({ pods }) => (pods.node[0] = 0), 'node of pod 0 in the list of node 1: found 0, expected 1'],
    ["a pod's phase", ({ pods }) => (pods.phase[0] = PodPhase.Gone), 'phase of pod 0 on node 1: found 0, expected 2'],
    ["a waiting pod's node", ({ pods }) => (pods.node[2] = 0), 'node of pod 2, which holds none: found 0, expected -1'],
    ['a list', ({ residents }) => (residents.previous[0] = 0), 'pod before pod 0 in the list of node 1: found 0, expected 1'],
    [
      'a list that runs in a circle',
      ({ residents }) => (residents.next[0] = 1),
      'pod before pod 1 in the list of node 1: found -1, expected 0',
    ],
    [
      "a list with another node's pod",
      ({ residents }) => (residents.first[0] = 1),
      'node of pod 1 in the list of node 0: found 1, expected 0',
    ],
    [
      'a node that went with its pods',
      ({ nodes }) => (nodes.state[1] = NodeState.Gone),
      'pods on node 1, which is gone: found 2, expected 0',
    ],
    ['allocatable', (cluster) => cluster.allocatable[CPU]++, 'allocatable cpu of all nodes: found 32001, expected 32000'],
    ['allocated', (cluster) => cluster.allocated[CPU]--, 'allocated cpu of all nodes: found 3999, expected 4000'],
    ['allocatable GPU', (cluster) => cluster.gpuAllocatable++, 'allocatable milli-GPU of all nodes: found 4001'],
    ['allocated GPU', (cluster) => cluster.gpuAllocated++, 'allocated milli-GPU of all nodes: found 301'],
    ['ready nodes', ({ nodes }) => nodes.ready--, 'ready nodes: found 1, expected 2'],
    ['nodes in use', (cluster) => cluster.nodesInUse++, 'nodes in use: found 2, expected 1'],
    ['pending pods', (cluster) => cluster.pendingPods++, 'pending pods: found 2, expected 1'],
    ['pods created', (cluster) => cluster.created++, 'pods created less pods gone: found 4, expected 3'],
  ]
  it.each(faults)('names what is broken: %s', (_what, corrupt, message) => {
    const cluster = sample()
    const check = new ClusterCheck(cluster)
    check.full()
    corrupt(cluster)
    expect(() => check.full()).toThrow(message)
  })
  it('after an event checks the nodes that changed, and only those', () => {
    const cluster = sample()
    const check = new ClusterCheck(cluster)
    cluster.nodes.freeCpu[0]--
    cluster.release(0, 0)
    check.touched()
    cluster.bind(2, 0)
    expect(() => check.touched()).toThrow('free cpu of node 0: found 14999, expected 15000')
  })
})
