/** The accepted word that a user may have meant, for messages. */

/** " (did you mean least-allocated?)", or '' when every accepted word is more edits away than a third of the letters (at least one). */
export function suggestion(found: string, accepted: Iterable<string>): string {
  let best = ''
  let nearest = Math.max(1, Math.floor(found.length / 3)) + 1
  for (const word of accepted) {
    // The lengths alone differ by too much: a name of a megabyte is not compared letter by letter.
    if (Math.abs(word.length - found.length) >= nearest) continue
    const away = distance(found.toLowerCase(), word.toLowerCase())
    if (away < nearest) {
      nearest = away
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
