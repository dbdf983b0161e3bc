/** The script of report.html: reads the page's data and makes charts and tables interactive. */
import type { PageData } from '../ways.ts'
import { Address, watchContents } from './address.ts'
import { keepChoices } from './choices.ts'
import { addTableDownload } from './download.ts'
import { buildDrill } from './drill.ts'
import { Figure } from './figure.ts'
import { buildFilter, filterMarked } from './filter.ts'
import { buildSearch } from './search.ts'
import { makeSortable } from './sort.ts'
import { State } from './state.ts'
import { Tooltip } from './tooltip.ts'

function start(): void {
  const source = document.getElementById('data')
  if (source === null) return
  const data = JSON.parse(source.textContent ?? '') as PageData
  const state = new State(data)
  const tooltip = new Tooltip()
  const address = new Address()
  if (data.variants.length > 1) document.getElementById('filter')?.append(buildFilter(data, state))
  filterMarked(state)
  ;[...document.querySelectorAll('table')].forEach((table, i) => {
    makeSortable(table)
    addTableDownload(table, i + 1)
  })
  for (const section of document.querySelectorAll<HTMLElement>('[data-search]')) buildSearch(section, address)
  if (data.runs.length > 0) document.getElementById('run')?.append(buildDrill(data, address))
  const figures = new Map<Element, Figure>()
  for (const chart of data.charts) {
    const place = document.getElementById(`chart-${chart.name}`)
    if (place !== null) figures.set(place, new Figure(place, chart, data, state, tooltip))
  }
  // Charts are drawn one screen before they become visible, so that the page loads fast with any number of them.
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) figures.get(entry.target)?.setVisible(entry.isIntersecting)
    },
    { rootMargin: '100%' },
  )
  for (const place of figures.keys()) watcher.observe(place)
  let width = window.innerWidth
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return
    width = window.innerWidth
    for (const figure of figures.values()) figure.invalidate()
  })
  document.documentElement.classList.add('live')
  keepChoices(data, state, address)
  watchContents(address)
}

start()
