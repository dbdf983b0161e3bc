/**
 * A lower bound by column generation (Gilmore and Gomory 1961). A column is a node of one kind with the pods that it holds; the linear
 * program chooses columns that hold all pods at the least price, in fractions. Its dual prices say what a pod is worth; the most valuable
 * filling of a node under them is the next column, a knapsack with a row per resource, solved as an integer program. When no filling is
 * worth more than its node, the program is solved. Before that, the dual prices scaled down by the largest excess are feasible, and their
 * value is a bound as well (Farley 1990), so that a budget of rounds still gives one.
 *
 * GPU devices are relaxed to their number and their sum of milli-GPU, and selectors, taints and models exclude whole kinds: fewer rules than
 * a packing keeps, so the bound holds for all packings.
 */
import type { PackingProblem } from '../../sim/index.ts'

/** What is used of the solver. */
export interface Solver {
  solve(
    problem: string,
    options?: object,
  ): {
    readonly Status: string
    readonly ObjectiveValue: number
    readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>
    readonly Rows: readonly object[]
  }
}

/** The package is not installed. */
export class MissingSolver extends Error {
  constructor() {
    super('found no highs, the solver of the bound; accepted: npm install highs, then repeat the command')
    this.name = 'MissingSolver'
  }
}

/** Loads HiGHS. Throws a MissingSolver. */
export async function loadSolver(load: () => Promise<Solver> = loadHighs): Promise<Solver> {
  try {
    return await load()
  } catch {
    throw new MissingSolver()
  }
}

async function loadHighs(): Promise<Solver> {
  const loaded: unknown = await import('highs')
  const { default: highs } = loaded as { readonly default: () => Promise<Solver> }
  return await highs()
}

/** The bound and whether the program was solved within the rounds. */
export interface LpBound {
  /** Of the objective: nodes, or micro-dollars per hour; rounded up where every packing has a whole value. */
  readonly bound: number
  readonly solved: boolean
  readonly rounds: number
}

/** Relative slack below the computed value, for the tolerances of the solver. */
const SLACK = 1e-6
const EXCESS = 1e-6
/** Tolerance of whole numbers in the solver. */
const INTEGRALITY = 1e-5
/** Nodes of the search tree of a knapsack. */
const MAX_NODES = 100
/** Columns that are tried in all: rounds times kinds. */
const MAX_KNAPSACKS = 60

/** Demand of a class in every dimension, and its number of pods. */
interface Demand {
  readonly row: number
  readonly count: number
  readonly amounts: readonly number[]
}

interface Kind {
  readonly price: number
  readonly limit: number
  /** Capacity in every dimension. */
  readonly capacity: readonly number[]
  readonly admits: (row: number) => boolean
}

interface Column {
  readonly kind: number
  /** Pods of each demand. */
  readonly pods: readonly number[]
}

/** The bound for all pods of the problem on new bins. Prices are those of the types, or 1 each with `price: false`. Infinity when some pod fits no type. */
export function lpBound(problem: PackingProblem, price: boolean, solver: Solver, knapsacks = MAX_KNAPSACKS): LpBound {
  const demands = demandsOf(problem)
  const kinds = kindsOf(problem, price)
  const columns = startingColumns(demands, kinds)
  if (columns === null) return { bound: Infinity, solved: true, rounds: 0 }
  const rounds = Math.max(1, Math.floor(knapsacks / kinds.length))
  let bound = 0
  for (let round = 1; round <= rounds; round++) {
    const { worth, rent } = master(columns, demands, kinds, solver)
    let excess = 1
    let found = false
    kinds.forEach((kind, k) => {
      const filling = fillingOf(kind, demands, worth, solver)
      const cost = kind.price + rent[k]
      if (filling.most > 0) excess = Math.max(excess, filling.most / cost)
      if (filling.value <= cost * (1 + EXCESS) + EXCESS * SLACK) return
      columns.push({ kind: k, pods: filling.pods })
      found = true
    })
    // A filling is worth at most `excess` times its node and its rent: with worths divided by that, and the rents as they are, none is.
    const held = demands.reduce((sum, { count }, d) => sum + count * worth[d], 0)
    const rents = kinds.reduce((sum, { limit }, k) => sum + (limit === Infinity ? 0 : limit * rent[k]), 0)
    bound = Math.max(bound, held / excess - rents)
    if (!found) return { bound: wholeAbove(bound), solved: excess <= 1 + 10 * EXCESS, rounds: round }
  }
  return { bound: wholeAbove(bound), solved: false, rounds }
}

const wholeAbove = (bound: number): number => Math.max(0, Math.ceil(bound * (1 - SLACK) - SLACK))

/** Dimensions: the resources, then the sum of milli-GPU, then whole devices. */
function demandsOf({ items, podClass, classes, free }: PackingProblem): Demand[] {
  const counts = new Map<number, number>()
  for (let item = 0; item < items; item++) counts.set(podClass[item], (counts.get(podClass[item]) ?? 0) + 1)
  return [...counts].map(([row, count]) => ({
    row,
    count,
    amounts: [
      ...free.map((_, r) => classes.request[r][row]),
      classes.gpus[row] * classes.gpuMilli[row],
      classes.gpuMilli[row] === 1000 ? classes.gpus[row] : 0,
    ],
  }))
}

const kindsOf = ({ types }: PackingProblem, price: boolean): Kind[] =>
  types.map((type) => ({
    price: price ? type.price : 1,
    limit: type.limit,
    capacity: [...type.capacity, 1000 * type.devices, type.devices],
    admits: (row) => type.admits(row),
  }))

/** Most pods of one demand on an empty node. */
function most({ row, amounts, count }: Demand, { capacity, admits }: Kind): number {
  if (!admits(row)) return 0
  return amounts.reduce((least, amount, r) => (amount === 0 ? least : Math.min(least, Math.floor(capacity[r] / amount))), count)
}

/** For each demand and kind a node full of its pods; null when some pod fits no kind. */
function startingColumns(demands: readonly Demand[], kinds: readonly Kind[]): Column[] | null {
  const columns: Column[] = []
  for (const [d, demand] of demands.entries()) {
    const before = columns.length
    kinds.forEach((kind, k) => {
      const count = most(demand, kind)
      if (count > 0 && kind.limit > 0) columns.push({ kind: k, pods: demands.map((_, other) => (other === d ? count : 0)) })
    })
    if (columns.length === before) return null
  }
  return columns
}

/** Price of a pod without a column, as a multiple of the most expensive kind: limits may leave pods over while columns are few. */
const PENALTY = 1000

/** The linear program over the columns so far: what a pod of each demand is worth, and what a limit adds to the price of a kind. */
function master(
  columns: readonly Column[],
  demands: readonly Demand[],
  kinds: readonly Kind[],
  solver: Solver,
): { worth: number[]; rent: number[] } {
  const penalty = PENALTY * Math.max(1, ...kinds.map(({ price }) => price))
  const limited = kinds.flatMap(({ limit }, k) => (limit === Infinity ? [] : [k]))
  const text = [
    'Minimize',
    ` obj: ${lines([...columns.map(({ kind }, c) => term(kinds[kind].price, `x${c}`)), ...demands.map((_, d) => term(penalty, `s${d}`))])}`,
    'Subject To',
    ...demands.map(
      ({ count }, d) =>
        ` d${d}: ${lines([...columns.flatMap(({ pods }, c) => (pods[d] > 0 ? [term(pods[d], `x${c}`)] : [])), term(1, `s${d}`)])} >= ${count}`,
    ),
    ...limited.map(
      (k) =>
        ` l${k}: ${lines(
          columns.flatMap(({ kind }, c) => (kind === k ? [term(1, `x${c}`)] : [])),
          'x0',
        )} <= ${kinds[k].limit}`,
    ),
    'End',
  ].join('\n')
  const { Rows, Status } = solver.solve(text)
  if (Status !== 'Optimal') throw new Error(`the linear program of the bound ended as ${Status}; accepted: Optimal`)
  const dual = new Map((Rows as readonly { readonly Name: string; readonly Dual: number }[]).map(({ Name, Dual }) => [Name, Dual]))
  const rent = kinds.map((_, k) => Math.max(0, -(dual.get(`l${k}`) ?? 0)))
  return { worth: demands.map((_, d) => Math.max(0, dual.get(`d${d}`) ?? 0)), rent }
}

const term = (factor: number, name: string): string => `+ ${factor} ${name}`

/** Terms, a few to a line; the format limits lines. `otherwise` stands for an empty sum. */
const lines = (terms: readonly string[], otherwise = ''): string =>
  terms.length === 0 ? `0 ${otherwise}` : terms.map((one, i) => (i % 10 === 9 ? `${one}\n` : one)).join(' ')

/** The most valuable pods on one node. */
function fillingOf(
  kind: Kind,
  demands: readonly Demand[],
  worth: readonly number[],
  solver: Solver,
): { value: number; most: number; pods: number[] } {
  const upper = demands.map((demand) => most(demand, kind))
  const held = demands.flatMap((_, d) => (upper[d] > 0 && worth[d] > 0 ? [d] : []))
  const none = demands.map(() => 0)
  if (held.length === 0 || kind.limit <= 0) return { value: 0, most: 0, pods: none }
  // Values and amounts are scaled, since prices and bytes are beyond the tolerances of the solver.
  const scale = Math.max(...held.map((d) => worth[d]))
  const rows = kind.capacity.flatMap((capacity, r) => {
    const terms = held.flatMap((d) => (demands[d].amounts[r] > 0 ? [term(demands[d].amounts[r] / capacity, `p${d}`)] : []))
    return terms.length === 0 ? [] : [` r${r}: ${lines(terms)} <= 1.000000001`]
  })
  const relaxed = [
    'Maximize',
    ` obj: ${lines(held.map((d) => term(worth[d] / scale, `p${d}`)))}`,
    'Subject To',
    ...rows,
    'Bounds',
    ...held.map((d) => ` 0 <= p${d} <= ${upper[d]}`),
  ].join('\n')
  const divisible = solver.solve(`${relaxed}\nEnd`)
  if (divisible.Status !== 'Optimal') throw new Error(`a knapsack of the bound ended as ${divisible.Status}; accepted: Optimal`)
  const whole = solver.solve(`${relaxed}\nGeneral\n${held.map((d) => ` p${d}`).join('\n')}\nEnd`, {
    mip_rel_gap: 0,
    mip_max_nodes: MAX_NODES,
  })
  for (const d of held) none[d] = Math.floor((whole.Columns[`p${d}`]?.Primal ?? 0) + INTEGRALITY)
  const found = held.reduce((sum, d) => sum + none[d] * worth[d], 0)
  // Ended early, the integer program has a filling; what no filling exceeds is then the value with divisible pods.
  return { value: found, most: (whole.Status === 'Optimal' ? whole.ObjectiveValue : divisible.ObjectiveValue) * scale, pods: none }
}
