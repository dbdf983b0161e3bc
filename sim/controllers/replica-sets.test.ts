/** As many pods as are wanted, and who goes first. Pods are told apart by their order of creation. */
import { describe, expect, it } from 'vitest'
import { input, noDelays, pool, script, service, shape } from '../testing/input.ts'
import type { FlatService, FlatInput } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'

const SECOND = 1e6

/** Scales the only service at given times [s] and tells the order of creation of the pods that are left just after. */
function scaled(
  steps: readonly (readonly [at: number, replicas: number])[],
  partial: Partial<FlatService> = {},
  around: Partial<FlatInput> = {},
) {
  const simulation = new Simulation(
    input({
      horizon: 100 * SECOND,
      sample: 100 * SECOND,
      services: [service({ replicas: 2, minReplicas: 0, maxReplicas: 99, shape: shape({ cpu: 1000 }), requests: script([]), ...partial })],
      ...around,
    }),
  )
  const { simulator, replicaSets, cluster } = simulation.parts
  const left: number[][] = []
  for (const [at, replicas] of steps) {
    simulator.call(at * SECOND, () => {
      replicaSets.scale(0, replicas)
      left.push(replicaSets.podsOf(0).map((pod) => cluster.pods.order[pod]))
    })
  }
  const { metrics } = simulation.run()
  return { simulation, left, metrics }
}

describe('scaling down', () => {
  it('takes the youngest of the ready pods', () => {
    expect(
      scaled([
        [10, 4],
        [20, 3],
        [30, 1],
      ]).left,
    ).toEqual([[0, 1, 2, 3], [0, 1, 2], [0]])
  })
  it('takes pods that are starting before ready ones, though these are younger in no case', () => {
    // Pods 0 and 1 are ready, 2 and 3 start for 30 s.
    expect(
      scaled(
        [
          [10, 4],
          [20, 2],
          [25, 1],
        ],
        { start: 30 * SECOND },
      ).left,
    ).toEqual([[0, 1, 2, 3], [0, 1], [0]])
  })
  it('takes pods without a node first, and a starting pod before a ready younger one', () => {
    // Room for four: 0 and 1 ready, 2 and 3 start from 10 s on, 4 and 5 wait. Probes differ in luck: with a start of 30 s all of 2 and 3 are starting.
    const { left, simulation } = scaled(
      [
        [10, 6],
        [20, 5],
        [21, 3],
      ],
      { start: 30 * SECOND },
      { pools: [pool(1, { cpu: 4000 })] },
    )
    expect(left).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4],
      [0, 1, 2],
    ])
    expect(simulation.parts.cluster.pendingPods).toBe(0)
    // Waited: 4 for 11 s, 5 for 10 s.
    expect(simulation.parts.pods.unscheduled).toBe(21 * SECOND)
  })
})

describe('scaling to nothing and back', () => {
  it('new pods go the whole way again: none from 10 s, one from 20 s that is ready at 25 s', () => {
    const requests = script([
      [5000, 0, 1],
      [15_000, 0, 1],
      [22_000, 0, 1],
      [26_000, 0, 1],
    ])
    const { simulation, metrics } = scaled(
      [
        [10, 0],
        [20, 1],
      ],
      { start: 5 * SECOND, requests },
    )
    expect(metrics['errors-no-backend']).toBe(50)
    expect(simulation.parts.clients.list[0].ledger.answered).toBe(2)
    expect(simulation.parts.cluster.created).toBe(3)
    expect(simulation.parts.cluster.gone).toBe(2)
  })
  it('a pod deleted while its node is being decided frees the node at once', () => {
    // A decision takes 4 s: from 10 to 14 s for the third pod. Deleted at 12 s.
    const { simulation } = scaled(
      [
        [10, 3],
        [12, 2],
      ],
      {},
      { delays: { ...noDelays, decision: 4 * SECOND } },
    )
    expect(simulation.parts.cluster.allocated[0]).toBe(2000)
    expect(simulation.parts.clients.list[0].ledger.failed).toBe(0)
  })
})

describe('up while others are on their way out', () => {
  it('a terminating pod counts no more: it keeps its node until its work is done, its successor starts beside it', () => {
    // Both pods work from 5 s on, for 20 s each. Down to none at 10 s, up to two at 12 s: four pods on the node until 25 s.
    const requests = script([
      [5000, 0, 20_000],
      [5000, 0, 20_000],
    ])
    const held: number[] = []
    const simulation = new Simulation(
      input({
        horizon: 60 * SECOND,
        sample: 60 * SECOND,
        services: [service({ replicas: 2, minReplicas: 0, maxReplicas: 9, threads: 0, shape: shape({ cpu: 1000 }), requests })],
      }),
    )
    const { simulator, replicaSets, cluster } = simulation.parts
    simulator.call(10 * SECOND, () => replicaSets.scale(0, 0))
    simulator.call(12 * SECOND, () => replicaSets.scale(0, 2))
    for (const at of [11, 13, 50]) simulator.call(at * SECOND, () => held.push(cluster.allocated[0]))
    simulation.run()
    const busy = held[0] // one or two pods got the requests, as the random balancer had it
    expect([1000, 2000]).toContain(busy)
    expect(held).toEqual([busy, busy + 2000, 2000])
    expect(simulation.parts.clients.list[0].ledger.answered).toBe(2)
  })
})
