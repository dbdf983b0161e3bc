import { describe, expect, it } from 'vitest'
import { metricById, type RunResult } from '../../sim/index.ts'
import type { FinishedRun, Plan, PlannedRun } from './plan.ts'
import { affordable, paretoFront, ranked, readObjective, roundsOf, searching, type Goal, type Search } from './tune.ts'

const goal: Goal = { cost: metricById('cost')!, objective: metricById('slo-misses')!, bound: 10 }

const planWith = (settings: number): Plan => {
  const variants = Array.from({ length: settings }, (_, index) => ({ index, label: `${index}`, choices: [index], scenario: { index } }))
  return { variants, seed: 1, engine: 'x', replications: 9 } as unknown as Plan
}

/** Setting i costs i and misses 30 - i percent. */
const resultOf = (run: PlannedRun): FinishedRun => ({
  run,
  result: { metrics: { cost: run.variant, 'slo-misses': 30 - run.variant } } as unknown as RunResult,
})

function searched(search: Search, settings: number, count = settings): FinishedRun[] {
  const planner = searching(planWith(settings), goal, search, count)
  const finished: FinishedRun[] = []
  for (let wave = planner.next(finished); wave.length > 0; wave = planner.next(finished)) finished.push(...wave.map(resultOf))
  return finished
}

describe('a search for the least cost with at most 10 % of misses', () => {
  it('finds setting 20 of 27 by halving in 27 x 2 + 9 x 1 + 3 x 6 runs, as the grid does in 243', () => {
    const byHalving = searched('halving', 27)
    const byGrid = searched('grid', 27)
    expect([byHalving.length, byGrid.length]).toEqual([81, 243])
    expect([ranked(goal, byHalving)[0].variant, ranked(goal, byGrid)[0].variant]).toEqual([20, 20])
    expect(ranked(goal, byHalving)[0].cost).toHaveLength(9)
    expect(roundsOf('halving', 27, 9)).toEqual({
      rounds: [
        { settings: 27, replications: 2 },
        { settings: 9, replications: 3 },
        { settings: 3, replications: 9 },
      ],
      runs: 81,
    })
  })

  it('keeps to its budget, and draws the same settings for the same seed', () => {
    const count = affordable('random', 27, 9, 50)
    expect(count).toBe(5)
    const runs = searched('random', 27, count).map(({ run }) => run.id)
    expect(runs).toHaveLength(45)
    expect(searched('random', 27, count).map(({ run }) => run.id)).toEqual(runs)
    expect(new Set(runs).size).toBe(45)
  })

  it('ranks settings that miss the objective by how far they are from it, and those without a value last', () => {
    const of = (variant: number, cost: number, misses: number | null): FinishedRun => ({
      run: { id: `${variant}`, variant, replication: 0, seed: 1 },
      result: { metrics: { cost, 'slo-misses': misses } } as unknown as RunResult,
    })
    const list = ranked(goal, [of(0, 1, 50), of(1, 2, null), of(2, 9, 4), of(3, 3, 20), of(4, 7, 10)])
    expect(list.map(({ variant }) => variant)).toEqual([4, 2, 3, 0, 1])
    // 3 is cheaper than 4 with more misses, 0 than both; none of them is beaten in both.
    expect(paretoFront(goal, list).map(({ variant }) => variant)).toEqual([0, 3, 4, 2])
    expect(paretoFront(goal, ranked(goal, [of(0, 1, 5), of(1, 2, 6), of(2, 1, 5)])).map(({ variant }) => variant)).toEqual([0])
  })

  it('reads objectives', () => {
    expect(readObjective('slo-misses <= 0.5%')).toMatchObject({ bound: 0.5 })
    expect(readObjective('goodput>=90')).toMatchObject({ bound: 90 })
    expect(readObjective('slo-misses>=1')).toBe('found >= with slo-misses, of which lower is better; accepted: slo-misses<=1')
    expect(readObjective('fast')).toBe('found the objective "fast"; accepted: a metric and a bound in its unit, such as slo-misses<=1')
  })
})
