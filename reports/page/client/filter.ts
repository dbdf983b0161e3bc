/** The filter: a checkbox per value of each axis and per variant; unchecked ones are hidden in charts, tables and verdicts. */
import type { PageData } from '../ways.ts'
import { button, checkbox, element } from './elements.ts'
import type { State } from './state.ts'

/** The filter element. */
export function buildFilter(data: PageData, state: State): HTMLElement {
  const updates: (() => void)[] = []
  const axes = data.axes.flatMap(({ name, values }, axis) => {
    const used = values.filter((value) => data.variants.some((variant) => variant.values[axis] === value))
    if (used.length < 2) return []
    const boxes = used.map((value) => {
      const box = checkbox(value, true, (on) => state.chooseValue(axis, value, on))
      updates.push(() => (box.input.checked = state.isValueOn(axis, value)))
      return box.label
    })
    return [element('fieldset', {}, element('legend', {}, name), ...boxes)]
  })
  const variants = data.variants.map(({ name }, variant) => {
    const box = checkbox(name, true, (on) => state.chooseVariant(variant, on))
    updates.push(() => {
      box.input.checked = state.isChosen(variant)
      box.input.disabled = !state.isOpen(variant)
    })
    return box.label
  })
  const count = element('span', { 'aria-live': 'polite' })
  updates.push(() => (count.textContent = `${state.shown.length} of ${data.variants.length} variants shown`))
  const update = (): void => updates.forEach((each) => each())
  state.onChange(update)
  update()
  return element(
    'details',
    { class: 'filter' },
    element('summary', {}, 'Filter: ', count),
    element(
      'div',
      { class: 'boxes' },
      element(
        'p',
        {},
        button('all', () => state.chooseAll(true)),
        ' ',
        button('none', () => state.chooseAll(false)),
      ),
      ...axes,
      element('fieldset', {}, element('legend', {}, 'variants'), ...variants),
    ),
  )
}

/** Rows of tables and sentences that belong to a variant follow the filter on the screen; on paper they all stay. */
export function filterMarked(state: State): void {
  const marked = [...document.querySelectorAll<HTMLElement>('[data-variant]')]
  state.onChange(() => {
    for (const each of marked) each.classList.toggle('hidden', !state.isShown(Number(each.dataset.variant)))
  })
}
