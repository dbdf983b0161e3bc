/** One replication by itself: its values beside the baseline's of the same replication, its course and its notes. */
import type { PageData, PageRun } from '../ways.ts'
import type { Address } from './address.ts'
import { button, element } from './elements.ts'

/** Builds the choice of a run and the place where it is shown. */
export function buildDrill(data: PageData, address: Address): HTMLElement {
  const choice = element('select', { 'aria-label': 'run' })
  choice.append(element('option', { value: '' }, 'choose a run'))
  data.runs.forEach((run, i) => choice.append(element('option', { value: String(i) }, nameOf(data, run))))
  const place = element('div', { role: 'region', 'aria-label': 'one replication' })
  const show = (): void => place.replaceChildren(...(choice.value === '' ? [] : detailsOf(data, data.runs[Number(choice.value)])))
  const pick = (value: string): void => {
    choice.value = value
    const run = value === '' ? undefined : data.runs[Number(value)]
    address.set('run', run === undefined ? [] : [nameOf(data, run)])
    show()
  }
  const step = (by: number): void => {
    const next = choice.selectedIndex + by
    if (next > 0 && next <= data.runs.length) pick(String(next - 1))
  }
  const read = (): void => {
    const [wanted] = address.get('run')
    const found = data.runs.findIndex((run) => nameOf(data, run) === wanted)
    choice.value = found < 0 ? '' : String(found)
    show()
  }
  choice.addEventListener('change', () => pick(choice.value))
  read()
  address.onChange(read)
  return element(
    'div',
    {},
    element(
      'p',
      { class: 'controls' },
      element('label', {}, 'One replication: ', choice),
      button('previous', () => step(-1)),
      button('next', () => step(1)),
    ),
    place,
  )
}

const nameOf = ({ variants }: PageData, { variant, replication }: PageRun): string =>
  `${variants[variant].name}, replication ${replication + 1}`

function detailsOf(data: PageData, run: PageRun): HTMLElement[] {
  const base = data.runs.find(({ variant, replication }) => variant === 0 && replication === run.replication)
  const compared = base !== undefined && base !== run
  const head = ['metric', 'value', ...(compared ? ['baseline, same replication'] : [])]
  const rows = data.values.flatMap((name, i) =>
    run.values[i] === '-'
      ? []
      : [
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            element('td', {}, run.values[i]),
            ...(compared ? [element('td', {}, base.values[i])] : []),
          ),
        ],
  )
  const table = element(
    'table',
    {},
    element('caption', {}, `${nameOf(data, run)}: seed ${run.seed}, id ${run.id}`),
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows),
  )
  const lines = run.lines.map(([heading, line]) =>
    element('p', { class: 'spark' }, element('span', { class: 'faint' }, heading), element('span', { 'aria-hidden': 'true' }, line)),
  )
  const notes = run.notes.length === 0 ? [] : [element('ul', {}, ...run.notes.map((note) => element('li', {}, note)))]
  return [...lines, ...notes, element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'values of the run' }, table)]
}
