import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { Cluster } from '../../cluster/cluster.ts'
import { NONE } from '../../cluster/views.ts'
import { valuesOf } from '../../common/define.ts'
import { changeNodes, chosen, context, shapeOf, steps, templates } from '../scheduling.fixture.ts'
import { kubernetes } from './kubernetes.ts'

const first = { ties: 'first' }
const GIB = 1024 ** 3
/** 10 cores and 10 GiB. */
const node = { cpu: 10_000, memory: 10 * GIB }

describe('scores, by hand', () => {
  test('least-allocated: 5000m of 10000m are free on node 0, 8000m on node 1, memory is level; node 1 wins, with most-allocated node 0', () => {
    const build = () =>
      clusterOf()
        .node(node)
        .node(node)
        .pod({ cpu: 5000, memory: 5 * GIB }, onNode(0))
        .pod({ cpu: 2000, memory: 2 * GIB }, onNode(1))
        .pod({ cpu: 1000, memory: GIB })
    expect(chosen('kubernetes', build(), first)).toBe(1)
    expect(chosen('kubernetes', build(), { ...first, strategy: 'most-allocated' })).toBe(0)
  })

  test('balanced: node 0 would use 60 % cpu and 20 % memory (80), node 1 both 50 % (100); least-allocated alone: 60 against 50', () => {
    const build = () =>
      clusterOf()
        .node(node)
        .node(node)
        .pod({ cpu: 5000, memory: GIB }, onNode(0))
        .pod({ cpu: 4000, memory: 4 * GIB }, onNode(1))
        .pod({ cpu: 1000, memory: GIB })
    expect(chosen('kubernetes', build(), first)).toBe(1) // 60 + 80 < 50 + 100
    expect(chosen('kubernetes', build(), { ...first, balanced: 0 })).toBe(0)
  })

  test('spread: 3 pods of the service on node 0 outweigh a difference of 20 in allocation, unless its weight is 0', () => {
    const build = () =>
      clusterOf()
        .node(node)
        .node(node)
        .pods(3, { cpu: 100, memory: GIB / 8 }, onNode(0), 4)
        .pod({ cpu: 3000, memory: 3 * GIB }, onNode(1))
        .pod({ cpu: 100, memory: GIB / 8 }, undefined, 4)
    expect(chosen('kubernetes', build(), first)).toBe(1)
    expect(chosen('kubernetes', build(), { ...first, spread: 0 })).toBe(0)
  })

  test('a pod that mentions no cpu counts 100 millicores: two of them on node 0 make node 1 better than one of 150m there', () => {
    const small = { cpu: 1000, memory: 10 * GIB }
    const build = clusterOf()
      .node(small)
      .node(small)
      .pods(2, { cpu: 0, memory: 0 }, onNode(0))
      .pod({ cpu: 150, memory: 0 }, onNode(1))
      .pod({ cpu: 100, memory: 0 })
    expect(chosen('kubernetes', build, { ...first, balanced: 0 })).toBe(1)
  })
})

test('ties: random takes each of three nodes about 300 of 900 times (standard deviation 14)', () => {
  const { cluster, pods } = clusterOf().nodes(3).pod().build()
  const placer = kubernetes.create(valuesOf(kubernetes.parameters), context())
  const counts = [0, 0, 0]
  for (let i = 0; i < 900; i++) counts[placer.place(pods[0], cluster.view)]++
  for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(5 * 14)
})

test('of 250 nodes 120 are examined, the next search begins after them; 40 % of the nodes: 100', () => {
  const { cluster, pods } = clusterOf().nodes(250, node).pod().build()
  const placer = kubernetes.create(valuesOf(kubernetes.parameters, first), context())
  expect([placer.place(pods[0], cluster.view), placer.examined]).toEqual([0, 120])
  expect([placer.place(pods[0], cluster.view), placer.examined]).toEqual([120, 120])
  const less = kubernetes.create(valuesOf(kubernetes.parameters, { ...first, percentage: 40 }), context())
  less.place(pods[0], cluster.view)
  expect(less.examined).toBe(100)
})

test('index and twin choose the same nodes for services over zones, through churn and changes of nodes', () => {
  fc.assert(
    fc.property(steps(200), fc.integer({ min: 1, max: 130 }), (history, count) => {
      const cluster = new Cluster(['example.com/license'])
      for (let i = 0; i < count; i++) cluster.addNode({ ...templates[i % templates.length], zone: ['', 'a', 'b', 'c'][i % 4] }, 0)
      const index = kubernetes.create(valuesOf(kubernetes.parameters), context())
      const twin = kubernetes.twin(valuesOf(kubernetes.parameters), context())
      const bound: number[] = []
      for (const step of history) {
        if (step.kind === 'release') {
          if (bound.length > 0) cluster.release(bound.splice(step.which % bound.length, 1)[0], 0)
        } else if (step.kind !== 'pod') changeNodes(cluster, step)
        else {
          const pod = cluster.createPod(shapeOf(step.which), step.which % 5 === 0 ? NONE : step.which % 3, 0)
          const row = index.place(pod, cluster.view)
          expect([twin.place(pod, cluster.view), twin.examined]).toEqual([row, index.examined])
          if (row === NONE) cluster.deletePending(pod)
          else if (cluster.bind(pod, row)) bound.push(pod)
        }
      }
    }),
    { numRuns: 12 },
  )
})
