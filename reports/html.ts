/** HTML as text, with everything that comes from outside escaped at one place. */

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For text between tags and inside quoted attributes; control characters but the line feed become blanks. */
export function escapeHtml(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (character === '\n' ? character : ' ')).replace(/[&<>"']/g, (character) => ESCAPES[character])
}

/** A table whose first column names the row; other columns hold numbers or words. All cells are escaped here. */
export function htmlTable(caption: string, header: readonly string[], rows: readonly (readonly HtmlCell[])[]): string {
  const head = header.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell, i) => cellHtml(cell, i === 0)).join('')}</tr>`).join('\n')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`
}

export type HtmlCell = string | { readonly text: string; readonly kind: string }

function cellHtml(cell: HtmlCell, first: boolean): string {
  if (first) return `<th scope="row">${escapeHtml(typeof cell === 'string' ? cell : cell.text)}</th>`
  if (typeof cell === 'string') return `<td>${escapeHtml(cell)}</td>`
  return `<td class="${escapeHtml(cell.kind)}">${escapeHtml(cell.text)}</td>`
}

/**
 * An SVG for use among others in one page: its ids get a prefix, since two charts that both define `clip0` would share the first one.
 */
export function inlineSvg(svg: string, prefix: string): string {
  return svg.replace(/ id="([^"]+)"/g, (_, id: string) => ` id="${prefix}-${id}"`).replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${prefix}-${id})`)
}
