/** The door of this folder: a study in, files and texts out. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chartNames, chartsOf, specOf } from './charts/index.ts'
import { renderPng, renderSvg } from './charts/render.ts'
import { page } from './page.ts'
import type { DrawnChart } from './page.ts'
import { pageData } from './page/data.ts'
import { summarise } from './summary.ts'
import type { Study } from './study.ts'
import { effectsCsv } from './tables/effects.ts'
import { runsCsv } from './tables/runs.ts'
import { summaryCsv } from './tables/summary.ts'
import { timeseriesCsv, timeseriesStride } from './tables/timeseries.ts'
import { writeWhole } from './write.ts'

export { chartNames } from './charts/index.ts'
export { ChartError } from './charts/own-spec.ts'
export { chartsIn, drawFromFolder } from './charts/redraw.ts'
export type { OwnSpecFile, Redrawn } from './charts/redraw.ts'
export type { Axis, Margins, Study, StudyRun, Variant } from './study.ts'
export type { Contrast, Verdict } from './statistics/contrast.ts'
export type { Effect, Effects, Factor } from './statistics/effects.ts'
export type { PrecisionRule } from './statistics/precision.ts'
export { differencesOf, moreReplications, precisionOf } from './statistics/precision.ts'
export type { Summary, SummaryRow, Warning } from './summary.ts'
export type { PlainRow, PlainSummary } from './plain.ts'
export { summaryOf } from './plain.ts'
export { compareRuns, runsTableOf } from './compare.ts'
export type { ComparedRow, CompareOptions, RunComparison } from './compare.ts'
export { comparisonData, comparisonLines, comparisonMarkdown } from './compare-text.ts'
export { readRuns, RunsError, studyOfRuns } from './tables/read-runs.ts'
export type { RunsTable } from './tables/read-runs.ts'
export { comparisonText } from './terminal.ts'
export { summarise } from './summary.ts'
export { TableError } from './tables/read-table.ts'
export { writeWhole } from './write.ts'

/**
 * Writes runs.csv, summary.csv, effects.csv, timeseries.csv, charts/*.{vl.json,svg,png} and report.html into `folder`, and returns their paths in
 * the order of writing. Numbers go first: a chart that cannot be drawn never costs a table.
 */
export async function writeReports(folder: string, study: Study): Promise<string[]> {
  const summary = summarise(study)
  const written: string[] = []
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    written.push(await writeWhole(join(folder, name), content))
  }
  await write('runs.csv', runsCsv(study))
  await write('summary.csv', summaryCsv(summary))
  await write('effects.csv', effectsCsv(summary))
  await write('timeseries.csv', timeseriesCsv(study))
  const stride = timeseriesStride(study)
  const notes = stride > 1 ? [`timeseries.csv keeps every ${stride}th sample, to stay of a readable size`] : []
  const charts = chartsOf(summary)
  const drawn: DrawnChart[] = []
  for (const chart of charts) {
    const { name, title, subtitle } = chart
    const spec = specOf(chart)
    const { svg, warnings } = await renderSvg(spec)
    notes.push(...warnings.map((warning) => `chart ${name}: ${warning}`))
    drawn.push({ name, title, subtitle, svg })
    await write(`charts/${name}.vl.json`, `${JSON.stringify(spec)}\n`)
    await write(`charts/${name}.svg`, `${svg}\n`)
  }
  await write('report.html', page(summary, { charts: drawn, data: await pageData(summary, charts), notes }))
  const pictures = await Promise.all(drawn.map(({ svg }) => renderPng(svg)))
  for (const [i, { name }] of drawn.entries()) await write(`charts/${name}.png`, pictures[i])
  // Those without data are removed, so that a folder never shows an older run's.
  for (const name of chartNames.filter((known) => !drawn.some((chart) => chart.name === known))) {
    for (const ending of ['vl.json', 'svg', 'png']) await rm(join(folder, 'charts', `${name}.${ending}`), { force: true })
  }
  return written
}
