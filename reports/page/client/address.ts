/**
 * The reader's choices in the part of the address after `#`: the only part that a page opened from a file may change. Sections stand there
 * too (`#at=tables`), so that a link to a section keeps the choices.
 */

type Value = readonly string[]

/** Reads and writes the address. */
export class Address {
  private readonly listeners: (() => void)[] = []
  private written = ''

  constructor() {
    window.addEventListener('hashchange', () => {
      if (location.hash === this.written) return
      for (const listener of this.listeners) listener()
    })
  }

  /** Called when the reader changes the address, or goes back. */
  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  get(key: string): Value {
    return this.read().getAll(key)
  }

  /** Replaces the values of a key; none removes it. */
  set(key: string, values: Value): void {
    const all = this.read()
    all.delete(key)
    for (const value of values) all.append(key, value)
    const text = all.toString()
    this.written = text === '' ? '' : `#${text}`
    history.replaceState(null, '', this.written === '' ? location.pathname + location.search : this.written)
  }

  /** A link to a section without choices, `#tables`, counts as `at=tables`. */
  private read(): URLSearchParams {
    const text = location.hash.slice(1)
    return new URLSearchParams(text === '' || text.includes('=') ? text : `at=${text}`)
  }
}

/** Links of the table of contents scroll and keep the choices in the address. */
export function watchContents(address: Address): void {
  const go = (id: string, focus: boolean): void => {
    const place = document.getElementById(id)
    if (place === null) return
    place.scrollIntoView()
    if (focus) place.focus({ preventScroll: true })
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.contents a')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      const id = link.hash.slice(1)
      address.set('at', [id])
      go(id, true)
    })
  }
  const [at] = address.get('at')
  if (at !== undefined) go(at, false)
}
