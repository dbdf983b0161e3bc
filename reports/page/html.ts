/** Builds HTML; all texts are escaped here. */

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escapes text for use between tags and in quoted attributes; control characters except line feeds become blanks. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (character === '\n' ? character : ' '))
    .replace(/[&<>"']/g, (character) => ESCAPES[character])
}

/** A list; the items are escaped. */
export const htmlList = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`

/** A row of a table. */
export interface HtmlRow {
  /** Row of `Study.variants` that it belongs to, for the page's filter; null for none. */
  readonly variant: number | null
  readonly cells: readonly HtmlCell[]
}

/** A cell. Columns are sorted by `value`, or by the text when it is missing or NaN. `kind` is the class. */
export type HtmlCell = string | { readonly text: string; readonly kind?: string; readonly value?: number }

/** A table; its first column has the row headings. The cells are escaped. */
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

/** The attribute by which the page's filter finds the elements of a variant. */
export const variantAttribute = (variant: number | null): string => (variant === null ? '' : ` data-variant="${variant}"`)

function cellHtml(cell: HtmlCell, first: boolean): string {
  const { text, kind = '', value = NaN } = typeof cell === 'string' ? { text: cell } : cell
  const attributes = `${kind === '' ? '' : ` class="${escapeHtml(kind)}"`}${Number.isFinite(value) ? ` data-value="${value}"` : ''}`
  return first ? `<th scope="row"${attributes}>${escapeHtml(text)}</th>` : `<td${attributes}>${escapeHtml(text)}</td>`
}

/**
 * An SVG for a page with others: its ids get a prefix, since two charts that both define `clip0` would share the first one. Its marks have
 * no descriptions for assistive software; the picture has one label, and the tables and tooltips have the values.
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
