/** The list of node autoscalers. A new member is one file in members/ and one line here. */
import { catalogue } from '../../common/define.ts'
import { clusterAutoscaler } from './members/cluster-autoscaler.ts'
import { karpenter } from './members/karpenter.ts'
import { none } from './members/none.ts'
import { onDemand } from './members/on-demand.ts'
import type { NodeAutoscaler, NodesContext } from './policy.ts'

export const nodeAutoscalers = catalogue<NodeAutoscaler | null, NodesContext>('autoscaling.nodes', [
  none,
  onDemand,
  clusterAutoscaler,
  karpenter,
])

export { adoptNodeAutoscaler } from './own.ts'
export type { OwnNodeAutoscaler } from './own.ts'
