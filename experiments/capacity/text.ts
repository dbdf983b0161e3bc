/** What `orchsim plan-capacity` found, as data and as text. */
import { percentText } from '../file/quantities.ts'

/** One plan with its bounds; numbers of nodes, or dollars per hour where the objective is the cost. */
export interface PlanReport {
  readonly objective: 'nodes' | 'cost'
  /** The packer and its parameters. */
  readonly by: string
  readonly nodes: number
  /** Dollars per hour. */
  readonly cost: number
  readonly leftOver: number
  readonly byKind: readonly { readonly name: string; readonly nodes: number }[]
  readonly bounds: {
    readonly continuous: number
    /** The largest of the bounds that know that pods are not divisible: L2 of each resource, devices, shares of prices. */
    readonly indivisible: number
    /** Column generation; null: not asked for. */
    readonly lp: number | null
    /** False: ended at its budget of rounds, a bound all the same. */
    readonly lpSolved: boolean | null
  }
  /** Over the largest bound, minus one; null where there is none, or pods are left over. */
  readonly gap: number | null
}

/** Everything that the command prints. */
export interface CapacityReport {
  readonly pods: number
  readonly kinds: readonly { readonly name: string; readonly price: number; readonly max: number | null }[]
  readonly plans: readonly PlanReport[]
  readonly compaction:
    | null
    | ({ readonly by: string; readonly trials: number; readonly tolerance: number; readonly nodes: number } & (
        { readonly sizes: null } | { readonly copies: number; readonly sizes: readonly number[]; readonly p90: number }
      ))
}

/** The report as text. */
export function capacityText({ pods, kinds, plans, compaction }: CapacityReport): string {
  const lines = [`${pods} pods, ${kinds.length} kind${kinds.length === 1 ? '' : 's'} of nodes`]
  for (const plan of plans) lines.push('', ...planLines(plan))
  if (compaction !== null) lines.push('', ...compactionLines(compaction))
  return `${lines.join('\n')}\n`
}

function planLines({ objective, by, nodes, cost, leftOver, byKind, bounds, gap }: PlanReport): string[] {
  const amount = (value: number): string =>
    value === Infinity ? 'no packing exists' : objective === 'nodes' ? `${value} nodes` : money(value)
  const lp =
    bounds.lp === null ? [] : [`column generation ${amount(bounds.lp)}${bounds.lpSolved === true ? '' : ' (not solved to the end)'}`]
  return [
    `${objective === 'nodes' ? 'fewest nodes' : 'cheapest'}: ${nodes} nodes, ${money(cost)}${leftOver > 0 ? `, ${leftOver} pods left over` : ''}`,
    ...byKind.filter((one) => one.nodes > 0).map((one) => `  ${one.nodes} x ${one.name}`),
    `  found by ${by}`,
    `  lower bounds: continuous ${amount(bounds.continuous)}, with indivisible pods ${amount(bounds.indivisible)}${lp.map((text) => `, ${text}`).join('')}`,
    `  gap: ${gap === null ? 'unknown' : gap === 0 ? '0 %, no packing is better' : `at most ${(100 * gap).toFixed(2)} %`}`,
  ]
}

function compactionLines(compaction: NonNullable<CapacityReport['compaction']>): string[] {
  const { nodes, by, trials } = compaction
  if (compaction.sizes === null) return [`compaction: the pods fit no number of copies of the cell of ${nodes} nodes (${by})`]
  const { sizes, p90, copies } = compaction
  const share = p90 / nodes
  return [
    `compaction of the cell of ${nodes} nodes: ${p90} nodes (${percentText(Math.round(1000 * share) / 1000)}), the 90th percentile of ${trials} trials`,
    `  from ${sizes[0]} to ${sizes[sizes.length - 1]} nodes, by ${by}${copies > 1 ? `; the cell is too small and was copied ${copies} times` : ''}`,
  ]
}

const money = (dollars: number): string => `$${dollars.toFixed(4).replace(/0{1,2}$/, '')}/h`
