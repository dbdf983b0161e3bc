/** The reader's choices, and the listeners of their changes. */
import type { PageData } from '../ways.ts'

/** The state of the page. */
export class State {
  /** Time range [s of the run]; null for all. */
  zoom: readonly [number, number] | null = null
  private readonly data: PageData
  private readonly variantOn: boolean[]
  private readonly valueOn: Map<string, boolean>[]
  private readonly listeners: (() => void)[] = []

  constructor(data: PageData) {
    this.data = data
    this.variantOn = data.variants.map(() => true)
    this.valueOn = data.axes.map(({ values }) => new Map(values.map((value) => [value, true])))
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** Whether the variant and all its axis values are checked. */
  isShown(variant: number): boolean {
    return this.variantOn[variant] && this.isOpen(variant)
  }

  /** Whether all axis values of the variant are checked. */
  isOpen(variant: number): boolean {
    return this.data.variants[variant].values.every((value, axis) => this.valueOn[axis]?.get(value) ?? true)
  }

  isChosen(variant: number): boolean {
    return this.variantOn[variant]
  }

  get shown(): number[] {
    return this.data.variants.flatMap((_, variant) => (this.isShown(variant) ? [variant] : []))
  }

  chooseVariant(variant: number, on: boolean): void {
    this.variantOn[variant] = on
    this.notify()
  }

  chooseValue(axis: number, value: string, on: boolean): void {
    this.valueOn[axis].set(value, on)
    this.notify()
  }

  /** Checks or unchecks all variants; checking also checks all axis values. */
  chooseAll(on: boolean): void {
    this.variantOn.fill(on)
    if (on) for (const values of this.valueOn) for (const value of values.keys()) values.set(value, true)
    this.notify()
  }

  isValueOn(axis: number, value: string): boolean {
    return this.valueOn[axis].get(value) ?? true
  }

  /** Replaces all choices at once, as the address says. */
  restore(variantOn: readonly boolean[], valueOn: readonly ReadonlyMap<string, boolean>[], zoom: readonly [number, number] | null): void {
    variantOn.forEach((on, variant) => (this.variantOn[variant] = on))
    valueOn.forEach((values, axis) => values.forEach((on, value) => this.valueOn[axis].set(value, on)))
    this.zoomTo(zoom)
  }

  zoomTo(zoom: readonly [number, number] | null): void {
    this.zoom = zoom !== null && zoom[1] > zoom[0] ? zoom : null
    this.notify()
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}
