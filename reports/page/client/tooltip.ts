/** One box for all charts that says what is pointed at. */
import { element } from './elements.ts'
import type { Spot } from './scene.ts'

const MOST_LINES = 14

export class Tooltip {
  private readonly box = element('div', { class: 'tooltip', role: 'status', hidden: '' })

  constructor() {
    document.body.append(this.box)
  }

  hide(): void {
    this.box.hidden = true
  }

  /** `x`, `y` in the window. Several spots are lines of one panel at one place; the first of `spots` is the one pointed at. */
  show(spots: readonly Spot[], pointed: Spot, x: number, y: number): void {
    this.box.replaceChildren(...(spots.length > 1 ? together(spots, pointed) : alone(pointed)))
    this.box.hidden = false
    const { width, height } = this.box.getBoundingClientRect()
    const left = x + 16 + width > window.innerWidth ? Math.max(4, Math.min(x - 16 - width, window.innerWidth - width - 4)) : x + 16
    const top = Math.max(4, Math.min(y + 12, window.innerHeight - height - 4))
    this.box.style.left = `${left}px`
    this.box.style.top = `${top}px`
  }
}

function alone({ tells, colour }: Spot): HTMLElement[] {
  const [[, first], ...rest] = Object.entries(tells)
  const table = element('table', {}, ...rest.map(([key, value]) => element('tr', {}, element('th', {}, key), element('td', {}, value))))
  return [element('p', {}, swatch(colour), ` ${first}`), table]
}

/** The keys of every line: its name, the place, the value, and the ends of the interval where there is one. */
function together(spots: readonly Spot[], pointed: Spot): HTMLElement[] {
  const [, [placeKey, place], [valueKey]] = Object.entries(pointed.tells)
  const from = Math.max(0, Math.min(spots.length - MOST_LINES, spots.indexOf(pointed) - Math.floor(MOST_LINES / 2)))
  const rows = spots.slice(from, from + MOST_LINES).map((spot) => {
    const [[, name], , [, value], low, high] = Object.entries(spot.tells)
    const interval = low === undefined || high === undefined ? '' : ` [${low[1]}, ${high[1]}]`
    const row = element('tr', {}, element('th', {}, swatch(spot.colour), ` ${name}`), element('td', {}, `${value}${interval}`))
    if (spot === pointed) row.className = 'pointed'
    return row
  })
  const more = spots.length > rows.length ? [element('p', {}, `and ${spots.length - rows.length} more`)] : []
  return [element('p', {}, `${valueKey}, ${placeKey}: ${place}`), element('table', {}, ...rows), ...more]
}

function swatch(colour: string): HTMLElement {
  const made = element('span', { class: 'swatch' })
  made.style.background = colour
  return made
}
