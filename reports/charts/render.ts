/**
 * A specification to SVG by vega, and SVG to PNG by resvg. Both libraries take a while to load, so they are loaded when the first chart
 * is drawn, not when the command line starts. No system font is ever used: the same bytes on every machine.
 */
import type { Loader, Spec, View, parse, Warn } from 'vega'
import type { compile, TopLevelSpec } from 'vega-lite'
import { FONT_FAMILY, fontFile, readFontWidths } from './font.ts'
import type { ChartSpec } from './theme.ts'

/** Pixels of a PNG per pixel of its SVG: sharp on dense screens and in print. */
const SCALE = 2

/** Vega's level of logging at which warnings are told. */
const WARNINGS = 2

export interface Drawing {
  readonly svg: string
  /** What vega and vega-lite complained about: nothing, or a mistake in a specification. */
  readonly warnings: readonly string[]
  /** Those of them that vega calls errors: a part of the picture is missing. */
  readonly errors: readonly string[]
}

interface TextMetrics {
  width: (item: { fontSize?: number; limit?: number }, text: string) => number
}

/** What we use of vega, with what its published types leave out. */
interface Vega {
  readonly View: typeof View
  readonly parse: typeof parse
  readonly Warn: typeof Warn
  readonly textMetrics: TextMetrics
  resetSVGDefIds(): void
}

let loaded: Promise<{ vega: Vega; compile: typeof compile }> | undefined

/** Once per process; from then on vega measures text by the widths of our font. */
function load() {
  loaded ??= (async () => {
    const [published, lite] = await Promise.all([import('vega'), import('vega-lite')])
    const vega = published as unknown as Vega
    const font = readFontWidths()
    vega.textMetrics.width = (item, text) => {
      const width = font.width(text ?? '', item.fontSize ?? 11)
      return item.limit !== undefined && item.limit > 0 ? Math.min(width, item.limit) : width
    }
    return { vega, compile: lite.compile }
  })()
  return loaded
}

export async function renderSvg(spec: ChartSpec): Promise<Drawing> {
  const { vega, compile } = await load()
  const warnings: string[] = []
  const errors: string[] = []
  const logger = collector(warnings, errors)
  const compiled: Spec = compile(spec as unknown as TopLevelSpec, { logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger, logLevel: vega.Warn, loader: nothing })
  try {
    vega.resetSVGDefIds()
    return { svg: shortPaths(await view.toSVG()), warnings, errors }
  } finally {
    view.finalize()
  }
}

/** A hundredth of a pixel is seen by nobody, and rectangles come with fourteen digits. */
function shortPaths(svg: string): string {
  return svg.replace(/ d="[^"]*"/g, (path) => path.replace(/(\.\d\d)\d+/g, '$1'))
}

/** A vega-lite specification as the plain vega that a page can draw, and what was complained about. */
export async function compileSpec(spec: ChartSpec): Promise<{ readonly vega: ChartSpec; readonly warnings: readonly string[] }> {
  const { compile } = await load()
  const warnings: string[] = []
  return { vega: compile(spec as unknown as TopLevelSpec, { logger: collector(warnings) }).spec as unknown as ChartSpec, warnings }
}

/** Charts hold what they show: an address in a specification is an error, never a request. */
const refuse = (uri: string): Promise<never> =>
  Promise.reject(new Error(`charts load nothing: ${uri}; accepted: data in the specification`))
const nothing = { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as Loader

interface Logger {
  level(): number
  level(value: number): Logger
  error(...parts: unknown[]): Logger
  warn(...parts: unknown[]): Logger
  info(...parts: unknown[]): Logger
  debug(...parts: unknown[]): Logger
}

/** A logger that writes warnings and errors into a list and forgets the rest. */
function collector(into: string[], errors: string[] = []): Logger {
  function level(): number
  function level(value: number): Logger
  function level(value?: number): number | Logger {
    return value === undefined ? WARNINGS : logger
  }
  const note = (...parts: unknown[]): Logger => {
    into.push(parts.map(String).join(' '))
    return logger
  }
  const error = (...parts: unknown[]): Logger => {
    errors.push(parts.map(String).join(' '))
    return note(...parts)
  }
  const logger: Logger = { level, error, warn: note, info: () => logger, debug: () => logger }
  return logger
}

/** On another thread of the process: several at once use several cores. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js')
  const image = await renderAsync(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: SCALE },
    font: { loadSystemFonts: false, fontFiles: [fontFile()], defaultFontFamily: FONT_FAMILY },
  })
  return image.asPng()
}
