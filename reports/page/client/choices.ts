/** Keeps the filter and the time range in the address, by name, so that a link shows what its sender saw. */
import type { PageData } from '../ways.ts'
import type { Address } from './address.ts'
import type { State } from './state.ts'

/** Applies the address to the state, and writes each change of the state into the address. */
export function keepChoices(data: PageData, state: State, address: Address): void {
  const apply = (): void => {
    const [hidden, values] = [address.get('hide'), address.get('without')]
    const [from, to] = address.get('time').map(Number)
    state.restore(
      data.variants.map(({ name }) => !hidden.includes(name)),
      data.axes.map(({ name, values: own }) => new Map(own.map((value) => [value, !values.includes(`${name}: ${value}`)]))),
      from !== undefined && to !== undefined && to > from ? [from, to] : null,
    )
  }
  apply()
  address.onChange(apply)
  state.onChange(() => {
    const off = data.variants.flatMap(({ name }, variant) => (state.isChosen(variant) ? [] : [name]))
    const without = data.axes.flatMap(({ name, values }, axis) =>
      values.flatMap((value) => (state.isValueOn(axis, value) ? [] : [`${name}: ${value}`])),
    )
    address.set('hide', off)
    address.set('without', without)
    address.set('time', state.zoom === null ? [] : state.zoom.map((end) => String(Number(end.toPrecision(6)))))
  })
}
