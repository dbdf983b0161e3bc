/** Downloads: a chart as it is drawn (SVG) and its rows (CSV), a table as it is shown (CSV). Nothing leaves the page but the file. */
import { button } from './elements.ts'
import type { Row } from './rows.ts'

const SVG = 'http://www.w3.org/2000/svg'
const TITLE_HEIGHT = 40

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Texts that a spreadsheet would run as a formula get an apostrophe, as in the files; signed numbers do not. */
const cellOf = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : String(value)
  const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const csvOf = (rows: readonly (readonly unknown[])[]): string => rows.map((row) => `${row.map(cellOf).join(',')}\n`).join('')

/** Rows as CSV, with the keys as heading. */
function rowsCsv(rows: readonly Row[]): string {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return csvOf([keys, ...rows.map((row) => keys.map((key) => row[key]))])
}

/** What is shown of a table: hidden and unfound rows are left out. */
function tableCsv(table: HTMLTableElement): string {
  const rows = [...table.rows].filter((row) => !row.classList.contains('hidden') && !row.classList.contains('unfound'))
  return csvOf(rows.map((row) => [...row.cells].map((cell) => (cell.textContent ?? '').replaceAll('\n', ', '))))
}

/** The picture with a title, on white: it travels without the page. */
function picture(drawn: SVGSVGElement, title: string): string {
  const { width, height } = drawn.viewBox.baseVal
  const outer = document.createElementNS(SVG, 'svg')
  outer.setAttribute('xmlns', SVG)
  outer.setAttribute('width', String(width))
  outer.setAttribute('height', String(height + TITLE_HEIGHT))
  outer.setAttribute('viewBox', `0 0 ${width} ${height + TITLE_HEIGHT}`)
  const ground = document.createElementNS(SVG, 'rect')
  ground.setAttribute('width', '100%')
  ground.setAttribute('height', '100%')
  ground.setAttribute('fill', '#ffffff')
  const text = document.createElementNS(SVG, 'text')
  for (const [key, value] of Object.entries({
    x: '14',
    y: '26',
    'font-family': 'DejaVu Sans, Verdana, sans-serif',
    'font-size': '17',
    fill: '#1f2328',
  }))
    text.setAttribute(key, value)
  text.textContent = title
  const inner = drawn.cloneNode(true) as SVGSVGElement
  inner.setAttribute('y', String(TITLE_HEIGHT))
  inner.setAttribute('width', String(width))
  inner.setAttribute('height', String(height))
  outer.append(ground, text, inner)
  return new XMLSerializer().serializeToString(outer)
}

/** The buttons of a chart. */
export function chartDownloads(
  name: string,
  title: string,
  drawn: () => SVGSVGElement | null,
  rows: () => Readonly<Record<string, readonly Row[]>>,
): HTMLElement[] {
  const svg = button('download SVG', () => {
    const found = drawn()
    if (found !== null) save(`${name}.svg`, 'image/svg+xml', picture(found, title))
  })
  const data = button('download data (CSV)', () => {
    const sets = Object.entries(rows())
    const all = sets.length === 1 ? sets[0][1] : sets.flatMap(([set, own]) => own.map((row) => ({ data: set, ...row })))
    save(`${name}.csv`, 'text/csv', rowsCsv(all))
  })
  return [svg, data]
}

/** A button below a table. */
export function addTableDownload(table: HTMLTableElement, number: number): void {
  const name =
    (table.caption?.textContent ?? '')
      .toLowerCase()
      .match(/[a-z0-9%]+/g)
      ?.slice(0, 5)
      .join('-') ?? `table-${number}`
  const press = button('download table (CSV)', () => save(`${name}.csv`, 'text/csv', tableCsv(table)), { class: 'download' })
  table.parentElement?.after(press)
}
