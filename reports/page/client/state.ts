/** What the reader has chosen, and who wants to know when it changes. */
import type { PageData } from '../ways.ts'

export class State {
  /** From and to [s of the run]; null shows all of it. */
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

  /** Shown are variants that are chosen and whose every value is chosen. */
  isShown(variant: number): boolean {
    return this.variantOn[variant] && this.isOpen(variant)
  }

  /** Every value of the variant is chosen. */
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
    this.tell()
  }

  chooseValue(axis: number, value: string, on: boolean): void {
    this.valueOn[axis].set(value, on)
    this.tell()
  }

  /** All variants; and, when they are chosen, all values of axes. */
  chooseAll(on: boolean): void {
    this.variantOn.fill(on)
    if (on) for (const values of this.valueOn) for (const value of values.keys()) values.set(value, true)
    this.tell()
  }

  isValueOn(axis: number, value: string): boolean {
    return this.valueOn[axis].get(value) ?? true
  }

  zoomTo(zoom: readonly [number, number] | null): void {
    this.zoom = zoom !== null && zoom[1] > zoom[0] ? zoom : null
    this.tell()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
