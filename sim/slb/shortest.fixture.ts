/** Join the shortest queue for a few servers: the stationary chain on sorted queue lengths. */

/** All non-increasing lists of `n` lengths below `top`. */
function lists(n: number, top: number): number[][] {
  if (n === 0) return [[]]
  return lists(n - 1, top).flatMap((list) =>
    Array.from({ length: Math.min(top, (list.at(-1) ?? top - 1) + 1) }, (_, length) => [...list, length]),
  )
}

/**
 * Mean response of n servers of rate 1, each with load lambda, when an arrival joins a shortest queue: arrivals at rate n lambda lengthen the last of the sorted queues,
 * and each server ends a request at rate 1. Uniformized at rate n lambda + n and iterated until it is stationary; queues are cut at `top`.
 */
export function shortestOf(n: number, lambda: number, top: number, rounds: number): number {
  const states = lists(n, top)
  const index = new Map(states.map((state, i) => [state.join(), i]))
  const sorted = (state: readonly number[]): number => index.get([...state].sort((a, b) => b - a).join())!
  const rate = n * lambda + n
  const targets = states.map((state) => [
    sorted(state.map((length, i) => (i === n - 1 ? Math.min(length + 1, top - 1) : length))),
    ...state.map((_, served) => sorted(state.map((length, i) => (i === served ? Math.max(0, length - 1) : length)))),
  ])
  let now = new Float64Array(states.length)
  now[0] = 1
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(states.length)
    targets.forEach(([joined, ...served], i) => {
      next[joined] += (now[i] * n * lambda) / rate
      for (const target of served) next[target] += now[i] / rate
    })
    now = next
  }
  const present = states.reduce((sum, state, i) => sum + now[i] * state.reduce((all, length) => all + length, 0), 0)
  return present / (n * lambda)
}
