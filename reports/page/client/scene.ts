/** The marks of a drawn chart that have a tooltip, with their positions in the picture. */
import type { View } from 'vega'

/** A plotting area [px of the picture]. */
export interface Panel {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A mark with a tooltip. */
export interface Spot {
  /** The centre of a rectangle, else the point [px of the picture]. */
  readonly x: number
  readonly y: number
  /** Half the size of a rectangle; 0 for points. */
  readonly halfWidth: number
  readonly halfHeight: number
  readonly panel: Panel
  /** Number of its mark: a line, or all points of a kind. */
  readonly series: number
  readonly isLine: boolean
  readonly colour: string
  /** Texts of the tooltip by title, in order. */
  readonly values: Readonly<Record<string, string>>
}

interface Item {
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
  readonly items?: readonly Mark[]
  readonly tooltip?: unknown
  readonly stroke?: unknown
  readonly fill?: unknown
}

interface Mark {
  readonly marktype?: string
  readonly role?: string
  readonly items?: readonly Item[]
}

/** Tolerance of rounding at the edges [px]. */
const EDGE = 0.5

/** All spots of a view. */
export function spotsOf(view: View): Spot[] {
  const spots: Spot[] = []
  let series = 0
  const visit = (mark: Mark, left: number, top: number, panel: Panel): void => {
    if (mark.marktype === 'group') {
      for (const group of mark.items ?? []) {
        const at = { left: left + (group.x ?? 0), top: top + (group.y ?? 0), width: group.width ?? 0, height: group.height ?? 0 }
        for (const child of group.items ?? []) visit(child, at.left, at.top, at.width > 0 && at.height > 0 ? at : panel)
      }
      return
    }
    series++
    for (const item of mark.items ?? []) {
      if (typeof item.tooltip !== 'object' || item.tooltip === null) continue
      const isRectangle = mark.marktype === 'rect'
      const [halfWidth, halfHeight] = isRectangle ? [(item.width ?? 0) / 2, (item.height ?? 0) / 2] : [0, 0]
      const [x, y] = [left + (item.x ?? 0) + halfWidth, top + (item.y ?? 0) + halfHeight]
      const inside =
        x + halfWidth >= panel.left - EDGE &&
        x - halfWidth <= panel.left + panel.width + EDGE &&
        y >= panel.top - EDGE &&
        y <= panel.top + panel.height + EDGE
      if (!inside || Number.isNaN(x + y)) continue
      const fill = isRectangle || mark.marktype === 'symbol' ? item.fill : item.stroke
      spots.push({
        x,
        y,
        halfWidth,
        halfHeight,
        panel,
        series,
        isLine: mark.marktype === 'line',
        colour: String(fill ?? item.stroke ?? ''),
        values: item.tooltip as Record<string, string>,
      })
    }
  }
  const [originX, originY] = view.origin()
  const pads = view.padding()
  const pad = typeof pads === 'number' ? { left: pads, top: pads } : { left: pads?.left ?? 0, top: pads?.top ?? 0 }
  visit((view.scenegraph() as unknown as { root: Mark }).root, originX + pad.left, originY + pad.top, {
    left: 0,
    top: 0,
    width: Infinity,
    height: Infinity,
  })
  return spots
}

/** Maximum distance from the pointer [px]. */
const REACH = 36

/** The rectangle that contains the position, else the nearest point within REACH; null for none. */
export function spotAt(spots: readonly Spot[], x: number, y: number): Spot | null {
  let nearest: Spot | null = null
  let distance = REACH
  for (const spot of spots) {
    const away = Math.hypot(Math.max(0, Math.abs(spot.x - x) - spot.halfWidth), Math.max(0, Math.abs(spot.y - y) - spot.halfHeight))
    if (away > distance || (away === distance && nearest !== null)) continue
    distance = away
    nearest = spot
  }
  return nearest
}

/** An arrow key. */
export type Direction = 'left' | 'right' | 'up' | 'down'

/** The next spot in a direction: left and right along a series, up and down to the next series at the nearest position. */
export function spotBeside(spots: readonly Spot[], from: Spot | null, direction: Direction): Spot | null {
  if (from === null || !spots.includes(from)) return spots[0] ?? null
  const order = (a: Spot, b: Spot): number => a.x - b.x || a.y - b.y
  if (direction === 'left' || direction === 'right') {
    const along = spots.filter((spot) => spot.series === from.series).sort(order)
    return along[along.indexOf(from) + (direction === 'left' ? -1 : 1)] ?? from
  }
  const all = [...new Set(spots.map((spot) => spot.series))]
  const series = all[all.indexOf(from.series) + (direction === 'up' ? -1 : 1)]
  const others = spots.filter((spot) => spot.series === series)
  if (others.length === 0) return from
  const offset = (spot: Spot): number => Math.abs(spot.x - spot.panel.left - (from.x - from.panel.left))
  return others.reduce((best, spot) => (offset(spot) < offset(best) ? spot : best))
}

/** Points of all lines of a panel at the same horizontal position, from top to bottom. */
export function spotsBeside(spots: readonly Spot[], from: Spot): Spot[] {
  const same = spots.filter(
    (spot) => spot.isLine && spot.panel.top === from.panel.top && spot.panel.left === from.panel.left && Math.abs(spot.x - from.x) < EDGE,
  )
  return same.sort((a, b) => a.y - b.y)
}
