/** The tooltip, shared by all charts. */
import { element } from './elements.ts'
import type { Spot } from './scene.ts'

const MAX_LINES = 14

/** The tooltip element. */
export class Tooltip {
  private readonly box = element('div', { class: 'tooltip', role: 'status', hidden: '' })

  constructor() {
    document.body.append(this.box)
  }

  hide(): void {
    this.box.hidden = true
  }

  /** Shows `pointed` at a position in the window. Several `spots` are the lines of one panel at the same horizontal position. */
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

function alone({ values, colour }: Spot): HTMLElement[] {
  const [[, first], ...rest] = Object.entries(values)
  const table = element('table', {}, ...rest.map(([key, value]) => element('tr', {}, element('th', {}, key), element('td', {}, value))))
  return [element('p', {}, swatch(colour), ` ${first}`), table]
}

/** Values of every line are, in order: name, position, value, and the ends of the interval if it has one. */
function together(spots: readonly Spot[], pointed: Spot): HTMLElement[] {
  const [, [placeKey, place], [valueKey]] = Object.entries(pointed.values)
  const from = Math.max(0, Math.min(spots.length - MAX_LINES, spots.indexOf(pointed) - Math.floor(MAX_LINES / 2)))
  const rows = spots.slice(from, from + MAX_LINES).map((spot) => {
    const [[, name], , [, value], low, high] = Object.entries(spot.values)
    const interval = low === undefined || high === undefined ? '' : ` [${low[1]}, ${high[1]}]`
    const row = element('tr', {}, element('th', {}, swatch(spot.colour), ` ${name}`), element('td', {}, `${value}${interval}`))
    if (spot === pointed) row.className = 'pointed'
    return row
  })
  const more = spots.length > rows.length ? [element('p', {}, `and ${spots.length - rows.length} more`)] : []
  return [element('p', {}, `${valueKey}, ${placeKey}: ${place}`), element('table', {}, ...rows), ...more]
}

function swatch(colour: string): HTMLElement {
  const created = element('span', { class: 'swatch' })
  created.style.background = colour
  return created
}
