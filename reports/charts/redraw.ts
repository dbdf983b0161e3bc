/** Draws charts from a results folder: one of the report again, or a user's own specification over the folder's tables. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readTable } from '../tables/read-table.ts'
import type { ReadTable } from '../tables/read-table.ts'
import { suggestion } from '../../sim/index.ts'
import { ChartError, checkFields, readOwnSpec, SOURCES } from './own-spec.ts'
import type { Source } from './own-spec.ts'
import { renderLimited } from './limited.ts'
import { renderPng } from './render.ts'
import type { Drawing } from './render.ts'
import type { ChartSpec } from './theme.ts'

/** A drawn chart. */
export interface Redrawn {
  /** Name for its file: the chart's name, or the specification's file name without its ending. */
  readonly name: string
  /** The specification with its data. */
  readonly spec: ChartSpec
  readonly svg: string
  /** Warnings of vega. */
  readonly warnings: readonly string[]
  /** Renders it as PNG. */
  png(): Promise<Uint8Array>
}

/** Renders a specification; by default within limits, in a process of its own. */
type Render = (spec: ChartSpec) => Promise<Drawing>

/** A user's own specification: its file name, for errors, and its text. */
export interface OwnSpecFile {
  readonly file: string
  readonly text: string
}

/**
 * Draws a chart. `wanted` is the name of a chart of the report (its specification in the folder contains its data), or a specification
 * whose data are named after the folder's tables: `{ "data": { "name": "runs" } }` is runs.csv. Throws a ChartError, or a TableError for an invalid table.
 */
export async function drawFromFolder(folder: string, wanted: string | OwnSpecFile, render: Render = renderLimited): Promise<Redrawn> {
  if (typeof wanted !== 'string') return drawOwn(folder, wanted, render)
  const file = `charts/${wanted}.vl.json`
  const present = await chartsIn(folder)
  if (!present.includes(wanted)) {
    throw new ChartError(
      `${folder}: found no chart ${JSON.stringify(wanted)}${suggestion(wanted, present)}; accepted: ${present.length === 0 ? 'the folder has no charts' : present.join(', ')}, or a specification of your own with --spec`,
    )
  }
  const { spec } = readOwnSpec(await readFile(join(folder, file), 'utf8'), file)
  return draw(wanted, file, spec, render)
}

/** Names of the charts in a results folder. */
export async function chartsIn(folder: string): Promise<string[]> {
  let names: string[]
  try {
    names = await readdir(join(folder, 'charts'))
  } catch {
    return []
  }
  return names.flatMap((name) => (name.endsWith('.vl.json') ? [name.slice(0, -'.vl.json'.length)] : [])).sort()
}

async function drawOwn(folder: string, { file, text }: OwnSpecFile, render: Render): Promise<Redrawn> {
  const { spec, sources } = readOwnSpec(text, file)
  const tables = await Promise.all(sources.map((source) => tableOf(folder, source, file)))
  checkFields(spec, Object.fromEntries(sources.map((source, i) => [source, tables[i].columns])), file)
  const datasets = {
    ...(spec.datasets as ChartSpec | undefined),
    ...Object.fromEntries(sources.map((source, i) => [source, tables[i].rows])),
  }
  const stem = file.replace(/^.*[/\\]/, '').replace(/(\.vl)?\.json$/, '')
  return draw(stem === '' ? 'chart' : stem, file, sources.length === 0 ? spec : { ...spec, datasets }, render)
}

async function tableOf(folder: string, source: Source, file: string): Promise<ReadTable> {
  const name = `${source}.csv`
  let text: string
  try {
    text = await readFile(join(folder, name), 'utf8')
  } catch {
    const present = await readdir(folder).catch((): string[] => [])
    const tables = SOURCES.filter((known) => present.includes(`${known}.csv`))
    throw new ChartError(
      `${file}: found no ${name} in ${folder}; accepted: ${tables.length === 0 ? 'a results folder' : tables.join(', ')}`,
    )
  }
  return readTable(text, name)
}

async function draw(name: string, file: string, spec: ChartSpec, render: Render): Promise<Redrawn> {
  try {
    const { svg, warnings, errors } = await render(spec)
    if (errors.length > 0) throw new Error(errors[0])
    return { name, spec, svg, warnings, png: () => renderPng(svg) }
  } catch (error) {
    if (error instanceof ChartError) throw new ChartError(`${file}: ${error.message}`)
    throw new ChartError(`${file}: vega-lite cannot draw it: ${error instanceof Error ? error.message : String(error)}`)
  }
}
