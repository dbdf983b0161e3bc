/**
 * Rows of a bench run as github-action-benchmark reads them: a list of { name, unit, value } in a file of its own. The action has one
 * direction per file (`customSmallerIsBetter`), so a row that is better when it grows (a ratio to a naive twin) goes as its inverse.
 * Source: the README of benchmark-action/github-action-benchmark, "custom benchmarks".
 */
import type { Baseline } from './compare.ts'

export interface ActionRow {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** Shown when the point is hovered. */
  readonly extra: string
}

export function actionRows({ machine, node, rows }: Baseline): ActionRow[] {
  const place = `${machine}, Node ${node}`
  return rows.flatMap(({ name, unit, value, twin, ratio, goal }): ActionRow[] => {
    const extra = goal === undefined ? place : `goal: ${goal}\n${place}`
    const own = { name, unit, value, extra }
    return twin === undefined || ratio === undefined || ratio <= 0
      ? [own]
      : [own, { name: `${name}: time against its naive twin`, unit: 'x', value: 1 / ratio, extra }]
  })
}
