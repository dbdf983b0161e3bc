import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterOf, onNode, shape } from '../../testing/cluster.ts'
import type { LooseShape } from '../../testing/cluster.ts'
import { newCluster, step, steps } from '../churn.fixture.ts'
import { NodeState, NONE } from '../views.ts'
import { countReasons, Reason, reasonFor, REASONS, reasonText } from './reasons.ts'

const TOLERANT = [{ key: '', operator: 'Exists', value: '', effect: '' }] as const

const several = () =>
  clusterOf()
    .node({ cpu: 4000, gpus: 2, pods: 3, resources: { fpga: 1 } })
    .node({ cpu: 4000 }, NodeState.Cordoned)
    .node({ labels: { disk: 'ssd' }, taints: [{ key: 'team', value: 'ml', effect: 'NoSchedule' }] })
    .pod({ cpu: 3000, gpus: 1 }, onNode(0))
    .build()

describe('the reason why a node is not feasible', () => {
  it.each<readonly [string, LooseShape, number, Reason | typeof NONE]>([
    ['nothing', {}, 0, NONE],
    ['a node that is not Ready, whatever else', { cpu: 99_000 }, 1, Reason.NotReady],
    ['cpu before memory', { cpu: 1001, memory: '99Gi' }, 0, Reason.Cpu],
    ['memory', { memory: '99Gi' }, 0, Reason.Memory],
    ['a named resource', { resources: { fpga: 2 } }, 0, Reason.Resource],
    ['a resource that no node of the cluster has', { resources: { tpu: 1 } }, 0, Reason.Resource],
    ['a label of the selector', { nodeSelector: { disk: 'ssd' } }, 0, Reason.Selector],
    ['a volume in another zone', { tolerations: TOLERANT, reach: [{ key: 'disk', values: ['hdd', 'tape'] }] }, 2, Reason.Volume],
    ['a volume in this zone', { tolerations: TOLERANT, reach: [{ key: 'disk', values: ['hdd', 'ssd'] }] }, 2, NONE],
    ['a selector before a taint', { nodeSelector: { disk: 'hdd' } }, 2, Reason.Selector],
    ['a taint', { nodeSelector: { disk: 'ssd' } }, 2, Reason.Taint],
    ['another GPU model', { gpus: 1, gpuModels: ['A10'] }, 0, Reason.Devices],
    ['devices in use', { gpus: 2 }, 0, Reason.Devices],
  ])('%s', (_what, partial, node, reason) => {
    const { cluster } = several()
    expect(reasonFor(cluster.view, cluster.internClass(shape(partial)), node)).toBe(reason)
  })

  it('the maximum number of pods', () => {
    const { cluster } = clusterOf().node({ pods: 1 }).pod({}, onNode(0)).build()
    expect(reasonFor(cluster.view, cluster.internClass(shape()), 0)).toBe(Reason.Pods)
  })

  it('is NONE exactly when the node is feasible, in any life of a cluster; counts add up to the nodes that are not Gone', () => {
    const seen = new Set<number>()
    const counts = new Int32Array(REASONS)
    fc.assert(
      fc.property(steps(150), (life) => {
        const cluster = newCluster()
        for (const each of life) step(cluster, each)
        const { view } = cluster
        for (let podClass = 0; podClass < view.classes.count; podClass++) {
          let feasible = 0
          let gone = 0
          for (let node = 0; node < view.nodes.count; node++) {
            const reason = reasonFor(view, podClass, node)
            seen.add(reason)
            expect(reason === NONE).toBe(view.feasible(podClass, node))
            expect(view.excludedBy(podClass, node) === NONE).toBe(view.admissible(podClass, node))
            if (reason === NONE) feasible++
            if (view.nodes.state[node] === NodeState.Gone) gone++
          }
          expect(countReasons(view, podClass, counts)).toBe(view.nodes.count - gone)
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(view.nodes.count - gone - feasible)
        }
      }),
      { seed: 5, numRuns: 60 },
    )
    // In this fixture cpu always runs out before memory, and no pod has volumes or rules about other pods.
    const { Memory: _unseen, Volume: _none, Ports: _0, Spread: _1, Affinity: _2, AntiAffinity: _3, Plugin: _4, ...rest } = Reason
    for (const reason of Object.values(rest)) expect(seen, `reason ${reason}`).toContain(reason)
  })
})

describe('the text of reason counts', () => {
  const counts = (given: Partial<Record<keyof typeof Reason, number>>): Int32Array => {
    const list = new Int32Array(REASONS)
    for (const [name, count] of Object.entries(given)) list[Reason[name as keyof typeof Reason]] = count
    return list
  }
  it.each([
    [{ Taint: 5, Cpu: 7 }, 12, '0 of 12 nodes: 7 have too little free cpu, 5 have a taint that is not tolerated'],
    [
      { Taint: 1, Cpu: 1, Devices: 1 },
      4,
      '1 of 4 nodes: 1 has too little free cpu, 1 has no devices that fit, 1 has a taint that is not tolerated',
    ],
    [{ Selector: 1 }, 1, '0 of 1 node: 1 does not match the node selector'],
    [{}, 0, '0 of 0 nodes'],
  ])('%j of %d nodes', (given, nodes, text) => {
    expect(reasonText(counts(given), nodes)).toBe(text)
  })
})
