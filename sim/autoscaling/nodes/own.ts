/** Adopts a user's own node autoscaler: the default export of a file becomes a member of the axis, and each of its changes is checked. */
import { adopt, type Adopted, type Exported, type OwnAlgorithm } from '../../common/adopt.ts'
import { NodeState } from '../../cluster/views.ts'
import type { Time } from '../../common/ids.ts'
import { everyOf, type GivenValues } from '../own.ts'
import type { NodeAutoscaler, NodeAutoscalerDefinition, NodeChanges, NodesContext, NodesScalingView } from './policy.ts'

/** The short form: one function without state. All runs of a worker share the object; an autoscaler with state exports `create`. */
export interface OwnNodeAutoscaler extends OwnAlgorithm {
  /** Time between two scans: '10s' (the default) or whole µs. */
  readonly every?: string | number
  /** Writes the changes of one scan into `out`. */
  propose(view: NodesScalingView, out: NodeChanges, values: GivenValues): void
}

type Propose = OwnNodeAutoscaler['propose']
type Create = (values: GivenValues, context: NodesContext) => NodeAutoscaler | null

/** Period when the export sets none [µs]. */
const EVERY: Time = 10_000_000

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
          // A node that is not Ready needs no drain: it is being provisioned, drained or removed.
          if (nodes.state[node] === NodeState.Ready) out.drain(node)
        },
      })
    },
  }
}

/** Adopts `{ name, every?, propose(view, out, values) }`, or `{ name, create(values, context) }` where `create` returns a NodeAutoscaler or null. */
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
