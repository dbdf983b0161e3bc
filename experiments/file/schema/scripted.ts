/** What actions and faults share: their time, the nodes that they name, and one map per kind, chosen by its key. */
import { z } from 'zod'
import { show } from '../document.ts'
import { duration, forms, isMap, labels, name, section, whole } from '../quantities.ts'

/** A number of things, or all of them (null). */
export const count = forms<number | null>({ all: z.literal('all').transform(() => null), count: whole({ min: 1 }) }, (value) =>
  value === 'all' ? 'all' : 'count',
)

const places = {
  pool: name().optional().describe('only nodes of this pool'),
  zone: name().optional().describe('only nodes of this zone'),
  labels: labels().optional().describe('only nodes with these labels, such as { rack: a-1 }'),
}

/** A number is not drawn: with equal numbers each action and each replication takes the same nodes. */
const FIRST =
  'number of nodes, the first suitable ones in the order of the pools, the same at each action and in each replication (pool, zone and labels say which), or all'

/** Nodes of a pool, of a zone, with labels, or of the whole cluster. */
export const nodes = section('nodes', {
  ...places,
  nodes: count.prefault(1).describe(`${FIRST}; default 1`),
})

/** The same where the number is left open. */
export const openNodes = section('nodes', {
  ...places,
  nodes: count.optional().describe(`${FIRST}; default: 1 with at, all with every`),
})

/** Nodes as the file selects them; null: all. */
export type NodesData = z.infer<typeof nodes>

/** When an action or a fault happens. */
export const at = duration().describe('time after the origin of the run')

/** One action or fault per form, chosen by its key. */
export function oneKey<T>(what: string, choices: Readonly<Record<string, z.ZodType<T>>>) {
  const keys = Object.keys(choices)
  return forms<T>(choices, (value) => {
    const found = isMap(value) ? keys.filter((key) => key in value) : []
    return found.length === 1 ? found[0] : { wrong: `found ${show(value)}; accepted: ${what} and one of ${keys.join(', ')}` }
  })
}
