/** Sentences that say the same about different numbers, told once. */

interface Alike<T> {
  readonly before: string
  readonly after: string
  /** As they were written. */
  least: string
  most: string
  readonly of: T[]
}

/** "1,234" and "1.5" are numbers, whole as they stand. */
const NUMBER = String.raw`\d(?:[\d,.]*\d)?`
/** A sentence that begins with a number is about that one; else about its last, since thresholds stand before what was found. */
const FIRST = new RegExp(`^()(${NUMBER})(?![\\d])([^]*)$`)
const LAST = new RegExp(`^([^]*?)(?<![\\d,.])(${NUMBER})([^\\d]*)$`)
const valueOf = (written: string): number => Number(written.replaceAll(',', ''))

/** Sentences that differ in one number are one with its range: "152 to 180 pods were waiting". */
export function alikeAsOne<T>(sentences: ReadonlyMap<string, readonly T[]>): [string, T[]][] {
  const groups = new Map<string, Alike<T>>()
  for (const [text, of] of sentences) {
    const [, before, number, after] = FIRST.exec(text) ?? LAST.exec(text) ?? ['', text, '', '']
    const isNumber = number !== '' && Number.isFinite(valueOf(number))
    const key = isNumber ? JSON.stringify([before, after]) : text
    const known = groups.get(key)
    if (known === undefined) {
      groups.set(
        key,
        isNumber
          ? { before, after, least: number, most: number, of: [...of] }
          : { before: text, after: '', least: '', most: '', of: [...of] },
      )
      continue
    }
    known.of.push(...of)
    if (valueOf(number) < valueOf(known.least)) known.least = number
    if (valueOf(number) > valueOf(known.most)) known.most = number
  }
  return [...groups.values()].map(({ before, after, least, most, of }) => [
    `${before}${least}${least === most ? '' : ` to ${most}`}${after}`,
    of,
  ])
}
