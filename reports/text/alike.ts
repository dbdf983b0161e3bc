/** Merges sentences that differ in one number only. */

interface Group<T> {
  readonly before: string
  readonly after: string
  /** Smallest and largest number, as written. */
  min: string
  max: string
  readonly of: T[]
}

/** A number with its separators: "1,234", "1.5". */
const NUMBER = String.raw`\d(?:[\d,.]*\d)?`
/** The number that may differ: a leading one, else the last, since thresholds precede the value that was found. */
const FIRST = new RegExp(`^()(${NUMBER})(?![\\d])([^]*)$`)
const LAST = new RegExp(`^([^]*?)(?<![\\d,.])(${NUMBER})([^\\d]*)$`)
const valueOf = (written: string): number => Number(written.replaceAll(',', ''))

/** Sentences that differ in one number become one with the range: "152 to 180 pods were unbound". The lists of merged sentences are joined. */
export function alikeAsOne<T>(sentences: ReadonlyMap<string, readonly T[]>): [string, T[]][] {
  const groups = new Map<string, Group<T>>()
  for (const [text, of] of sentences) {
    const [, before, number, after] = FIRST.exec(text) ?? LAST.exec(text) ?? ['', text, '', '']
    const isNumber = number !== '' && Number.isFinite(valueOf(number))
    const key = isNumber ? JSON.stringify([before, after]) : text
    const known = groups.get(key)
    if (known === undefined) {
      groups.set(
        key,
        isNumber ? { before, after, min: number, max: number, of: [...of] } : { before: text, after: '', min: '', max: '', of: [...of] },
      )
      continue
    }
    known.of.push(...of)
    if (valueOf(number) < valueOf(known.min)) known.min = number
    if (valueOf(number) > valueOf(known.max)) known.max = number
  }
  return [...groups.values()].map(({ before, after, min, max, of }) => [`${before}${min}${min === max ? '' : ` to ${max}`}${after}`, of])
}
