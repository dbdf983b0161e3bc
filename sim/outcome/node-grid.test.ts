import { describe, expect, it } from 'vitest'
import { choose, input, pool, shape, standing } from '../testing/input.ts'
import type { RunResult } from './results.ts'
import { schedulers } from '../scheduling/index.ts'
import { simulate } from '../simulation.ts'
import { MAX_GROUPS, MAX_TIMES } from './node-grid.ts'

/** Pods of half a node, placed node after node, each using 40 % of its request. */
function run(nodes: number, pods: number, sample = 1e6, replication = 0): RunResult {
  return simulate(
    input({
      pools: [pool(nodes, { cpu: 4000 })],
      background: [standing(Array.from({ length: pods }, () => shape({ cpu: 2000, usage: 0.4 })))],
      scheduling: choose(schedulers, 'first-fit'),
      horizon: 200e6,
      sample,
      replication,
    }),
  )
}

describe('grid of the nodes', () => {
  it('three nodes, three pods of half a node at 40 % use: allocated 100, 50, 0 %, used 40, 20, 0 %', () => {
    const { nodeGrid } = run(3, 3)
    expect(nodeGrid).toMatchObject({ nodes: 3, span: 1, groups: 3 })
    expect([...nodeGrid!.allocation.slice(0, 3)]).toEqual([100, 50, 0])
    expect([...nodeGrid!.usage.slice(0, 3)]).toEqual([40, 20, 0])
  })

  it('250 nodes are in groups of 4, and the groups add up to the cluster', () => {
    const { nodeGrid, series } = run(250, 301)
    expect(nodeGrid).toMatchObject({ nodes: 250, span: 4, groups: 63 })
    const row = nodeGrid!.allocation.slice(0, 63)
    // 62 groups of four nodes and one of two.
    const mean = row.reduce((sum, value, group) => sum + value * (group < 62 ? 4 : 2), 0) / 250
    expect(mean).toBeCloseTo(series.columns.find(({ name }) => name === 'allocation')!.values[0] as number, 4)
    expect(mean).toBeCloseTo((100 * 301) / 500, 4)
  })

  it('stays small: at most 60 instants of 200 samples, at most 100 groups', () => {
    const { nodeGrid } = run(101, 5)
    expect(nodeGrid!.times.length).toBeLessThanOrEqual(MAX_TIMES)
    expect([...nodeGrid!.times.slice(0, 3)]).toEqual([1, 5, 9]) // 200 samples, every fourth
    expect(nodeGrid!.groups).toBeLessThanOrEqual(MAX_GROUPS)
  })

  it('is taken in the first replication only', () => {
    expect(run(3, 3, 1e6, 1).nodeGrid).toBeUndefined()
  })

  it('the histogram of pending times is part of the result: three pods, bound at once', () => {
    const { pending } = run(3, 3)
    expect(pending!.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(pending!.sum).toBe(0)
  })
})
