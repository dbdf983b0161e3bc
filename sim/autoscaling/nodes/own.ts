/** A user's own node autoscaler: two doors, and a check of each change, so that a mistake is named where it was made. */
import { adopt, type Adopted, type Exported } from '../../common/adopt.ts'
import { NodeState } from '../../cluster/views.ts'
import { everyOf, type GivenValues } from '../own.ts'
import type { NodeAutoscaler, NodeAutoscalerDefinition, NodeChanges, NodesContext, NodesScalingView } from './policy.ts'

/** The narrow door: asked every scan. */
export type Propose = (view: NodesScalingView, out: NodeChanges, values: GivenValues) => void
type Create = (values: GivenValues, context: NodesContext) => NodeAutoscaler | null

/** Scan period of an object that names none [µs]. */
const EVERY = 10e6

function verified(name: string, autoscaler: NodeAutoscaler): NodeAutoscaler {
  const fail = (what: string): never => {
    throw new Error(`the node autoscaler ${name} ${what}`)
  }
  return {
    every: autoscaler.every,
    propose(view, out) {
      const { nodes } = view.cluster
      const scales = (pool: number): boolean => view.pools.some((p) => p.pool === pool)
      autoscaler.propose(view, {
        add(pool, count) {
          if (!scales(pool)) fail(`adds to pool ${pool}: the pools that scale are ${view.pools.map((p) => p.pool).join(', ') || 'none'}`)
          if (!Number.isInteger(count) || count < 0) fail(`adds ${count} nodes: a whole number from 0 on is accepted`)
          if (count > 0) out.add(pool, count)
        },
        drain(node) {
          if (!Number.isInteger(node) || node < 0 || node >= nodes.count)
            fail(`drains node ${node}: rows 0 to ${nodes.count - 1} are accepted`)
          if (!scales(nodes.pool[node])) fail(`drains node ${node} of pool ${nodes.pool[node]}, which does not scale`)
          // Already leaving, or not there: nothing to do, as with a second order to drain.
          if (nodes.state[node] === NodeState.Ready) out.drain(node)
        },
      })
    },
  }
}

/** `{ name, every?, propose(view, out, values) }` with every as '15s' or whole µs, or `{ name, create(values, context) }` that gives a NodeAutoscaler or null. */
export function adoptNodeAutoscaler(exported: unknown): Adopted<NodeAutoscalerDefinition> {
  const every = everyOf((exported as Exported | null | undefined)?.['every'], EVERY)
  const adopted = adopt<NodeAutoscaler | null, NodesContext>('node autoscaler', exported, [
    {
      name: 'propose',
      make: (given) => (values) =>
        verified(String(given['name']), {
          every: every as number,
          propose: (view, out) => (given['propose'] as Propose).call(given, view, out, values),
        }),
    },
    {
      name: 'create',
      make: (given) => (values, context) => {
        const name = String(given['name'])
        const made = (given['create'] as Create).call(given, values, context)
        if (made === null) return null
        if (typeof made?.propose !== 'function' || !(Number.isInteger(made.every) && made.every > 0)) {
          throw new TypeError(`${name}: create must return null or { every, propose(view, out) } with every in whole microseconds above 0`)
        }
        return verified(name, made)
      },
    },
  ])
  if (typeof every === 'number') return adopted
  return { problems: 'problems' in adopted ? [...adopted.problems, every] : [every] }
}
