/** A user's own node autoscaler. */
import { expect, test } from 'vitest'
import { clusterOf } from '../../testing/cluster.ts'
import { NodeState } from '../../cluster/views.ts'
import { adoptNodeAutoscaler } from './index.ts'
import { context, scalingView, scan } from './nodes.fixture.ts'
import type { NodeAutoscaler, NodeChanges, NodesScalingView } from './policy.ts'

const { cluster } = clusterOf().node().node({}, NodeState.Cordoned).node({}, NodeState.Ready, 5).build()
const view = scalingView(cluster, [{ max: 9 }])

function adopted(exported: unknown): NodeAutoscaler {
  const result = adoptNodeAutoscaler(exported)
  if ('problems' in result) throw new Error(result.problems.join('; '))
  return result.definition.create({ step: 3 }, context())!
}
const doing = (propose: (view: NodesScalingView, out: NodeChanges, values: { step: number }) => void): NodeAutoscaler =>
  adopted({ name: 'mine', parameters: { step: 3 }, propose })

test('the short form: propose(view, out, values), every 10 s by default', () => {
  const mine = doing(({ pools }, out, { step }) => out.add(pools[0].pool, step))
  expect(mine.every).toBe(10e6)
  expect(scan(mine, view)).toEqual({ added: { 0: 3 }, drained: [] })
  expect(adopted({ name: 'x', every: '30s', propose: () => {} }).every).toBe(30e6)
  expect(adopted({ name: 'x', every: 5, propose: () => {} }).every).toBe(5)
})

test('the form with state: create(values, context)', () => {
  const wide = {
    name: 'wide',
    create: (values: { step: number }) => ({ every: values.step, propose: (_: unknown, out: NodeChanges) => out.drain(0) }),
  }
  expect(adopted(wide).every).toBe(3)
  expect(scan(adopted(wide), view).drained).toEqual([0])
  expect(() => adopted({ name: 'wide', create: () => ({ every: 0 }) })).toThrow(
    'wide: create must return null or { every, propose(view, out) } with every in whole microseconds above 0',
  )
})

test('an impossible change is an error; draining a cordoned node, or adding 0 nodes, has no effect', () => {
  const carryOut = (change: (out: NodeChanges) => void) => () =>
    scan(
      doing((_, out) => change(out)),
      view,
    )
  expect(carryOut((out) => out.add(4, 1))).toThrow('the node autoscaler mine adds to pool 4: the pools that scale are 0')
  expect(carryOut((out) => out.add(0, 1.5))).toThrow('the node autoscaler mine adds 1.5 nodes: a whole number from 0 on is accepted')
  expect(carryOut((out) => out.drain(3))).toThrow('the node autoscaler mine drains node 3: rows 0 to 2 are accepted')
  expect(carryOut((out) => out.drain(2))).toThrow('the node autoscaler mine drains node 2 of pool 5, which does not scale')
  expect(
    scan(
      doing((_, out) => {
        out.drain(1)
        out.add(0, 0)
      }),
      view,
    ),
  ).toEqual({ added: {}, drained: [] })
})

test('problems of an export are reported', () => {
  expect(adoptNodeAutoscaler({ name: 'x', every: 'soon' })).toEqual({
    problems: [
      'a node autoscaler needs a function propose or create, found name, every',
      expect.stringMatching(/^every must be a duration above 0 such as '15s'/),
    ],
  })
  expect(adoptNodeAutoscaler(3)).toMatchObject({ problems: [expect.stringMatching(/must be an object/)] })
})
