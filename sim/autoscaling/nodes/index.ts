/** Node autoscalers: the list of members, and the door for a user's own. */
import { adopt, type Adopted } from '../../adopt.ts'
import { catalogue, type ParameterValue } from '../../define.ts'
import { NodeState } from '../../cluster/views.ts'
import { none } from './none.ts'
import { onDemand } from './on-demand.ts'
import type { NodeAutoscaler, NodeAutoscalerDefinition, NodeChanges, NodesContext, NodesScalingView } from './policy.ts'

export const nodeAutoscalers = catalogue<NodeAutoscaler | null, NodesContext>('autoscaling.nodes', [none, onDemand])

type UserValues = Readonly<Record<string, ParameterValue>>
type Propose = (view: NodesScalingView, out: NodeChanges, values: UserValues) => void
type Create = (values: UserValues, context: NodesContext) => NodeAutoscaler | null

/** Scan period of a user's autoscaler that names none [µs]. */
const EVERY = 10e6

/** Checks each change, so that a mistake is named where it was made. */
export function verified(name: string, autoscaler: NodeAutoscaler): NodeAutoscaler {
  const fail = (what: string): never => {
    throw new Error(`the node autoscaler ${name} ${what}`)
  }
  return {
    every: autoscaler.every,
    propose(view, out) {
      const { nodes } = view.cluster
      autoscaler.propose(view, {
        add(pool, count) {
          if (!view.pools.some((p) => p.pool === pool)) fail(`adds to pool ${pool}: the pools that scale are ${view.pools.map((p) => p.pool).join(', ') || 'none'}`)
          if (!Number.isInteger(count) || count < 0) fail(`adds ${count} nodes: a whole number from 0 on is accepted`)
          if (count > 0) out.add(pool, count)
        },
        drain(node) {
          if (!Number.isInteger(node) || node < 0 || node >= nodes.count) fail(`drains node ${node}: rows 0 to ${nodes.count - 1} are accepted`)
          if (nodes.state[node] !== NodeState.Ready) fail(`drains node ${node}, which is not Ready`)
          if (!view.pools.some((p) => p.pool === nodes.pool[node])) fail(`drains node ${node} of pool ${nodes.pool[node]}, which does not scale`)
          out.drain(node)
        },
      })
    },
  }
}

/** A user's node autoscaler: `{ name, every?, propose(view, out, values) }` with every in µs, or `{ name, create(values, context) }`. */
export function adoptNodeAutoscaler(exported: unknown): Adopted<NodeAutoscalerDefinition> {
  const every = (exported as { every?: unknown } | null | undefined)?.every
  if (every !== undefined && !(typeof every === 'number' && Number.isInteger(every) && every > 0)) {
    return { problems: [`every must be a whole number of microseconds above 0, found ${JSON.stringify(every) ?? typeof every}`] }
  }
  return adopt<NodeAutoscaler | null, NodesContext>('node autoscaler', exported, [
    {
      name: 'propose',
      make: (given) => (values) =>
        verified(given['name'] as string, { every: every ?? EVERY, propose: (view, out) => (given['propose'] as Propose)(view, out, values) }),
    },
    {
      name: 'create',
      make: (given) => (values, context) => {
        const made = (given['create'] as Create)(values, context)
        if (made === null) return null
        if (typeof made?.propose !== 'function' || !(made.every > 0)) {
          throw new TypeError(`create of the node autoscaler ${given['name'] as string} must return an object with every [µs] and propose(view, out), or null`)
        }
        return verified(given['name'] as string, made)
      },
    },
  ])
}
