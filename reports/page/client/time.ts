/** The time range as two numbers, the keyboard alternative to the brush. It applies to all charts over time. */
import type { PageChart } from '../ways.ts'
import { button, element, number } from './elements.ts'
import { timeOf } from './specification.ts'
import type { State } from './state.ts'

/** The controls of a chart over time. */
export function timeControls(chart: PageChart, state: State): HTMLElement {
  const unit = chart.time === 3600 ? 'h' : chart.time === 60 ? 'min' : 's'
  const [start, end] = timeOf(chart)
  const ends = (): readonly [number, number] => state.zoom ?? [start, end]
  const set = (from: number, to: number): void => {
    if (Number.isNaN(from) || Number.isNaN(to) || to <= from) show()
    else state.zoomTo([Math.max(start, from), Math.min(end, to)])
  }
  const from = number(`time from [${unit}]`, (value) => set(value * chart.time, ends()[1]))
  const to = number(`time to [${unit}]`, (value) => set(ends()[0], value * chart.time))
  const reset = button('whole time', () => state.zoomTo(null))
  const show = (): void => {
    from.value = String(Number((ends()[0] / chart.time).toPrecision(4)))
    to.value = String(Number((ends()[1] / chart.time).toPrecision(4)))
    reset.disabled = state.zoom === null
  }
  show()
  state.onChange(show)
  return element(
    'span',
    { class: 'time' },
    'time from ',
    from,
    ' to ',
    to,
    ` ${unit} `,
    reset,
    element('span', { class: 'hint' }, ' or drag over a panel'),
  )
}
