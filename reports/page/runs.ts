/** The page's section on single replications: a table of all runs, and what the script shows of the one that a reader picks. */
import type { MetricDefinition } from '../../sim/index.ts'
import { formatNumber, plainText, withUnit } from '../format.ts'
import type { StudyRun } from '../study.ts'
import { mainMetrics } from '../summary/main-metrics.ts'
import type { Summary } from '../summary/summary.ts'
import { SPARK_COLUMNS, sparksOf } from '../text/sparkline.ts'
import { htmlTable } from './html.ts'
import type { HtmlCell, HtmlRow } from './html.ts'
import type { PageRun } from './ways.ts'

const MAIN_METRICS = 6
/** Maximum of runs in the table, and of runs with details in the data of the script; runs.csv has all. */
const MAX_RUNS = 1500
const MAX_DETAILED = 400
const SPARK_CELLS = 60

/** The HTML of the section. */
export function runsSection(summary: Summary): string {
  const { study } = summary
  const main = mainMetrics(summary, MAIN_METRICS)
  const shown = study.runs.slice(0, MAX_RUNS)
  const rows = shown.map((run): HtmlRow => ({
    variant: run.variant,
    cells: [
      study.variants[run.variant].short,
      { text: String(run.replication + 1), value: run.replication + 1 },
      ...main.map((metric) => numberCell(run.result.metrics[metric.id] ?? null)),
    ],
  }))
  const caption =
    study.runs.length > shown.length
      ? `The first ${shown.length} of ${study.runs.length} runs; runs.csv has all`
      : 'Every run: what one replication measured'
  const header = ['variant', 'replication', ...main.map((metric) => withUnit(metric.label, metric.unit))]
  return `<div id="run"></div>\n<details>\n<summary>Every run (${study.runs.length})</summary>\n${htmlTable(caption, header, rows)}\n</details>`
}

const numberCell = (value: number | null): HtmlCell => (value === null ? '-' : { text: formatNumber(value, 4), value })

/** The details of single runs for the script; none of them when there are too many. */
export function runDetails(summary: Summary): PageRun[] {
  const { study, present } = summary
  return study.runs.length > MAX_DETAILED ? [] : study.runs.map((run) => detailsOf(summary, run, present))
}

function detailsOf({ study }: Summary, run: StudyRun, present: readonly MetricDefinition[]): PageRun {
  const alone = { ...study, variants: [study.variants[run.variant]], runs: [{ ...run, variant: 0 }] }
  return {
    variant: run.variant,
    replication: run.replication,
    id: run.id,
    seed: String(run.seed),
    values: present.map(({ id }) => formatNumber(run.result.metrics[id] ?? NaN, 5)),
    notes: run.result.notes.map(plainText),
    lines: sparksOf(alone, SPARK_COLUMNS, SPARK_CELLS).map(({ heading, lines }) => [heading, lines[0] ?? ''] as const),
  }
}

/** Names of the values of `PageRun`, in order. */
export const valueNames = ({ present }: Summary): string[] => present.map(({ label, unit }) => withUnit(label, unit))
