/**
 * Renders specifications to SVG with vega, and SVG to PNG with resvg. Both libraries load slowly, so they are loaded when the first chart is
 * drawn. No system font is used, so that the bytes are the same on every machine.
 */
import type { Loader, Spec, View, parse, Warn } from 'vega'
import type { compile, TopLevelSpec } from 'vega-lite'
import { FONT_FAMILY, fontFile, readFontWidths } from './font.ts'
import type { ChartSpec } from './theme.ts'

/** Pixels of a PNG per pixel of its SVG: sharp on dense screens and in print. */
const SCALE = 2

/** Vega's log level for warnings. */
const WARNINGS = 2

/** A rendered chart. */
export interface Drawing {
  readonly svg: string
  /** Warnings and errors of vega and vega-lite; empty for a correct specification. */
  readonly warnings: readonly string[]
  /** The errors among them: a part of the picture is missing. */
  readonly errors: readonly string[]
}

interface TextMetrics {
  width: (item: { fontSize?: number; limit?: number }, text: string) => number
}

/** The used part of vega, including members that its published types lack. */
interface Vega {
  readonly View: typeof View
  readonly parse: typeof parse
  readonly Warn: typeof Warn
  readonly textMetrics: TextMetrics
  resetSVGDefIds(): void
}

let loaded: Promise<{ vega: Vega; compile: typeof compile }> | undefined

/** Loads both libraries once per process and makes vega measure text with the widths of the font file. */
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

/** Renders a vega-lite specification with its data. Throws when vega cannot compile it. */
export async function renderSvg(spec: ChartSpec): Promise<Drawing> {
  const { vega, compile } = await load()
  const warnings: string[] = []
  const errors: string[] = []
  const logger = collector(warnings, errors)
  const compiled: Spec = compile(spec as unknown as TopLevelSpec, { logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger, logLevel: vega.Warn, loader: noLoader })
  try {
    vega.resetSVGDefIds()
    return { svg: shortPaths(await view.toSVG()), warnings, errors }
  } finally {
    view.finalize()
  }
}

/** Cuts coordinates to two decimals: vega writes up to fourteen. */
function shortPaths(svg: string): string {
  return svg.replace(/ d="[^"]*"/g, (path) => path.replace(/(\.\d\d)\d+/g, '$1'))
}

/** Compiles a vega-lite specification to vega, which the page's script draws; also returns the warnings. */
export async function compileSpec(spec: ChartSpec): Promise<{ readonly vega: ChartSpec; readonly warnings: readonly string[] }> {
  const { compile } = await load()
  const warnings: string[] = []
  return { vega: compile(spec as unknown as TopLevelSpec, { logger: collector(warnings) }).spec as unknown as ChartSpec, warnings }
}

/** An address in a specification is an error, never a request: charts contain their data. */
const refuse = (uri: string): Promise<never> =>
  Promise.reject(new Error(`charts load no external data: ${uri}; accepted: data in the specification`))
const noLoader = { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as Loader

interface Logger {
  level(): number
  level(value: number): Logger
  error(...parts: unknown[]): Logger
  warn(...parts: unknown[]): Logger
  info(...parts: unknown[]): Logger
  debug(...parts: unknown[]): Logger
}

/** A logger that appends warnings and errors to lists and ignores all else. */
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

/** Renders an SVG as PNG, on another thread: several calls at once use several cores. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js')
  const image = await renderAsync(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: SCALE },
    font: { loadSystemFonts: false, fontFiles: [fontFile()], defaultFontFamily: FONT_FAMILY },
  })
  return image.asPng()
}
