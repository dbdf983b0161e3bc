/**
 * The font of the charts: its file and the widths of its characters. Without a canvas, vega assumes 0.8 of the font size per character,
 * which leaves gaps between labels; the advance widths from the font file (tables cmap, hhea and hmtx of the OpenType specification) make
 * layouts exact and equal on every machine.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Name of the font. */
export const FONT_FAMILY = 'DejaVu Sans'

/** For browsers: without DejaVu they use Verdana, which is nearly as wide. */
export const FONT_STACK = `${FONT_FAMILY}, Verdana, sans-serif`

/** Path of the font file. Throws when it is missing: the PNG renderer would silently draw charts without text. */
export function fontFile(url = new URL('../fonts/DejaVuSans.ttf', import.meta.url)): string {
  const path = fileURLToPath(url)
  if (!existsSync(path)) throw new Error(`font for charts not found: ${path}; it is part of the package (reports/fonts/DejaVuSans.ttf)`)
  return path
}

/** Text widths in the font. */
export interface FontWidths {
  /** Width of `text` at a size [px]. Characters that the font lacks count as its replacement box. */
  width(text: string, size: number): number
}

let cached: FontWidths | undefined

/** The widths, read once per process. */
export function readFontWidths(): FontWidths {
  cached ??= parseFontWidths(fontFile())
  return cached
}

function parseFontWidths(path: string): FontWidths {
  const bytes = readFileSync(path)
  const table = (tag: string): number => {
    const tables = bytes.readUInt16BE(4)
    for (let i = 0; i < tables; i++) {
      if (bytes.toString('latin1', 12 + 16 * i, 16 + 16 * i) === tag) return bytes.readUInt32BE(12 + 16 * i + 8)
    }
    throw new Error(`font without a table "${tag}": ${path}`)
  }
  const unitsPerEm = bytes.readUInt16BE(table('head') + 18)
  const lastWithWidth = bytes.readUInt16BE(table('hhea') + 34) - 1
  const widths = table('hmtx')
  const glyphs = glyphsByCharacter(bytes, table('cmap'))
  const advance = (character: string): number => {
    const glyph = glyphs.get(character.codePointAt(0) ?? 0) ?? 0
    return bytes.readUInt16BE(widths + 4 * Math.min(glyph, lastWithWidth))
  }
  const width = (text: string, size: number): number => {
    let sum = 0
    for (const character of text) sum += advance(character)
    return (sum * size) / unitsPerEm
  }
  return { width }
}

/** The segments of a cmap subtable of format 4: all characters of the basic plane. */
function glyphsByCharacter(bytes: Buffer, cmap: number): Map<number, number> {
  const glyphs = new Map<number, number>()
  const subtables = bytes.readUInt16BE(cmap + 2)
  for (let i = 0; i < subtables; i++) {
    const at = cmap + bytes.readUInt32BE(cmap + 4 + 8 * i + 4)
    if (bytes.readUInt16BE(at) !== 4) continue
    const twice = bytes.readUInt16BE(at + 6)
    for (let segment = 0; segment < twice; segment += 2) {
      const last = bytes.readUInt16BE(at + 14 + segment)
      const first = bytes.readUInt16BE(at + 16 + twice + segment)
      const delta = bytes.readUInt16BE(at + 16 + 2 * twice + segment)
      const rangeAt = at + 16 + 3 * twice + segment
      const range = bytes.readUInt16BE(rangeAt)
      for (let code = first; code <= last && code < 0xffff; code++) {
        const raw = range === 0 ? code : bytes.readUInt16BE(rangeAt + range + 2 * (code - first))
        if (raw !== 0) glyphs.set(code, (raw + delta) & 0xffff)
      }
    }
    return glyphs
  }
  throw new Error('font without a character map of format 4')
}
