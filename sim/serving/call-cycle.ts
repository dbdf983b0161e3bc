/** Services that call each other in a circle, which would wait for themselves. */

/** The rows of a cycle, first and last equal, or an empty list when there is none. `calls` are pairs of rows, caller and called; rows are below `count`. */
export function callCycle(count: number, calls: readonly (readonly [caller: number, called: number])[]): readonly number[] {
  const called: number[][] = Array.from({ length: count }, () => [])
  for (const [from, to] of calls) called[from].push(to)
  const done = new Uint8Array(count)
  const path: number[] = []
  const visit = (row: number): readonly number[] => {
    const at = path.indexOf(row)
    if (at >= 0) return [...path.slice(at), row]
    if (done[row] === 1) return []
    path.push(row)
    for (const next of called[row]) {
      const cycle = visit(next)
      if (cycle.length > 0) return cycle
    }
    path.pop()
    done[row] = 1
    return []
  }
  for (let row = 0; row < count; row++) {
    const cycle = visit(row)
    if (cycle.length > 0) return cycle
  }
  return []
}
