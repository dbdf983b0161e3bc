import { expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { valuesOf } from '../../common/define.ts'
import { NONE } from '../../cluster/views.ts'
import { nomad } from './nomad.ts'
import { context } from '../scheduling.fixture.ts'

/** Places and binds each pod; returns the nodes and the examined counts. */
function placed(cluster: Cluster, pods: readonly number[], given: Record<string, string> = {}, seed = 'nomad') {
  const placer = nomad.create(valuesOf(nomad.parameters, given), context(seed))
  return pods.map((pod) => {
    const node = placer.place(pod, cluster.view)
    if (node !== NONE) cluster.bind(pod, node)
    return { node, examined: placer.examined }
  })
}

test('of two nodes both are scored: binpack takes the fuller one, spread the emptier one', () => {
  const build = () => clusterOf().nodes(2).pod({ cpu: '8', memory: '32Gi' }, onNode(0), 1).pod({}, undefined, 2).build()
  const binpack = build()
  const spread = build()
  expect(placed(binpack.cluster, [binpack.pods[1]])[0].node).toBe(0)
  expect(placed(spread.cluster, [spread.pods[1]], { algorithm: 'spread' })[0].node).toBe(1)
})

test('a pod of the same service: fit 0.76 and anti-affinity -2/2 have the mean -0.12, the empty node (20 - 10^0.94 - 10^0.98) / 18 = 0.1 wins', () => {
  const { cluster, pods } = clusterOf().nodes(2).pod({ cpu: '8', memory: '32Gi' }, onNode(0), 1).pod({}, undefined, 1).build()
  expect(placed(cluster, [pods[1]])[0].node).toBe(1)
})

test('16 nodes: log2 16 = 4 are scored, for batch 2, with a spread term all', () => {
  const examined = (given: Record<string, string>): number => {
    const { cluster, pods } = clusterOf().nodes(16).pod({ cpu: '8', memory: '32Gi' }).build()
    return placed(cluster, pods, given)[0].examined
  }
  expect([examined({}), examined({ job: 'batch' }), examined({ spread: 'zone' })]).toEqual([4, 2, 16])
})

test('the order is random: ten seeds choose several of 16 equal nodes', () => {
  const nodes = Array.from({ length: 10 }, (_, seed) => {
    const { cluster, pods } = clusterOf().nodes(16).pod().build()
    return placed(cluster, pods, {}, String(seed))[0].node
  })
  expect(new Set(nodes).size).toBeGreaterThan(3)
})

test('nodes of score 0 or less are used when no other is left', () => {
  const { cluster, pods } = clusterOf().nodes(2, { cpu: '1', memory: '2Gi' }).pods(2, { cpu: 0, memory: 0 }).build()
  const nodes = placed(cluster, pods, { algorithm: 'binpack' }).map(({ node }) => node)
  expect(nodes.every((node) => node !== NONE)).toBe(true)
})

test('spread over zones: 2 pods in zone a and 1 in b, the next goes to b, the score of c, which has none, being as high: (1 - 0) / 1', () => {
  const { cluster, pods } = clusterOf()
    .node({ zone: 'a' })
    .node({ zone: 'a' })
    .node({ zone: 'b' })
    .node({ zone: 'b' })
    .pod({}, onNode(0), 1)
    .pod({}, onNode(1), 1)
    .pod({}, onNode(2), 1)
    .pod({}, undefined, 1)
    .build()
  expect(placed(cluster, [pods[3]], { spread: 'zone' })[0].node).toBe(3)
})
