/**
 * Erlang's second formula: the probability that an arrival at an M/M/c queue waits, by utilization, also for a number of servers that is
 * not whole (between the two whole ones).
 */

/** Intervals of utilization; between their bounds the probability is interpolated. */
const POINTS = 1024

/** By number of servers; a point is computed when it is first read. */
const tables = new Map<number, Float64Array>()

/** Exact, for a whole number of servers and a utilization below 1. */
export function erlangC(servers: number, utilization: number): number {
  const load = servers * utilization
  if (load === 0) return 0
  let blocked = 1 // Erlang's first formula, server by server
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked)
  return blocked / (1 - utilization * (1 - blocked))
}

function tableOf(servers: number): Float64Array {
  let table = tables.get(servers)
  if (table === undefined) {
    table = new Float64Array(POINTS + 1).fill(NaN)
    table[0] = 0
    table[POINTS] = 1
    tables.set(servers, table)
  }
  return table
}

function pointOf(servers: number, table: Float64Array, point: number): number {
  const known = table[point]
  if (!Number.isNaN(known)) return known
  return (table[point] = erlangC(servers, point / POINTS))
}

/** The probability to wait at one number of servers, from 1. */
export class WaitingProbability {
  private readonly lower: number
  private readonly lowerTable: Float64Array
  private readonly upperTable: Float64Array
  /** Share of the table of one more server. */
  private readonly share: number

  constructor(servers: number) {
    this.lower = Math.floor(servers)
    this.share = servers - this.lower
    this.lowerTable = tableOf(this.lower)
    this.upperTable = this.share === 0 ? this.lowerTable : tableOf(this.lower + 1)
  }

  /** @param utilization from 0 to 1 */
  at(utilization: number): number {
    const place = utilization * POINTS
    const point = Math.min(Math.floor(place), POINTS - 1)
    const part = place - point
    const { lower, lowerTable, upperTable, share } = this
    const below = pointOf(lower, lowerTable, point) * (1 - part) + pointOf(lower, lowerTable, point + 1) * part
    if (share === 0) return below
    const above = pointOf(lower + 1, upperTable, point) * (1 - part) + pointOf(lower + 1, upperTable, point + 1) * part
    return below * (1 - share) + above * share
  }
}
