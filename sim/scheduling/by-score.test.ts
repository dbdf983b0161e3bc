/** Kept scores against their twin, which asks for every node and every pod. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf } from '../testing/cluster.ts'
import { DEVICES, NONE } from '../cluster/views.ts'
import { NamedScore, ScorePlacer, ScoreScan } from './by-score.ts'
import type { Score } from './policy.ts'
import { emptyCluster, replay, shapes, steps, templates } from './scheduling.fixture.ts'

const indexed = (score: Score): ScorePlacer => new ScorePlacer(new NamedScore('mine', score, {}))
const scan = (score: Score): ScoreScan => new ScoreScan(new NamedScore('mine', score, {}))

/** Scores with what they read; the last ones read more than the index knows, some of them only in some cases. */
const scores: Readonly<Record<string, Score>> = {
  'free cpu after the placement': (pod, node, { nodes, pods }) => (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node],
  'least free memory': (_pod, node, { nodes }) => -nodes.freeMemory[node],
  'all equal': () => 1,
  'infinite: the highest': (_pod, node, { nodes }) => (nodes.podCount[node] === 1 ? Infinity : nodes.podCount[node]),
  'infinite: the lowest': (_pod, node, { nodes }) => (nodes.podCount[node] === 1 ? -Infinity : -nodes.podCount[node]),
  'columns by class and device': (pod, node, { nodes, pods, classes }) =>
    nodes.freeDevice[node * DEVICES] + classes.cpu[pods.podClass[pod]] / 7 - nodes.free[0][node],
  'calls of the view': (pod, node, view) => view.pickDevices(view.pods.podClass[pod], node) - view.nodes.podCount[node],
  'the number of nodes': (_pod, node, { nodes }) => (nodes.ready % 2 === 0 ? node : -node),
  'the order of the pod': (pod, node, { pods }) => (pods.order[pod] % 2 === 0 ? node : -node),
  'the node before': (_pod, node, { nodes }) => (node === 0 ? 0 : nodes.freeCpu[node - 1]),
  'the order of the pod, on a node with three pods': (pod, node, { nodes, pods }) =>
    nodes.podCount[node] >= 3 ? pods.order[pod] % 5 : nodes.podCount[node],
  'the length of the log': (_pod, node, { log }) => (log.version % 3 === 0 ? node : -node),
  'every row': (_pod, node, { nodes }) => Math.max(...Array.from(nodes.freeCpu as unknown as Float64Array)) - nodes.freeCpu[node],
}

describe('kept scores decide as a scan does', () => {
  test.each(Object.keys(scores))('%s', (name) => {
    fc.assert(
      fc.property(steps(150), (history) => {
        const placer = indexed(scores[name])
        const twin = scan(scores[name])
        const cluster = emptyCluster()
        for (const one of [...templates, ...templates, ...templates]) cluster.addNode(one, 0)
        replay(cluster, history, (pod, view) => {
          const node = placer.place(pod, view)
          expect([node, placer.examined]).toEqual([twin.place(pod, view), twin.examined])
          return node
        })
      }),
      { numRuns: 25 },
    )
  })

  test('a score is asked once per class and changed node, not once per pod and node', () => {
    let asked = 0
    const placer = indexed((_pod, node, { nodes }) => (asked++, nodes.freeCpu[node]))
    const { cluster } = clusterOf().nodes(1000, { cpu: '1000', memory: '1000Gi' }).build()
    for (let i = 0; i < 2000; i++) {
      const pod = cluster.createPod(shapes[i % 2], NONE, 0)
      cluster.bind(pod, placer.place(pod, cluster.view))
    }
    // 2 classes x 1,000 nodes, at most two changes a pod for each class, and 16 + 7 comparisons with a scan of 1,000 nodes.
    expect(asked).toBeLessThan(2000 + 2 * 2 * 2000 + 23 * 1000 + 2000)
    expect(asked).toBeGreaterThan(2000)
  })

  test('a score with state of its own ends the run with a remedy', () => {
    let calls = 0
    const placer = indexed((_pod, node) => (++calls * 7919 + node) % 101)
    const { cluster } = clusterOf().nodes(50, { cpu: '1000', memory: '1000Gi' }).build()
    expect(() => {
      for (let i = 0; i < 1000; i++) {
        const pod = cluster.createPod(shapes[0], NONE, 0)
        cluster.bind(pod, placer.place(pod, cluster.view))
      }
    }).toThrow(/^mine: for pod \d+ the kept scores gave node \d+, .* accepted: depends: 'anything' beside score$/)
  })
})
