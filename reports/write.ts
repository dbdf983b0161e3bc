/** Writes a study into a results folder: tables, charts and the page. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { chartNames, chartsOf, specOf } from './charts/index.ts'
import { renderPng, renderSvg } from './charts/render.ts'
import { pageData } from './page/data.ts'
import { page } from './page/page.ts'
import type { DrawnChart } from './page/page.ts'
import type { Study } from './study.ts'
import { summarise } from './summary/summary.ts'
import { effectsCsv } from './tables/effects.ts'
import { decisionsCsv } from './tables/decisions.ts'
import { eventsCsv } from './tables/events.ts'
import { runsCsv } from './tables/runs.ts'
import { servicesCsv } from './tables/services.ts'
import { summaryCsv } from './tables/summary.ts'
import { timeseriesCsv, timeseriesStride } from './tables/timeseries.ts'

/**
 * Writes runs.csv, summary.csv, services.csv (with several services or calls), effects.csv, timeseries.csv, events.csv and decisions.csv (where runs keep them), charts/*.{vl.json,svg,png} and report.html into `folder`, and returns their paths in
 * the order of writing. Tables are written first, so that an error in a chart loses no numbers. Without `charts` the tables only.
 */
export async function writeReports(folder: string, study: Study, { charts: draws = true } = {}): Promise<string[]> {
  const summary = summarise(study)
  const written: string[] = []
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    written.push(await writeWhole(join(folder, name), content))
  }
  await write('runs.csv', runsCsv(study))
  await write('summary.csv', summaryCsv(summary))
  const byService = servicesCsv(study)
  if (byService !== '') await write('services.csv', byService)
  else await rm(join(folder, 'services.csv'), { force: true })
  await write('effects.csv', effectsCsv(summary))
  await write('timeseries.csv', timeseriesCsv(study))
  for (const [name, table] of [
    ['events.csv', eventsCsv(study)],
    ['decisions.csv', decisionsCsv(study)],
  ]) {
    if (table !== '') await write(name, table)
    else await rm(join(folder, name), { force: true })
  }
  if (!draws) {
    await removeCharts(folder, chartNames)
    await rm(join(folder, 'report.html'), { force: true })
    return written
  }
  const stride = timeseriesStride(study)
  const notes = stride > 1 ? [`timeseries.csv keeps every ${stride}th sample of each run, to limit its size`] : []
  const charts = chartsOf(summary)
  const drawn: DrawnChart[] = []
  for (const chart of charts) {
    const { name, title, subtitle } = chart
    const spec = specOf(chart, study.name)
    const { svg, warnings } = await renderSvg(spec)
    notes.push(...warnings.map((warning) => `chart ${name}: ${warning}`))
    drawn.push({ name, title, subtitle, svg })
    await write(`charts/${name}.vl.json`, `${JSON.stringify(spec)}\n`)
    await write(`charts/${name}.svg`, `${svg}\n`)
  }
  await write('report.html', page(summary, { charts: drawn, data: await pageData(summary, charts), notes }))
  const pictures = await Promise.all(drawn.map(({ svg }) => renderPng(svg)))
  for (const [i, { name }] of drawn.entries()) await write(`charts/${name}.png`, pictures[i])
  await removeCharts(
    folder,
    chartNames.filter((known) => !drawn.some((chart) => chart.name === known)),
  )
  return written
}

/** Removes charts that this study does not have, so that none of an earlier one stays in the folder. */
async function removeCharts(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    for (const ending of ['vl.json', 'svg', 'png']) await rm(join(folder, 'charts', `${name}.${ending}`), { force: true })
}

/** A file that could not be written. The message names it, which errors of a full disk do not. */
export class WriteError extends Error {
  readonly path: string

  constructor(path: string, cause: unknown) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOSPC' || code === 'EDQUOT' ? 'no space is left on the disk' : cause instanceof Error ? cause.message : String(cause)
    super(`${path} cannot be written: ${why}${code === undefined ? '' : ` (${code})`}`, { cause })
    this.path = path
  }
}

/**
 * Writes a file whole or not at all: to a temporary name beside it, then renamed. Creates missing folders; returns `path`.
 * @throws {WriteError} when it cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<string> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(partial, content)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined) // the folder itself may be missing
    throw new WriteError(path, error)
  }
  return path
}
