/** The script of report.html: reads the page's data and makes charts and tables interactive. */
import type { PageData } from '../ways.ts'
import { Figure } from './figure.ts'
import { buildFilter, filterMarked } from './filter.ts'
import { makeSortable } from './sort.ts'
import { State } from './state.ts'
import { Tooltip } from './tooltip.ts'

function start(): void {
  const source = document.getElementById('data')
  if (source === null) return
  const data = JSON.parse(source.textContent ?? '') as PageData
  const state = new State(data)
  const tooltip = new Tooltip()
  if (data.variants.length > 1) document.getElementById('filter')?.append(buildFilter(data, state))
  filterMarked(state)
  for (const table of document.querySelectorAll('table')) makeSortable(table)
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
}

start()
