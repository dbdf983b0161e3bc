/** Nodes that come and go: provisioning, drains with pods of all kinds, bounds. Times in s where nothing else is said. */
import { describe, expect, it } from 'vitest'
import { NodeState } from '../cluster/views.ts'
import { coming, input, noDelays, pool, script, service, shape, template } from '../testing/input.ts'
import type { FlatInput } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'

const GiB = 1024 ** 3
const SECOND = 1e6

/** A run in which something is done at given times; what the deeds return is collected. */
function run(partial: Partial<FlatInput>, deeds: readonly (readonly [at: number, deed: (parts: Simulation['parts']) => unknown])[]) {
  const simulation = new Simulation(input({ horizon: 60 * SECOND, sample: 60 * SECOND, ...partial }))
  const answers: unknown[] = []
  for (const [at, deed] of deeds) simulation.parts.simulator.call(at * SECOND, () => answers.push(deed(simulation.parts)))
  const result = simulation.run()
  return { ...result, parts: simulation.parts, answers }
}

const paid = ({ nodeLevels }: Simulation['parts']): number => nodeLevels.nodes.value
const growing = (provision: number) => pool(1, {}, { min: 1, max: 3, provision })

describe('ordered nodes', () => {
  it('join after the provisioning delay, at most up to the bound', () => {
    const { answers } = run({ pools: [growing(10 * SECOND)] }, [
      [5, ({ nodes }) => nodes.order(0, 5)],
      [14.9, paid],
      [15.1, paid],
      [16, ({ nodes }) => nodes.order(0, 1)],
    ])
    expect(answers).toEqual([2, 1, 3, 0])
  })
  it('wake a pod that waits: a pod of the whole node comes at 1 s, a node is ordered at 5 s and joins at 15 s', () => {
    const whole = shape({ cpu: 16_000 })
    const { parts } = run(
      {
        pools: [growing(10 * SECOND)],
        background: [
          coming([
            [0, whole, 1e9],
            [1000, whole, 1e9],
          ]),
        ],
      },
      [[5, ({ nodes }) => nodes.order(0, 1)]],
    )
    expect(parts.pods.pending.sum).toBe(14 * SECOND)
    expect(parts.pods.unscheduled).toBe(14 * SECOND)
  })
  it('take the templates in turn, after those that were there: small; then large, small, large', () => {
    const two = { ...growing(10 * SECOND), templates: [template({ cpu: 4000 }), template({ cpu: 8000 })], max: 9 }
    const { parts } = run({ pools: [two] }, [
      [1, ({ nodes }) => nodes.order(0, 2)],
      [3, ({ nodes }) => nodes.order(0, 1)],
    ])
    expect([...parts.cluster.nodes.cpu.slice(0, 4)]).toEqual([4000, 8000, 4000, 8000])
  })
})

describe('a drain', () => {
  const web = (partial = {}) =>
    service({ replicas: 2, minReplicas: 0, maxReplicas: 9, shape: shape({ cpu: 500, memory: GiB }), requests: script([]), ...partial })
  const pair = pool(2, {}, { min: 1, max: 2 })

  it('moves service pods; the node leaves when the last request on it is done, and is paid for until then', () => {
    // Least-allocated puts one pod on each node, the first on node 0; round-robin over one request: 4 s of work from 9 s on, on either pod.
    const busy = web({
      requests: script([
        [9000, 0, 4000],
        [9000, 0, 4000],
      ]),
      threads: 0,
      grace: 30 * SECOND,
    })
    const { parts, answers } = run({ pools: [pair], services: [busy] }, [
      [10, ({ autoscaling }) => autoscaling.drain(0)],
      [10.1, ({ replicaSets, cluster }) => replicaSets.podsOf(0).map((pod) => cluster.pods.node[pod])],
      [30, paid],
    ])
    expect(answers[1]).toEqual([1, 1])
    expect(answers[2]).toBe(1)
    expect(parts.clients.list[0].ledger.answered).toBe(2)
    expect(parts.cluster.nodes.state[0]).toBe(NodeState.Gone)
  })
  it('takes a pod that is still starting at once, and its replacement starts anew', () => {
    // Scaled to 3 at 5 s: the third pod starts for 20 s on node 0 (as empty as node 1, lower row). Drained at 10 s: ready at 30 s on node 1.
    const { parts, answers } = run({ pools: [pair], services: [web({ start: 20 * SECOND })] }, [
      [5, ({ replicaSets }) => replicaSets.scale(0, 3)],
      [10, ({ autoscaling }) => autoscaling.drain(0)],
      [10.1, paid],
      [29.9, ({ cluster, replicaSets }) => replicaSets.podsOf(0).map((pod) => cluster.pods.phase[pod])],
      [30.1, ({ cluster, replicaSets }) => replicaSets.podsOf(0).map((pod) => cluster.pods.phase[pod])],
    ])
    expect(answers[2]).toBe(1)
    expect(answers[3]).toEqual([4, 2, 2]) // Ready, Bound, Bound
    expect(answers[4]).toEqual([4, 4, 4])
    expect(parts.pods.toReady.sum).toBe(0 + 0 + 20 * SECOND + 20 * SECOND)
  })
  it('waits for background pods, which are not moved', () => {
    const { answers } = run({ pools: [pair], background: [coming([[0, shape(), 20_000]])] }, [
      [10, ({ autoscaling }) => autoscaling.drain(0)],
      [19.9, paid],
      [20.1, paid],
    ])
    expect(answers).toEqual([undefined, 2, 1])
  })
  it('of the only node leaves the replacements waiting', () => {
    const { parts, answers } = run({ services: [web()] }, [
      [10, ({ autoscaling }) => autoscaling.drain(0)],
      [11, paid],
    ])
    expect(answers[1]).toBe(0)
    expect(parts.cluster.pendingPods).toBe(2)
    expect(parts.pods.unscheduled).toBe(2 * 50 * SECOND)
  })
  it('asked for twice is one drain; of a node that is gone it is refused with the node', () => {
    const { parts } = run({ pools: [pair], background: [coming([[0, shape(), 20_000]])] }, [
      [10, ({ autoscaling }) => autoscaling.drain(0)],
      [11, ({ autoscaling }) => autoscaling.drain(0)],
    ])
    expect(parts.scaling.actions).toBe(1)
    expect(() =>
      run({ pools: [pair] }, [
        [10, ({ autoscaling }) => autoscaling.drain(0)],
        [11, ({ autoscaling }) => autoscaling.drain(0)],
      ]),
    ).toThrow(/drains node 0, which is gone/)
    expect(() => run({ pools: [pair] }, [[10, ({ autoscaling }) => autoscaling.drain(7)]])).toThrow(/drains node 7/)
  })
  it('nodes that left are paid for no longer, and make room in the bound: drained at 10 s, one can be ordered again', () => {
    const { answers, metrics } = run(
      { pools: [pool(2, { price: 3_600_000 }, { min: 1, max: 2, provision: 10 * SECOND })], warmup: 0, delays: noDelays },
      [
        [5, ({ nodes }) => nodes.order(0, 1)],
        [10, ({ autoscaling }) => autoscaling.drain(0)],
        [20, ({ nodes }) => nodes.order(0, 1)],
      ],
    )
    expect(answers).toEqual([0, undefined, 1])
    // 2 nodes for 10 s, 1 for 20 s, 2 for 30 s: 100 node·s at a tenth of a cent.
    expect(metrics['cost']).toBeCloseTo(0.1, 12)
    expect(metrics['nodes-mean']).toBeCloseTo(100 / 60, 12)
  })
})
