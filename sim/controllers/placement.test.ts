/** When pods get their nodes: decision time one after another, and rounds of a packer on their grid. Times in ms where scripted. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packers } from '../binpacking/index.ts'
import { choose, coming, input, noDelays, pool, shape } from '../testing/input.ts'
import type { FlatInput } from '../testing/input.ts'
import { orders, schedulers } from '../scheduling/index.ts'
import { Simulation } from '../simulation.ts'

/** Bind times and pending times are read from the recorder, whose histogram is exact in its sum. */
function run(partial: Partial<FlatInput>) {
  const simulation = new Simulation(input({ horizon: 60e6, sample: 60e6, ...partial }))
  const result = simulation.run()
  return { ...result, pods: simulation.parts.pods, cluster: simulation.parts.cluster }
}

describe('decision time', () => {
  const delays = { ...noDelays, decision: 1000, perNode: 100 }
  const small = shape({ cpu: 100, memory: 1 })

  it('one pod after another: 1 ms + 4 nodes x 0.1 ms each; three pods at once wait 1.4, 2.8 and 4.2 ms', () => {
    const { pods } = run({
      delays,
      pools: [pool(4)],
      background: [
        coming([
          [5000, small, 1e9],
          [5000, small, 1e9],
          [5000, small, 1e9],
        ]),
      ],
    })
    expect(pods.pending.count).toBe(3)
    expect(pods.pending.sum).toBe(1400 + 2800 + 4200)
    expect(pods.unscheduled).toBe(1400 + 2800 + 4200)
  })
  it('a pod that comes while the scheduler is busy waits for the end: at 5 and at 6 ms, bound at 6.4 and 7.8', () => {
    const { pods } = run({
      delays,
      pools: [pool(4)],
      background: [
        coming([
          [5, small, 1e9],
          [6, small, 1e9],
        ]),
      ],
    })
    expect(pods.pending.sum).toBe(1400 + 1800)
  })
  it('a try that finds no node is charged too: the pod behind it waits twice as long, and the hopeless one is not tried again', () => {
    const { pods } = run({
      delays,
      pools: [pool(4)],
      background: [
        coming([
          [5, shape({ cpu: 99_000 }), 1e9],
          [5, small, 1e9],
          [9, small, 1e9],
        ]),
      ],
    })
    expect(pods.binds).toBe(2)
    expect(pods.censored).toBe(1)
    expect(pods.pending.sum).toBe(2800 + 1400 + (60e6 - 5000))
  })
  it('what the decision takes holds up the start: a pod of 10 ms that is decided at 6.4 leaves at 16.4, and the room is free again', () => {
    const { cluster, pods } = run({
      delays,
      pools: [pool(1)],
      background: [
        coming([
          [5, shape({ cpu: 16_000 }), 10],
          [6, shape({ cpu: 16_000 }), 10],
        ]),
      ],
    })
    // One node examined: 1.1 ms. The first runs 6.1 to 16.1; the second is declined 6.1 to 7.2, tried again at 16.1, bound at 17.2.
    expect(pods.pending.sum).toBe(1100 + 11_200)
    expect(cluster.gone).toBe(2)
  })
})

describe('rounds of a packer', () => {
  const binpacking = { ...choose(packers, 'first-fit-decreasing'), role: 'both' as const, every: 1e6 }
  const small = shape({ cpu: 1000 })

  it('pods wait for the next whole second: 0.3 s, then 1 s for one that comes on the grid', () => {
    const { pods } = run({
      binpacking,
      background: [
        coming([
          [1700, small, 1e9],
          [3000, small, 1e9],
        ]),
      ],
    })
    expect(pods.pending.sum).toBe(300_000 + 1e6)
  })
  it('a pod that fits nowhere does not hold up those that come after it', () => {
    const { pods } = run({
      binpacking,
      background: [
        coming([
          [500, shape({ cpu: 99_000 }), 1e9],
          [5500, small, 1e9],
        ]),
      ],
    })
    expect(pods.binds).toBe(1)
    expect(pods.censored).toBe(1)
    expect(pods.pending.sum).toBe(500_000 + 59.5e6)
  })
  it('leftovers are tried again in the round after room came free: 16 cores held until 4.2 s, so bound at 5 s', () => {
    const whole = shape({ cpu: 16_000 })
    const { pods } = run({
      binpacking,
      background: [
        coming([
          [500, whole, 3200],
          [600, whole, 1e9],
        ]),
      ],
    })
    // The first is bound at 1 s and leaves at 4.2 s.
    expect(pods.pending.sum).toBe(500_000 + 4.4e6)
  })
  it('only what a round has looked at is reported as unschedulable', () => {
    const simulation = new Simulation(
      input({
        horizon: 10e6,
        sample: 10e6,
        binpacking,
        background: [
          coming([
            [500, shape({ cpu: 99_000 }), 1e9],
            [2500, small, 1e9],
          ]),
        ],
      }),
    )
    const { simulator } = simulation.parts
    const seen: number[] = []
    const look = () => {
      let count = 0
      simulation.parts.placement.eachUnschedulable(() => count++)
      seen.push(count)
    }
    for (const at of [0.9e6, 1.5e6, 2.9e6, 3.5e6]) simulator.call(at, look)
    simulation.run()
    expect(seen).toEqual([0, 1, 1, 1])
  })
  it('the choice of a scheduler has no say', () => {
    const bound = (name: string) =>
      run({
        binpacking,
        pools: [pool(3)],
        scheduling: choose(schedulers, name),
        background: [
          coming([
            [1, small, 1e9],
            [2, small, 1e9],
          ]),
        ],
      }).cluster.nodesInUse
    expect(bound('least-allocated')).toBe(1)
    expect(bound('best-fit')).toBe(1)
  })
})

describe('a wake after a decision that would find nothing to decide', () => {
  // Times, run times and decision times in whole ms, so that ends, arrivals and wakes often coincide; the cluster is often full.
  const kinds = [shape({ cpu: 1000, priority: 1 }), shape({ cpu: 2000 }), shape({ cpu: 3000, priority: 2 })]
  const pods = fc
    .array(fc.tuple(fc.nat(60), fc.nat(2), fc.integer({ min: 1, max: 25 })), { minLength: 1, maxLength: 30 })
    .map((rows) => rows.sort((a, b) => a[0] - b[0]).map(([at, kind, run]) => [at, kinds[kind], run] as const))
  const cases = fc.record({
    pods,
    decision: fc.integer({ min: 1, max: 4 }),
    start: fc.nat(2),
    order: fc.constantFrom('fifo', 'priority', 'shortest-first', 'fair-share', 'easy'),
  })

  it('is left out only where nothing changes: the same results, bit for bit, as with every wake', () => {
    let spared = 0
    fc.assert(
      fc.property(cases, ({ pods, decision, start, order }) => {
        const [fewer, all] = [false, true].map((everyWake) => {
          const simulation = new Simulation(
            input({
              horizon: 300_000,
              sample: 10_000,
              delays: { ...noDelays, decision: decision * 1000, start: start * 1000 },
              pools: [pool(2, { cpu: 4000 })],
              scheduling: { ...choose(schedulers, 'best-fit'), order: choose(orders, order) },
              background: [coming(pods)],
            }),
          )
          const { simulator } = simulation.parts
          const spare = simulator.spare.bind(simulator)
          simulator.spare = (time) => {
            if (everyWake) return false
            const spares = spare(time)
            if (spares) spared++
            return spares
          }
          return JSON.stringify(simulation.run(), (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value))
        })
        expect(fewer).toBe(all)
      }),
      { seed: 11, numRuns: 80 },
    )
    expect(spared).toBeGreaterThan(50)
  })
})

describe('decisions that are kept', () => {
  const big = shape({ cpu: 3000, memory: 1 })
  const hopeless = shape({ cpu: 9000, memory: 1 })
  // Two nodes of 4 cores: the third pod of 3 cores finds none, the hopeless one never does.
  const scenario = {
    pools: [pool(2, { cpu: 4000 })],
    background: [
      coming([
        [1000, big, 5000],
        [2000, big, 20_000],
        [3000, big, 5000],
        [4000, hopeless, 5000],
      ]),
    ],
    sample: 5e6,
  }

  it('say what became of each pod, and why a node was not found', () => {
    const { decisions } = run({ ...scenario, decisions: 100 })
    expect(decisions).toMatchObject({ seen: 5, every: 1 })
    expect(decisions!.list.map(({ time, outcome, why, cpu }) => [time, outcome, cpu, why])).toEqual([
      [1, 'bound', 3000, ''],
      [2, 'bound', 3000, ''],
      [3, 'no node', 3000, '0 of 2 nodes: 2 have too little free cpu'],
      [4, 'no node', 9000, '0 of 2 nodes: 2 have too little free cpu'],
      [6, 'bound', 3000, ''], // the first pod has left
    ])
    const [first, , third] = decisions!.list
    expect([first.scheduler, first.owner, first.created]).toEqual(['default', 'coming', 1])
    expect(decisions!.list.filter(({ pod }) => pod === third.pod).map(({ time }) => time)).toEqual([3, 6])
  })

  it('beyond the bound are thinned out evenly, and are none in further replications or by default', () => {
    const arrivals = Array.from({ length: 40 }, (_, i): [number, ReturnType<typeof shape>, number] => [1000 * (i + 1), big, 100])
    const { decisions } = run({ ...scenario, background: [coming(arrivals)], decisions: 10 })
    expect(decisions).toMatchObject({ seen: 40, every: 4 })
    expect(decisions!.list.map(({ time }) => time)).toEqual([1, 5, 9, 13, 17, 21, 25, 29, 33, 37])
    expect(run(scenario).decisions).toBeUndefined()
    expect(run({ ...scenario, decisions: 10, replication: 1 }).decisions).toBeUndefined()
  })

  it('come with the pods that were pending, by the reason that excludes most of the nodes that their labels allow', () => {
    const { series } = run({ ...scenario, decisions: 1 })
    const column = series.columns.find(({ name }) => name === 'pending-cpu')!
    // At 5 s the third pod and the hopeless one, from 6 s on the latter.
    expect([...column.values].slice(0, 3)).toEqual([2, 1, 1])
    expect(column).toMatchObject({ label: 'pods without a node: too little free cpu', unit: 'pods' })
    // A node without room that a selector allows counts, not the two empty ones that it excludes.
    const labelled = { pools: [pool(2, { cpu: 4000 }), pool(1, { cpu: 1000, labels: { disk: 'ssd' } })] }
    const selecting = { ...big, nodeSelector: { disk: 'ssd' } }
    const { series: own } = run({ ...scenario, ...labelled, background: [coming([[1000, selecting, 5000]])], decisions: 1 })
    expect(own.columns.filter(({ name }) => name.startsWith('pending-')).map(({ name }) => name)).toEqual(['pending-cpu'])
    expect(run(scenario).series.columns.some(({ name }) => name.startsWith('pending-'))).toBe(false)
  })
})
