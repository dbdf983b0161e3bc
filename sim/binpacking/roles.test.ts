/** Every member in every role, with all laws checked after each event. */
import { describe, expect, test } from 'vitest'
import { nodeAutoscalers } from '../autoscaling/nodes/index.ts'
import { choose, coming, input, pool, shape } from '../testing/input.ts'
import type { SimulationInput } from '../input.ts'
import { Simulation } from '../simulation.ts'
import { packers } from './index.ts'
import { createPacker, names } from './packers.fixture.ts'
import { problem } from './problem.fixture.ts'
import type { PackerRole } from './policy.ts'

const GiB = 2 ** 30
const shapes = [
  shape({ cpu: 3000, memory: 2 * GiB }),
  shape({ cpu: 1000, memory: 10 * GiB }),
  shape({ cpu: 5000, memory: 6 * GiB }),
  shape({ cpu: 500, memory: GiB, gpus: 1, gpuMilli: 300 }),
]
/** 90 pods, one a second, in turn of the four shapes; each runs for 200 s. */
const pods = coming(Array.from({ length: 90 }, (_, k) => [1000 * k, shapes[k % 4], 200_000] as const))

const loop = (name: string, role: PackerRole, values = {}): SimulationInput =>
  input({
    horizon: 600e6,
    sample: 60e6,
    pools: [
      pool(2, { cpu: 8000, memory: 16 * GiB, price: 400_000, gpus: 1, gpuModel: 'T4' }, { min: 1, max: 30, provision: 10e6 }),
      pool(1, { cpu: 16_000, memory: 32 * GiB, price: 700_000 }, { name: 'large', min: 0, max: 10, provision: 10e6 }),
    ],
    background: [pods],
    nodes: choose(nodeAutoscalers, 'on-demand', { unneeded: 60e6, delayAfterAdd: 30e6 }),
    binpacking: { ...choose(packers, name, values), role: role, every: 1e6 },
  })

describe.each(names)('%s', (name) => {
  test.each<[PackerRole]>([['rounds'], ['estimator'], ['both']])(
    '%s: the pool grows, every pod finds a node, runs and is removed, the pool shrinks; the same in a second run',
    (role) => {
      const simulation = new Simulation(loop(name, role))
      const result = simulation.run()
      expect(simulation.parts.pods.pending.count).toBe(90)
      expect(result.metrics['pending-censored']).toBe(0)
      expect(simulation.parts.cluster.gone).toBe(90)
      const nodes = result.series.columns.find((column) => column.name === 'nodes')!.values as Float64Array
      expect(Math.max(...nodes)).toBeGreaterThan(6)
      expect(nodes[nodes.length - 1]).toBeLessThan(6)
      expect(new Simulation(loop(name, role)).run()).toEqual(result)
    },
  )

  test('both, with every rule for new bins and right-sizing', () => {
    for (const newBins of ['cheapest', 'price-per-size', 'largest']) {
      const simulation = new Simulation(loop(name, 'both', { newBins, rightSizing: true }))
      simulation.run()
      expect(simulation.parts.cluster.gone).toBe(90)
    }
  })
})

// Pods that a round leaves over are retried at the next change of the cluster: a pod that fits an existing node would stay pending until
// then.
test.each(names)('%s: a large pod that needs a new node does not keep others from the existing nodes', (name) => {
  const p = problem([{ cpu: 50 }, { cpu: 4 }, { cpu: 4 }, { cpu: 3 }], [{ cpu: 4 }, { cpu: 3 }, { cpu: 4 }], [{ cpu: 60 }])
  expect([...createPacker(name).pack(p).bin].slice(1).every((bin) => bin < 3)).toBe(true)
  expect(createPacker(name).pack(p).bin[0]).toBe(3)
})
