/** Sets of completion indexes of an Indexed Job, and their text form in a status or a success policy, such as "0-3,5". */

export class IndexSet {
  /** Number of indexes in the set. */
  size = 0
  private members = new Uint8Array(0)

  has(index: number): boolean {
    return this.members[index] === 1
  }

  add(index: number): void {
    if (index >= this.members.length) {
      const grown = new Uint8Array(Math.max(index + 1, 2 * this.members.length))
      grown.set(this.members)
      this.members = grown
    }
    this.size += 1 - this.members[index]
    this.members[index] = 1
  }

  /** Removes the indexes that are not below `end` (the number of completions was lowered). */
  cut(end: number): void {
    for (let i = end; i < this.members.length; i++) {
      this.size -= this.members[i]
      this.members[i] = 0
    }
  }

  /** As in status.completedIndexes: runs of three or more as first-last. */
  toString(): string {
    const runs: string[] = []
    for (let first = 0; first < this.members.length; first++) {
      if (!this.has(first)) continue
      let last = first
      while (this.has(last + 1)) last++
      runs.push(last === first ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`)
      first = last
    }
    return runs.join(',')
  }
}

/** Reads indexes such as "0-3,5". Throws a RangeError for a text that is none. */
export function parseIndexes(text: string): { readonly first: number; readonly last: number }[] {
  return text.split(',').map((part) => {
    const digits = /^(\d+)(?:-(\d+))?$/.exec(part)
    const first = Number(digits?.[1])
    const last = Number(digits?.[2] ?? digits?.[1])
    if (digits === null || last < first) {
      throw new RangeError(
        `indexes ${JSON.stringify(text)}: ${JSON.stringify(part)} is no index; accepted: numbers and ranges, as in 0-3,5`,
      )
    }
    return { first, last }
  })
}
