/** Scans that reuse what earlier scans found, against the twin that looks at everything in each scan. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Cluster } from '../../cluster/cluster.ts'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import { shape, template } from '../../testing/cluster.ts'
import { MINUTE, scalingView, SECOND, SERVICE } from './nodes.fixture.ts'
import type { NodesScalingView } from './policy.ts'
import { ScaleDown } from './scale-down.ts'

const values = { threshold: 0.5, unneeded: 40 * SECOND, recheck: MINUTE, candidates: 3, bulk: 2 }
const node = { cpu: 4000, memory: 8 * 2 ** 30 }

interface Change {
  readonly what: number
  readonly which: number
  readonly cpu: number
}

/** A node joins, is cordoned or leaves; a pod is bound, terminates or ends. */
function apply(cluster: Cluster, pods: number[], { what, which, cpu }: Change): void {
  const { nodes } = cluster.view
  const at = which % Math.max(1, nodes.count)
  const pod = pods[which % Math.max(1, pods.length)]
  if (what === 0) cluster.addNode(template(node), which % 2)
  else if (what === 1 && nodes.state[at] === NodeState.Ready) cluster.setNodeState(at, NodeState.Cordoned)
  else if (what === 2 && nodes.state[at] === NodeState.Cordoned && nodes.podCount[at] === 0) cluster.removeNode(at)
  else if (what === 3 && pod !== undefined) pods.splice(pods.indexOf(pod), 1).forEach((gone) => cluster.release(gone, 0))
  else if (what === 4 && pod !== undefined && cluster.view.pods.phase[pod] !== PodPhase.Terminating)
    cluster.setPhase(pod, PodPhase.Terminating)
  else if (what > 4 && nodes.state[at] === NodeState.Ready) {
    const created = cluster.createPod(shape({ cpu: 300 * cpu, memory: 2 ** 28 }), SERVICE, 0)
    if (cluster.bind(created, at)) pods.push(created)
  }
}

function drainsOf(scaler: ScaleDown, view: NodesScalingView, mayDrain: boolean): number[] {
  const drained: number[] = []
  scaler.scan(view, { add: () => undefined, drain: (at) => drained.push(at) }, mayDrain)
  return drained
}

it('drains the nodes that a scan drains which looks at every node each time, whatever changed between the scans', () => {
  const change = fc.record({ what: fc.nat(8), which: fc.nat(20), cpu: fc.integer({ min: 1, max: 5 }) })
  const step = fc.record({
    changes: fc.oneof(fc.constant([]), fc.array(change, { maxLength: 3 })),
    time: fc.nat(40),
    mayDrain: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), (steps, obeys) => {
      const cluster = new Cluster()
      const pods: number[] = []
      for (let i = 0; i < 8; i++) cluster.addNode(template(node), i % 2)
      const scaler = new ScaleDown(values)
      const twin = new ScaleDown(values)
      let now = 0
      for (const { changes, time, mayDrain } of steps) {
        now += time * SECOND
        for (const one of changes) apply(cluster, pods, one)
        const view = {
          ...scalingView(
            cluster,
            [
              { min: 1, node },
              { min: 2, node },
            ],
            { now },
          ),
          cluster: cluster.view,
        }
        const drained = drainsOf(scaler, view, mayDrain)
        // To the twin each scan is one of another cluster.
        expect(drained).toEqual(drainsOf(twin, { ...view, cluster: Object.create(cluster.view) as typeof cluster.view }, mayDrain))
        if (obeys)
          for (const at of drained) if (cluster.view.nodes.state[at] === NodeState.Ready) cluster.setNodeState(at, NodeState.Cordoned)
      }
    }),
    { numRuns: 60 },
  )
})
