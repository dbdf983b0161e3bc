/** Collects the issues of one item of the file. */
import type { Issue } from '../document.ts'

type Keys = readonly (string | number)[]

/** Issues below one path: `refuse(wrong, keys, message)` adds one when `wrong`. */
export interface Issues {
  readonly all: Issue[]
  refuse(wrong: boolean, keys: Keys, message: string): void
}

/** An empty collection for the item at `path`. */
export function issuesAt(...path: Keys): Issues {
  const all: Issue[] = []
  return { all, refuse: (wrong, keys, message) => void (wrong && all.push({ path: [...path, ...keys], message })) }
}

/** "found neither a nor b; accepted: one of the two": for two keys of which exactly one must be given. */
export const exactlyOne = (first: unknown, words: string): string =>
  `found ${first === undefined ? `neither ${words.replace('|', ' nor ')}` : `both ${words.replace('|', ' and ')}`}; accepted: one of the two`
