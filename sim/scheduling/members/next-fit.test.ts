import { describe, expect, test } from 'vitest'
import { clusterOf } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { nextFit } from './next-fit.ts'
import type { Placer } from '../policy.ts'
import { context } from '../scheduling.fixture.ts'

/** Places and binds each pod; returns the nodes and the examined counts. */
function placed(placer: Placer, cluster: Cluster, pods: readonly number[]): { nodes: number[]; examined: number[] } {
  const nodes: number[] = []
  const examined: number[] = []
  for (const pod of pods) {
    const node = placer.place(pod, cluster.view)
    nodes.push(node)
    examined.push(placer.examined)
    if (node !== NONE) cluster.bind(pod, node)
  }
  return { nodes, examined }
}

describe.each([
  { which: 'index', make: (advance: boolean) => nextFit.create({ advance }, context()) },
  { which: 'twin', make: (advance: boolean) => nextFit.twin({ advance }, context()) },
])('next-fit, the $which', ({ make }) => {
  test("Johnson's bins of 10, items 6 5 4 6 3: bins 0, 1, 1, 2, 2; first fit would put the 4 and the 3 on 0 and 1", () => {
    const { cluster, pods } = clusterOf()
      .nodes(4, { cpu: '10' })
      .pod({ cpu: '6' })
      .pod({ cpu: '5' })
      .pod({ cpu: '4' })
      .pod({ cpu: '6' })
      .pod({ cpu: '3' })
      .build()
    expect(placed(make(false), cluster, pods)).toEqual({ nodes: [0, 1, 1, 2, 2], examined: [1, 2, 1, 2, 1] })
  })

  test('advance gives pods to the nodes in turn: 0, 1, 2, 0, 1', () => {
    const { cluster, pods } = clusterOf().nodes(3, { cpu: '10' }).pods(5).build()
    expect(placed(make(true), cluster, pods)).toEqual({ nodes: [0, 1, 2, 0, 1], examined: [1, 1, 1, 1, 1] })
  })

  test('wraps around to capacity freed before the pointer; a pod that fits nowhere does not move the pointer', () => {
    const { cluster, pods } = clusterOf()
      .nodes(3, { cpu: '2' })
      .pods(6, { cpu: '1' })
      .pod({ cpu: '3' })
      .pod({ cpu: '1' })
      .pod({ cpu: '1' })
      .build()
    const placer = make(false)
    expect(placed(placer, cluster, pods.slice(0, 6)).nodes).toEqual([0, 0, 1, 1, 2, 2])
    cluster.release(pods[2], 0)
    cluster.release(pods[4], 0)
    expect(placed(placer, cluster, pods.slice(6))).toEqual({ nodes: [NONE, 2, 1], examined: [3, 1, 3] })
  })

  test('3,000 nodes, all full except one far before the pointer: it is found, then none', () => {
    const { cluster, pods } = clusterOf().nodes(3000, { cpu: '1' }).pods(3000).pod().pod().build()
    const placer = make(false)
    placed(placer, cluster, pods.slice(0, 3000))
    cluster.release(pods[1234], 0)
    expect(placed(placer, cluster, pods.slice(3000))).toEqual({ nodes: [1234, NONE], examined: [1 + 1234 + 1, 3000] })
  })

  test('a cordoned node is skipped', () => {
    const { cluster, pods } = clusterOf().node().node({}, NodeState.Cordoned).node().pods(3, { cpu: '10' }).build()
    expect(placed(make(false), cluster, pods).nodes).toEqual([0, 2, NONE])
  })
})
