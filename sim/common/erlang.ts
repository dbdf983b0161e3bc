/** Formulas of Erlang (1917) for c servers and one queue, M/M/c. */

/** Erlang C: the probability that an arrival waits with c servers at offered load a = λ/μ < c, by Erlang B's recursion. */
export function erlangC(c: number, a: number): number {
  let blocked = 1
  for (let k = 1; k <= c; k++) blocked = (a * blocked) / (k + a * blocked)
  return waiting(c, a, blocked)
}

/** The least number of servers with which at most this share of the arrivals waits, up to `most`; 0 for no load. */
export function serversFor(load: number, share: number, most: number): number {
  if (load <= 0) return 0
  let blocked = 1
  for (let c = 1; c < most; c++) {
    blocked = (load * blocked) / (c + load * blocked)
    if (c > load && waiting(c, load, blocked) <= share) return c
  }
  return most
}

/** From Erlang B, the share of arrivals that find all servers busy and leave. */
const waiting = (c: number, a: number, blocked: number): number => blocked / (1 - (a / c) * (1 - blocked))
