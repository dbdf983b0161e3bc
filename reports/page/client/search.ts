/** The search in the metrics: rows and definitions that have all the words stay. */
import type { Address } from './address.ts'
import { element } from './elements.ts'

/** Builds the search box of a section marked with `data-search`, before its content. */
export function buildSearch(section: HTMLElement, address: Address): void {
  const rows = [...section.querySelectorAll<HTMLElement>('tbody tr, li')].map((row) => ({
    row,
    text: (row.textContent ?? '').toLowerCase(),
  }))
  const tableRows = rows.filter(({ row }) => row.tagName === 'TR')
  const input = element('input', { type: 'search', 'aria-label': section.dataset.search ?? 'search' })
  const count = element('span', { class: 'hint', 'aria-live': 'polite' })
  const show = (): void => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    let found = 0
    for (const { row, text } of rows) {
      const has = words.every((word) => text.includes(word))
      row.classList.toggle('unfound', !has)
      if (has && row.tagName === 'TR') found++
    }
    count.textContent = words.length === 0 ? '' : ` ${found} of ${tableRows.length} rows`
    if (words.length > 0) for (const details of section.querySelectorAll('details')) details.open = true
  }
  const read = (): void => {
    input.value = address.get('find')[0] ?? ''
    show()
  }
  input.addEventListener('input', () => {
    address.set('find', input.value.trim() === '' ? [] : [input.value])
    show()
  })
  read()
  address.onChange(read)
  section.prepend(element('p', { class: 'controls' }, element('label', {}, 'Search metrics: ', input), count))
}
