/** One chart of the page: drawn when it becomes visible and again when a choice changes, with its switches, tooltip and brush. */
import { parse, View } from 'vega'
import type { Config, Spec } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import type { PageChart, PageData } from '../ways.ts'
import { chartDownloads } from './download.ts'
import { checkbox, element } from './elements.ts'
import { rowsOf } from './rows.ts'
import { spotAt, spotBeside, spotsBeside, spotsOf } from './scene.ts'
import type { Direction, Spot } from './scene.ts'
import { rowsWithin, specificationFor, timeOf } from './specification.ts'
import type { Rows } from './specification.ts'
import type { State } from './state.ts'
import type { Tooltip } from './tooltip.ts'
import { Brush } from './brush.ts'
import { timeControls } from './time.ts'

/** Below this width of the figure [px] the narrow version is drawn. */
const NARROW_BELOW = 560

const DIRECTIONS: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

/** The page contains all data: loading is an error. */
const refuse = (): Promise<never> => Promise.reject(new Error('charts load no external data'))
const loader = { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse } as never

/** A chart in its figure element. */
export class Figure {
  private readonly data: PageData
  private readonly chart: PageChart
  private readonly state: State
  private readonly tooltip: Tooltip
  private readonly figure: HTMLElement
  private readonly place = element('div', { class: 'view', tabindex: '0', role: 'group' })
  private readonly ring = element('div', { class: 'ring', hidden: '' })
  private readonly log: { x: boolean; y: boolean }
  private rows: Rows | null = null
  private shownRows: Rows = {}
  private view: View | null = null
  private spots: Spot[] | null = null
  private pointed: Spot | null = null
  private visible = false
  private stale = true

  constructor(figure: HTMLElement, chart: PageChart, data: PageData, state: State, tooltip: Tooltip) {
    this.figure = figure
    this.chart = chart
    this.data = data
    this.state = state
    this.tooltip = tooltip
    this.log = { ...chart.usual }
    this.place.setAttribute('aria-label', `${chart.title}: arrow keys read its values`)
    figure.prepend(this.tools(), this.place)
    this.watchPointer()
    this.place.addEventListener('keydown', (event) => this.pressed(event))
    this.place.addEventListener('blur', () => this.unpoint())
    if (chart.time > 0)
      new Brush(
        this.place,
        () => this.panels(),
        (from, to) => this.zoomWithin(from, to),
        () => state.zoomTo(null),
      )
    state.onChange(() => this.invalidate())
  }

  /** Called when the figure becomes visible or invisible. */
  setVisible(visible: boolean): void {
    this.visible = visible
    if (visible && this.stale) this.draw()
  }

  /** Redraws the chart, now or when it becomes visible. */
  invalidate(): void {
    this.stale = true
    if (this.visible) this.draw()
  }

  private tools(): HTMLElement {
    const names = { x: 'horizontal', y: 'vertical' }
    const boxes = this.chart.switches.map((axis) => {
      const box = checkbox(`${names[axis]} axis logarithmic`, this.log[axis], (on) => {
        this.log[axis] = on
        this.invalidate()
      })
      return box.label
    })
    const time = this.chart.time > 0 ? [timeControls(this.chart, this.state)] : []
    const downloads = chartDownloads(
      this.chart.name,
      `${this.data.study}: ${this.chart.title}`,
      () => this.place.querySelector('svg'),
      () => this.shownRows,
    )
    return element('div', { class: 'tools' }, ...boxes, ...time, element('span', { class: 'downloads' }, ...downloads))
  }

  private draw(): void {
    const { data, chart, state } = this
    this.stale = false
    this.unpoint()
    this.rows ??= Object.fromEntries(Object.entries(chart.data).map(([name, columns]) => [name, rowsOf(columns)]))
    const narrow = this.figure.clientWidth < NARROW_BELOW
    const spec = specificationFor(
      chart,
      this.rows,
      data.variants.map(({ name }) => name),
      { narrow, log: this.log, shown: state.shown, zoom: state.zoom },
    )
    this.shownRows = rowsWithin(spec, Object.keys(chart.data))
    this.view?.finalize()
    this.spots = null
    // Expressions are interpreted: the page's policy forbids eval.
    const view = new View(parse(spec as Spec, data.config as Config, { ast: true }), {
      renderer: 'svg',
      container: this.place,
      hover: false,
      loader,
      expr: expressionInterpreter,
    } as never)
    view.tooltip(() => undefined)
    view.run()
    this.view = view
    this.place.append(this.ring)
    this.figure.classList.add('drawn')
    this.figure.dataset.drawn = String(Number(this.figure.dataset.drawn ?? 0) + 1)
  }

  private allSpots(): Spot[] {
    this.spots ??= this.view === null ? [] : spotsOf(this.view)
    return this.spots
  }

  private panels() {
    return [...new Map(this.allSpots().map(({ panel }) => [`${panel.left} ${panel.top}`, panel])).values()].map((panel) => {
      const { left, top, ratio } = this.frame()
      return { left: left + panel.left * ratio, top: top + panel.top * ratio, width: panel.width * ratio, height: panel.height * ratio }
    })
  }

  /** Position of the picture in the window, and its scale. */
  private frame(): { left: number; top: number; ratio: number } {
    const picture = this.place.querySelector('svg')
    if (picture === null) return { left: 0, top: 0, ratio: 1 }
    const { left, top, width } = picture.getBoundingClientRect()
    return { left, top, ratio: width / (picture.viewBox.baseVal.width || width) }
  }

  private watchPointer(): void {
    const at = (event: PointerEvent): void => {
      const { left, top, ratio } = this.frame()
      this.point(spotAt(this.allSpots(), (event.clientX - left) / ratio, (event.clientY - top) / ratio), event.clientX, event.clientY)
    }
    this.place.addEventListener('pointermove', at)
    this.place.addEventListener('pointerdown', at)
    this.place.addEventListener('pointerleave', (event) => {
      // Lifting a finger also leaves; the tooltip stays then.
      if (event.pointerType !== 'touch') this.unpoint()
    })
    document.addEventListener('pointerdown', (event) => {
      if (!this.place.contains(event.target as Node)) this.unpoint()
    })
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.unpoint()
    const direction = DIRECTIONS[event.key] as Direction | undefined
    if (direction === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const spot = spotBeside(this.allSpots(), this.pointed, direction)
    if (spot === null) return
    const { left, top, ratio } = this.frame()
    this.point(spot, left + spot.x * ratio, top + spot.y * ratio)
  }

  private point(spot: Spot | null, x: number, y: number): void {
    if (spot === null) {
      this.unpoint()
      return
    }
    this.pointed = spot
    const { left, top, ratio } = this.frame()
    const base = this.place.getBoundingClientRect()
    this.ring.hidden = false
    this.ring.style.left = `${left - base.left + this.place.scrollLeft + spot.x * ratio}px`
    this.ring.style.top = `${top - base.top + spot.y * ratio}px`
    const beside = this.chart.time > 0 && spot.isLine ? spotsBeside(this.allSpots(), spot) : [spot]
    this.tooltip.show(beside, spot, x, y)
  }

  private unpoint(): void {
    // The tooltip is shared: only the figure that opened it may hide it.
    if (this.pointed === null) return
    this.pointed = null
    this.ring.hidden = true
    this.tooltip.hide()
  }

  /** `from` and `to` are fractions of the width of a panel. */
  private zoomWithin(from: number, to: number): void {
    const [start, end] = this.state.zoom ?? timeOf(this.chart)
    this.state.zoomTo([start + from * (end - start), start + to * (end - start)])
  }
}
