/** What a person may have meant by a word that is not known, for messages. */

/** " (did you mean least-allocated?)", or nothing when no accepted word is within a third of its letters, at least one. */
export function suggestion(found: string, accepted: Iterable<string>): string {
  let best = ''
  let least = Math.max(1, Math.floor(found.length / 3)) + 1
  for (const word of accepted) {
    // Words of so different lengths are not compared at all: a name of a megabyte costs nothing.
    if (Math.abs(word.length - found.length) >= least) continue
    const away = distance(found.toLowerCase(), word.toLowerCase())
    if (away < least) {
      least = away
      best = word
    }
  }
  return best === '' ? '' : ` (did you mean ${best}?)`
}

/** Edits (insert, drop, replace, swap of neighbours) between two words: Damerau 1964, optimal string alignment. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, rows[i - 2][j - 2] + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}
