/** Creates elements without parsing HTML, so that names are always text. */

type Attributes = Readonly<Record<string, string>>

/** An element with attributes and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value)
  created.append(...children)
  return created
}

/** A button. */
export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const created = element('button', { type: 'button', ...attributes }, text)
  created.addEventListener('click', press)
  return created
}

/** A checkbox in its label. */
export interface Checkbox {
  readonly label: HTMLLabelElement
  readonly input: HTMLInputElement
}

/** A labelled checkbox. */
export function checkbox(text: string, checked: boolean, change: (on: boolean) => void): Checkbox {
  const input = element('input', { type: 'checkbox' })
  input.checked = checked
  input.addEventListener('change', () => change(input.checked))
  return { label: element('label', {}, input, ` ${text}`), input }
}

/** An input for a number. */
export function number(label: string, change: (value: number) => void): HTMLInputElement {
  const input = element('input', { type: 'number', step: 'any', min: '0', 'aria-label': label })
  input.addEventListener('change', () => change(input.valueAsNumber))
  return input
}
