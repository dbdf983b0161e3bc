/**
 * A user's own vega-lite specification over the tables of a results folder, read strictly: what it wants to load from elsewhere, a table
 * that is not there and a column that no table has are errors with their place, since vega draws an empty picture for each of them.
 */
import { suggestion } from '../../sim/index.ts'
import type { ChartSpec, Json } from './theme.ts'

/** Tables of a results folder that a specification may name as its data. */
export const SOURCES = ['runs', 'summary', 'timeseries', 'effects'] as const
export type Source = (typeof SOURCES)[number]

/** What is wrong with a chart that was asked for. */
export class ChartError extends Error {
  override readonly name = 'ChartError'
}

export interface OwnSpec {
  readonly spec: ChartSpec
  /** The tables that it names. */
  readonly sources: readonly Source[]
}

type JsonObject = { readonly [key: string]: Json }

/** Objects within objects; a specification that goes deeper is none. */
const DEEPEST = 60
/** Rows that a specification may make by itself. */
const MOST_MADE = 1_000_000

/** `file` is how errors call it. */
export function readOwnSpec(text: string, file: string): OwnSpec {
  const spec = parsed(text, file)
  const sources = new Set<Source>()
  const own = new Set(isObject(spec.datasets) ? Object.keys(spec.datasets) : [])
  visit(spec, '', (value, key, place) => {
    const refuse = (message: string): never => {
      throw new ChartError(`${file}: ${place === '' ? 'top' : place}: ${message}`)
    }
    if (place.split('.').length > DEEPEST) refuse(`found more than ${DEEPEST} levels; accepted: a vega-lite specification`)
    if (key === 'url' && typeof value === 'string')
      refuse(`found the address ${quoted(value)}; accepted: "data": { "name": "runs" }, since charts load nothing`)
    if ((key === 'url' || key === 'href') && isObject(value))
      refuse('found a channel of addresses; accepted: channels without one, since charts load nothing')
    if (key === 'mark' && (value === 'image' || (isObject(value) && value.type === 'image')))
      refuse('found the mark "image"; accepted: marks that load nothing')
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
  if (!(rows <= MOST_MADE)) refuse(`found a sequence of ${rows} rows; accepted: at most ${MOST_MADE}`)
}

/** Transforms that name columns after values of the data; what they make cannot be known from the specification. */
const MAKERS = ['pivot', 'lookup', 'flatten', 'repeat']
/** Columns that transforms make when they are not told otherwise. */
const MADE = ['key', 'value', 'density', 'prob']

/** Every column that a channel names must be in one of the tables, or made by a transform. `columns` by table. */
export function checkFields(spec: ChartSpec, columns: Readonly<Record<string, readonly string[]>>, file: string): void {
  const made = new Set<string>(MADE)
  let unknowable = false
  visit(spec, '', (value, key) => {
    if (MAKERS.includes(key)) unknowable = true
    if (key === 'as')
      for (const name of Array.isArray(value) ? (value as readonly Json[]) : [value]) if (typeof name === 'string') made.add(name)
    if ((key === 'values' || key === 'datasets') && value !== null && typeof value === 'object') unknowable = true
  })
  if (unknowable) return
  const known = new Set(Object.values(columns).flat())
  visit(spec, '', (value, key, place) => {
    if (key !== 'field' || typeof value !== 'string' || !/(^|\.)encoding\./.test(place)) return
    // In brackets and after a backslash vega reads another name than stands there.
    if (/[.[\]\\]/.test(value) || known.has(value) || made.has(value)) return
    throw new ChartError(
      `${file}: ${place}: found the column ${quoted(value)}${suggestion(value, [...known])}; accepted: ${[...known, ...[...made].filter((name) => !MADE.includes(name))].join(', ')}`,
    )
  })
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** Every value below, outermost first; not what stands in data sets, which is data. */
function visit(value: Json, place: string, look: (value: Json, key: string, place: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    const within = Array.isArray(value) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`
    look(child, key, within)
    if (key !== 'datasets' && key !== 'values') visit(child, within, look)
  }
}
