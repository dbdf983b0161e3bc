import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { Decisions, DecisionKind } from '../../cluster/decisions.ts'
import { valuesOf } from '../../common/define.ts'
import type { Scheduler } from '../policy.ts'
import { Wake } from '../policy.ts'
import { context } from '../scheduling.fixture.ts'
import { swarmSpread } from './swarm-spread.ts'

const scheduler = (given: Record<string, string | number> = {}): Scheduler =>
  swarmSpread.create(valuesOf(swarmSpread.parameters, given), context())

/** One wake with these pods; binds and returns the number of pods that each node got, and of those declined. */
function wake(swarm: Scheduler, cluster: Cluster, pods: readonly number[]): { got: number[]; declined: number } {
  const out = new Decisions()
  swarm.wake(Wake.PodsArrived, cluster.view, pods, out)
  const got = Array.from({ length: cluster.nodes.count }, () => 0)
  let declined = 0
  for (let row = 0; row < out.count; row++) {
    if (out.kind[row] === DecisionKind.Bind) {
      expect(cluster.bind(out.pod[row], out.node[row])).toBe(true)
      got[out.node[row]]++
    } else declined++
  }
  return { got, declined }
}

describe('swarm-spread', () => {
  test('fills nodes in the order of their pods of the service, whatever else runs: 0, 2 and 1 of it get 2, 1 and 3 more', () => {
    const { cluster, pods } = clusterOf()
      .nodes(3)
      .pods(5, {}, onNode(0), 2)
      .pods(2, {}, onNode(1), 1)
      .pod({}, onNode(2), 1)
      .pods(6, {}, undefined, 1)
      .build()
    // node 0 one, until node 2 with fewer pods in all is better; node 2 two, until node 1 is; then node 1, 0 and 2 in turn
    expect(wake(scheduler(), cluster, pods.slice(8))).toEqual({ got: [2, 1, 3], declined: 0 })
  })

  test('the total number of pods breaks ties: 1 pod goes to the node with the fewest others', () => {
    const { cluster, pods } = clusterOf().nodes(3).pods(2, {}, onNode(0), 2).pod({}, onNode(1), 2).pod({}, undefined, 1).build()
    expect(wake(scheduler(), cluster, pods.slice(3)).got).toEqual([0, 0, 1])
  })

  test('preference zone: zones of 1 and 3 nodes get 3 pods each; pool likewise', () => {
    const zones = clusterOf().node({ zone: 'a' }).nodes(3, { zone: 'b' }).pods(6, {}, undefined, 1).build()
    expect(wake(scheduler({ preference: 'zone' }), zones.cluster, zones.pods).got).toEqual([3, 1, 1, 1])
    const pools = clusterOf().node({}, 1, 0).node({}, 1, 1).node({}, 1, 1).pods(4, {}, undefined, 1).build()
    expect(wake(scheduler({ preference: 'pool' }), pools.cluster, pools.pods).got).toEqual([2, 1, 1])
    const none = clusterOf().node({ zone: 'a' }).nodes(3, { zone: 'b' }).pods(8, {}, undefined, 1).build()
    expect(wake(scheduler(), none.cluster, none.pods).got).toEqual([2, 2, 2, 2])
  })

  test('maxReplicas: 5 pods on 2 nodes with at most 2 each, one is declined, and placed when one has left', () => {
    const { cluster, pods } = clusterOf().nodes(2).pods(5, {}, undefined, 1).build()
    const swarm = scheduler({ maxReplicas: 2 })
    expect(wake(swarm, cluster, pods)).toEqual({ got: [2, 2], declined: 1 })
    const left = pods.find((pod) => cluster.pods.node[pod] === 1)!
    const waiting = pods.find((pod) => cluster.pods.node[pod] === -1)!
    cluster.release(left, 0)
    expect(wake(swarm, cluster, [waiting])).toEqual({ got: [0, 1], declined: 0 })
  })

  test('binds of one wake do not exceed a node: 5 pods of 3 cores on nodes of 4 and 8 cores, devices one pod a wake', () => {
    const { cluster, pods } = clusterOf().node({ cpu: '4' }).node({ cpu: '8' }).pods(5, { cpu: '3' }, undefined, 1).build()
    expect(wake(scheduler(), cluster, pods)).toEqual({ got: [1, 2], declined: 2 })
    const gpus = clusterOf().node({ gpus: 2 }).pods(3, { gpus: 1 }, undefined, 1).build()
    const swarm = scheduler()
    const waiting = (): number[] => gpus.pods.filter((pod) => gpus.cluster.pods.node[pod] === -1)
    expect([1, 2, 3].map(() => wake(swarm, gpus.cluster, waiting()).got[0])).toEqual([1, 1, 0])
  })

  test('every pod is bound where it fits, or declined when it fits on no node any more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 4 }), service: fc.nat(2) }), { maxLength: 25 }),
        (nodes, given) => {
          const builder = clusterOf()
          for (const cpu of nodes) builder.node({ cpu: cpu * 1000 })
          for (const { cpu, service } of given) builder.pod({ cpu: cpu * 1000 }, undefined, service)
          const { cluster, pods } = builder.build()
          const { got, declined } = wake(scheduler(), cluster, pods)
          expect(got.reduce((sum, one) => sum + one, 0) + declined).toBe(pods.length)
          for (const pod of pods)
            if (cluster.pods.node[pod] === -1)
              for (let node = 0; node < nodes.length; node++) expect(cluster.view.feasible(cluster.pods.podClass[pod], node)).toBe(false)
        },
      ),
    )
  })
})
