/** Invariants of every node autoscaler: random clusters, scan after scan, with its changes carried out. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, shape, template } from '../../testing/cluster.ts'
import { Cluster } from '../../cluster/cluster.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { valuesOf } from '../../common/define.ts'
import { nodeAutoscalers } from './index.ts'
import { context, MINUTE, scalingView, scan, SERVICE, type PoolGiven } from './nodes.fixture.ts'
import type { NodeAutoscaler } from './policy.ts'

const GIB = 2 ** 30
const nodeOf = [
  { cpu: 4000, memory: 8 * GIB, price: 10 },
  { cpu: 16_000, memory: 16 * GIB, gpus: 2, price: 70 },
]
const pools: PoolGiven[] = [
  { node: nodeOf[0], min: 1, max: 8 },
  { node: nodeOf[1], min: 0, max: 3 },
]
const shapes = [
  { cpu: 500, memory: GIB },
  { cpu: 3000, memory: GIB },
  { cpu: 1000, memory: 6 * GIB },
  { cpu: 100, memory: 0, gpus: 1, gpuMilli: 400 },
  { cpu: 100, memory: 0, gpus: 2 },
]

/** Pods arrive and end; changes take effect at once. Returns the log of changes. */
function play(scaler: NodeAutoscaler, draws: readonly number[]): string[] {
  const { cluster } = clusterOf().nodes(2, nodeOf[0]).build()
  const log: string[] = []
  let pendingPods: number[] = []
  const bound: number[] = []
  const place = (): void => {
    pendingPods = pendingPods.filter((pod) => {
      for (let node = 0; node < cluster.view.nodes.count; node++) {
        if (!cluster.bind(pod, node)) continue
        bound.push(pod)
        return false
      }
      return true
    })
  }
  draws.forEach((draw, step) => {
    if (draw % 3 === 0 && bound.length > 0) cluster.release(bound.splice(draw % bound.length, 1)[0], 0)
    else pendingPods.push(cluster.createPod(shape(shapes[draw % shapes.length]), draw % 7 === 0 ? NONE : SERVICE, 0))
    place()
    const view = scalingView(cluster, pools, { now: step * MINUTE, pending: [] })
    const pending = Int32Array.from(pendingPods, (pod) => cluster.view.pods.podClass[pod])
    const { added, drained } = scan(scaler, { ...view, pending, pendingCount: pending.length })
    for (const { pool, count, max } of view.pools) {
      expect(count + (added[pool] ?? 0)).toBeLessThanOrEqual(max)
      for (let i = 0; i < (added[pool] ?? 0); i++) cluster.addNode(template(nodeOf[pool]), pool)
    }
    expect(new Set(drained).size).toBe(drained.length)
    for (const node of drained) leave(cluster, node, pendingPods, bound)
    for (const { pool, count, min } of view.pools) {
      const gone = drained.filter((node) => cluster.view.nodes.pool[node] === pool).length
      if (gone > 0) expect(count - gone).toBeGreaterThanOrEqual(min)
    }
    // Pods moved off a drained node fit elsewhere at once: no pod is pending that was not pending before.
    place()
    expect(pendingPods.length).toBeLessThanOrEqual(pending.length)
    log.push(`${JSON.stringify(added)} ${drained.join(',')}`)
  })
  return log
}

function leave(cluster: Cluster, node: number, pendingPods: number[], bound: number[]): void {
  const { nodes, pods } = cluster.view
  expect(nodes.state[node]).toBe(NodeState.Ready)
  const leaving: number[] = []
  cluster.eachPodOn(node, (pod) => leaving.push(pod))
  for (const pod of leaving) {
    expect(pods.service[pod]).toBe(SERVICE) // a pod that must not move keeps its node
    const podClass = pods.podClass[pod]
    bound.splice(bound.indexOf(pod), 1)
    cluster.release(pod, 0)
    pendingPods.push(cluster.createPodOf(podClass, SERVICE, 0))
  }
  cluster.removeNode(node)
}

describe.each(nodeAutoscalers.all.map((definition) => ({ name: definition.name, definition })))(
  'the node autoscaler contract: $name',
  ({ definition }) => {
    const fresh = (given = {}): NodeAutoscaler | null => definition.create(valuesOf(definition.parameters, given), context())
    const anyDraws = fc.array(fc.nat(1000), { minLength: 20, maxLength: 80, size: 'max' })

    test('a positive period in whole microseconds', () => {
      const scaler = fresh()
      if (scaler === null) return expect(definition.name).toBe('none')
      expect(Number.isInteger(scaler.every) && scaler.every > 0).toBe(true)
    })

    test('bounds of the pools hold, only Ready nodes are drained and each once, only movable pods are moved, and they fit elsewhere', () => {
      if (fresh() === null) return expect(definition.name).toBe('none')
      let changes = 0
      for (const delays of [{}, { unneeded: 0, delayAfterAdd: 0, recheck: 0 }]) {
        fc.assert(
          fc.property(anyDraws, (draws) => {
            changes += play(fresh(delays)!, draws).filter((line) => line !== '{} ').length
          }),
          { numRuns: 40, seed: 3 },
        )
      }
      expect(changes).toBeGreaterThan(100)
    })

    test('the same scans give the same changes', () => {
      if (fresh() === null) return expect(definition.name).toBe('none')
      fc.assert(
        fc.property(anyDraws, (draws) => {
          expect(play(fresh()!, draws)).toEqual(play(fresh()!, draws))
        }),
        { numRuns: 10, seed: 4 },
      )
    })

    test('no pending pod and no node: no change', () => {
      const scaler = fresh()
      if (scaler === null) return expect(definition.name).toBe('none')
      expect(scan(scaler, scalingView(new Cluster(), pools))).toEqual({ added: {}, drained: [] })
    })
  },
)
