/** HTML as text, with everything that comes from outside escaped at one place. */

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For text between tags and inside quoted attributes; control characters but the line feed become blanks. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (character === '\n' ? character : ' '))
    .replace(/[&<>"']/g, (character) => ESCAPES[character])
}

export const htmlList = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`

export interface HtmlRow {
  /** Row of `Study.variants` that it is about, so that the page's filter knows; null when it is about none. */
  readonly variant: number | null
  readonly cells: readonly HtmlCell[]
}

/** `value` is what a column is sorted by; without one, or when it is NaN, the text is. `kind` is its class. */
export type HtmlCell = string | { readonly text: string; readonly kind?: string; readonly value?: number }

/** A table whose first column names the row; other columns hold numbers or words. All cells are escaped here. */
export function htmlTable(caption: string, header: readonly string[], rows: readonly HtmlRow[]): string {
  const head = header.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')
  const body = rows
    .map(({ variant, cells }) => `<tr${variantAttribute(variant)}>${cells.map((cell, i) => cellHtml(cell, i === 0)).join('')}</tr>`)
    .join('\n')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`
}

export const variantAttribute = (variant: number | null): string => (variant === null ? '' : ` data-variant="${variant}"`)

function cellHtml(cell: HtmlCell, first: boolean): string {
  const { text, kind = '', value = NaN } = typeof cell === 'string' ? { text: cell } : cell
  const attributes = `${kind === '' ? '' : ` class="${escapeHtml(kind)}"`}${Number.isFinite(value) ? ` data-value="${value}"` : ''}`
  return first ? `<th scope="row"${attributes}>${escapeHtml(text)}</th>` : `<td${attributes}>${escapeHtml(text)}</td>`
}

/**
 * An SVG for use among others in one page: its ids get a prefix, since two charts that both define `clip0` would share the first one. It
 * is a picture with one description: what assistive software would read mark by mark is said by the tables and by the live chart.
 */
export function inlineSvg(svg: string, prefix: string, label: string): string {
  const end = svg.indexOf('>')
  const opening = svg.slice(0, end).replace(/ (role|aria-[a-z]+)="[^"]*"/g, '')
  const marks = svg
    .slice(end)
    .replace(/ (role|aria-[a-z]+)="[^"]*"/g, '')
    .replace(/ id="([^"]+)"/g, (_, id: string) => ` id="${prefix}-${id}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${prefix}-${id})`)
  return `${opening} role="img" aria-label="${escapeHtml(label)}"${marks}`
}
