/** Selects a time range by dragging sideways over a chart; a double click resets it. Vertical movement still scrolls the page. */
import { element } from './elements.ts'

/** A rectangle in pixels of the window. */
interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Movement that counts as dragging [px]. */
const MIN_DRAG = 8

/** The brush of one chart. */
export class Brush {
  private readonly place: HTMLElement
  private readonly panels: () => readonly Box[]
  private readonly choose: (from: number, to: number) => void
  private readonly area = element('div', { class: 'brush', hidden: '' })
  private from = 0
  private panel: Box | null = null

  /** `choose` gets fractions of the panel's width. */
  constructor(place: HTMLElement, panels: () => readonly Box[], choose: (from: number, to: number) => void, reset: () => void) {
    this.place = place
    this.panels = panels
    this.choose = choose
    place.classList.add('brushable')
    place.addEventListener('pointerdown', (event) => this.start(event))
    place.addEventListener('pointermove', (event) => this.move(event))
    place.addEventListener('pointerup', (event) => this.end(event))
    place.addEventListener('pointercancel', () => this.stop())
    place.addEventListener('dblclick', reset)
  }

  private start(event: PointerEvent): void {
    if (event.button !== 0) return
    const { clientX, clientY } = event
    const within = ({ left, top, width, height }: Box): boolean =>
      clientX >= left && clientX <= left + width && clientY >= top && clientY <= top + height
    this.panel = this.panels().find(within) ?? null
    this.from = clientX
  }

  private move(event: PointerEvent): void {
    const { panel, place, area } = this
    if (panel === null || Math.abs(event.clientX - this.from) < MIN_DRAG) return
    if (area.hidden) {
      place.setPointerCapture(event.pointerId)
      place.append(area)
      area.hidden = false
    }
    const [low, high] = this.ends(event.clientX, panel)
    const base = place.getBoundingClientRect()
    area.style.left = `${low - base.left + place.scrollLeft}px`
    area.style.width = `${high - low}px`
    area.style.top = `${panel.top - base.top}px`
    area.style.height = `${panel.height}px`
  }

  private end(event: PointerEvent): void {
    const { panel, area } = this
    const dragged = !area.hidden
    this.stop()
    if (panel === null || !dragged) return
    const [low, high] = this.ends(event.clientX, panel)
    if (high - low >= MIN_DRAG) this.choose((low - panel.left) / panel.width, (high - panel.left) / panel.width)
  }

  private stop(): void {
    this.panel = null
    this.area.hidden = true
  }

  private ends(to: number, { left, width }: Box): [number, number] {
    const clamped = Math.max(left, Math.min(left + width, to))
    return [Math.min(this.from, clamped), Math.max(this.from, clamped)]
  }
}
