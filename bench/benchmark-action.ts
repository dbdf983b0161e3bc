/**
 * Rows of a bench run in the format of github-action-benchmark: a list of { name, unit, value } in a file of its own. The action has one
 * direction per file (`customSmallerIsBetter`), so a ratio to a reference implementation (twin), where larger is better, is inverted.
 * Source: the README of benchmark-action/github-action-benchmark, "custom benchmarks".
 */
import { isTooSmall } from './compare.ts'
import type { Baseline } from './compare.ts'

/** A row of the action's file. */
export interface ActionRow {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** Tooltip of the point. */
  readonly extra: string
}

/** The rows of a run, and one per ratio to a twin; a value below the resolution of its measurement is no point of a line. */
export function actionRows({ machine, node, rows }: Baseline): ActionRow[] {
  const place = `${machine}, Node ${node}`
  return rows
    .filter((row) => !isTooSmall(row))
    .flatMap(({ name, unit, value, twin, ratio, goal }): ActionRow[] => {
      const extra = goal === undefined ? place : `goal: ${goal}\n${place}`
      const own = { name, unit, value, extra }
      return twin === undefined || ratio === undefined || ratio <= 0
        ? [own]
        : [own, { name: `${name}: time against its naive twin`, unit: 'x', value: 1 / ratio, extra }]
    })
}
