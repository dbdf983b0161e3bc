/**
 * Reads a user's own vega-lite specification over the tables of a results folder. External data, unknown tables and unknown columns are
 * errors with their place, since vega would draw an empty picture for each of them.
 */
import { suggestion } from '../../sim/index.ts'
import type { ChartSpec, Json } from './theme.ts'

/** Tables of a results folder that a specification may name as its data. */
export const SOURCES = ['runs', 'summary', 'timeseries', 'effects'] as const
/** A table of a results folder. */
export type Source = (typeof SOURCES)[number]

/** An error in a requested chart or its specification. */
export class ChartError extends Error {
  override readonly name = 'ChartError'
}

/** A specification that was read. */
export interface OwnSpec {
  readonly spec: ChartSpec
  /** The tables that it uses. */
  readonly sources: readonly Source[]
}

type JsonObject = { readonly [key: string]: Json }

/** Maximum nesting of objects. */
const MAX_DEPTH = 60
/** Maximum of rows that a specification may generate. */
const MAX_GENERATED = 1_000_000

/** Reads a specification. `file` is its name in errors. Throws a ChartError. */
export function readOwnSpec(text: string, file: string): OwnSpec {
  const spec = parsed(text, file)
  const sources = new Set<Source>()
  const own = new Set(isObject(spec.datasets) ? Object.keys(spec.datasets) : [])
  visit(spec, '', (value, key, place) => {
    const refuse = (message: string): never => {
      throw new ChartError(`${file}: ${place === '' ? 'top' : place}: ${message}`)
    }
    if (place.split('.').length > MAX_DEPTH) refuse(`found more than ${MAX_DEPTH} levels; accepted: a vega-lite specification`)
    if (key === 'url' && typeof value === 'string')
      refuse(`found the address ${quoted(value)}; accepted: "data": { "name": "runs" }, since charts load no external data`)
    if ((key === 'url' || key === 'href') && isObject(value))
      refuse('found a channel of addresses; accepted: channels without one, since charts load no external data')
    if (key === 'mark' && (value === 'image' || (isObject(value) && value.type === 'image')))
      refuse('found the mark "image"; accepted: marks without external data')
    if (key === 'sequence' && isObject(value)) limitSequence(value, refuse)
    if (
      key !== 'data' ||
      !isObject(value) ||
      typeof value.name !== 'string' ||
      'values' in value ||
      'sequence' in value ||
      'sphere' in value ||
      'graticule' in value
    )
      return
    const { name } = value
    if (own.has(name)) return
    const source = SOURCES.find((known) => known === name)
    if (source === undefined)
      refuse(
        `found the data ${quoted(name)}${suggestion(name, [...SOURCES, ...own])}; accepted: ${[...SOURCES, ...own].join(', ')}, or values in the specification`,
      )
    else sources.add(source)
  })
  return { spec, sources: SOURCES.filter((source) => sources.has(source)) }
}

function parsed(text: string, file: string): ChartSpec {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw new ChartError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(value))
    throw new ChartError(
      `${file}: found ${Array.isArray(value) ? 'a list' : quoted(JSON.stringify(value))}; accepted: a vega-lite specification, an object`,
    )
  return value
}

function limitSequence({ start = 0, stop, step = 1 }: JsonObject, refuse: (message: string) => never): void {
  if (typeof start !== 'number' || typeof stop !== 'number' || typeof step !== 'number') return
  const rows = Math.abs((stop - start) / step)
  if (!(rows <= MAX_GENERATED)) refuse(`found a sequence of ${rows} rows; accepted: at most ${MAX_GENERATED}`)
}

/** Transforms whose columns depend on the data and cannot be known from the specification. */
const DATA_DEPENDENT = ['pivot', 'lookup', 'flatten', 'repeat']
/** Default names of columns that transforms add. */
const DEFAULT_COLUMNS = ['key', 'value', 'density', 'prob']

/** Checks that every column of a channel is in one of the tables or added by a transform. `columns` by table. Throws a ChartError. */
export function checkFields(spec: ChartSpec, columns: Readonly<Record<string, readonly string[]>>, file: string): void {
  const added = new Set<string>(DEFAULT_COLUMNS)
  let unknown = false
  visit(spec, '', (value, key) => {
    if (DATA_DEPENDENT.includes(key)) unknown = true
    if (key === 'as')
      for (const name of Array.isArray(value) ? (value as readonly Json[]) : [value]) if (typeof name === 'string') added.add(name)
    if ((key === 'values' || key === 'datasets') && value !== null && typeof value === 'object') unknown = true
  })
  if (unknown) return
  const known = new Set(Object.values(columns).flat())
  visit(spec, '', (value, key, place) => {
    if (key !== 'field' || typeof value !== 'string' || !/(^|\.)encoding\./.test(place)) return
    // Vega interprets dots, brackets and backslashes in names, so these are not checked.
    if (/[.[\]\\]/.test(value) || known.has(value) || added.has(value)) return
    throw new ChartError(
      `${file}: ${place}: found the column ${quoted(value)}${suggestion(value, [...known])}; accepted: ${[...known, ...[...added].filter((name) => !DEFAULT_COLUMNS.includes(name))].join(', ')}`,
    )
  })
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** Calls `look` for every value within `value`, outermost first, except the rows of data sets. */
function visit(value: Json, place: string, look: (value: Json, key: string, place: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    const within = Array.isArray(value) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`
    look(child, key, within)
    if (key !== 'datasets' && key !== 'values') visit(child, within, look)
  }
}
