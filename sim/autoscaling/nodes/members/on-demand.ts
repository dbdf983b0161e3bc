/** On demand: nodes for pods that fit nowhere, at once; away with nodes that have been little used, and superfluous, for a while. */
import { define } from '../../../common/define.ts'
import { estimate } from '../estimate.ts'
import type { NodeAutoscaler, NodesContext } from '../policy.ts'
import { ScaleDown } from '../scale-down.ts'

const SECOND = 1e6
const MINUTE = 60 * SECOND

export const onDemand = define({
  name: 'on-demand',
  summary:
    'orders what the packer needs for pods that fit nowhere; drains a node that is little used and whose pods fit elsewhere for a while (ties: longest unneeded, then lowest node)',
  source: 'Kubernetes Cluster Autoscaler, its FAQ and source of 2026',
  fidelity: 'simplified',
  parameters: {
    interval: { kind: 'duration', default: 10 * SECOND, min: 1000, meaning: 'from one scan to the next' },
    threshold: {
      kind: 'share',
      default: 0.5,
      min: 0,
      max: 1,
      meaning: 'a node below this share of requested CPU and memory (of GPU, where it has any) may go',
    },
    unneeded: {
      kind: 'duration',
      default: 10 * MINUTE,
      min: 0,
      meaning: 'how long without a break a node must be superfluous before it goes',
    },
    delayAfterAdd: { kind: 'duration', default: 10 * MINUTE, min: 0, meaning: 'no node goes so soon after nodes were ordered' },
    recheck: {
      kind: 'duration',
      default: 5 * MINUTE,
      min: 0,
      meaning: 'how long a little-used node whose pods could not move is not looked into again',
    },
    candidates: { kind: 'integer', default: 30, min: 0, meaning: 'nodes with pods that are watched at a time' },
    bulk: { kind: 'integer', default: 10, min: 0, meaning: 'nodes that go in one scan at most, one of them with pods' },
  },
  create(values, context: NodesContext): NodeAutoscaler {
    const scaleDown = new ScaleDown(values)
    let lastAdded = -Infinity
    return {
      every: values.interval,
      propose(view, out) {
        const counts = estimate(view, context.packer)
        counts.forEach((count, row) => {
          if (count === 0) return
          out.add(view.pools[row].pool, count)
          lastAdded = view.now
        })
        // As there: a scan that orders nodes looks at nothing else.
        if (lastAdded === view.now) return
        scaleDown.scan(view, out, view.now - lastAdded >= values.delayAfterAdd)
      },
    }
  },
})
