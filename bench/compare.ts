/** The table of a bench run beside the stored baseline. A difference is displayed but never a failure, since machines differ. */
import { cpus } from 'node:os'
import type { BenchRow } from './harness.ts'

/** A stored run. */
export interface Baseline {
  readonly machine: string
  readonly node: string
  readonly rows: readonly BenchRow[]
}

/** The content of bench/baseline.json. Short runs measure smaller scales and are compared with short runs only. */
export interface Baselines {
  readonly full?: Baseline
  readonly short?: Baseline
}

/** Rows with the machine and Node version of this process. */
export function thisRun(rows: readonly BenchRow[]): Baseline {
  const all = cpus()
  return { machine: `${all.length} x ${all[0]?.model ?? 'unknown'}`, node: process.version, rows }
}

/** Change against the baseline's row of the same name and unit: "+3 %"; "" when there is none. */
export function delta(row: BenchRow, baseline: Baseline | undefined): string {
  const stored = baseline?.rows.find(({ name, unit }) => name === row.name && unit === row.unit)
  if (stored === undefined || isTooSmall(stored) || isTooSmall(row) || !(Math.abs(stored.value) > 0)) return ''
  const before = stored.value
  const percent = Math.round((row.value / before - 1) * 100)
  return `${percent > 0 ? '+' : ''}${percent} %`
}

/** Whether the value is below what can be measured. */
export const isTooSmall = ({ value, resolution = -Infinity }: BenchRow): boolean => value < resolution

const figure = (value: number | undefined, unit = ''): string =>
  value === undefined ? '' : `${value.toFixed(Math.abs(value) < 10 ? 2 : value < 100 ? 1 : 0)}${unit}`

/** A value, or "< 0.05" below the resolution. */
const measured = ({ resolution = -Infinity }: BenchRow, value: number | undefined): string =>
  value !== undefined && value < resolution ? `< ${figure(resolution)}` : figure(value)

/** Goals are for the sizes of the full bench; a short one is over before the compiler has reached its steady state, so its times are upper bounds. */
const goalText = (goal: string | undefined, short: boolean): string => (goal === undefined ? '' : short ? `too short for: ${goal}` : goal)

/** One line per row: value, twin, ratio, change, goal. */
export function table(run: Baseline, baseline: Baseline | undefined, short = false): string {
  const heads = ['', 'value', 'unit', 'twin', 'ratio', 'baseline', 'goal']
  const lines = run.rows.map((row) => [
    row.name,
    measured(row, row.value),
    row.unit,
    measured(row, row.twin),
    figure(row.ratio, 'x'),
    delta(row, baseline),
    goalText(row.goal, short),
  ])
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i].length)))
  const isNumber = [false, true, false, true, true, true, false]
  const show = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd()
  const against = baseline === undefined ? 'no baseline of this kind is stored' : `baseline: ${baseline.machine}, Node ${baseline.node}`
  return [`${run.machine}, Node ${run.node}; ${against}`, '', show(heads), ...lines.map(show), ''].join('\n')
}
