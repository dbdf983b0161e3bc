/** Small elements, made without ever reading HTML: a name is always text. */

type Attributes = Readonly<Record<string, string>>

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text)
  made.addEventListener('click', press)
  return made
}

export interface Checkbox {
  readonly label: HTMLLabelElement
  readonly input: HTMLInputElement
}

export function checkbox(text: string, checked: boolean, change: (on: boolean) => void): Checkbox {
  const input = element('input', { type: 'checkbox' })
  input.checked = checked
  input.addEventListener('change', () => change(input.checked))
  return { label: element('label', {}, input, ` ${text}`), input }
}

export function number(label: string, change: (value: number) => void): HTMLInputElement {
  const input = element('input', { type: 'number', step: 'any', min: '0', 'aria-label': label })
  input.addEventListener('change', () => change(input.valueAsNumber))
  return input
}
