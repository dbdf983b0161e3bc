/** Erlang C: the probability that an arrival waits with c servers at offered load a = λ/μ < c, by Erlang B's recursion. */
export function erlangC(c: number, a: number): number {
  let blocked = 1
  for (let k = 1; k <= c; k++) blocked = (a * blocked) / (k + a * blocked)
  return blocked / (1 - (a / c) * (1 - blocked))
}
