/** Sorting of tables by a column: ascending, descending, then in the original order. */
import { button } from './elements.ts'

const ORDERS = ['none', 'ascending', 'descending'] as const

/** Makes each heading of a table a button that sorts by its column. */
export function makeSortable(table: HTMLTableElement): void {
  const body = table.tBodies[0]
  const original = [...body.rows]
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
  heads.forEach((head, column) => {
    const press = button(head.textContent ?? '', () => {
      const next = ORDERS[(ORDERS.indexOf((head.getAttribute('aria-sort') ?? 'none') as (typeof ORDERS)[number]) + 1) % ORDERS.length]
      for (const other of heads) other.setAttribute('aria-sort', 'none')
      head.setAttribute('aria-sort', next)
      body.append(...(next === 'none' ? original : sorted(original, column, next === 'ascending' ? 1 : -1)))
    })
    head.setAttribute('aria-sort', 'none')
    head.replaceChildren(press)
  })
}

/** Cells with a number (`data-value`) come first, by number; the others by text. Equal rows keep their order. */
function sorted(rows: readonly HTMLTableRowElement[], column: number, sign: number): HTMLTableRowElement[] {
  const keys = new Map(rows.map((row) => [row, keyOf(row.cells[column])]))
  return [...rows].sort((a, b) => {
    const [x, y] = [keys.get(a) ?? '', keys.get(b) ?? '']
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y)
    if (typeof x === 'number') return -1
    if (typeof y === 'number') return 1
    return sign * (x < y ? -1 : x > y ? 1 : 0)
  })
}

function keyOf(cell: HTMLTableCellElement): number | string {
  const value = cell.dataset.value
  return value === undefined || value === '' ? (cell.textContent ?? '') : Number(value)
}
